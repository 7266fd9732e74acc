"""Read the cells of XLSX workbooks as text: no formulas are worked out, no external part is opened."""

from __future__ import annotations

import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import IO
from xml.parsers import expat

from surveykit.errors import DataError, first_few
from surveykit.files.looking import FileError, open_regular
from surveykit.files.sheet_parts import BOMB, Parts, Skeleton

__all__ = ["MAX_BYTES", "check_archive", "percentage", "read_sheet", "read_workbook", "visible_sheets"]

MAX_BYTES = 500_000_000
MAX_UNPACKED = 1_000_000_000
SMALL = 50_000_000
SMALL_PART = 20_000_000
MAX_RATIO = 100
LONGEST_FORMAT = 255
_DATE_FORMATS = frozenset(map(str, (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))))
_PERCENT_FORMATS = {"9": "0%", "10": "0.00%"}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')


@contextmanager
def check_archive(source: Path | bytes, name: str) -> Iterator[zipfile.ZipFile]:
    """Open an XLSX file after looking at what it would unpack to; whatever is wrong in it becomes one error.

    Parameters
    ----------
    source : Path or bytes
        The file, or its content.
    name : str
        The file as messages show it.

    Raises
    ------
    DataError
        If it is cut off, encrypted, packed in a way that spreadsheets do not use or no zip file, or would unpack to
        far more than it holds.
    """
    try:
        with _stream(source) as stream, zipfile.ZipFile(stream) as archive:
            _require_modest(archive, name)
            yield archive
    except DataError:
        raise
    except (RuntimeError, NotImplementedError) as error:  # zipfile's words for encryption and unknown compression
        raise FileError(f"the workbook is encrypted or oddly packed ({error})", "save it again plainly", name) from None
    except MemoryError:
        raise FileError("there is not enough memory for the workbook", "save the table as CSV", name) from None
    except Exception as error:  # zip, zlib, lzma, expat and struct each have errors of their own
        what = f"not a readable XLSX file ({type(error).__name__}: {str(error)[:200]})"
        raise FileError(what, "it may be cut off or be something else", name) from error


@contextmanager
def _stream(source: Path | bytes) -> Iterator[IO[bytes]]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    with open_regular(source, limit=MAX_BYTES) as stream:
        yield stream


def _require_modest(archive: zipfile.ZipFile, name: str) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(sum(entry.compress_size for entry in entries), 1)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked / packed > MAX_RATIO):
        raise FileError(
            f"unpacks to {unpacked:,} bytes from {packed:,}; refused as a likely zip bomb",
            "save the table as CSV if it is really that large",
            name,
        )
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        twice = sorted({before for before, after in itertools.pairwise(sorted(names)) if before == after})
        raise FileError(f"parts that stand twice: {first_few(twice)}", "save it again", name)


def _refuse(*_: object) -> None:
    raise ValueError("it holds a document type declaration, which a spreadsheet never needs")


def _parse(archive: zipfile.ZipFile, part: str, into: Parts | Skeleton) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = into.start
    parser.EndElementHandler = into.end
    parser.CharacterDataHandler = into.data
    with archive.open(part) as stream:
        parser.ParseFile(stream)


def _skeleton(archive: zipfile.ZipFile, part: str, found: Skeleton) -> None:
    if archive.getinfo(part).file_size > SMALL_PART:
        raise ValueError(f"its part {part} unpacks to more than {SMALL_PART:,} bytes; {BOMB}")
    _parse(archive, part, found)


def _structure(archive: zipfile.ZipFile) -> Skeleton:
    found = Skeleton()
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"):
        if part != "xl/styles.xml" or part in archive.namelist():
            _skeleton(archive, part, found)
    return found


def _date_styles(found: Skeleton) -> set[str]:
    """Numbers of the cell styles that show a date."""
    own = {
        number: len(code) <= LONGEST_FORMAT and bool(re.search(r"[ymdhs]", _QUOTED.sub("", code), re.IGNORECASE))
        for number, code in found.formats.items()
    }
    return {str(at) for at, number in enumerate(found.styles) if own.get(number, number in _DATE_FORMATS)}


def _percent_styles(found: Skeleton) -> dict[str, str]:
    """Format codes of the cell styles that show a percentage, by the number of the style."""
    own = {number: code for number, code in found.formats.items() if len(code) <= LONGEST_FORMAT}
    codes = {str(at): own.get(number, _PERCENT_FORMATS.get(number, "")) for at, number in enumerate(found.styles)}
    return {at: code for at, code in codes.items() if "%" in _QUOTED.sub("", code)}


