"""A small study with files of answers of its own, run through the command line."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet
import pypdf

from surveykit.cli.main import main
from surveykit.responses.readers.file_cells import read_cells
from surveykit.study.tasks.scaffold import start_study


def drawn_town(folder: Path) -> Path:
    """The starter study up to its sample, then no longer simulated; the simulated export is left as web.xlsx."""
    start_study(folder)
    assert main(["--study", str(folder), "simulate"]) == 0
    (folder / "data/responses.xlsx").rename(folder / "data/web.xlsx")
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    text = text.replace("simulated: true", "simulated: false").replace("  simulation: sampling/simulation.yaml\n", "")
    text = text.replace("  answers: data/answers.parquet\n", "")
    (folder / "study.yaml").write_text(text, encoding="utf-8")
    return folder


def name_responses(folder: Path, entries: str, more: str = "") -> None:
    """Write the entry `responses` of study.yaml, and further keys of `data`."""
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8")
    lines = "".join(f"    {line}\n" for line in entries.splitlines())
    extra = "".join(f"  {line}\n" for line in more.splitlines())
    text = re.sub(r"  responses:.*?(?=^analyses:)", f"  responses:\n{lines}{extra}", text, flags=re.DOTALL | re.M)
    path.write_text(text, encoding="utf-8")


def web_cells(folder: Path) -> pd.DataFrame:
    """Cells of the simulated export."""
    return read_cells(folder / "data/web.xlsx").table.astype("str")


def write_csv(cells: pd.DataFrame, path: Path) -> None:
    cells.to_csv(path, index=False, encoding="utf-8-sig")


def everything_in(path: Path) -> bytes:
    """All that a file holds: its bytes, and what is compressed in it."""
    raw = path.read_bytes()
    parts = [raw]
    if raw.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts += [name.encode() + b"\n" + archive.read(name) for name in archive.namelist()]
    elif raw.startswith(b"PAR1"):
        table = pyarrow.parquet.read_table(path)
        frame = table.to_pandas()
        for name in [field.name for field in table.schema if pyarrow.types.is_binary(field.type)]:
            parts += frame.pop(name).dropna().tolist()
        parts += [str(table.schema).encode(), frame.astype(str).to_csv().encode()]
    elif raw.startswith(b"%PDF"):
        reader = pypdf.PdfReader(io.BytesIO(raw))
        parts += [page.extract_text().encode() for page in reader.pages]
        parts.append(str(reader.metadata).encode())
    return b"\n".join(parts)
