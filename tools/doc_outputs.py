#!/usr/bin/env python3
"""Write the output that the pages of documentation show.

    python tools/doc_outputs.py PAGE...

Each page runs in a copy of the starter study after a whole run (a tutorial or README in an empty folder). Read the
changes before they are committed: a number that changed without a reason is a defect.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from doc_blocks import EMPTY_FOLDER, BlockError, run_page

from surveykit.cli.main import main as surveykit
from surveykit.study.tasks.scaffold import start_study


def main(pages: list[str]) -> int:
    """Renew the output of pages."""
    if not pages:
        print(__doc__)
        return 2
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        finished = Path(folder) / "finished"
        start_study(finished)
        if surveykit(["--study", str(finished), "run"]) != 0:
            return 2
        for number, name in enumerate(pages):
            path = Path(name).resolve()
            room = Path(folder) / str(number) / "town"
            if EMPTY_FOLDER.search(path.as_posix()):
                room.mkdir(parents=True)
            else:
                shutil.copytree(finished, room, copy_function=shutil.copy2)
            try:
                page = run_page(path, room, frame=lambda: pd.read_parquet(finished / "data/frame.parquet"), renew=True)
            except BlockError as error:
                print(f"{name}: {error}", file=sys.stderr)
                failed += 1
                continue
            print(name, "changed" if page != path.read_text(encoding="utf-8") else "as it was")
            path.write_text(page, encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
