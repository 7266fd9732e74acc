"""Read old XLS workbooks as text, with xlrd."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from surveykit.errors import DataError, MissingDependencyError, first_few
from surveykit.files.looking import FileError, read_bytes
from surveykit.files.workbook import percentage

__all__ = ["read_xls"]

MAX_BYTES = 100_000_000
MAX_CHARACTERS = 300_000_000


def read_xls(path: Path, sheet: str | None = None) -> tuple[list[list[str]], str]:
    """Read a sheet of an old XLS file with every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    sheet : str, optional
        The first by default.

    Returns
    -------
    tuple of list of list of str and str
        Rows of cells, and the sheet's name.

    Raises
    ------
    MissingDependencyError
        If xlrd is not installed.
    DataError
        If the file is damaged or encrypted, or has no such sheet.
    """
    try:
        import xlrd
    except ImportError as error:
        todo = "install it with: pip install xlrd, or save the file as .xlsx or .csv"
        raise MissingDependencyError(f"{path.name}: old .xls files are read with xlrd; {todo}") from error
    content = read_bytes(path, limit=MAX_BYTES)
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise FileError("the workbook is encrypted", "save it again without a password", path.name)
    try:
        book = xlrd.open_workbook(
            file_contents=content, on_demand=True, ragged_rows=True, logfile=io.StringIO(), formatting_info=True
        )
        names = book.sheet_names()
        if sheet is not None and sheet not in names:
            raise DataError(f"{path.name}: no sheet {sheet!r}; there are {first_few(names)}")
        page = book.sheet_by_name(sheet if sheet is not None else names[0])
        shown = {key: str(held.format_str) for key, held in book.format_map.items()}
        formats = {place: shown.get(style.format_key, "") for place, style in enumerate(book.xf_list)}
        return _rows(page, book.datemode, formats, xlrd), str(page.name)
    except DataError:
        raise
    except MemoryError:
        raise FileError("there is not enough memory for the workbook", "save the table as CSV", path.name) from None
    except Exception as error:  # xlrd lets errors of every kind through when a file is damaged
        what = f"not a readable XLS file ({type(error).__name__}: {str(error)[:200]})"
        raise FileError(what, "it may be cut off", path.name) from error


def _rows(page: Any, datemode: int, formats: dict[int, str], xlrd: Any) -> list[list[str]]:
    characters = 0
    rows = []
    for place in range(page.nrows):
        row = [_text(cell, datemode, formats, xlrd) for cell in page.row(place)]
        characters += sum(map(len, row))
        if characters > MAX_CHARACTERS:
            raise ValueError(f"its cells hold more than {MAX_CHARACTERS:,} characters; save the table as CSV")
        rows.append(row)
    return rows


def _text(cell: Any, datemode: int, formats: dict[int, str], xlrd: Any) -> str:
    if cell.ctype == xlrd.XL_CELL_DATE:
        return str(xlrd.xldate_as_datetime(cell.value, datemode))
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, cell.value))
    if cell.ctype == xlrd.XL_CELL_NUMBER and "%" in (code := formats.get(cell.xf_index, "")):
        return percentage(repr(cell.value), code)
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return str(int(cell.value)) if float(cell.value).is_integer() else repr(cell.value)
    return "" if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK) else str(cell.value)
