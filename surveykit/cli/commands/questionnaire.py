"""``surveykit questionnaire import FILE``: bring a questionnaire in from another system."""

from __future__ import annotations

from surveykit.cli.common import give, show
from surveykit.cli.parsing import Argument, Command, Group, Options, option, path
from surveykit.cli.telling.terminal import current

__all__ = ["command"]


def command(name: str) -> Group:
    """Return the command and what it can do."""
    importing = Command(
        "import",
        execute,
        "turn a 问卷星 text (.txt) or an XLSForm (.xlsx) into a YAML definition",
        Argument("file", type=path(), metavar="FILE", help="the file to import"),
        option("--output", type=path(), metavar="FILE", help="default: the same name with .yaml"),
    )
    return Group(name, "import a questionnaire from 问卷星 text or XLSForm", importing)


def execute(options: Options) -> int:
    """Import, and list what must be completed."""
    from surveykit.study.tasks.questionnaire_files import import_questionnaire

    target = options.output or options.file.with_suffix(".yaml")
    found = import_questionnaire(options.file, target)
    give({"written": target, "todo": [current().text(line) for line in found.todo]})
    show(f"written: {target}")
    for line in found.todo:
        show(f"  to do: {line}")
    return 0
