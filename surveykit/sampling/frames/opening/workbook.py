"""Frames in workbooks: one sheet, read row by row into text; what a spreadsheet cannot hold is refused."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveykit.errors import first_few
from surveykit.files.duck import open_parquet
from surveykit.files.looking import FileError, require_regular
from surveykit.files.workbook import MAX_BYTES, check_archive
from surveykit.sampling.frames.opening.reading import (
    OpenedFile,
    ReadingOptions,
    Scratch,
    require_distinct_names,
    write_texts,
)

__all__ = ["WORKBOOKS", "open_workbook"]

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
EXACT = 1e15


def open_workbook(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    """Open a sheet of a workbook: its cells become text in a copy that DuckDB reads."""
    name = path.name
    require_regular(path, limit=MAX_BYTES)
    if not name.lower().endswith(".xls"):
        with check_archive(path, name):
            pass
    book = _book(path)
    sheet, chosen = _sheet(book, name, options.sheet)
    cells = _cells(book, sheet, name)
    header = options.header_row
    _require_unmerged(cells, name, header)
    rows = iter(cells.iter_rows())
    for _ in range(header - 1):
        next(rows, None)
    names = _names(next(rows, []), name, sheet, header, cells)
    require_distinct_names(names)
    scratch, blank = Scratch(), [0]
    copy = scratch.folder / "frame.parquet"
    write_texts(names, _texts(rows, len(names), name, header, blank), copy)
    reading = {"kind": "workbook", "sheet": f"{sheet}{'' if options.sheet else chosen}"}
    left_out = [f"{header - 1} rows above the header"] if header > 1 else []
    left_out += [f"{blank[0]} blank rows"] if blank[0] else []
    reading |= {"header_row": str(header)} if header > 1 else {}
    reading |= {"left_out": ", ".join(left_out)} if left_out else {}
    return OpenedFile(open_parquet(connection, copy), reading, 0, scratch)


def _book(path: Path) -> Any:
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_path(str(path))
    except Exception as error:  # calamine has a class of errors for each kind of workbook
        what = f"not a readable workbook ({str(error)[:200]})"
        raise FileError(what, "it may be cut off, encrypted or something else: save it again", path.name) from None


def _cells(book: Any, sheet: str, file: str) -> Any:
    try:
        return book.get_sheet_by_name(sheet)
    except Exception as error:  # see _book
        raise FileError(f"sheet {sheet!r} cannot be read ({str(error)[:200]})", "save it again", file) from None


def _sheet(book: Any, file: str, wanted: str | None) -> tuple[str, str]:
    """The sheet that is named, or the only one that is shown and holds cells, and how it was found."""
    known = {str(sheet.name): str(sheet.visible).endswith(".Visible") for sheet in book.sheets_metadata}
    if wanted is not None:
        if wanted not in known:
            raise FileError(f"there is no sheet {wanted!r} ({first_few(known)})", "correct 'sheet:' of the plan", file)
        return wanted, ""
    filled = [name for name, visible in known.items() if visible and _cells(book, name, file).end is not None]
    if len(filled) != 1:
        what = f"several sheets hold cells ({first_few(filled)})" if filled else "no sheet that is shown holds cells"
        raise FileError(what, "say 'sheet:' under 'frame:' of the plan", file)
    return filled[0], "" if len(known) == 1 else f" (of {len(known)}, the only one shown that holds cells)"


def _require_unmerged(cells: Any, file: str, header: int) -> None:
    """Fail on cells merged over rows of the table: all but the first would read as empty."""
    ranges = getattr(cells, "merged_cell_ranges", None) or ()
    tall = [rows for (rows, _), (last, _) in ranges if last > rows and last >= header]
    if tall:
        what = f"cells are merged over several rows of the table ({len(tall)} times, first in row {min(tall) + 1})"
        raise FileError(what, "undo the merging and fill every row, or correct 'header_row:'", file)


def _names(row: list[Any], file: str, sheet: str, header: int, cells: Any) -> list[str]:
    names = [text.strip() if (text := _text(cell)) else "" for cell in row]
    while names and not names[-1]:
        names.pop()
    blank = [str(place) for place, name in enumerate(names, start=1) if not name]
    if names and not blank:
        return names
    what = f"sheet {sheet!r}: row {header} names no columns" if not names else (
        f"sheet {sheet!r}: columns without a name in row {header}: {len(blank)}: number {', '.join(blank[:5])}"
    )  # fmt: skip
    likely = _likely_header(cells)
    hint = f"; row {likely} looks like the column names" if likely not in (0, header) else ""
    raise FileError(what, f"name each column, or say 'header_row:' under 'frame:' of the plan{hint}", file, header)


def _likely_header(cells: Any) -> int:
    """The first row of the first twenty that fills as many cells as any, from 1; 0 when there is none."""
    filled: list[int] = []
    for row in cells.iter_rows():
        filled.append(sum(cell not in ("", None) for cell in row))
        if len(filled) == 20:
            break
    return filled.index(max(filled)) + 1 if filled and max(filled) > 1 else 0


def _texts(
    rows: Iterator[list[Any]], width: int, file: str, header: int, blank: list[int]
) -> Iterator[list[str | None]]:
    waiting = 0  # blank rows at the end of a sheet are no rows
    for number, row in enumerate(rows, start=header + 1):
        texts = [_text(cell) for cell in row]
        beyond = [text for text in texts[width:] if text is not None]
        if beyond:
            what = f"row {number} has cells beyond the {width} columns of the header ({first_few(beyond)})"
            raise FileError(what, "name their columns, or delete them", file, number)
        if all(text is None for text in texts):
            waiting += 1
            continue
        blank[0] += waiting
        waiting = 0
        yield [*texts[:width], *[None] * (width - len(texts))]


def _text(cell: Any) -> str | None:
    """A cell as people write it: 5 and not 5.0; a number of more digits than a spreadsheet keeps in its powers of ten.

    The latter tells `require_unique_ids` that the last digits of an id are lost.
    """
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        value = float(cell)
        if abs(value) >= EXACT:
            return f"{value:.14E}"
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    return str(cell)
