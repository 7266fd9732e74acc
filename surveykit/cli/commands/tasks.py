"""``surveykit plan draw ingest weight estimate score``: one stage and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.cli.common import give, open_study, say, show, working
from surveykit.cli.parsing import Command, Options, choice, option, redraw
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["COMMANDS", "command"]

# Command: (last stage it makes, what it is for).
COMMANDS = {
    "plan": ("plan", "allocate the sample and show sizes and expected precision"),
    "draw": ("draw", "draw the sample and its record"),
    "ingest": ("ingest", "read the answers, code, check and link them to the sample"),
    "weight": ("weight", "compute the weights and their diagnostics"),
    "estimate": ("estimate", "estimate every indicator with its interval"),
    "score": ("score", "turn rates into points, ranks and bands with their uncertainty"),
}


def command(name: str) -> Command:
    """Return the command."""
    steps = option("--stage", type=choice("1", "2"), metavar="1|2", help="of a draw in two steps: 1 the communities, "
                   "2 the units listed in them")  # fmt: skip
    return Command(name, execute, COMMANDS[name][1], redraw(), *([steps] if name == "draw" else []))


def execute(options: Options) -> int:
    """Make the stage, and show what it says."""
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import show_stage, stage_table

    study = open_study(options)
    last = COMMANDS[options.command][0]
    if getattr(options, "stage", None) is not None:
        last = _step(study, options.stage)
    chosen = stages_up_to(study_stages(study), last)
    result = run_stages(study, chosen, say=say, progress=working, redraw=options.redraw)
    if not result.made:
        say("up to date")
    give({"made": result.made, "current": result.current, "seconds": result.seconds})
    give({"table": stage_table(study, chosen[-1]), "outputs": chosen[-1].outputs})
    for line in show_stage(study, chosen[-1], headings(current().language)):
        show(line)
    if last == "clusters":
        show(f"  next: list the units of these communities as {study.definition.data.listing}, then "
             "'surveykit draw --stage 2'")  # fmt: skip
    return 0


def _step(study: Study, stage: str) -> str:
    """The stage of a study that is a step of its draw."""
    if study.definition.data.listing is None:
        raise SurveyKitError(
            "draw: this study draws in one step: say 'listing:' in the sampling plan and in data for a draw in two, or "
            "leave --stage out"
        )
    return "clusters" if stage == "1" else "draw"
