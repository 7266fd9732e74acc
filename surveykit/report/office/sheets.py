"""Which sheets a workbook has, and what stands in their columns: one record a row, numbers apart from their signs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from surveykit.report.document import Cell, Column, Document, Table
from surveykit.report.inputs import Edition
from surveykit.report.messages import say
from surveykit.report.outline import outline

__all__ = ["LONGEST_NAME", "Field", "Sheet", "display_format", "make_sheets", "table_range"]

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\\/*?:\[\]]")
_PRINTED = re.compile(r"^([+−-]?)[\d,]*(?:\.(\d+))?(e[+−-]?\d+)?(%?)")

Value = str | float | None
Shape = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Field:
    """A column of a sheet: its unique name, its values and the display format of each number ("" for a text)."""

    name: str
    values: tuple[Value, ...]
    formats: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True)
class Sheet:
    """Tables of the same shape under one header; ``labels`` fields at the left are not numbers."""

    name: str
    title: str
    tables: tuple[tuple[str, Table], ...]
    fields: tuple[Field, ...]
    labels: int

    @property
    def rows(self) -> int:
        """Records below the header."""
        return len(self.fields[0].values) if self.fields else 0

    @property
    def unit(self) -> str:
        """The unit of all its tables, or "" when they have several or none."""
        units = {table.unit for _, table in self.tables}
        return units.pop() if len(units) == 1 else ""

    def first_rows(self) -> Iterator[tuple[str, Table, int]]:
        """Number, table and position of its first record."""
        position = 0
        for label, table in self.tables:
            yield label, table, position
            position += len(table.rows)


def display_format(text: str) -> str:
    """Return the number format of a spreadsheet that shows a number as it is printed.

    Examples
    --------
    >>> display_format("4,887"), display_format("73.1 [rv]"), display_format("1.5e−13"), display_format("97.2%")
    ('#,##0', '0.0', '0.0E+00', '0.0"%"')
    >>> display_format("+0.6")
    '+0.0;-0.0;0.0'
    """
    sign, decimals, power, percent = _PRINTED.match(text).groups()  # type: ignore[union-attr]
    body = ("#,##0" if not decimals else "0") + ("." + "0" * len(decimals) if decimals else "")
    if power:
        return body.replace("#,##", "") + "E+00"
    body += '"%"' if percent else ""
    return f"+{body};-{body};{body}" if sign == "+" else body


def make_sheets(document: Document) -> list[Sheet]:
    """Lay out a document's tables: first its data, then its tables, those of the same shape together.

    Parameters
    ----------
    document : Document
        The content.

    Returns
    -------
    list of Sheet
        In the order of the first table of each.
    """
    edition: Edition = "zh" if document.edition == "zh" else "en"
    sheets = [
        Sheet(_name(say(edition, "data_sheet")), table.title, (("", table),), *_fields(edition, [("", table)]))
        for table in document.data
    ]
    grouped: dict[Shape, list[tuple[str, Table]]] = {}
    chapters: dict[Shape, str] = {}
    for section in outline(document):
        for item in section.items:
            if isinstance(item.block, Table):
                shape: Shape = tuple((c.key, c.kind, "" if c.key == "level" else c.label) for c in item.block.columns)
                grouped.setdefault(shape, []).append((item.label.strip(), item.block))
                chapters.setdefault(shape, section.chapter.short or section.chapter.title)
    for shape, tables in grouped.items():
        numbers = table_range(edition, [label for label, _ in tables])
        title = tables[0][1].title if len(tables) == 1 else chapters[shape]
        sheets.append(
            Sheet(_name(f"{numbers} {title}"), f"{numbers} {title}", tuple(tables), *_fields(edition, tables))
        )
    return sheets


def table_range(edition: Edition, labels: Sequence[str]) -> str:
    """Write labels of tables shortly, in unbroken runs; a label without a number stands as it is.

    Examples
    --------
    >>> table_range("en", ["Table 3"]), table_range("en", ["Estimates", "Table 6", "Table 7", "Table 8", "Table 20"])
    ('Table 3', 'Estimates, Tables 6–8, Table 20')
    """
    parts = [label for label in labels if not _number(label)]
    numbered = sorted((_number(label), label) for label in labels if _number(label))
    for _, run in groupby(enumerate(numbered), lambda pair: pair[1][0] - pair[0]):
        members = [member for _, member in run]
        first, last = members[0], members[-1]
        parts += [first[1]] if first == last else [say(edition, "table_range", first=first[0], last=last[0])]
    return say(edition, "list_separator").join(parts)


def _number(label: str) -> int:
    return int("".join(filter(str.isdigit, label)) or 0)


def _name(text: str) -> str:
    """Make a name that spreadsheets accept: no longer than 31 characters, cut between words where there are some."""
    name = _FORBIDDEN.sub(" ", text).strip(" '")
    if len(name) <= LONGEST_NAME:
        return name
    words = name[: LONGEST_NAME + 1].rpartition(" ")[0]
    return (words if len(words) > LONGEST_NAME // 2 else name[:LONGEST_NAME]).strip(" '")


def _fields(edition: Edition, tables: Sequence[tuple[str, Table]]) -> tuple[tuple[Field, ...], int]:
    """Return the fields of tables of the same shape, and how many of them at the left are labels."""
    first = tables[0][1]
    fields: list[Field] = []
    if len(tables) > 1:
        owners = [(label, table) for label, table in tables for _ in table.rows]
        fields.append(Field(say(edition, "number_head"), tuple(label for label, _ in owners)))
        fields.append(Field(say(edition, "title_head"), tuple(table.title for _, table in owners)))
        if len({table.unit for _, table in tables}) > 1:
            fields.append(Field(say(edition, "unit_head"), tuple(table.unit for _, table in owners)))
    rows = [row for _, table in tables for row in table.rows]
    names = [_column_name(edition, tables, place) for place in range(len(first.columns))]
    labels = len(fields)
    for place, (column, name) in enumerate(zip(first.columns, names, strict=True)):
        cells = [row[place] for row in rows]
        if column.kind == "text" and labels == len(fields):
            labels += 1
        fields += _column_fields(edition, column, name, cells)
    return tuple(_unique(fields)), labels


def _column_name(edition: Edition, tables: Sequence[tuple[str, Table]], place: int) -> str:
    """Return a column's label; with the label of the number it belongs to where the table has it more than once."""
    columns = tables[0][1].columns
    label = columns[place].label
    if len({table.columns[place].label for _, table in tables}) > 1:
        return say(edition, "level_head")
    if sum(column.label == label for column in columns) == 1:
        return label
    before = [column.label for column in columns[:place] if column.kind == "number" and column.label != label]
    return say(edition, "qualified_head", first=before[-1], label=label) if before else label


