"""``surveykit check``: every problem of every file of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.cli.commands.common import give, open_study, say, show
from surveykit.cli.parsing import Options, command, option
from surveykit.cli.telling.failing import problem_object, problem_text
from surveykit.cli.telling.terminal import current
from surveykit.errors import DefinitionError

if TYPE_CHECKING:
    from surveykit.sampling import FrameReport

__all__ = ["execute"]


@command(
    "check",
    "check every file of the study and its frame, and tell all problems at once",
    option(
        "--all-ids",
        is_flag=True,
        help="compare the ids of a frame of more than two million units for likeness, too",
    ),
)
def execute(options: Options) -> int:
    """Check, and say what was checked."""
    from surveykit.study.tasks.looking import frame_lines, look_over

    terminal = current()
    study = open_study(options)
    look = look_over(study, all_ids=options.all_ids)
    give({"study": look.parts})
    for line in study.summary():
        say(line)
    if look.outside:
        give({"trusted": [problem_object(problem, terminal) for problem in look.outside]})
    for problem in look.outside:
        say(f"trusted: {problem.what}")
    for line in frame_lines(study, look.frame):
        say(line)
    give({"frame": _frame_object(look.frame)})
    for kind, found in look.doubts.items():
        for doubt in found:
            terminal.complain_as_is(terminal.text("warning") + ": " + problem_text(doubt, terminal))
            terminal.warnings.append({"kind": kind, **problem_object(doubt, terminal)})
    if look.frame is not None and look.frame.problems:
        name = study.definition.data.frame
        raise DefinitionError([problem.at(name, problem.line) for problem in look.frame.problems])
    doubts = [doubt for found in look.doubts.values() for doubt in found]
    show(f"no problems found, {len(doubts)} warnings" if doubts else "no problems found")
    return 0


def _frame_object(report: FrameReport | None) -> dict[str, object]:
    if report is None:
        return {}
    counts: dict[str, object] = {"units": report.rows, "strata": report.strata, "reading": report.reading}
    return counts | {"notes": list(report.notes), "skipped": list(report.skipped)}
