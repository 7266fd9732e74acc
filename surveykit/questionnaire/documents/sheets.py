"""Excel workbooks whose cells are text or numbers, never formulas, and whose bytes depend on the content only."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["write_sheets"]

_EPOCH = dt.datetime(2000, 1, 1)
WIDTHS = (10, 60)


def write_sheets(sheets: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Write a workbook.

    Parameters
    ----------
    sheets : mapping
        Name of a sheet to its rows; the first row is the head. Text stays text, whatever it begins with; None is empty.

    Returns
    -------
    bytes
        The .xlsx file.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.active)
    book.properties.created = book.properties.modified = _EPOCH
    book.properties.creator = "surveykit"
    for name, rows in sheets.items():
        sheet = book.create_sheet(name[:31])
        for r, row in enumerate(rows, start=1):
            for c, value in enumerate(row, start=1):
                if value is None or value == "":
                    continue
                cell = sheet.cell(row=r, column=c)
                cell.value = _clean(value)
                if isinstance(value, str):
                    cell.data_type = "s"
                if r == 1:
                    cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.freeze_panes = "A2"
        for c in range(1, max((len(row) for row in rows), default=0) + 1):
            longest = max((len(str(row[c - 1])) for row in rows if len(row) >= c and row[c - 1] is not None), default=0)
            sheet.column_dimensions[get_column_letter(c)].width = min(max(longest + 2, WIDTHS[0]), WIDTHS[1])
    stream = io.BytesIO()
    book.save(stream)
    return _same_bytes(stream.getvalue())


def _clean(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(letter for letter in value if letter >= " " or letter in "\t\n\r")


def _same_bytes(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _fixed_times(data)
            new.writestr(zipfile.ZipInfo(name, date_time=(2000, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _fixed_times(core: bytes) -> bytes:
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", core)
