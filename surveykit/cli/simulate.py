"""``surveykit simulate``: simulated data of a study, and what its sampling plan gives over repeated draws."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from surveykit.cli.common import open_study, say
from surveykit.errors import SurveyKitError

if TYPE_CHECKING:
    from collections.abc import Callable

    from surveykit.study.loading import Study

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
    parser.add_argument("--json", action="store_true", help="with --repetitions: print the evaluation as JSON")
    parser.add_argument(
        "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Simulate, or evaluate."""
    if options.repetitions is None and options.json:
        raise SurveyKitError("simulate: --json belongs to --repetitions N")
    study = open_study(options)
    if options.repetitions is not None:
        return _evaluate(study, options.repetitions, as_json=options.json)
    _make(study, "simulate_responses", say, redraw=options.redraw)
    return 0


def _make(study: Study, stage: str, tell: Callable[[str], None], *, redraw: bool = False) -> None:
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running import run_stages
    from surveykit.study.showing import show_stage

    chosen = stages_up_to(study_stages(study), stage)
    result = run_stages(study, chosen, say=tell, redraw=redraw)
    if stage == "simulate_responses":
        for line in [*([] if result.made else ["up to date"]), *show_stage(study, chosen[-1])]:
            tell(line)


def _evaluate(study: Study, repetitions: int, *, as_json: bool) -> int:
    from surveykit.study.evaluating import evaluate_study, evaluation_lines, evaluation_payload

    if repetitions < 20:
        raise SurveyKitError(f"simulate: {repetitions} repetitions tell nothing of bias or coverage: take at least 20")
    tell = _to_stderr if as_json else say
    _make(study, "simulate_answers", tell)
    step = max(repetitions // 5, 1)

    def progress(done: int) -> None:
        if done % step == 0:
            tell(f"    {done} of {repetitions} draws")

    found = evaluate_study(study, repetitions, progress)
    if as_json:
        say(json.dumps(evaluation_payload(study, found), ensure_ascii=False, allow_nan=False))
        return 0
    for line in evaluation_lines(study, found):
        say(line)
    return 0


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
