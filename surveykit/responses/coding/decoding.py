"""Decode the cells of one item, whatever its kind, into values, special answers and blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Choice, Item, Variable
from surveykit.responses.cells.labels import normalise_label
from surveykit.responses.cells.values import (
    CellReader,
    Decoded,
    UnmappedValue,
    decode_options,
    decode_single,
    distinct_cells,
    take_text,
)
from surveykit.responses.results import RawResponses

__all__ = ["Cells", "decode_item"]

Bools = NDArray[np.bool_]


DK, RF = 3, 4
SPECIAL = {"": 0, "dk": DK, "rf": RF}


@dataclass(frozen=True)
class Cells:
    """Decoded cells of one data column, before the routing is replayed.

    Attributes
    ----------
    values : Series
        Codes, texts or nullable booleans; missing where there is no substantive answer.
    special : (n,) int8 array
        3 where "don't know" and 4 where "refused" was chosen, else 0.
    skipped : (n,) bool array
        Where the file says that the question was not shown.
    unmapped : (n,) bool array
        Where the value is no option.
    other_text, first_option : bool
        Whether it holds the words after "other", and whether it is the first option of its item.
    """

    values: pd.Series
    special: NDArray[np.int8]
    skipped: Bools
    unmapped: Bools
    other_text: bool = False
    first_option: bool = False

    @property
    def answered(self) -> Bools:
        """Where there is a substantive answer."""
        return np.asarray(self.values.notna().to_numpy(dtype=bool))

    def without_unmapped(self) -> Cells:
        """Count values that are no option as blank."""
        return replace(self, values=self.values.mask(self.unmapped)) if self.unmapped.any() else self


def _empty(n: int, other_text: bool = False) -> Cells:
    nothing = np.zeros(n, dtype=bool)
    return Cells(take_text([None], np.zeros(n, dtype=np.int64)), np.zeros(n, np.int8), nothing, nothing, other_text)


def _options(raw: RawResponses, variable: str) -> tuple[tuple[str, str], ...]:
    """Codes and texts of the options as the file's platform shows them."""
    entries = raw.column_map.entries if raw.column_map else ()
    return next((entry.options for entry in entries if entry.variable == variable), ())


def _split_special(decoded: Decoded, choices: Sequence[Choice]) -> Cells:
    """Take special codes, blanks and NUL-marked texts out of decoded codes."""
    kinds = {choice.code: choice.special for choice in choices if choice.special}
    codes = [c if isinstance(c, str) else None for c in decoded.codes]
    values = [None if c in (None, "") or c in kinds else str(c).removeprefix("\x00") for c in codes]
    special = np.array([SPECIAL[kinds.get(c, "")] if c is not None else 0 for c in codes], dtype=np.int8)
    skipped = np.array([c is None for c in codes], dtype=bool)
    strange = np.array([c is not None and c.startswith("\x00") for c in codes], dtype=bool)
    places = decoded.places
    return Cells(take_text(values, places), special[places], skipped[places], strange[places])


def _other_text(texts: Sequence[str], places: NDArray[np.int64]) -> Cells:
    nothing = np.zeros(len(places), dtype=bool)
    values = take_text([text or None for text in texts], places)
    return Cells(values, np.zeros(len(places), np.int8), nothing, nothing, other_text=True)


def _said(raw: RawResponses, *names: str) -> dict[str, str]:
    """Codes of cells as the user's mapping gives them, of the column before those of its item."""
    said = {cell: code for name in reversed(names) for cell, code in raw.values.get(name, {}).items()}
    return {normalise_label(cell): code for cell, code in said.items()}


def _single(raw: RawResponses, name: str, item: str, choices: Sequence[Choice]) -> tuple[Cells, Decoded]:
    header = raw.columns[name][0]
    lookup = raw.reader.lookup(choices, _options(raw, name))
    if name in raw.scores:  # don't know has no score and stands as its text
        specials = {choice.code for choice in choices if choice.special}
        lookup = {cell: code for cell, code in lookup.items() if code in specials} | dict(raw.scores[name])
    lookup |= _said(raw, name, item)
    decoded = decode_single(raw.table[header], name, choices, lookup, raw.reader)
    return _split_special(decoded, choices), decoded


def _open(raw: RawResponses, item: Item, choices: Sequence[Choice]) -> tuple[Cells, list[UnmappedValue]]:
    """Numbers, dates and texts."""
    distinct, places = distinct_cells(raw.table[raw.columns[item.id][0]])
    kinds = {choice.code: choice.special for choice in choices if choice.special}
    labels = {text: choice.code for choice in choices if choice.special for text in choice.labels.values()}
    values: list[str | None] = []
    special: list[str] = []
    strange: list[bool] = []
    bad: list[UnmappedValue] = []
    for place, cell in enumerate(distinct):
        plain = cell.strip()
        code = labels.get(plain, plain)
        nothing = plain in raw.reader.blanks or plain in raw.reader.skipped
        special.append(kinds.get(code, ""))
        wrong = not nothing and code not in kinds and not _fits(item.type, plain)
        values.append(None if nothing or code in kinds else cell if item.type == "text" else plain)
        strange.append(wrong)
        if wrong:
            rows = np.flatnonzero(places == place)
            shown = tuple(int(r) + raw.first_row for r in rows[:5])
            bad.append(UnmappedValue(item.id, plain, len(rows), shown, "", ""))
    skipped = np.array([cell.strip() in raw.reader.skipped for cell in distinct], dtype=bool)[places]
    marks = np.array([SPECIAL[kind] for kind in special], dtype=np.int8)[places]
    return Cells(take_text(values, places), marks, skipped, np.array(strange, dtype=bool)[places]), bad


