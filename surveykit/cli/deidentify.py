"""``surveykit deidentify``: a public file of the answers, with its risk table."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import open_study, say

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "deidentify",
        help="write a public file of the answers, with its risk table",
        description="Writes data.csv, risk.csv and log.csv to output/public/. "
        "Tokens, times and open answers are left out.",
    )
    parser.add_argument(
        "--keys", nargs="+", required=True, metavar="COLUMN", help="key variables, the most important first"
    )
    parser.add_argument("--k", type=int, default=5, help="smallest number of records that may share a combination")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Make the file and show its risk."""
    from surveykit.responses import deidentify
    from surveykit.study.answers import read_answers
    from surveykit.study.artefacts import write_csv

    study = open_study(options)
    responses = read_answers(study, study.questionnaire).responses
    public = deidentify(responses, study.questionnaire, keys=options.keys, k=options.k)
    folder = study.output / "public"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("data", "risk", "log"):
        write_csv(folder / f"{name}.csv", getattr(public, name))
        say(f"  {(folder / name).relative_to(study.root)}.csv")
    say(public.risk.to_string(index=False))
    return 0
