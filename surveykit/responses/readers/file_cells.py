"""Cells of a file of answers, wherever its header stands and whatever lies above and below its records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.files.csv_rules import first_record, require_header, unique_header
from surveykit.files.csv_text import decoded, detect_separator, read_csv_rows, read_csv_text
from surveykit.files.looking import FileError, file_kind, file_sha256, require_regular
from surveykit.files.old_workbook import read_xls
from surveykit.files.sheet_parts import GAPS_PER_CELL, MAX_GAPS
from surveykit.files.text_encoding import detect_encoding
from surveykit.files.workbook import read_sheet, visible_sheets
from surveykit.responses.results import Finding

__all__ = ["FileCells", "FileLayout", "head_rows", "read_cells", "read_header"]

BOOKS = ("xlsx", "xls")
HEAD = 20
HEAD_BYTES = 4_000_000


@dataclass(frozen=True)
class FileLayout:
    """Where the records of a file lie.

    Attributes
    ----------
    header_row : int
        Row of the header, from 1.
    skip_rows : int
        Rows between the header and the first record.
    footer : int
        Rows below the last record, such as totals.
    sheet : str, optional
        Of a workbook; the first that is not hidden by default.
    encoding : str, optional
        Of a CSV; UTF-8 and GB18030 are tried.
    """

    header_row: int = 1
    skip_rows: int = 0
    footer: int = 0
    sheet: str | None = None
    encoding: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("header_row", 1), ("skip_rows", 0), ("footer", 0)):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise DataError(f"{name!r} must be a whole number from {least}, not {value!r}")

    @property
    def plain(self) -> bool:
        """Whether the header is the first row and all others are records."""
        return (self.header_row, self.skip_rows, self.footer) == (1, 0, 0)


@dataclass(frozen=True)
class FileCells:
    """A table as text.

    Attributes
    ----------
    table : DataFrame
        Cells; columns of one title are told apart as ``title#2``, those without one by their place as ``#3``.
    sheet, sha256 : str
        Sheet, and hash of the file's bytes.
    rows : (n,) int array
        Row of the file of each record.
    above : list of list of str
        Rows between the header and the first record.
    findings : tuple of Finding
        A hidden sheet, titles that repeat, rows left out.
    """

    table: pd.DataFrame
    sheet: str
    sha256: str
    rows: NDArray[np.int64]
    above: list[list[str]]
    findings: tuple[Finding, ...] = ()


def _sheet(path: Path, sheet: str | None) -> tuple[str | None, list[Finding]]:
    """Name of the sheet to read; a hidden one in front of it is said."""
    if sheet is not None:
        return sheet, []
    shown, hidden = visible_sheets(path)
    if not hidden or not shown:
        return None, []
    message = f"hidden sheets are not read: {first_few(hidden)}; read: {shown[0]!r} (say which with sheet:)"
    return shown[0], [Finding("hidden_sheet", message, count=len(hidden))]


def _numbered_rows(path: Path, layout: FileLayout) -> tuple[list[tuple[int, list[str]]], str, list[Finding]]:
    """Rows that hold anything, with their numbers in the file."""
    kind = file_kind(path)
    if kind not in BOOKS:
        records = read_csv_rows(path, encoding=layout.encoding)
        return [(i, row) for i, (_, row) in enumerate(records, start=1)], "", []
    sheet, findings = _sheet(path, layout.sheet) if kind == "xlsx" else (layout.sheet, [])
    rows, name = read_sheet(path, sheet) if kind == "xlsx" else read_xls(path, sheet)
    return list(enumerate(rows, start=1)), name, findings


def head_rows(path: Path, layout: FileLayout | None = None, count: int = HEAD) -> list[list[str]]:
    """First rows of a file as they lie in it.

    Parameters
    ----------
    path : Path
        CSV, XLSX or XLS.
    layout : FileLayout, optional
        Its sheet and encoding.
    count : int
        How many.

    Returns
    -------
    list of list of str
    """
    return [row for _, row in _numbered_rows(path, layout or FileLayout())[0][:count]]


def read_header(path: Path, layout: FileLayout | None = None) -> list[str]:
    """Read the header of a CSV, XLSX or XLS file; of a CSV only as much as that needs.

    Parameters
    ----------
    path : Path
        The file.
    layout : FileLayout, optional
        Where the header stands.

    Returns
    -------
    list of str
        Empty if the file ends above it.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    layout = layout or FileLayout()
    if not layout.plain:
        rows = head_rows(path, layout, layout.header_row)
        return rows[-1] if len(rows) == layout.header_row else []
    if file_kind(path) in BOOKS:
        return next((row for _, row in _numbered_rows(path, layout)[0] if any(row)), [])
    if require_regular(path) == 0:
        raise FileError("the file is empty", "", path.name)
    encoding = layout.encoding or detect_encoding(path)
    text = next(decoded(path, encoding, HEAD_BYTES), "")
    return first_record(text, path.name, separator=detect_separator(text, path.name))


