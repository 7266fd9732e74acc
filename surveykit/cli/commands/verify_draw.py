"""``surveykit verify-draw``: prove from frame and record that this is the sample."""

from __future__ import annotations

from surveykit.cli.commands.common import give, open_study, show, working
from surveykit.cli.parsing import FILE, Options, command, option
from surveykit.cli.telling.failing import problem_object
from surveykit.cli.telling.terminal import current
from surveykit.errors import Problem, SurveyKitError

__all__ = ["execute"]


@command(
    "verify-draw",
    "prove from the frame and the record that this is the drawn sample",
    option(
        "--published",
        type=FILE,
        metavar="FOLDER",
        help="verify what was published (plan.yaml, record.json, log.jsonl, ...) instead of a study",
    ),
    option("--frame", type=FILE, metavar="FILE", help="with --published: a copy of the frame"),
)
def execute(options: Options) -> int:
    """Verify, and tell every difference."""
    from surveykit.study.proving.two_steps import verify_any_draw
    from surveykit.study.proving.verifying import verify_published_draw

    if options.published is None:
        if options.frame is not None:
            raise SurveyKitError("verify-draw: --frame goes with --published: a study names its frame itself")
        study = open_study(options)
        working("drawing again and comparing")
        verification = verify_any_draw(study)
    else:
        working("drawing again and comparing")
        verification = verify_published_draw(options.published, options.frame)
    told = [] if verification.ok else [line.strip() for line in verification.lines[1:]]
    give({"verified": verification.ok, "lines": [current().text(line) for line in verification.lines]})
    give({"problems": [problem_object(Problem(line), current()) for line in told]})
    for line in verification.lines:
        show(line)
    return 0 if verification.ok else 2
