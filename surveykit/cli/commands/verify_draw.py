"""``surveykit verify-draw``: prove from frame and record that this is the sample."""

from __future__ import annotations

from surveykit.cli.common import give, open_study, show, working
from surveykit.cli.parsing import Command, Options
from surveykit.cli.telling.failing import problem_object
from surveykit.cli.telling.terminal import current
from surveykit.errors import Problem

__all__ = ["command"]


def command(name: str) -> Command:
    """Return the command."""
    return Command(name, execute, "prove from the frame and the record that this is the drawn sample")


def execute(options: Options) -> int:
    """Verify, and tell every difference."""
    from surveykit.study.stages.proving_steps import verify_any_draw

    study = open_study(options)
    working("drawing again and comparing")
    verification = verify_any_draw(study)
    told = [] if verification.ok else [line.strip() for line in verification.lines[1:]]
    give({"verified": verification.ok, "lines": [current().text(line) for line in verification.lines]})
    give({"problems": [problem_object(Problem(line), current()) for line in told]})
    for line in verification.lines:
        show(line)
    return 0 if verification.ok else 2
