"""Results as a workbook: numbers are numbers, texts are never formulas."""

from __future__ import annotations

import math
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.display.content import pick, translated
from surveykit.display.numbers import decimals_of
from surveykit.display.text import heads_of
from surveykit.errors import DataError, OverwriteError

if TYPE_CHECKING:
    from surveykit.display.content import NamedTable, Presentation
    from surveykit.language import Language

__all__ = ["write_workbook"]

WIDEST = 40
_LOOKS_LIKE_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_workbook(presentation: Presentation, path: str | Path, language: Language, *, overwrite: bool) -> Path:
    """Write a presentation to a file, whole or not at all; see `Shown.to_excel`."""
    from openpyxl import Workbook

    path = Path(path)
    if path.suffix.lower() != ".xlsx":
        raise DataError(f"to_excel: {path.name!r} does not end in .xlsx: give the file that name")
    if not path.parent.is_dir():
        raise DataError(f"to_excel: the folder {str(path.parent)!r} is not there: make it first")
    if path.exists() and not overwrite:
        raise OverwriteError(f"to_excel: {str(path)!r} is there already: choose another name, or pass overwrite=True")
    book = Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    for named in presentation.tables:
        _table_sheet(book, named, language, taken)
    sheet = book.create_sheet(_sheet_name("说明" if language == "zh" else "Notes", taken))
    sheet.column_dimensions["A"].width = 100
    for row, words in enumerate([presentation.title, *presentation.notes], start=1):
        _write(sheet, row, 1, pick(words, language), bold=row == 1, wrap=True)
    handle, temporary = tempfile.mkstemp(suffix=".xlsx", dir=path.parent)
    os.close(handle)
    try:
        book.save(temporary)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def _table_sheet(book: Any, named: NamedTable, language: Language, taken: set[str]) -> None:
    sheet = book.create_sheet(_sheet_name(pick(named.name, language), taken))
    for column, head in enumerate(heads_of(named.table, language), start=1):
        place = _write(sheet, 1, column, head, bold=True, wrap=True)
        values = named.table.iloc[:, column - 1]
        decimals = decimals_of(values)
        widest = len(head.encode("gb18030", "replace"))
        for row, value in enumerate(values.tolist(), start=2):
            shown = translated(value, language) if isinstance(value, str) and language == "zh" else value
            cell = _write(sheet, row, column, shown)
            if decimals is not None:
                cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
            elif isinstance(shown, str):
                widest = max(widest, len(shown.encode("gb18030", "replace")))
        sheet.column_dimensions[place.column_letter].width = min(max(widest + 2, 10), WIDEST)
    sheet.freeze_panes = "A2"


def _write(sheet: Any, row: int, column: int, value: Any, *, bold: bool = False, wrap: bool = False) -> Any:
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row=row, column=column)
    plain = value.item() if hasattr(value, "item") else value
    if isinstance(plain, float) and not math.isfinite(plain):
        plain = None if math.isnan(plain) else "∞" if plain > 0 else "−∞"
    if plain is not None and not isinstance(plain, bool | int | float):
        plain = _NOT_IN_XML.sub("", str(plain))
    cell.value = plain
    if isinstance(plain, str):
        cell.data_type = "s"
        cell.quotePrefix = plain.startswith(_LOOKS_LIKE_FORMULA)
    if bold or wrap:
        cell.font, cell.alignment = Font(bold=bold), Alignment(wrap_text=wrap, vertical="top")
    return cell


def _sheet_name(name: str, taken: set[str]) -> str:
    clean = re.sub(r"[\\/*?:\[\]]", " ", name).strip().strip("'")[:28] or "1"
    chosen, number = clean, 1
    while chosen.lower() in taken:
        number += 1
        chosen = f"{clean[:25]} {number}"
    taken.add(chosen.lower())
    return chosen
