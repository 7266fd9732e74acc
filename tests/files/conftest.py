"""Good files of every kind, as bytes, for the fuzzers to break."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from old_workbooks import old_workbook

ROWS = [["id", "district", "answer"], *([f"u{i:03d}", "东城" if i % 2 else "north", str(i % 5)] for i in range(40))]


class Seeds(dict):
    """Files by kind; hypothesis prints arguments, and these would fill pages."""

    def __repr__(self) -> str:
        return "seeds"


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    return pd.DataFrame(ROWS[1:], columns=ROWS[0])


@pytest.fixture(scope="session")
def seeds(frame, tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("seeds")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    frame.to_parquet(folder / "a.parquet", index=False)
    found = {
        "csv": "".join(",".join(row) + "\n" for row in ROWS).encode(),
        "csv_quoted": frame.to_csv(index=False, quoting=1).encode(),
        "csv_gb18030": frame.to_csv(index=False).encode("gb18030"),
        "xlsx": stream.getvalue(),
        "xls": old_workbook(ROWS),
        "parquet": (folder / "a.parquet").read_bytes(),
        "json": json.dumps({"format": "surveykit-response/1", "answers": {"a": "1", "b": ["1", 2.5, None]}}).encode(),
        "yaml": "id: a\nitems:\n  - {id: x, kind: text}\n  - id: 'y'\n    label: \"甲\"\n".encode(),
    }
    pyreadstat = pytest.importorskip("pyreadstat")
    pyreadstat.write_sav(frame, str(folder / "a.sav"))
    pyreadstat.write_dta(frame, str(folder / "a.dta"))
    return Seeds(found | {"sav": (folder / "a.sav").read_bytes(), "dta": (folder / "a.dta").read_bytes()})
