"""``surveykit plan draw ingest weight estimate score``: one stage and what it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.parsing import Choice, Options, command, option, redraw
from surveykit.cli.telling.tables import table_lines
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["draw", "estimate", "ingest", "plan", "score", "weight"]


def _execute(options: Options) -> int:
    """Make the stage, and show what it says."""
    from surveykit.study.pipeline import giving_up, stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import show_stage, stage_table

    study = open_study(options)
    last = options.command
    if last == "draw" and options.stage is not None:
        last = _step(study, options.stage)
    chosen = stages_up_to(study_stages(study), last)
    reason = options.give_up if options.command == "draw" else None
    if reason is not None:
        chosen = giving_up(chosen, reason)
    result = run_stages(study, chosen, say=say, progress=working, redraw=options.redraw)
    if reason is not None and "draw" not in result.made:
        raise SurveyKitError("draw: nothing was drawn again, so --give-up gives nothing up: leave it out")
    if not result.made:
        say("up to date")
    give({"made": result.made, "current": result.current, "seconds": result.seconds})
    give({"table": stage_table(study, chosen[-1]), "outputs": chosen[-1].outputs})
    for line in show_stage(study, chosen[-1], headings(current().language), table_lines):
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


# Each is named as the last stage that it makes.
plan = command("plan", "allocate the sample and show sizes and expected precision", redraw())(_execute)
draw = command(
    "draw",
    "draw the sample and its record",
    redraw(),
    option(
        "--stage",
        type=Choice(["1", "2"]),
        metavar="1|2",
        help="of a draw in two steps: 1 the communities, 2 the units listed in them",
    ),
    option("--give-up", metavar="REASON", help="with --redraw: give up released units, and say why"),
)(_execute)
ingest = command("ingest", "read the answers, code, check and link them to the sample", redraw())(_execute)
weight = command("weight", "compute the weights and their diagnostics", redraw())(_execute)
estimate = command("estimate", "estimate every indicator with its interval", redraw())(_execute)
score = command("score", "turn rates into points, ranks and bands with their uncertainty", redraw())(_execute)
