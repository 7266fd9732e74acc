"""One sheet of a workbook: title, unit, header and records, set up for the screen, for print and for programs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from surveykit.report.inputs import Edition
from surveykit.report.messages import say
from surveykit.report.office.sheets import Field, Sheet

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["HEADER_ROW", "Writer"]

HEADER_ROW = 4
NARROWEST, WIDEST, WIDEST_NOTE = 8, 42, 110
FROZEN_WIDTH = 60
PORTRAIT_WIDTH = 95
LINE_HEIGHT = 13.5
A4 = 9


class Writer:
    """Writes sheets into a workbook.

    Parameters
    ----------
    book : openpyxl.Workbook
        Receives the sheets.
    edition : {"zh", "en"}
        Language.
    mark : str
        What stands in the header of every printed page, for example that the answers are simulated.
    """

    def __init__(self, book: Workbook, edition: Edition, mark: str) -> None:
        self.book, self.edition, self.mark = book, edition, mark
        self._names: set[str] = set()

    def sheet(self, content: Sheet, links: Mapping[int, str] | None = None) -> None:
        """Write a sheet; ``links`` names the sheet that the first cell of a row leads to."""
        sheet: Any = self.book.create_sheet(content.name)
        self.text(sheet, 1, 1, content.title, bold=True, size=13, wrap=False)
        second = "　".join(filter(None, (content.unit, self.mark)))
        if second:
            self.text(sheet, 2, 1, second, wrap=False)
        if links is None:
            back = self.text(sheet, 3, 1, say(self.edition, "back_to_contents"), wrap=False)
            self._link(back, say(self.edition, "sheet_contents"))
        widths = [_width(field) for field in content.fields]
        for place, (field, width) in enumerate(zip(content.fields, widths, strict=True), start=1):
            self._field(sheet, place, field, width, indent=int(place > content.labels and not field.number))
        self._heights(sheet, content, widths)
        for row, name in (links or {}).items():
            self._link(sheet.cell(row=row, column=1), name)
        self._table(sheet, content)
        sheet.freeze_panes = sheet.cell(row=HEADER_ROW + 1, column=_frozen(content, widths) + 1)
        landscape = len(content.fields) > 6 or sum(widths) > PORTRAIT_WIDTH
        self.page(sheet, HEADER_ROW + content.rows, max(len(content.fields), 1), landscape=landscape)

    def text(self, sheet: Any, row: int, column: int, text: str, **look: Any) -> Any:
        """Write a text; one that begins with "=" does not become a formula."""
        from openpyxl.styles import Alignment, Font

        place = sheet.cell(row=row, column=column)
        place.value = text
        place.data_type = "s"
        side = look.get("horizontal") or ("left" if look.get("indent") else None)
        upright = look.get("vertical", "top")
        place.alignment = Alignment(side, upright, wrap_text=look.get("wrap", True), indent=look.get("indent", 0))
        if look.get("bold"):
            normal = self.book._named_styles["Normal"].font
            place.font = Font(name=normal.name, bold=True, size=look.get("size", normal.sz))
        return place

    def page(self, sheet: Any, rows: int, columns: int, *, landscape: bool) -> None:
        """Set up the printed page: A4, as wide as the sheet, header row on every page, mark and page number."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet.print_area = f"A1:{get_column_letter(columns)}{max(rows, 1)}"
        if rows > HEADER_ROW:
            sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.oddHeader.center.text = self.mark.replace("&", "&&") or None
        sheet.oddFooter.center.text = say(self.edition, "page_of_pages")

    def _field(self, sheet: Any, place: int, field: Field, width: float, *, indent: int) -> None:
        from openpyxl.styles import Alignment, Border, Side
        from openpyxl.utils import get_column_letter

        side = "right" if field.number else None
        head = self.text(
            sheet, HEADER_ROW, place, field.name, bold=True, vertical="bottom", horizontal=side, indent=indent
        )
        head.border = Border(bottom=Side(style="thin"))
        for position, value in enumerate(field.values):
            row = HEADER_ROW + 1 + position
            if isinstance(value, str):
                if value:
                    self.text(sheet, row, place, value, indent=indent)
            elif value is not None:
                cell = sheet.cell(row=row, column=place)
                cell.value = int(value) if value.is_integer() and abs(value) < 2**53 else value
                cell.number_format = field.formats[position]
                cell.alignment = Alignment(vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = width

    def _heights(self, sheet: Any, content: Sheet, widths: list[float]) -> None:
        """Give rows of several lines their height, which not every program works out by itself."""
        heads: list[str | float | None] = [field.name for field in content.fields]
        rows = [heads, *([field.values[place] for field in content.fields] for place in range(content.rows))]
        for row, values in enumerate(rows, start=HEADER_ROW):
            pairs = zip(values, widths, strict=True)
            lines = max((_lines(value, width) for value, width in pairs if isinstance(value, str)), default=1)
            if lines > 1:
                sheet.row_dimensions[row].height = LINE_HEIGHT * lines + 2

    def _link(self, place: Any, name: str) -> None:
        from openpyxl.styles import Font

        quoted = name.replace("'", "''")
        place.hyperlink = f"#'{quoted}'!A1"
        place.font = Font(name=place.font.name, size=place.font.sz, color="0563C1", underline="single")

    def _table(self, sheet: Any, content: Sheet) -> None:
        """Mark the records as a table; its name must be unique and must not look like the address of a cell."""
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.table import Table, TableStyleInfo

        if not content.rows:
            return
        first = content.tables[0][1].id if content.tables else f"list_{len(self._names) + 1}"
        stem = "t_" + re.sub(r"[^A-Za-z0-9_]", "_", first)[:200]
        name, count = stem, 1
        while name.lower() in self._names:
            count += 1
            name = f"{stem}_{count}"
        self._names.add(name.lower())
        area = f"A{HEADER_ROW}:{get_column_letter(len(content.fields))}{HEADER_ROW + content.rows}"
        marked = Table(displayName=name, ref=area)
        marked.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        sheet.add_table(marked)


def _units(text: str) -> int:
    """Width of a text in halves of a Chinese character."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _lines(text: str, width: float) -> int:
    return max(1, math.ceil(_units(text) / max(width - 2, 1)))


def _shown(value: str | float | None, shown: str) -> int:
    """Width of a cell as it is displayed."""
    if value is None or isinstance(value, str):
        return _units(value or "")
    return len(f"{value:,.{len(shown.partition('.')[2].partition(';')[0])}f}")


def _width(field: Field) -> float:
    """Return a column's width: that of its longest value, a long header running over two lines."""
    formats = field.formats or ("",) * len(field.values)
    longest = max((_shown(value, shown) for value, shown in zip(field.values, formats, strict=True)), default=0)
    head = _units(field.name)
    wanted = max(longest, head / 2 + 2 if head > 10 else head + 2) + 2
    average = sum(_units(value) for value in field.values if isinstance(value, str)) / max(len(field.values), 1)
    return float(min(max(wanted, NARROWEST), WIDEST_NOTE if average > WIDEST else WIDEST))


def _frozen(content: Sheet, widths: list[float]) -> int:
    """Return how many label columns stay in sight: as many as leave room for the numbers."""
    total = 0.0
    for place in range(content.labels):
        total += widths[place]
        if total > FROZEN_WIDTH:
            return place
    return content.labels
