"""``surveykit plan draw ingest weight estimate score``: one stage and what it needs."""

from __future__ import annotations

from surveykit.cli.common import give, open_study, say, show, working
from surveykit.cli.parsing import Command, Options, option, redraw
from surveykit.cli.telling.terminal import current
from surveykit.errors import SurveyKitError
from surveykit.language import headings

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
    give_up = option("--give-up", metavar="REASON", help="with --redraw: give up released units, and say why")
    return Command(name, execute, COMMANDS[name][1], redraw(), *([give_up] if name == "draw" else []))


def execute(options: Options) -> int:
    """Make the stage, and show what it says."""
    from surveykit.study.pipeline import giving_up, stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import show_stage, stage_table

    study = open_study(options)
    chosen = stages_up_to(study_stages(study), COMMANDS[options.command][0])
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
    for line in show_stage(study, chosen[-1], headings(current().language)):
        show(line)
    return 0
