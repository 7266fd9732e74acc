"""What is collected from the parts of a workbook while they are parsed, and when to stop."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["BOMB", "Parts", "Skeleton"]

BOMB = "refused as a likely bomb, save the table as CSV if it is really that large"
MAX_COLUMNS = 16_384
MAX_CELLS = 30_000_000
MAX_ROWS = 1_048_576
MAX_GAPS = 2_000_000
GAPS_PER_CELL = 20
MAX_CHARACTERS = 300_000_000
MAX_KEPT = 200_000
_SHORT = 64
_COLUMN = re.compile(r"[A-Z]+")
_NO_CELLS: list[str] = []  # one object for all rows that are left out


class Parts:
    """Collects rows of cells (or shared strings) from the parser's events.

    Cells, gaps between cells and characters are counted over all sheets of a workbook: a few bytes can say that a
    cell lies in the last column, or name a long shared string a million times. With `blank_rows` a row that the sheet
    leaves out is an empty one, so that the place of a row is its number.
    """

    def __init__(self, cell_text: Callable[[dict[str, str], str, str], str], *, blank_rows: bool = False) -> None:
        self._blank_rows = blank_rows
        self.rows: list[list[str]] = []
        self.strings: list[str] = []
        self._cell_text = cell_text
        self._attributes: dict[str, str] = {}
        self._cells: list[str] = []
        self._value: list[str] = []
        self._formula: list[str] = []
        self._into: list[str] | None = None
        self._phonetic = False
        self._count = self._gaps = self._characters = 0
        self._known: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = name.rpartition(":")[2]
        if name == "c":
            self._attributes, self._value, self._formula = attributes, [], []
        elif name in ("v", "t"):
            self._into = None if self._phonetic else self._value
        elif name == "f":
            self._into = self._formula
        elif name == "row":
            self._cells = []
            number = attributes.get("r", "")
            if self._blank_rows and number.isdigit() and len(self.rows) + 1 < int(number) <= MAX_ROWS:
                self.rows.extend([_NO_CELLS] * (int(number) - 1 - len(self.rows)))
        elif name == "si":
            self._value = []
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        """Take the end of an element."""
        name = name.rpartition(":")[2]
        if name in ("v", "t", "f"):
            self._into = None
        elif name == "c":
            self._cell()
        elif name == "row":
            self.rows.append(self._cells)
            if len(self.rows) > MAX_ROWS:
                raise ValueError(f"it has more than {MAX_ROWS:,} rows, which no spreadsheet can have; {BOMB}")
        elif name == "si":
            self.strings.append("".join(self._value))
            self._count += 1
            self._characters += len(self.strings[-1])
            self._require_modest()
        elif name == "rPh":
            self._phonetic = False

    def data(self, text: str) -> None:
        """Take text."""
        if self._into is not None:
            self._into.append(text)

    def _cell(self) -> None:
        place = _place(self._attributes.get("r", ""), len(self._cells) - 1)
        gap = max(place - len(self._cells), 0)
        self._count += 1
        self._gaps += gap
        if place >= MAX_COLUMNS:
            raise ValueError(f"it says that it has more cells than a spreadsheet can have; {BOMB}")
        self._require_modest()
        self._cells.extend([""] * gap)
        text = self._cell_text(self._attributes, "".join(self._value), "".join(self._formula))
        self._characters += len(text)
        if len(text) <= _SHORT and len(self._known) < MAX_KEPT:
            text = self._known.setdefault(text, text)  # one object for all cells that say the same
        self._cells.append(text)

    def _require_modest(self) -> None:
        if self._count > MAX_CELLS or self._gaps > max(MAX_GAPS, GAPS_PER_CELL * self._count):
            raise ValueError(f"it says that it has more cells than a spreadsheet can have; {BOMB}")
        if self._characters > MAX_CHARACTERS:
            raise ValueError(f"its cells hold more than {MAX_CHARACTERS:,} characters; {BOMB}")


def _place(reference: str, before: int) -> int:
    """Column of a cell from 0 on."""
    match = _COLUMN.match(reference)
    if match is None:
        return before + 1
    place = 0
    for letter in match[0][:4]:
        place = place * 26 + ord(letter) - 64
    return place - 1


class Skeleton:
    """Sheets, their parts, and the formats of cells, from the small parts of a workbook."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.styles: list[str] = []
        self.from_1904 = False
        self.hidden: set[str] = set()
        self._sheets: list[tuple[str, str]] = []
        self._targets: dict[str, str] = {}
        self._in_styles = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take the start of an element."""
        name = name.rpartition(":")[2]
        if name == "sheet":
            relation = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            self._sheets.append((attributes.get("name", ""), relation))
            if attributes.get("state", "visible") != "visible":
                self.hidden.add(attributes.get("name", ""))
        elif name == "Relationship":
            self._targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self._in_styles = True
        elif name == "xf" and self._in_styles:
            self.styles.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name.rpartition(":")[2] == "cellXfs":
            self._in_styles = False

    def data(self, text: str) -> None:
        """Take text, of which the skeleton needs none."""

    def parts(self) -> dict[str, str]:
        """Part of each sheet by the sheet's name."""
        found = {}
        for name, relation in self._sheets:
            target = self._targets.get(relation, "")
            found[name] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        return found