def _repeated(header: list[str]) -> list[Finding]:
    twice = [name for name, count in Counter(header).items() if name.strip() and count > 1]
    if not twice:
        return []
    message = f"columns of one title, told apart as 'title#2' by their order: {first_few(twice)}"
    return [Finding("repeated_titles", message, count=len(twice))]


def read_cells(path: Path, layout: FileLayout | None = None) -> FileCells:
    """Read the records of a CSV, XLSX or XLS file as text.

    Parameters
    ----------
    path : Path
        The file; told apart by its first bytes, not by its name.
    layout : FileLayout, optional
        Where the records lie.

    Returns
    -------
    FileCells

    Raises
    ------
    DataError
        If the file cannot be read, has no header where it is said to be, or cells beyond the header.
    """
    layout = layout or FileLayout()
    digest = file_sha256(path)
    book = file_kind(path) in BOOKS
    if layout.plain and not book:
        table = read_csv_text(path, encoding=layout.encoding, repeated=True)
        twice = [name for name in map(str, table) if "#" in name and name.rpartition("#")[0] in table]
        findings = _repeated([name.rpartition("#")[0] if name in twice else name for name in map(str, table)])
        return FileCells(table, "", digest, np.arange(2, 2 + len(table)), [], tuple(findings))
    rows, sheet, said = _numbered_rows(path, layout)
    first = next((i for i, (_, row) in enumerate(rows) if any(row)), 0) if layout.header_row == 1 else None
    place = first if first is not None else layout.header_row - 1
    if place >= len(rows):
        raise DataError(f"{path.name}: no row {layout.header_row} for the header; the file has {len(rows)} rows")
    above = [row for _, row in rows[place + 1 : place + 1 + layout.skip_rows]]
    header = _header(path.name, rows[place][1], above)
    body = [(number, row) for number, row in rows[place + 1 + layout.skip_rows :] if any(row)]
    if layout.footer:
        gone = body[len(body) - min(layout.footer, len(body)) :]
        body = body[: len(body) - len(gone)]
        message = f"rows below the records left out as 'footer' says: row {first_few([n for n, _ in gone])}"
        said.append(Finding("footer", message, count=len(gone)))
    if not book and (odd := [number for number, row in body if len(row) != len(rows[place][1])]):
        what = f"rows whose number of cells is not {len(rows[place][1])}, as the header has"
        raise DataError(f"{path.name}: {what}: {first_few(odd)}; rows of totals are left out with footer")
    table = _table(path.name, unique_header(header), body)
    numbers = np.array([number for number, _ in body], dtype=np.int64)
    return FileCells(table, sheet, digest, numbers, above, (*said, *_repeated(header)))


def _header(file: str, cells: list[str], above: list[list[str]]) -> list[str]:
    """Titles without the empty ones at the right, unless the rows of the header below them reach further."""
    header = list(cells)
    while header and not header[-1].strip():
        header.pop()
    if above:
        header += [""] * (max(len(cells), *map(len, above)) - len(header))
    require_header(file, unique_header(header) if any(cell.strip() for cell in header) else header)
    return header


def _table(file: str, names: list[str], body: list[tuple[int, list[str]]]) -> pd.DataFrame:
    """Make the table; each distinct cell of a column is kept once."""
    width = len(names)
    over = [number for number, row in body if any(cell.strip() for cell in row[width:])]
    if over:
        raise DataError(f"{file}: rows with cells beyond the header: {first_few(over)}; is the header row shifted?")
    held = sum(len(row) for _, row in body)
    if width * len(body) - held > max(MAX_GAPS, GAPS_PER_CELL * held):
        what = f"{len(body):,} rows that end after few of the header's {width:,} columns; refused as a likely bomb"
        raise FileError(what, "save the table as CSV if it is really that large", file)
    data = {
        k: pd.Series([row[k] if k < len(row) else "" for _, row in body], dtype="str").astype("category")
        for k in range(width)
    }
    return pd.DataFrame(data).set_axis(names, axis="columns")
