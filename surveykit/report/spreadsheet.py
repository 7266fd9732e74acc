"""The report's tables as a workbook: cover, contents, notes, then one table a sheet."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

from surveykit.report.archive import same_bytes
from surveykit.report.document import Cell, Document, Table
from surveykit.report.inputs import Edition
from surveykit.report.messages import say
from surveykit.report.outline import outline

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["build_xlsx"]

WIDEST = 60


def build_xlsx(document: Document) -> bytes:
    """Write every table of a report into a workbook.

    Numbers are numbers, rounded as they are printed; a withheld figure is its sign and nothing else; the first row of
    a sheet is its title, then come the unit and notes, then one header row and the rows, marked up as a table.

    Parameters
    ----------
    document : Document
        Content from :func:`surveykit.report.make_document`.

    Returns
    -------
    bytes
        An XLSX file, the same bytes for the same content.
    """
    from openpyxl import Workbook

    edition: Edition = "zh" if document.edition == "zh" else "en"
    book = Workbook()
    labelled = [
        (item.label, item.block)
        for section in outline(document)
        for item in section.items
        if isinstance(item.block, Table)
    ]
    _cover(book, document, say(edition, "sheet_cover"))
    names = [_sheet_name(label) for label, _ in labelled]
    _contents(book, document, edition, list(zip(names, (table.title for _, table in labelled), strict=True)))
    _notes(book, document, edition)
    for position, ((label, table), name) in enumerate(zip(labelled, names, strict=True), start=1):
        _sheet(book, document, edition, (position, name, label), table)
    book.properties.creator = "surveykit"
    book.properties.title = document.title
    buffer = io.BytesIO()
    book.save(buffer)
    return same_bytes(buffer.getvalue(), document.published.isoformat())


def _sheet_name(label: str) -> str:
    return re.sub(r"[\\/*?:\[\]]", " ", label.strip())[:31]


def _write(sheet: Any, row: int, column: int, value: object, **style: Any) -> Any:
    from openpyxl.styles import Alignment, Font

    place = sheet.cell(row=row, column=column)
    place.value = value
    if isinstance(value, str):
        place.data_type = "s"  # a text that begins with "=" must not become a formula
    place.alignment = Alignment(wrap_text=style.get("wrap", True), vertical="top")
    if style.get("bold"):
        place.font = Font(bold=True, size=style.get("size", 11))
    return place


def _cover(book: Workbook, document: Document, name: str) -> None:
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    lines = [document.title, document.subtitle, document.mark]
    row = 0
    for line in filter(None, lines):
        row += 1
        _write(sheet, row, 1, line, bold=True, size=16 if row == 1 else 11)
    for key, value in document.facts:
        row += 1
        _write(sheet, row, 1, key)
        _write(sheet, row, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 48, 48


def _contents(book: Workbook, document: Document, edition: Edition, sheets: list[tuple[str, str]]) -> None:
    sheet = book.create_sheet(say(edition, "sheet_contents"))
    _write(sheet, 1, 1, say(edition, "sheet_contents"), bold=True, size=14)
    for row, (name, title) in enumerate(sheets, start=2):
        place = _write(sheet, row, 1, name)
        place.hyperlink = f"#'{name}'!A1"
        _write(sheet, row, 2, title)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 16, 80


def _notes(book: Workbook, document: Document, edition: Edition) -> None:
    sheet = book.create_sheet(say(edition, "sheet_notes"))
    _write(sheet, 1, 1, say(edition, "sheet_notes"), bold=True, size=14)
    lines = [document.mark] if document.mark else []
    lines += [say(edition, "sign_" + sign) for sign in ("u", "c", "x", "rv")]
    lines += list(dict.fromkeys(note for table in document.tables() for note in table.notes))
    for row, line in enumerate(dict.fromkeys(lines), start=2):
        _write(sheet, row, 1, line)
    sheet.column_dimensions["A"].width = 110


def _sheet(book: Workbook, document: Document, edition: Edition, named: tuple[int, str, str], table: Table) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table as Marked
    from openpyxl.worksheet.table import TableStyleInfo

    position, name, label = named
    sheet = book.create_sheet(name)
    above = [f"{label} {table.title}", document.mark, table.unit, *table.notes, table.source]
    row = 0
    for line in filter(None, above):
        row += 1
        _write(sheet, row, 1, line, bold=row == 1, wrap=False)
    head = row + 1
    heads: list[str] = []
    for place_, column in enumerate(table.columns, start=1):
        label_ = column.label if column.label not in heads else f"{column.label} ({place_})"
        heads.append(label_)
        _write(sheet, head, place_, label_, bold=True)
    for offset, cells in enumerate(table.rows, start=1):
        for place_, cell in enumerate(cells, start=1):
            _number_or_text(sheet, head + offset, place_, cell)
    _widths(sheet, table)
    if table.rows:
        area = f"A{head}:{get_column_letter(len(table.columns))}{head + len(table.rows)}"
        marked = Marked(displayName=f"T{position}", ref=area)
        marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(marked)
        sheet.freeze_panes = f"A{head + 1}"


def _number_or_text(sheet: Any, row: int, column: int, cell: Cell) -> None:
    if cell.value is None or cell.status not in ("", "rv"):
        _write(sheet, row, column, cell.text)
        return
    place = _write(sheet, row, column, cell.value)
    digits = cell.text.split(" ")[0].partition(".")[2]
    shown = "#,##0" if not digits else "0." + "0" * len(digits.rstrip("※"))
    place.number_format = shown


def _widths(sheet: Any, table: Table) -> None:
    from openpyxl.utils import get_column_letter

    for place, column in enumerate(table.columns):
        texts = [column.label, *(row[place].text for row in table.rows[:200])]
        size = max(sum(2 if ord(character) > 0x2E7F else 1 for character in text) for text in texts)
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(size + 2, 8), WIDEST)
