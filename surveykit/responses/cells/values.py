"""Turn cells into codes: by label, by code or by place, working on distinct cells only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from surveykit.questionnaire import Choice
from surveykit.responses.cells.labels import nearest_label, normalise_label

__all__ = [
    "CellReader",
    "Decoded",
    "OptionsBy",
    "UnmappedValue",
    "arrow_text",
    "decode_options",
    "decode_single",
    "distinct_cells",
    "take_text",
]

OptionsBy = Literal["label", "code", "place"]
_WITH_TEXT = re.compile(r"^(?P<label>.*?)\s*〖(?P<text>.*)〗\s*$", re.DOTALL)
ROWS_SHOWN = 5

Objects = NDArray[np.object_]


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
    """Codes of one column of the file, by distinct cell.

    Attributes
    ----------
    codes : (m,) object array
        Code; "" for blank; None for "not shown". For several options a frozenset of codes or None.
        A value that is no option is kept as a text that starts with a NUL.
    texts : (m,) object array
        Words after "other", "" without.
    places : (n,) int array
        The distinct cell of each row.
    unmapped : list of UnmappedValue
        What is not an option.
    """

    codes: Objects
    texts: Objects
    places: NDArray[np.int64]
    unmapped: list[UnmappedValue] = field(default_factory=list)


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
        What stands between several options in one cell, as a regular expression.
    first_row : int
        Row of the file that holds the first record.
    """

    by: OptionsBy = "label"
    blanks: frozenset[str] = frozenset({""})
    skipped: frozenset[str] = frozenset()
    separator: str = "┋"
    first_row: int = 2

    def lookup(self, choices: Sequence[Choice], options: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
        """Map normalised cells to codes; a label that two options share leads nowhere."""
        if self.by == "place":
            ordered = [code for code, _ in options] or [choice.code for choice in choices]
            return {str(i): code for i, code in enumerate(ordered, start=1)}
        labels: dict[str, set[str]] = {}
        for choice in choices:
            for text in choice.labels.values():
                labels.setdefault(normalise_label(text), set()).add(choice.code)
        for code, text in options:
            labels.setdefault(normalise_label(text), set()).add(code)
        by_label = {key: min(codes) for key, codes in labels.items() if len(codes) == 1}
        by_code = {normalise_label(choice.code): choice.code for choice in choices}
        return {**by_code, **by_label} if self.by == "label" else {**by_label, **by_code}


def arrow_text(values: pa.Array | pa.ChunkedArray) -> pd.Series:
    """Text of Arrow as a column, without a copy by way of Python objects.

    Parameters
    ----------
    values : Array or ChunkedArray
        Text; null is missing.

    Returns
    -------
    Series of str
    """
    kind: Any = pd.StringDtype("pyarrow", na_value=np.nan)
    return pd.Series(kind.__from_arrow__(values))


def take_text(values: Sequence[str | None], places: NDArray[np.int64]) -> pd.Series:
    """Text of each row from the distinct texts; None is missing.

    Parameters
    ----------
    values : sequence of str or None
        Distinct texts.
    places : (n,) int array
        Which of them each row has.

    Returns
    -------
    Series of str
    """
    taken = pa.array(list(values), type=pa.large_string()).take(pa.array(places))
    return arrow_text(taken)


def distinct_cells(cells: pd.Series) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct cells, and the place of each row's cell among them.

    Parameters
    ----------
    cells : Series
        Text or categorical.

    Returns
    -------
    tuple of list of str and (n,) int array
        A missing cell is "".
    """
    categorical = isinstance(cells.dtype, pd.CategoricalDtype)
    held = cells if categorical else cells.astype("str").fillna("").astype("category")
    places = held.cat.codes.to_numpy().astype(np.int64)
    distinct = [str(c) for c in held.cat.categories.to_numpy(dtype=object)]
    if (places < 0).any():
        places = np.where(places < 0, len(distinct), places)
        distinct.append("")
    return distinct, places


def _report(
    name: str, bad: Iterable[tuple[int, str]], places: NDArray[np.int64], choices: Sequence[Choice], first_row: int
) -> list[UnmappedValue]:
    labels = {text: choice.code for choice in choices for text in choice.labels.values()}
    found = []
    for place, value in bad:
        rows = np.flatnonzero(places == place)
        if len(rows):
            near = nearest_label(value, labels)
            shown = tuple(int(r) + first_row for r in rows[:ROWS_SHOWN])
            found.append(UnmappedValue(name, value, len(rows), shown, near, labels.get(near, "")))
    return found


def _find(part: str, lookup: Mapping[str, str]) -> tuple[str | None, str]:
    """Code and the words after "other" of one option."""
    plain = part.strip()
    code = lookup.get(normalise_label(plain))
    if code is None and (match := _WITH_TEXT.match(plain)):
        return lookup.get(normalise_label(match["label"])), match["text"].strip()
    return code, ""


def decode_single(
    cells: pd.Series, name: str, choices: Sequence[Choice], lookup: Mapping[str, str], reader: CellReader
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
    lookup : mapping of str to str
        From `CellReader.lookup`.
    reader : CellReader
        The layout's cells.

    Returns
    -------
    Decoded
    """
    distinct, places = distinct_cells(cells)
    codes = np.empty(len(distinct), dtype=object)
    texts = np.full(len(distinct), "", dtype=object)
    bad: list[tuple[int, str]] = []
    for i, cell in enumerate(distinct):
        plain = cell.strip()
        if plain in reader.skipped:
            codes[i] = None
        elif plain in reader.blanks:
            codes[i] = ""
        else:
            code, texts[i] = _find(plain, lookup)
            codes[i] = code
            if code is None:
                bad.append((i, plain))
                codes[i] = "\x00" + plain
    unmapped = _report(name, bad, places, choices, reader.first_row)
    return Decoded(codes, texts, places, unmapped)


def decode_options(
    cells: pd.Series, name: str, choices: Sequence[Choice], lookup: Mapping[str, str], reader: CellReader
) -> Decoded:
    """Code the cells of a question with several answers in one cell.

    Parameters
    ----------
    cells, name, choices, lookup, reader
        As for `decode_single`.

    Returns
    -------
    Decoded
        Codes as frozensets; an empty one for blank, None for "not shown".
    """
    distinct, places = distinct_cells(cells)
    codes = np.empty(len(distinct), dtype=object)
    texts = np.full(len(distinct), "", dtype=object)
    unmapped: list[UnmappedValue] = []
    split = re.compile(reader.separator)
    for i, cell in enumerate(distinct):
        plain = cell.strip()
        if plain in reader.skipped:
            codes[i] = None
            continue
        ticked: set[str] = set()
        for part in [] if plain in reader.blanks else [p for p in split.split(plain) if p.strip()]:
            code, text = _find(part, lookup)
            texts[i] = text or texts[i]
            if code is None and reader.by == "label" and (run := _run_of_labels(normalise_label(part), lookup)):
                ticked |= set(run)
            elif code is None:
                unmapped += _report(name, [(i, part.strip())], places, choices, reader.first_row)
            else:
                ticked.add(code)
        codes[i] = frozenset(ticked)
    return Decoded(codes, texts, places, _merge(unmapped))


def _run_of_labels(text: str, lookup: Mapping[str, str]) -> tuple[str, ...]:
    """Codes of labels that stand one after the other with nothing that divides them, the longest first."""
    if not text:
        return ()
    for key in sorted((k for k in lookup if k and text.startswith(k)), key=len, reverse=True):
        if key == text:
            return (lookup[key],)
        if rest := _run_of_labels(text[len(key) :], lookup):
            return (lookup[key], *rest)
    return ()


def _merge(values: list[UnmappedValue]) -> list[UnmappedValue]:
    """One entry for each value, counts added."""
    merged: dict[str, UnmappedValue] = {}
    for v in values:
        held = merged.get(v.value)
        count = v.count + (held.count if held else 0)
        rows = tuple(sorted({*v.rows, *(held.rows if held else ())}))[:ROWS_SHOWN]
        merged[v.value] = UnmappedValue(v.column, v.value, count, rows, v.nearest, v.code)
    return list(merged.values())
