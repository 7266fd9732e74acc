"""``surveykit plan draw ingest weight estimate score``: one stage and what it needs."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.telling.terminal import current
from surveykit.language import headings

__all__ = ["COMMANDS", "add_parser"]

# Command: (last stage it makes, what it is for).
COMMANDS = {
    "plan": ("plan", "allocate the sample and show sizes and expected precision"),
    "draw": ("draw", "draw the sample and its record"),
    "ingest": ("ingest", "read the answers, code, check and link them to the sample"),
    "weight": ("weight", "compute the weights and their diagnostics"),
    "estimate": ("estimate", "estimate every indicator with its interval"),
    "score": ("score", "turn rates into points, ranks and bands with their uncertainty"),
}


def add_parser(commands: Any) -> None:
    """Add the commands."""
    for name, (_, purpose) in COMMANDS.items():
        parser = commands.add_parser(name, help=purpose)
        parser.add_argument(
            "--redraw", action="store_true", help="draw again although a sample exists; the old one is kept"
        )
        parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Make the stage, and show what it says."""
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import show_stage, stage_table

    study = open_study(options)
    chosen = stages_up_to(study_stages(study), COMMANDS[options.command][0])
    result = run_stages(study, chosen, say=say, progress=working, redraw=options.redraw)
    if not result.made:
        say("up to date")
    give({"made": result.made, "current": result.current, "seconds": result.seconds})
    give({"table": stage_table(study, chosen[-1]), "outputs": chosen[-1].outputs})
    for line in show_stage(study, chosen[-1], headings(current().language)):
        show(line)
    return 0
