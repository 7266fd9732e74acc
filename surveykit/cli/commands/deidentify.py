"""``surveykit deidentify``: a public file of the answers, with its risk table."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from surveykit.cli.commands.common import give, open_study, say, show, working
from surveykit.cli.telling.terminal import current
from surveykit.language import headings

if TYPE_CHECKING:
    from surveykit.responses import PublicFile

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "deidentify",
        help="write a public file of the answers, with its risk table",
    )
    parser.add_argument(
        "--keys",
        nargs="+",
        metavar="COLUMN",
        help="key variables, the most important first; by default 'data: key_variables:' of study.yaml, or its domains",
    )
    parser.add_argument("--k", type=int, default=5, help="smallest number of records that may share a combination")
    parser.add_argument(
        "--sensitive", nargs="+", default=[], metavar="COLUMN", help="columns whose diversity the risk table shows"
    )
    parser.add_argument(
        "--keep-text", nargs="+", default=[], metavar="COLUMN", help="open answers that a person has read and cleared"
    )
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Make the file and show its risk."""
    from surveykit.study.running.run import run_stages
    from surveykit.study.stage_tables import aligned
    from surveykit.study.stages.deidentify import deidentify_stage

    study = open_study(options)
    definition = study.definition
    keys = options.keys or definition.data.key_variables or [domain.id for domain in definition.domains]
    say(f"key variables: {', '.join(keys)}; k = {options.k}")
    made: list[PublicFile] = []
    settings = {"keys": keys, "k": options.k, "keep_text": options.keep_text, "sensitive": options.sensitive}
    stage = deidentify_stage(study, settings, made.append)
    run_stages(study, [stage], say=say, progress=working, force=True)
    for name in stage.outputs:
        show(f"  {name}")
    risk = made[0].risk
    give({"outputs": list(stage.outputs), "risk": risk})
    for line in aligned(risk.rename(columns=headings(current().language))):
        show(line)
    return 0