def percentage(text: str, code: str) -> str:
    """A number as a cell with a percentage format shows it.

    Examples
    --------
    >>> percentage("1", "0%"), percentage("0.125", "0.0%"), percentage("0.5", "0.00%")
    ('100%', '12.5%', '50.00%')
    """
    places = re.search(r"\.([0#?]+)", _QUOTED.sub("", code).partition(";")[0])
    try:
        shown = (Decimal(text) * 100).quantize(Decimal(1).scaleb(-len(places[1]) if places else 0), ROUND_HALF_UP)
    except InvalidOperation:
        return text
    return f"{shown:f}%"


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


def _shared_string(shared: list[str], value: str) -> str:
    place = int(value)
    if not 0 <= place < len(shared):
        raise ValueError(f"a cell names the shared string {place}; there are {len(shared):,}")
    return shared[place]


def _reader(
    shared: list[str], dates: set[str], percents: dict[str, str], from_1904: bool, worked_out: bool
) -> Callable[..., str]:
    def cell_text(attributes: dict[str, str], value: str, formula: str) -> str:
        kind = attributes.get("t", "n")
        if formula and not worked_out:
            return "=" + formula
        if kind == "s":
            return _shared_string(shared, value) if value else ""
        if kind == "b" and value:
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind == "n" and attributes.get("s") in percents and value and not worked_out:
            return percentage(value, percents[attributes["s"]])
        if kind == "n" and value:
            return _date(value, from_1904) if attributes.get("s") in dates else _number(value)
        return value

    return cell_text


def _rows(
    archive: zipfile.ZipFile, found: Skeleton, parts: list[str], worked_out: bool, blank_rows: bool = False
) -> list[list[list[str]]]:
    strings = Parts(lambda *_: "")
    if "xl/sharedStrings.xml" in archive.namelist():
        _parse(archive, "xl/sharedStrings.xml", strings)
    cell_text = _reader(strings.strings, _date_styles(found), _percent_styles(found), found.from_1904, worked_out)
    read = Parts(cell_text, blank_rows=blank_rows)
    sheets = []
    for part in parts:
        _parse(archive, part, read)
        sheets.append(read.rows)
        read.rows = []
    return sheets


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
        Rows of text from the first of the sheet on, blank ones as empty lists ("" for an empty cell; a formula as
        ``=...``; dates as ``2021-09-06 08:00:00``; ``TRUE`` and ``FALSE``; percentages as they are shown, ``50%``), and
        the sheet's name.

    Raises
    ------
    DataError
        If the file is damaged, encrypted, refused as a zip bomb, or has no such sheet.
    """
    with check_archive(path, path.name) as archive:
        found = _structure(archive)
        parts = found.parts()
        if not parts or (sheet is not None and sheet not in parts):
            raise DataError(f"{path.name}: no sheet {sheet or 'at all'!r}; there are {first_few(parts)}")
        name = sheet if sheet is not None else next(iter(parts))
        return _rows(archive, found, [parts[name]], worked_out=False, blank_rows=True)[0], name
    raise AssertionError  # check_archive either yields or raises


def visible_sheets(path: Path) -> tuple[list[str], list[str]]:
    """Names of the sheets of an XLSX file: those that are shown, and those that are hidden.

    Raises
    ------
    DataError
        See `read_sheet`.
    """
    with check_archive(path, path.name) as archive:
        found = _structure(archive)
        names = list(found.parts())
        return [n for n in names if n not in found.hidden], [n for n in names if n in found.hidden]
    raise AssertionError  # check_archive either yields or raises


def read_workbook(content: bytes, name: str) -> dict[str, list[list[str]]]:
    """Read the cells of all sheets, formulas by the value that was saved with them.

    Parameters
    ----------
    content : bytes
        An XLSX file.
    name : str
        The file as messages show it.

    Raises
    ------
    DataError
        See `read_sheet`.
    """
    with check_archive(content, name) as archive:
        found = _structure(archive)
        parts = found.parts()
        return dict(zip(parts, _rows(archive, found, list(parts.values()), worked_out=True), strict=True))
    raise AssertionError  # check_archive either yields or raises
