"""``surveykit questionnaire import FILE``: bring a questionnaire in from another system."""

from __future__ import annotations

from surveykit.cli.commands.common import give, show
from surveykit.cli.parsing import FILE, Group, Options, argument, command, option
from surveykit.cli.telling.terminal import current

__all__ = ["questionnaire"]


questionnaire = Group("questionnaire", "import a questionnaire from 问卷星 text or XLSForm")


@questionnaire.add
@command(
    "import",
    "turn a 问卷星 text (.txt) or an XLSForm (.xlsx) into a YAML definition",
    argument("file", type=FILE, metavar="FILE", help="the file to import"),
    option("--output", type=FILE, metavar="FILE", help="default: the same name with .yaml"),
)
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
