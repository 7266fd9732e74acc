"""Read CSV, XLSX and XLS files as text, safely: nothing is evaluated, converted or guessed silently."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.files.csv_rules import first_record, require_header
from surveykit.files.csv_text import decoded, detect_encoding, detect_separator, read_csv_text
from surveykit.files.looking import FileError, file_sha256, open_regular, require_regular
from surveykit.files.old_workbook import read_xls
from surveykit.files.workbook import read_sheet

__all__ = ["read_headers", "read_text_table", "table_from_rows"]

ZIP, OLE = b"PK", b"\xd0\xcf\x11\xe0"
HEAD = 4_000_000


def table_from_rows(name: str, rows: list[list[str]]) -> pd.DataFrame:
    """Make a table of text from the rows of a sheet, the header first; each distinct cell is kept once.

    Raises
    ------
    DataError
        If there is no header, two columns have one name, or cells lie beyond the header.
    """
    while rows and not any(rows[0]):
        rows = rows[1:]
    if not rows:
        raise DataError(f"{name}: the sheet is empty")
    header = list(rows[0])
    while header and not header[-1].strip():
        header.pop()
    require_header(name, header)
    width = len(header)
    over = [number for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row[width:])]
    if over:
        raise DataError(f"{name}: rows with cells beyond the header: {first_few(over)}; is the header row shifted?")
    body = [row for row in rows[1:] if any(row)]
    columns = [[row[place] if place < len(row) else "" for row in body] for place in range(width)]
    data = {place: pd.Series(cells, dtype="str").astype("category") for place, cells in enumerate(columns)}
    return pd.DataFrame(data).set_axis(header, axis="columns")


def read_headers(path: Path, encoding: str | None = None) -> list[str]:
    """Read the header row of a CSV, XLSX or XLS file.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        Of a CSV.

    Returns
    -------
    list of str

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    if _start(path).startswith((ZIP, OLE)):
        rows = read_sheet(path)[0] if _start(path).startswith(ZIP) else read_xls(path)[0]
        return next((row for row in rows if any(row)), [])
    if require_regular(path) == 0:
        raise FileError("the file is empty", "", path.name)
    encoding = encoding or detect_encoding(path)
    text = next(decoded(path, encoding, HEAD), "")
    return first_record(text, path.name, separator=detect_separator(text, path.name))


def _start(path: Path) -> bytes:
    with open_regular(path) as stream:
        return stream.read(8)


def read_text_table(
    path: str | Path, *, encoding: str | None = None, sheet: str | None = None
) -> tuple[pd.DataFrame, str, str]:
    """Read a CSV, XLSX or XLS file as text.

    Parameters
    ----------
    path : str or Path
        The file; told apart by its first bytes, not by its name.
    encoding : str, optional
        Of a CSV.
    sheet : str, optional
        Of a workbook.

    Returns
    -------
    tuple of DataFrame, str and str
        Cells, sheet ("" for CSV) and SHA-256 of the file.

    Raises
    ------
    DataError
        If the file does not exist or cannot be read.
    """
    path = Path(path)
    start = _start(path)
    digest = file_sha256(path)
    if start.startswith(ZIP):
        rows, name = read_sheet(path, sheet)
        return table_from_rows(path.name, rows), name, digest
    if start.startswith(OLE):
        rows, name = read_xls(path, sheet)
        return table_from_rows(path.name, rows), name, digest
    return read_csv_text(path, encoding=encoding), "", digest
