"""``surveykit deidentify``: a public file of the answers, with its risk table."""

from __future__ import annotations

import argparse
import shutil
from typing import TYPE_CHECKING, Any

from surveykit.cli.common import give, open_study, say, show, working
from surveykit.cli.terminal import current
from surveykit.language import headings

if TYPE_CHECKING:
    from pathlib import Path

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
    from surveykit.responses import deidentify
    from surveykit.study.answers import read_answers
    from surveykit.study.lock import study_lock
    from surveykit.study.showing import aligned

    study = open_study(options)
    definition = study.definition
    keys = options.keys or definition.data.key_variables or [domain.id for domain in definition.domains]
    working("removing what identifies people")
    say(f"key variables: {', '.join(keys)}; k = {options.k}")
    responses = read_answers(study, study.questionnaire).responses
    public = deidentify(
        responses, study.questionnaire, keys=keys, k=options.k, keep_text=options.keep_text, sensitive=options.sensitive
    )
    with study_lock(study.output):
        outputs = [path.relative_to(study.root).as_posix() for path in _write(study.output, public)]
    for name in outputs:
        show(f"  {name}")
    give({"outputs": outputs, "risk": public.risk})
    for line in aligned(public.risk.rename(columns=headings(current().language))):
        show(line)
    return 0


def _write(output: Path, public: PublicFile) -> list[Path]:
    """Write all three files or none: they are made in a folder beside and then take the old ones' place."""
    from surveykit.study.public_csv import write_inert_csv

    folder, partial = output / "public", output / ".partial-public"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        for name in ("data", "risk", "log"):
            write_inert_csv(partial / f"{name}.csv", getattr(public, name))
        folder.mkdir(exist_ok=True)
        for path in sorted(partial.iterdir()):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return [folder / f"{name}.csv" for name in ("data", "risk", "log")]
