"""Read CSV and XLSX files as text, safely: nothing is evaluated, converted or guessed silently."""

from __future__ import annotations

import codecs
import csv
import hashlib
import itertools
import struct
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from surveykit.errors import DataError, MissingDependencyError, first_few
from surveykit.responses.xlsx_cells import read_sheet

__all__ = [
    "ENCODINGS",
    "file_sha256",
    "read_csv_text",
    "read_headers",
    "read_text_table",
    "read_xls_text",
    "read_xlsx_text",
]

ENCODINGS = ("utf-8-sig", "gb18030")
SEPARATORS = (",", ";", "\t")
BLOCK = 1 << 20
SNIFFED = 2000


def file_sha256(path: Path) -> str:
    """Hash the bytes of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _marked_encodings(path: Path) -> tuple[str, ...]:
    """Encodings to try: the one that the first bytes state, or all."""
    with path.open("rb") as stream:
        start = stream.read(BLOCK)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ("utf-16",)
    if b"\0" in start[:SNIFFED]:
        raise DataError(
            f"{path.name}: the file holds NUL bytes: it is UTF-16 without a mark, or no text at all; save it as UTF-8"
        )
    return ("utf-8-sig",) if start.startswith(codecs.BOM_UTF8) else ENCODINGS


def _is_damaged_utf8(path: Path) -> bool:
    """Whether nearly all characters beyond ASCII are good UTF-8, which text in another encoding never is."""
    with path.open("rb") as stream:
        text = stream.read(BLOCK).decode("utf-8", "replace")
    beyond = sum(character > "\x7f" for character in text)
    return beyond >= 20 and text.count("\ufffd") <= 0.02 * beyond


def _detect_encoding(path: Path) -> str:
    """The first of the encodings that decodes the whole file."""
    tried: dict[str, str] = {}
    for encoding in _marked_encodings(path):
        if encoding == "gb18030" and _is_damaged_utf8(path):
            continue
        decoder = codecs.getincrementaldecoder(encoding)()
        position = 0
        try:
            with path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    decoder.decode(block)
                    position += len(block)
                decoder.decode(b"", final=True)
            return encoding
        except UnicodeDecodeError as error:
            tried[encoding] = f"byte {position + error.start}"
    places = ", ".join(f"{encoding} fails at {place}" for encoding, place in tried.items())
    if len(tried) == 1:
        raise DataError(
            f"{path.name}: the text is in {next(iter(tried)).removesuffix('-sig').upper()} but damaged or cut off "
            f"({places.partition(' fails at ')[2]} does not belong there); export it again"
        )
    raise DataError(
        f"{path.name}: the text is in none of the encodings tried ({places}); save it as UTF-8 and read it again"
    )


def _detect_separator(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as stream:
        head = stream.readline()
    if not head.strip():
        raise DataError(f"{path.name}: the first line is empty; the header row must come first")
    counts = {separator: len(next(csv.reader([head], delimiter=separator))) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: counts[separator])


def read_csv_text(path: Path, *, encoding: str | None = None, separator: str | None = None) -> pd.DataFrame:
    """Read a CSV with every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        UTF-8 (with or without mark) or GB18030 are tried when it is not given.
    separator : str, optional
        Comma, semicolon or tab, by the header row when it is not given.

    Returns
    -------
    DataFrame
        Text columns as categoricals (their categories are the distinct cells); an empty cell is "".

    Raises
    ------
    DataError
        If the file is empty, cut off, in an unknown encoding, or has rows of different lengths or columns of one name.
    """
    if path.stat().st_size == 0:
        raise DataError(f"{path.name}: the file is empty")
    encoding = encoding or _detect_encoding(path)
    separator = separator or _detect_separator(path, encoding)
    with path.open(encoding=encoding, newline="") as stream:
        header = next(csv.reader(stream, delimiter=separator))
    _check_header(path, header)
    bad: list[str] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        bad.append(f"{row.actual_columns} cells in {row.text[:40]!r}")
        return "skip"

    try:
        table = pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(
                column_names=header, skip_rows_after_names=1, encoding="utf8" if encoding == "utf-8-sig" else encoding
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=separator, newlines_in_values=True, invalid_row_handler=keep
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict(zip(header, _kinds(path, encoding, separator, len(header)), strict=True)),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"{path.name}: the table cannot be read ({error}); is the file cut off?") from error
    if bad:
        raise DataError(
            f"{path.name}: rows whose number of cells is not {len(header)}, as the header has: {first_few(bad)}; "
            "the file may be cut off or a quotation mark may be missing"
        )
    cells: pd.DataFrame = table.to_pandas()
    return cells


def _kinds(path: Path, encoding: str, separator: str, width: int) -> list[pa.DataType]:
    """Distinct cells are kept once where the first rows repeat themselves, and row by row where they do not."""
    with path.open(encoding=encoding, newline="") as stream:
        rows = list(itertools.islice(csv.reader(stream, delimiter=separator), 1, SNIFFED))
    repeated = pa.dictionary(pa.int32(), pa.string())
    seen = [len({row[i] for row in rows if i < len(row)}) for i in range(width)]
    return [pa.string() if count > max(len(rows) / 3, 50) else repeated for count in seen]


def _check_header(path: Path, header: list[str]) -> None:
    twice = sorted({name for name in header if name.strip() and header.count(name) > 1})
    if twice:
        raise DataError(f"{path.name}: columns of one name: {first_few(twice)}; rename or delete one of each")
    if not any(name.strip() for name in header):
        raise DataError(f"{path.name}: the header row is empty; the header row must come first")


def read_xlsx_text(path: Path, *, sheet: str | None = None) -> tuple[pd.DataFrame, str]:
    """Read a sheet of an XLSX file with every cell as text; formulas are read as their text.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str, optional
        The first by default.

    Returns
    -------
    tuple of DataFrame and str
        The cells, and the sheet's name.

    Raises
    ------
    DataError
        If the file is damaged, too large when unpacked, has no such sheet or no header, or columns of one name.
    """
    rows, name = read_sheet(path, sheet)
    return _table_from_rows(path, rows), name


def read_xls_text(path: Path, *, sheet: str | None = None) -> tuple[pd.DataFrame, str]:
    """Read a sheet of an old XLS file with every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str, optional
        The first by default.

    Returns
    -------
    tuple of DataFrame and str
        The cells, and the sheet's name.

    Raises
    ------
    MissingDependencyError
        If xlrd is not installed.
    DataError
        If the file is damaged or has no such sheet.
    """
    try:
        import xlrd
    except ImportError as error:
        todo = "install it with: pip install xlrd, or save the file as .xlsx or .csv"
        raise MissingDependencyError(f"{path.name}: old .xls files are read with xlrd; {todo}") from error
    try:
        book = xlrd.open_workbook(str(path), on_demand=True)
    except (xlrd.XLRDError, AssertionError, IndexError, ValueError, OSError, struct.error) as error:
        raise DataError(f"{path.name}: not a readable XLS file ({error}); it may be cut off") from error
    names = book.sheet_names()
    if sheet is not None and sheet not in names:
        raise DataError(f"{path.name}: no sheet {sheet!r}; there are {first_few(names)}")
    page = book.sheet_by_name(sheet if sheet is not None else names[0])
    rows = [[_xls_text(cell, book.datemode, xlrd) for cell in page.row(i)] for i in range(page.nrows)]
    return _table_from_rows(path, rows), str(page.name)


def _xls_text(cell: Any, datemode: int, xlrd: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return str(xlrd.xldate_as_datetime(cell.value, datemode))
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return str(int(cell.value)) if float(cell.value).is_integer() else repr(cell.value)
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else str(cell.value)


def _table_from_rows(path: Path, rows: list[list[str]]) -> pd.DataFrame:
    if not rows:
        raise DataError(f"{path.name}: the sheet is empty")
    header = rows[0]
    while header and not header[-1].strip():
        header.pop()
    _check_header(path, header)
    width = len(header)
    over = [number for number, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row[width:])]
    if over:
        raise DataError(
            f"{path.name}: rows with cells beyond the header: {first_few(over)}; is the header row shifted?"
        )
    body = [row[:width] + [""] * (width - len(row)) for row in rows[1:] if any(cell for cell in row)]
    return pd.DataFrame(body, columns=header, dtype="str").astype("category")


def read_headers(path: Path) -> list[str]:
    """Read the header row of a CSV, XLSX or XLS file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    list of str

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        return [str(name) for name in read_text_table(path)[0].columns]
    if path.stat().st_size == 0:
        raise DataError(f"{path.name}: the file is empty")
    encoding = _detect_encoding(path)
    with path.open(encoding=encoding, newline="") as stream:
        return next(csv.reader(stream, delimiter=_detect_separator(path, encoding)))


def read_text_table(
    path: str | Path, *, encoding: str | None = None, sheet: str | None = None
) -> tuple[pd.DataFrame, str, str]:
    """Read a CSV or XLSX file as text.

    Parameters
    ----------
    path : str or Path
        The file; told apart by its first bytes, not by its name.
    encoding : str, optional
        Of a CSV.
    sheet : str, optional
        Of an XLSX.

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
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    digest = file_sha256(path)
    with path.open("rb") as stream:
        start = stream.read(8)
    if start.startswith(b"PK"):
        table, sheet_name = read_xlsx_text(path, sheet=sheet)
        return table, sheet_name, digest
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        table, sheet_name = read_xls_text(path, sheet=sheet)
        return table, sheet_name, digest
    return read_csv_text(path, encoding=encoding), "", digest