def _fits(kind: str, text: str) -> bool:
    if kind == "number":
        try:
            return bool(np.isfinite(float(text)))
        except ValueError:
            return False
    if kind == "date":
        return not pd.isna(pd.to_datetime(text, errors="coerce"))
    return True


def _several(raw: RawResponses, item: Item, choices: Sequence[Choice]) -> Decoded:
    """Sets of codes from one cell or from one column for each option."""
    if item.id in raw.columns:
        lookup = {**raw.reader.lookup(choices, _options(raw, item.id)), **_said(raw, item.id)}
        return decode_options(raw.table[raw.columns[item.id][0]], item.id, choices, lookup, raw.reader)
    n = len(raw.table)
    ticks: dict[str, Bools] = {}
    blank = np.ones(n, dtype=bool)
    skipped = np.ones(n, dtype=bool)
    bad: list[UnmappedValue] = []
    reader: CellReader = raw.reader
    for choice in choices:
        headers = raw.columns.get(f"{item.id}_{choice.code}")
        if not headers:
            continue
        distinct, places = distinct_cells(raw.table[headers[0]])
        plain = [cell.strip() for cell in distinct]
        own = {"1", "y", "yes", "true", "是", "1.0", *(text.casefold() for text in choice.labels.values())}
        yes = np.array([cell.casefold() in own for cell in plain], dtype=bool)
        no = np.array([cell.casefold() in ("0", "n", "no", "false", "否", "0.0") for cell in plain], dtype=bool)
        gone = np.array([cell in reader.skipped for cell in plain], dtype=bool)
        none = np.array([cell in reader.blanks for cell in plain], dtype=bool)
        for place in np.flatnonzero(~(yes | no | gone | none)):
            rows = np.flatnonzero(places == place)
            shown = tuple(int(r) + raw.first_row for r in rows[:5])
            bad.append(UnmappedValue(f"{item.id}_{choice.code}", plain[place], len(rows), shown, "", ""))
        ticks[choice.code] = yes[places]
        blank &= ~yes[places]
        skipped &= gone[places]
    weights = {code: 1 << i for i, code in enumerate(ticks)}
    key = sum((t.astype(np.int64) * weights[c] for c, t in ticks.items()), np.zeros(n, dtype=np.int64))
    key[skipped] = -1
    places, distinct_keys = pd.factorize(key)
    sets = np.empty(len(distinct_keys), dtype=object)
    for i, k in enumerate(distinct_keys):
        sets[i] = None if k < 0 else frozenset(c for c, w in weights.items() if int(k) & w)
    return Decoded(sets, np.full(len(sets), "", dtype=object), np.asarray(places, dtype=np.int64), bad)


def _multi(item: Item, choices: Sequence[Choice], decoded: Decoded) -> dict[str, Cells]:
    """One boolean column for each option; a special option makes the others missing of its kind."""
    places = decoded.places
    sets = [c if isinstance(c, frozenset) else frozenset() for c in decoded.codes]
    skipped = np.array([not isinstance(c, frozenset) for c in decoded.codes], dtype=bool)
    kinds = {choice.code: choice.special for choice in choices if choice.special}
    kind = [next((kinds[c] for c in sorted(s) if c in kinds), "") for s in sets]
    columns: dict[str, Cells] = {}
    for k, choice in enumerate(choices):
        held: list[bool | None] = []
        special: list[str] = []
        for s, kind_of_set in zip(sets, kind, strict=True):
            plain = bool(s) and (not kind_of_set or choice.code in s or bool(choice.special))
            held.append((choice.code in s) if plain else None)
            special.append(kind_of_set if s and not plain else "")
        values = pd.Series(pd.array(held, dtype="boolean")[places])
        marks = np.array([SPECIAL[kind] for kind in special], dtype=np.int8)[places]
        nothing = np.zeros(len(places), dtype=bool)
        columns[f"{item.id}_{choice.code}"] = Cells(values, marks, skipped[places], nothing, first_option=k == 0)
    return columns


def decode_item(
    raw: RawResponses, item: Item, choices: Sequence[Choice], variables: Sequence[Variable]
) -> tuple[dict[str, Cells], list[UnmappedValue]]:
    """Decode all data columns of an item.

    Parameters
    ----------
    raw : RawResponses
        The file.
    item : Item
        The question.
    choices : sequence of Choice
        Its options, specials included.
    variables : sequence of Variable
        Its data columns.

    Returns
    -------
    tuple of dict of str to Cells and list of UnmappedValue
        By data column; a column that the file does not have is blank everywhere.
    """
    n = len(raw.table)
    cells: dict[str, Cells] = {}
    bad: list[UnmappedValue] = []
    decoded: Decoded | None = None
    if item.type == "multi" and any(f"{item.id}_{c.code}" in raw.columns for c in choices) | (item.id in raw.columns):
        decoded = _several(raw, item, choices)
        cells |= _multi(item, choices, decoded)
        bad += decoded.unmapped
    elif item.type in ("single", "grid"):
        for variable in variables:
            if not variable.other_text and variable.id in raw.columns:
                cells[variable.id], decoded = _single(raw, variable.id, item.id, choices)
                bad += decoded.unmapped
    elif item.id in raw.columns:
        cells[item.id], found = _open(raw, item, choices)
        bad += found
    for variable in variables:
        if variable.other_text and variable.id in raw.columns:
            distinct, places = distinct_cells(raw.table[raw.columns[variable.id][0]])
            nothing = raw.reader.blanks | raw.reader.skipped
            cells[variable.id] = _other_text(["" if t.strip() in nothing else t for t in distinct], places)
        elif variable.other_text and decoded is not None:
            cells[variable.id] = _other_text(list(decoded.texts), decoded.places)
        elif variable.id not in cells:
            cells[variable.id] = _empty(n)
    return cells, bad
