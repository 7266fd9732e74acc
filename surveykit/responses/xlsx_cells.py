"""Read the cells of an XLSX sheet as text: no formulas are worked out, no external part is opened."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from surveykit.errors import DataError, first_few

__all__ = ["check_archive", "read_sheet"]

MAX_UNPACKED = 2_000_000_000
SMALL = 50_000_000
MAX_RATIO = 100
MAX_COLUMNS = 16_384
MAX_CELLS = 64_000_000
_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_COLUMN = re.compile(r"[A-Z]+")


def check_archive(path: Path) -> zipfile.ZipFile:
    """Open an XLSX file after looking at what it would unpack to.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ZipFile
        Open for reading.

    Raises
    ------
    DataError
        If it is cut off or not a zip file, or would unpack to far more than it holds.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise DataError(
            f"{path.name}: not a whole XLSX file ({error}); it may be cut off or be something else"
        ) from error
    unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = max(sum(entry.compress_size for entry in archive.infolist()), 1)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked / packed > MAX_RATIO):
        archive.close()
        raise DataError(
            f"{path.name}: unpacks to {unpacked:,} bytes from {packed:,}; refused as a likely zip bomb, "
            "save the table as CSV if it is really that large"
        )
    return archive


class _Parts:
    """Collects rows of cells (or shared strings) from the parser's events; a document type is refused."""

    def __init__(self, cell_text: Callable[[dict[str, str], str, str], str]) -> None:
        self.rows: list[list[str]] = []
        self.strings: list[str] = []
        self._cell_text = cell_text
        self._attributes: dict[str, str] = {}
        self._cells: list[str] = []
        self._value: list[str] = []
        self._formula: list[str] = []
        self._into: list[str] | None = None
        self._phonetic = False
        self._count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if name == "c":
            self._attributes, self._value, self._formula = attributes, [], []
        elif name in ("v", "t"):
            self._into = None if self._phonetic else self._value
        elif name == "f":
            self._into = self._formula
        elif name == "row":
            self._cells = []
        elif name == "si":
            self._value = []
        elif name == "rPh":
            self._phonetic = True

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name in ("v", "t", "f"):
            self._into = None
        elif name == "c":
            place = _place(self._attributes.get("r", ""), len(self._cells) - 1)
            self._count += max(place + 1 - len(self._cells), 1)
            if place >= MAX_COLUMNS or self._count > MAX_CELLS:
                raise ValueError("it says that it has more cells than a spreadsheet can have; refused as a likely bomb")
            self._cells.extend([""] * (place - len(self._cells)))
            self._cells.append(self._cell_text(self._attributes, "".join(self._value), "".join(self._formula)))
        elif name == "row":
            self.rows.append(self._cells)
        elif name == "si":
            self.strings.append("".join(self._value))
        elif name == "rPh":
            self._phonetic = False

    def data(self, text: str) -> None:
        if self._into is not None:
            self._into.append(text)


def _refuse(*_: object) -> None:
    raise ValueError("it holds a document type declaration, which a spreadsheet never needs")


def _parse(archive: zipfile.ZipFile, part: str, cell_text: Callable[[dict[str, str], str, str], str]) -> _Parts:
    parts = _Parts(cell_text)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = parts.start
    parser.EndElementHandler = parts.end
    parser.CharacterDataHandler = parts.data
    with archive.open(part) as stream:
        parser.ParseFile(stream)
    return parts


def _shared(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return _parse(archive, "xl/sharedStrings.xml", lambda *_: "").strings


def _small(xml: bytes) -> ElementTree.Element:
    """Parse a small part."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        _refuse()
    return ElementTree.fromstring(xml)


def _date_styles(archive: zipfile.ZipFile) -> set[str]:
    """Numbers of the cell styles that show a date."""
    if "xl/styles.xml" not in archive.namelist():
        return set()
    with archive.open("xl/styles.xml") as stream:
        root = _small(stream.read())
    own = {
        f.get("numFmtId"): bool(re.search(r"[ymdhs]", _QUOTED.sub("", f.get("formatCode", "")), re.IGNORECASE))
        for f in root.iter(f"{_NS}numFmt")
    }
    formats = root.find(f"{_NS}cellXfs")
    found = set()
    for place, style in enumerate(formats if formats is not None else ()):
        number = style.get("numFmtId", "0")
        if own.get(number, int(number) in _DATE_FORMATS):
            found.add(str(place))
    return found


def _sheets(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Part of each sheet by name, and whether days count from 1904."""
    with archive.open("xl/workbook.xml") as stream:
        book = _small(stream.read())
    with archive.open("xl/_rels/workbook.xml.rels") as stream:
        targets = {r.get("Id"): r.get("Target", "") for r in _small(stream.read())}
    parts = {}
    for sheet in book.iter(f"{_NS}sheet"):
        target = targets.get(sheet.get(_REL), "")
        parts[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    properties = book.find(f"{_NS}workbookPr")
    return parts, properties is not None and properties.get("date1904") in ("1", "true")


def _number(text: str) -> str:
    """A number as people write it: 5, not 5.0."""
    try:
        value = float(text)
    except ValueError:
        return text
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _date(text: str, from_1904: bool) -> str:
    start = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    try:
        moment = start + timedelta(seconds=round(float(text) * 86400))
    except (ValueError, OverflowError):
        return text
    return moment.isoformat(sep=" ")


def _place(reference: str, before: int) -> int:
    """Column of a cell from 0 on."""
    match = _COLUMN.match(reference)
    if match is None:
        return before + 1
    place = 0
    for letter in match[0][:4]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _reader(shared: list[str], dates: set[str], from_1904: bool) -> Callable[[dict[str, str], str, str], str]:
    def cell_text(attributes: dict[str, str], value: str, formula: str) -> str:
        kind = attributes.get("t", "n")
        if formula:
            return "=" + formula
        if kind == "s":
            return shared[int(value)] if value else ""
        if kind == "n" and value:
            return _date(value, from_1904) if attributes.get("s") in dates else _number(value)
        return value

    return cell_text


def read_sheet(path: Path, sheet: str | None = None) -> tuple[list[list[str]], str]:
    """Read all cells of a sheet.

    Parameters
    ----------
    path : Path
        An XLSX file.
    sheet : str, optional
        The first by default.

    Returns
    -------
    tuple of list of list of str and str
        Rows of text ("" for an empty cell; a formula as ``=...``; dates as ``2021-09-06 08:00:00``), sheet name.

    Raises
    ------
    DataError
        If the file is damaged, refused as a zip bomb, or has no such sheet.
    """
    with check_archive(path) as archive:
        try:
            parts, from_1904 = _sheets(archive)
            if not parts or (sheet is not None and sheet not in parts):
                raise DataError(f"{path.name}: no sheet {sheet or 'at all'!r}; there are {first_few(parts)}")
            name = sheet if sheet is not None else next(iter(parts))
            read = _reader(_shared(archive), _date_styles(archive), from_1904)
            rows = _parse(archive, parts[name], read).rows
        except (
            KeyError,
            IndexError,
            ValueError,
            EOFError,
            zlib.error,
            ElementTree.ParseError,
            expat.ExpatError,
            zipfile.BadZipFile,
        ) as error:
            raise DataError(f"{path.name}: not a readable XLSX file ({error}); it may be cut off") from error
    return rows, name
