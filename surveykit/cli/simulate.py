"""``surveykit simulate``: simulated data of a study, and what its sampling plan gives over repeated draws."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from surveykit.cli.common import give, open_study, say, show, working
from surveykit.cli.terminal import current
from surveykit.errors import SurveyKitError
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.study.loading import Study
    from surveykit.study.running import RunResult
    from surveykit.study.stage import Stage

__all__ = ["add_parser"]

DESCRIPTION = """\
Make the simulated frame and answers of a simulated study.

With --repetitions N, evaluate the study's sampling plan instead: the plan is drawn N times from the synthetic
population (every stage and method as in 'surveykit draw', each time with another seed), people respond as the
simulation plan says, and each rate is estimated with weights adjusted for nonresponse in the weighting plan's classes.
Since the truth is known, the table tells bias, width and coverage of the 95 % intervals and the chance that a district
is published in its right band, all with Monte Carlo standard errors. It is written to simulation/evaluation.csv in the
study's output folder. 200 repetitions tell a coverage of 95 % to within 1.5 points (one standard error).
"""
EXAMPLES = """\
examples:
  surveykit simulate                        make frame and answers
  surveykit simulate --repetitions 200      evaluate the plan
  surveykit --study study_residents.yaml simulate --repetitions 100 --json
"""


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "simulate",
        help="make simulated data, or evaluate the sampling plan over repeated draws",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--repetitions", type=int, metavar="N", help="evaluate the plan over N draws (at least 20)")
    parser.add_argument(
        "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Simulate, or evaluate."""
    study = open_study(options)
    if options.repetitions is not None:
        return _evaluate(study, options.repetitions)
    chosen, result = _make(study, "simulate_responses", redraw=options.redraw)
    if not result.made:
        say("up to date")
    give({"made": result.made, "current": result.current, "seconds": result.seconds, "outputs": chosen[-1].outputs})
    from surveykit.study.showing import show_stage

    for line in show_stage(study, chosen[-1], headings(current().language)):
        show(line)
    return 0


def _make(study: Study, stage: str, *, redraw: bool = False) -> tuple[list[Stage], RunResult]:
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running import run_stages

    chosen = stages_up_to(study_stages(study), stage)
    return chosen, run_stages(study, chosen, say=say, progress=working, redraw=redraw)


def _evaluate(study: Study, repetitions: int) -> int:
    from surveykit.study.evaluating import evaluate_study, evaluation_lines, evaluation_payload

    if repetitions < 20:
        raise SurveyKitError(f"simulate: {repetitions} repetitions tell nothing of bias or coverage: take at least 20")
    _make(study, "simulate_answers")
    step = max(repetitions // 20, 1)

    def progress(done: int) -> None:
        if done % step == 0:
            working(f"{done} of {repetitions} draws")

    found = evaluate_study(study, repetitions, progress)
    give(evaluation_payload(study, found))
    for line in evaluation_lines(study, found):
        show(line)
    return 0
