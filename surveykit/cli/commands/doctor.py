"""``surveykit doctor``: what this machine has and lacks."""

from __future__ import annotations

from pathlib import Path

from surveykit.cli.commands.common import give, show
from surveykit.cli.parsing import Options, command
from surveykit.cli.telling.terminal import current
from surveykit.cli.telling.wrapping import pad
from surveykit.errors import SurveyKitError
from surveykit.study.files.location import find_study

__all__ = ["execute"]


@command("doctor", "say what this machine has and lacks for a whole study")
def execute(options: Options) -> int:
    """Examine, and say what to do about what is missing."""
    from surveykit.study.tasks.machine import examine_machine

    terminal = current()
    findings = examine_machine(_folder(options))
    words = {"ok": terminal.text("ok"), "missing": terminal.text("missing"), "without": terminal.text("without")}
    told = [
        {"name": f.name, "state": f.state, "detail": terminal.text(f.detail), "todo": terminal.text(f.todo)}
        for f in findings
    ]
    give({"findings": told})
    for finding in told:
        line = f"{pad(words[finding['state']], 8)} {terminal.text(finding['name'])}: {finding['detail']}"
        terminal.show_as_is(line + (f"; {finding['todo']}" if finding["todo"] else ""))
    lacking = sum(finding["state"] == "missing" for finding in told)
    show(f"{lacking} things are missing: see above what to do" if lacking else "all that a study needs is here")
    return 2 if lacking else 0


def _folder(options: Options) -> Path:
    """The study that the call means, else the folder it is made in."""
    if options.study is not None:
        return Path(options.study)
    try:
        return find_study(Path.cwd())
    except SurveyKitError:
        return Path.cwd()
