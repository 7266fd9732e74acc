"""Turn cells into codes: by label, by code or by place, working on distinct cells only."""

from __future__ import annotations

import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import nearest_word
from surveykit.questionnaire import Choice
from surveykit.questionnaire.definition.spellings import OptionsBy, Spellings, fold_label
from surveykit.responses.cells.distinct import distinct_cells
from surveykit.responses.cells.missing_codes import DeclaredFor

__all__ = ["CellReader", "Decoded", "UnmappedValue", "decode_options", "decode_single", "unmapped_value"]

ROWS_SHOWN = 5
LIKE_A_LABEL = 0.3  # labels are long: less of them need agree than of a name
MARK = "\x01"  # before a kind of missing value in the place of a code

Objects = NDArray[np.object_]
_MELTS = re.compile(r"</?[A-Za-z][^<>]{0,200}>|&.{1,60}|[\s\u00ad\u200b-\u200f\u2060\ufeff]+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class UnmappedValue:
    """A cell that is no option of its question.

    Attributes
    ----------
    column, value : str
        Where and what.
    count : int
        Rows with it.
    rows : tuple of int
        The first few rows of the file.
    nearest, code : str
        The label most like it and that label's code, "" when nothing is alike.
    """

    column: str
    value: str
    count: int
    rows: tuple[int, ...]
    nearest: str
    code: str


@dataclass(frozen=True)
class Decoded:
    r"""Codes of one column of the file, by distinct cell.

    Attributes
    ----------
    codes : (m,) object array
        Code; "" for blank; None for "not shown". For several options a frozenset of codes or None.
        A value that is no option is kept as a text that starts with a NUL; a declared missing value that means don't
        know or refused as ``\x01dk`` or ``\x01rf``.
    texts : (m,) object array
        Words after "other", "" without.
    places : (n,) int array
        The distinct cell of each row.
    unmapped : list of UnmappedValue
        What is not an option.
    declared : dict of str to (str, int)
        Kind of each declared missing value that was met, and the number of rows.
    """

    codes: Objects
    texts: Objects
    places: NDArray[np.int64]
    unmapped: list[UnmappedValue] = field(default_factory=list)
    declared: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class CellReader:
    """How the cells of one layout are read.

    Attributes
    ----------
    by : str
        What stands for an option: its "label" (in any language; else its code), its "code" (else its label), or
        its "place" from 1 on.
    blanks, skipped : frozenset of str
        Cells for "left blank" and "not shown".
    separator : str
        What stands between several options in one cell, as a regular expression. It is tried against whole labels.
    first_row : int
        Row of the file that holds the first record, where the rows are not known one by one.
    words : str
        What stands around the words after "other", as a regular expression with groups ``label`` and ``text``.
    """

    by: OptionsBy = "label"
    blanks: frozenset[str] = frozenset({""})
    skipped: frozenset[str] = frozenset()
    separator: str = "┋"
    first_row: int = 2
    words: str = r"(?P<label>.*?)\s*〖(?P<text>.*)〗"


def _figures(text: str) -> list[str]:
    """Numbers of a text with their signs and points; labels with other numbers are no advice."""
    return re.findall(r"[<>=]*[+-]?\d+(?:[.,]\d+)*", fold_label(text))


def unmapped_value(name: str, value: str, rows: NDArray[np.int64], choices: Sequence[Choice] = ()) -> UnmappedValue:
    """Describe a value that is no option, with the label most like it."""
    labels = {text: choice.code for choice in choices for text in choice.labels.values()}
    near = nearest_word(value, (text for text in labels if _figures(text) == _figures(value)), LIKE_A_LABEL)
    return UnmappedValue(name, value, len(rows), tuple(map(int, rows[:ROWS_SHOWN])), near, labels.get(near, ""))


def _find(part: str, spellings: Spellings, reader: CellReader) -> tuple[str | None, str]:
    """Code and the words after "other" of one option; words after an option that takes none make it no option."""
    plain = part.strip()
    code = spellings.find(plain)
    if code is None and (match := re.fullmatch(reader.words, plain, re.DOTALL)):
        text = match["text"].strip()
        code = spellings.find(match["label"])
        return (code, text) if code in spellings.with_words or not text else (None, "")
    return code, ""


def code_of_kind(kind: str) -> str | None:
    """What stands in the place of a code for a declared missing value: "" blank, None not shown."""
    return {"nr": "", "na": None}.get(kind, MARK + kind)


def told_counts(distinct: Sequence[str], places: NDArray[np.int64], met: dict[int, str]) -> dict[str, tuple[str, int]]:
    """Kind and number of rows of each declared missing value, by cell."""
    if not met:
        return {}
    counts = np.bincount(places, minlength=len(distinct))
    return {distinct[i].strip(): (kind, int(counts[i])) for i, kind in met.items() if counts[i]}


def decode_single(
    cells: pd.Series,
    name: str,
    choices: Sequence[Choice],
    spellings: Spellings,
    reader: CellReader,
    *,
    declared: DeclaredFor,
    rows: NDArray[np.int64],
) -> Decoded:
    """Code the cells of a question with one answer.

    Parameters
    ----------
    cells : Series
        Cells as text.
    name : str
        Our column, for the report.
    choices : sequence of Choice
        The question's options, specials included.
    spellings : Spellings
        What stands for them.
    reader : CellReader
        The layout's cells.
    declared : DeclaredFor
        Missing values that the file or the user declares.
    rows : (n,) int array
        Row of the file of each record.

    Returns
    -------
    Decoded
    """
    distinct, places = distinct_cells(cells)
    met: dict[int, str] = {}
    codes = np.empty(len(distinct), dtype=object)
    texts = np.full(len(distinct), "", dtype=object)
    unmapped: list[UnmappedValue] = []
    for i, cell in enumerate(distinct):
        plain = cell.strip()
        if plain in reader.skipped:
            codes[i] = None
            continue
        if plain in reader.blanks:
            codes[i] = ""
            continue
        code, words = _find(plain, spellings, reader)
        if (kind := declared.kind(plain, is_option=code is not None)) is not None:
            met[i], codes[i] = kind, code_of_kind(kind)
            continue
        codes[i], texts[i] = code, words
        if code is None:
            codes[i] = "\x00" + plain
            if len(here := rows[places == i]):
                unmapped.append(unmapped_value(name, plain, here, choices))
    return Decoded(codes, texts, places, unmapped, told_counts(distinct, places, met))


def decode_options(
    cells: pd.Series,
    name: str,
    choices: Sequence[Choice],
    spellings: Spellings,
    reader: CellReader,
    *,
    declared: DeclaredFor,
    rows: NDArray[np.int64],
) -> Decoded:
    """Code the cells of a question with several answers in one cell.

    Parameters
    ----------
    cells, name, choices, spellings, reader, declared, rows
        As for `decode_single`.

    Returns
    -------
    Decoded
        Codes as frozensets; an empty one for blank, None for "not shown". A cell with anything left over ticks
        nothing, since its parts may be those of something else: ``1,000`` is not option 1.
    """
    distinct, places = distinct_cells(cells)
    met: dict[int, str] = {}
    codes = np.empty(len(distinct), dtype=object)
    texts = np.full(len(distinct), "", dtype=object)
    leftovers: dict[str, list[int]] = {}
    split = re.compile(f"({reader.separator})")
    for i, cell in enumerate(distinct):
        plain = cell.strip()
        if plain in reader.skipped:
            codes[i] = None
            continue
        if plain in reader.blanks:
            codes[i] = frozenset()
            continue
        ticked, words, strange = _whole_labels(plain, split, spellings, reader)
        if (kind := declared.kind(plain, is_option=not strange)) is not None:
            met[i], code = kind, code_of_kind(kind)
            codes[i] = None if code is None else frozenset({code} - {""})
            continue
        codes[i], texts[i] = (frozenset(), "") if strange else (frozenset(ticked), words)
        for part in strange:
            leftovers.setdefault(part, []).append(i)
    unmapped = [
        unmapped_value(name, part, rows[np.isin(places, held)], choices)
        for part, held in leftovers.items()
        if np.isin(places, held).any()
    ]
    return Decoded(codes, texts, places, unmapped, told_counts(distinct, places, met))


def _solid(cell: str) -> list[int]:
    """Number of characters before each place that stay when labels are compared; never more than stay in truth."""
    text = unicodedata.normalize("NFC", cell)
    if len(text) != len(cell):  # signs that melt into one
        return [0] * (len(cell) + 1)
    gone = {place for match in _MELTS.finditer(cell) for place in range(*match.span())}
    kept = (int(place not in gone) for place in range(len(cell)))
    return list(itertools.accumulate(kept, initial=0))


def _possible_ends(cell: str, atoms: Sequence[tuple[int, int]], spellings: Spellings, reader: CellReader) -> list[int]:
    """The last part with which an option that begins at each part can end: none is longer than the longest spelling.

    Only words after "other" may go on; what stands before them is a spelling, and is looked for at the beginning.
    """
    n = len(atoms)
    if n == 1:
        return [1]
    solid = _solid(cell)
    longest = spellings.longest + len("〖〗:")
    counts = [solid[end] for _, end in atoms]
    words = re.compile(reader.words, re.DOTALL)
    ends = []
    for i, (begin, _) in enumerate(atoms):
        last = bisect_right(counts, solid[begin] + longest, lo=i)
        head = cell[begin : bisect_right(solid, solid[begin] + longest, lo=begin)] + "〗"
        if last < n and (match := words.match(head)) and spellings.find(match["label"]) in spellings.with_words:
            last = n
        ends.append(max(last, i + 1))
    return ends


def _whole_labels(
    cell: str, split: re.Pattern[str], spellings: Spellings, reader: CellReader
) -> tuple[list[str], str, list[str]]:
    """Codes of the options in a cell, the words after "other", and what is left over.

    Of all ways to cut the cell at its separators the one with the fewest leftovers counts, and among those the one
    that takes the longest label first, since a label may hold separators itself.
    """
    atoms: list[tuple[int, int]] = []  # where each part begins and ends
    begin = 0
    for match in split.finditer(cell):
        if match.end() > match.start():
            atoms.append((begin, match.start()))
            begin = match.end()
    atoms.append((begin, len(cell)))
    atoms = [(a, b) for a, b in atoms if cell[a:b].strip()]
    n = len(atoms)

    @cache
    def option(i: int, j: int) -> tuple[str | None, str]:
        return _find(cell[atoms[i][0] : atoms[j - 1][1]], spellings, reader)

    ends = _possible_ends(cell, atoms, spellings, reader)
    best: list[tuple[int, int, bool]] = [(0, n, True)] * (n + 1)  # leftovers from here on, next part, is an option
    for i in range(n - 1, -1, -1):
        best[i] = (best[i + 1][0] + 1, i + 1, False)
        for j in range(i + 1, ends[i] + 1):
            if best[j][0] <= best[i][0] and option(i, j)[0] is not None:
                best[i] = (best[j][0], j, True)
    ticked: list[str] = []
    words, strange, i = "", [], 0
    while i < n:
        _, j, known = best[i]
        code, text = option(i, j)
        if known and code is not None:
            ticked.append(code)
            words = text or words
        else:
            strange.append(cell[atoms[i][0] : atoms[i][1]].strip())
        i = j
    return ticked, words, strange
