"""The report's tables as a workbook: cover, contents, notes, all estimates, then tables of the same shape together."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from surveykit.report.archive import same_bytes
from surveykit.report.document import Document
from surveykit.report.inputs import Edition
from surveykit.report.messages import say
from surveykit.report.office.sheet_writer import HEADER_ROW, Writer
from surveykit.report.office.sheets import Field, Sheet, make_sheets, table_range

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["build_xlsx"]

FONTS = {"zh": "等线", "en": "Arial"}


def build_xlsx(document: Document) -> bytes:
    """Write the estimates and every table of a report into a workbook.

    Every sheet but the cover has its title in row 1, the unit in row 2, its column names in row 4 and one record a row
    below, so that ``pandas.read_excel(file, sheet_name=name, header=3)`` reads it. Numbers are numbers in the unit of
    print, with a display format; estimates, standard errors and intervals are unrounded, all else is as printed. The
    ends of an interval have a column each. A withheld figure is an empty cell, its sign stands in the marker column to
    its right. Labels that a page leaves out because they repeat are written out.

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
    _properties(book, document, edition)
    writer = Writer(book, edition, document.mark)
    sheets = make_sheets(document)
    _cover(book, document, writer)
    writer.sheet(_contents(edition, sheets), links={row: sheet.name for row, sheet in _lines(sheets)})
    writer.sheet(_notes(document, edition, sheets))
    for sheet in sheets:
        writer.sheet(sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return same_bytes(buffer.getvalue(), document.published.isoformat())


def _properties(book: Workbook, document: Document, edition: Edition) -> None:
    book.properties.creator = "surveykit"
    book.properties.title = document.title
    book.properties.subject = document.subtitle or None
    book.properties.keywords = document.mark or None
    book.properties.language = "zh-CN" if edition == "zh" else "en"
    normal: Any = book._named_styles["Normal"]
    normal.font.name, normal.font.sz, normal.font.scheme, normal.font.family = FONTS[edition], 10, None, None


def _cover(book: Workbook, document: Document, writer: Writer) -> None:
    sheet: Any = book.active
    sheet.title = say(writer.edition, "sheet_cover")
    row = 0
    for line in filter(None, (document.title, document.subtitle, document.mark)):
        row += 1
        writer.text(sheet, row, 1, line, bold=True, size=16 if row == 1 else 11, wrap=False)
    for key, value in document.facts:
        row += 1
        writer.text(sheet, row, 1, key)
        writer.text(sheet, row, 2, value)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 22, 70
    writer.page(sheet, row, 2, landscape=False)


def _lines(sheets: list[Sheet]) -> list[tuple[int, Sheet]]:
    """Row of the contents and the sheet that it names."""
    named = [sheet for sheet in sheets for _ in sheet.tables]
    return list(enumerate(named, start=HEADER_ROW + 1))


def _contents(edition: Edition, sheets: list[Sheet]) -> Sheet:
    rows = [
        (sheet.name, label, table.title, float(HEADER_ROW + 1 + first))
        for sheet in sheets
        for label, table, first in sheet.first_rows()
    ]
    names, labels, titles, starts = zip(*rows, strict=True) if rows else ((), (), (), ())
    fields = (
        Field(say(edition, "sheet_head"), names),
        Field(say(edition, "number_head"), labels),
        Field(say(edition, "title_head"), titles),
        Field(say(edition, "first_row_head"), starts, ("0",) * len(starts), number=True),
    )
    title = say(edition, "sheet_contents")
    return Sheet(title, title, (), fields, 2)


def _notes(document: Document, edition: Edition, sheets: list[Sheet]) -> Sheet:
    """Return the notes: how the workbook is read, the signs, then the notes of each table, one a row."""
    everywhere = [document.mark] if document.mark else []
    everywhere += [say(edition, "workbook_rows", row=HEADER_ROW)]
    call = f"pandas.read_excel(file, sheet_name=name, header={HEADER_ROW - 1})"
    everywhere += [say(edition, "workbook_reading", call=call)]
    everywhere += [say(edition, "workbook_" + key) for key in ("numbers", "precision")]
    everywhere += [say(edition, "workbook_units", file="estimates.csv")]
    everywhere += [say(edition, "sign_" + sign) for sign in ("u", "c", "x", "rv")]
    places: dict[str, list[str]] = {}
    for sheet in sheets:
        for label, table in sheet.tables:
            for note in filter(None, (*table.notes, table.source)):
                places.setdefault(note, []).append(label or sheet.name)
    rows = [(say(edition, "every_table"), note) for note in everywhere]
    rows += [(table_range(edition, labels), note) for note, labels in places.items() if note not in everywhere]
    fields = (
        Field(say(edition, "number_head"), tuple(label for label, _ in rows)),
        Field(say(edition, "note_head"), tuple(note for _, note in rows)),
    )
    title = say(edition, "sheet_notes")
    return Sheet(title, title, (), fields, 1)
