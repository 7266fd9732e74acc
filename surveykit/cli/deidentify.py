"""``surveykit deidentify``: a public file of the answers, with its risk table."""

from __future__ import annotations

import argparse
from typing import Any

from surveykit.cli.common import give, open_study, show, working
from surveykit.cli.terminal import current
from surveykit.language import headings

__all__ = ["add_parser"]


def add_parser(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "deidentify",
        help="write a public file of the answers, with its risk table",
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
    from surveykit.study.showing import aligned

    study = open_study(options)
    working("removing what identifies people")
    responses = read_answers(study, study.questionnaire).responses
    public = deidentify(responses, study.questionnaire, keys=options.keys, k=options.k)
    folder = study.output / "public"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("data", "risk", "log"):
        write_csv(folder / f"{name}.csv", getattr(public, name))
        show(f"  {(folder / name).relative_to(study.root)}.csv")
    give({"outputs": [f"output/public/{name}.csv" for name in ("data", "risk", "log")], "risk": public.risk})
    for line in aligned(public.risk.rename(columns=headings(current().language))):
        show(line)
    return 0
