"""The dialect of CSV files: RFC 4180, over the whole file, with nothing guessed from its first rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np

from surveykit.errors import DataError, first_few
from surveykit.files.looking import FileError

__all__ = ["LONGEST_CELL", "QuoteRules", "csv_records", "first_record", "require_header", "title_of", "unique_header"]

LONGEST_CELL = 16_000_000
_QUOTE, _CR, _LF = 0x22, 0x0D, 0x0A
_START = 0x100


class QuoteRules:
    """Checks block by block that quotation marks stand where RFC 4180 lets them.

    A mark opens a cell at its start, closes it before a separator, a line end or the file's end, and stands doubled
    within it. Anything else means that a mark was forgotten, and would put later cells and rows into one.

    Parameters
    ----------
    file : str
        The file as messages show it.
    separator : str
        One ASCII character.
    line : int
        Line of the file at which the text begins.

    Notes
    -----
    Quotation marks alternate between opening and closing throughout a file that keeps to the rules, so that each can
    be judged by its neighbour and its number alone; a doubled one closes and opens again.
    """

    def __init__(self, file: str, separator: str, line: int = 1) -> None:
        self._file, self._separator = file, ord(separator)
        self._before, self._marks, self._lines = _START, 0, line
        self._last_mark = line

    def feed(self, block: bytes) -> None:
        """Check the next block of bytes, in an encoding whose ASCII bytes are ASCII characters."""
        if not block:
            return
        if _QUOTE in block or self._before == _QUOTE:
            self._check(np.frombuffer(block, dtype=np.uint8))
        self._before = block[-1]
        self._lines += block.count(b"\n")

    def _check(self, letters: Any) -> None:
        at = np.flatnonzero(letters == _QUOTE)
        odd = self._marks % 2
        if self._before == _QUOTE and not odd:  # the last block ended with a closing mark
            self._require(int(letters[0]) in self._allowed(), self._last_mark)
        opening, closing = at[odd::2], at[1 - odd :: 2]
        before = np.where(opening > 0, letters[np.maximum(opening - 1, 0)], 0).astype(np.int64)
        before[opening == 0] = self._before
        allowed = np.array([*self._allowed(), _START])
        self._first_wrong(~np.isin(before, allowed), opening, letters)
        closing_within = closing[closing + 1 < len(letters)]
        self._first_wrong(~np.isin(letters[closing_within + 1], allowed), closing_within, letters)
        self._marks += len(at)
        if len(at):
            self._last_mark = self._lines + int(np.count_nonzero(letters[: at[-1]] == _LF))

    def _allowed(self) -> tuple[int, ...]:
        return (self._separator, _CR, _LF, _QUOTE)

    def _first_wrong(self, wrong: Any, places: Any, letters: Any) -> None:
        if wrong.any():
            place = int(places[int(np.argmax(wrong))])
            self._require(False, self._lines + int(np.count_nonzero(letters[:place] == _LF)))

    def _require(self, right: bool, line: int) -> None:
        if not right:
            raise FileError(
                "a quotation mark stands in the middle of a cell",
                'a cell with quotation marks is put between quotation marks, and each within it doubled ("")',
                self._file,
                line,
            )

    def end(self) -> None:
        """Check that the last quoted cell was closed."""
        if self._marks % 2:
            raise FileError(
                "a quotation mark is never closed, and all rows after it would be lost",
                "close it, or export the file again",
                self._file,
                self._last_mark,
            )


def csv_records(lines: Iterable[str], file: str, *, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """Iterate over the records of a CSV text with the line on which each ends; blank lines are left out.

    Parameters
    ----------
    lines : iterable of str
        Lines with their ends.
    file : str
        The file as messages show it.
    separator : str
        One character.

    Raises
    ------
    FileError
        At quotation marks that break the rules, and cells that are longer than any text.
    """
    reader = csv.reader(lines, delimiter=separator, strict=True)
    earlier = csv.field_size_limit(LONGEST_CELL)
    try:
        while True:
            csv.field_size_limit(LONGEST_CELL)
            try:
                record = next(reader)
            except StopIteration:
                return
            finally:
                csv.field_size_limit(earlier)
            if record:
                yield reader.line_num, record
    except csv.Error as error:
        raise FileError(f"not valid CSV: {error}", "check the quotes", file, reader.line_num) from None


def first_record(text: str, file: str, *, separator: str = ",") -> list[str]:
    """Read the first record of a text that begins with a header row; a blank first line is refused."""
    start = text[:1]
    if not text or start in "\r\n":
        raise FileError("the first line is empty", "the header row must come first", file, 1)
    for _, record in csv_records(io.StringIO(text, newline=""), file, separator=separator):
        return record
    return []


def require_header(name: str, header: list[str]) -> None:
    """Fail on a header without names, or with one name twice."""
    counts: dict[str, int] = {}
    for column in header:
        counts[column] = counts.get(column, 0) + 1
    twice = sorted(column for column, count in counts.items() if column.strip() and count > 1)
    if twice:
        raise DataError(f"{name}: columns of one name: {first_few(twice)}; rename or delete one of each")
    if not any(column.strip() for column in header):
        raise DataError(f"{name}: the header row is empty; the header row must come first")


def unique_header(header: list[str]) -> list[str]:
    """Tell columns of one name apart by their number among them, and columns without a name by their place.

    Examples
    --------
    >>> unique_header(["为什么？", "", "为什么？"])
    ['为什么？', '#2', '为什么？#2']
    """
    seen: dict[str, int] = {}
    taken = set(header)
    made = []
    for place, name in enumerate(header, start=1):
        seen[name] = seen.get(name, 0) + 1
        own = name if name.strip() and seen[name] == 1 else f"{name.strip()}#{seen[name] if name.strip() else place}"
        while own != name and own in taken:
            own += "#"
        taken.add(own)
        made.append(own)
    return made


def title_of(name: str, names: Collection[str]) -> str:
    """The title that `unique_header` made a name of.

    Examples
    --------
    >>> title_of("为什么？#2", ["为什么？", "为什么？#2"]), title_of("C#2", ["C#2"])
    ('为什么？', 'C#2')
    """
    title, sign, number = name.rpartition("#")
    return title if sign and number.isdigit() and title in names else name