def _column_fields(edition: Edition, column: Column, name: str, cells: Sequence[Cell]) -> list[Field]:
    mark = say(edition, "illustrative_mark")
    signs = tuple(f"[{cell.status}]" if cell.status else mark if cell.text.endswith(mark) else "" for cell in cells)
    if column.kind == "text":
        made = [Field(name, tuple((cell.label or cell.text).removesuffix(mark) for cell in cells))]
    elif any(cell.ends for cell in cells):
        made = _ends(edition, column, name, cells)
    else:
        made = [_numbers(name, cells, lambda cell: cell.value if cell.exact is None else cell.exact)]
    if any(signs):
        made.append(Field(say(edition, "marker_head", label=name), signs))
    return made


def _ends(edition: Edition, column: Column, name: str, cells: Sequence[Cell]) -> list[Field]:
    keys = ("first_rank", "last_rank") if column.key == "ranks" else ("low_end", "high_end")
    return [
        _numbers(say(edition, key, label=name), cells, lambda cell, side=side: cell.ends and cell.ends[side])  # type: ignore[misc]
        for side, key in enumerate(keys)
    ]


def _numbers(name: str, cells: Sequence[Cell], number: Callable[[Cell], float | None]) -> Field:
    values, formats = [], []
    for cell in cells:
        withheld = cell.status not in ("", "rv")
        value = None if withheld else number(cell)
        text = cell.text if value is None and not withheld and cell.text else None
        values.append(value if text is None else text)
        formats.append("" if value is None else display_format(cell.text))
    return Field(name, tuple(values), tuple(formats), number=True)


def _unique(fields: Sequence[Field]) -> Iterator[Field]:
    """Number the names that even so occur twice, for two indicators may bear one name."""
    seen: set[str] = set()
    for field in fields:
        name, count = field.name, 1
        while name in seen:
            count += 1
            name = f"{field.name} ({count})"
        seen.add(name)
        yield Field(name, field.values, field.formats, field.number)
