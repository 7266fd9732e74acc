"""Decode the cells of one item, whatever its kind, into values, special answers and blanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Choice, Item, Variable
from surveykit.questionnaire.definition.spellings import Spellings
from surveykit.responses.cells.distinct import distinct_cells, take_text
from surveykit.responses.cells.missing_codes import ALL, Declared, DeclaredFor, is_number, number_of
from surveykit.responses.cells.times import readable_dates
from surveykit.responses.cells.values import (
    MARK,
    Decoded,
    UnmappedValue,
    code_of_kind,
    decode_options,
    decode_single,
    told_counts,
    unmapped_value,
)
from surveykit.responses.coding.ticks import decode_ticks
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
        Whether it holds the words after "other", and whether it is the first option of its item that the file has.
    in_file : bool
        Whether the file has a column for it.
    declared : dict of str to (str, int)
        Declared missing values that were met: kind and number of rows.
    """

    values: pd.Series
    special: NDArray[np.int8]
    skipped: Bools
    unmapped: Bools
    other_text: bool = False
    first_option: bool = False
    in_file: bool = True
    declared: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def answered(self) -> Bools:
        """Where there is a substantive answer."""
        return np.asarray(self.values.notna().to_numpy(dtype=bool))

    def without_unmapped(self) -> Cells:
        """Count values that are no option as blank."""
        return replace(self, values=self.values.mask(self.unmapped)) if self.unmapped.any() else self


def _empty(n: int, other_text: bool = False, *, ticks: bool = False) -> Cells:
    nothing = np.zeros(n, dtype=bool)
    values = take_text([None], np.zeros(n, dtype=np.int64))
    if ticks:
        values = pd.Series(pd.array([None] * n, dtype="boolean"))
    return Cells(values, np.zeros(n, np.int8), nothing, nothing, other_text, in_file=False)


def _options(raw: RawResponses, variable: str) -> tuple[tuple[str, str], ...]:
    """Codes and texts of the options as the file's platform shows them."""
    entries = raw.column_map.entries if raw.column_map else ()
    return next((entry.options for entry in entries if entry.variable == variable), ())


def _split_special(decoded: Decoded, choices: Sequence[Choice]) -> Cells:
    """Take special codes, blanks, declared missing values and NUL-marked texts out of decoded codes."""
    kinds = {choice.code: choice.special for choice in choices if choice.special}
    kinds |= {MARK + kind: kind for kind in ("dk", "rf")}
    codes = [c if isinstance(c, str) else None for c in decoded.codes]
    values = [None if c in (None, "") or c in kinds else str(c).removeprefix("\x00") for c in codes]
    special = np.array([SPECIAL[kinds.get(c, "")] if c is not None else 0 for c in codes], dtype=np.int8)
    skipped = np.array([c is None for c in codes], dtype=bool)
    strange = np.array([c is not None and c.startswith("\x00") for c in codes], dtype=bool)
    places = decoded.places
    values_of_rows = take_text(values, places)
    return Cells(values_of_rows, special[places], skipped[places], strange[places], declared=decoded.declared)


def _other_text(texts: Sequence[str], places: NDArray[np.int64]) -> Cells:
    nothing = np.zeros(len(places), dtype=bool)
    values = take_text([text or None for text in texts], places)
    return Cells(values, np.zeros(len(places), np.int8), nothing, nothing, other_text=True)


def _said(raw: RawResponses, *names: str) -> dict[str, str]:
    """Codes of cells as the user's mapping gives them, of the column before those of its item."""
    return {cell: code for name in reversed(names) for cell, code in raw.values.get(name, {}).items()}


def _declared(raw: RawResponses, name: str, item: str, *, text: bool = False) -> DeclaredFor:
    """Missing values declared for a column; an open answer is text whatever codes the file has elsewhere."""
    own, whole = Declared(), raw.blanks.get(ALL, Declared())
    for key in dict.fromkeys((item, name)):
        own = raw.missing.get(key, Declared()).over(raw.blanks.get(key, Declared())).over(own)
    return DeclaredFor(own, whole if text else raw.missing.get(ALL, Declared()).over(whole))


def _spellings(raw: RawResponses, name: str, item: str, choices: Sequence[Choice]) -> Spellings:
    said = _said(raw, name, item)
    spellings = Spellings(choices, by=raw.reader.by, shown=_options(raw, name), said=said)
    if name in raw.scores:  # don't know has no score and stands as its text
        return spellings.replaced(raw.scores[name], [choice.code for choice in choices if choice.special])
    return spellings


def _single(raw: RawResponses, name: str, item: str, choices: Sequence[Choice]) -> tuple[Cells, Decoded]:
    cells = raw.table[raw.columns[name][0]]
    spellings = _spellings(raw, name, item, choices)
    declared = _declared(raw, name, item)
    decoded = decode_single(cells, name, choices, spellings, raw.reader, declared=declared, rows=raw.row_numbers)
    return _split_special(decoded, choices), decoded


def _open(raw: RawResponses, item: Item, choices: Sequence[Choice]) -> tuple[Cells, list[UnmappedValue]]:
    """Numbers, dates and texts."""
    distinct, places = distinct_cells(raw.table[raw.columns[item.id][0]])
    special = {choice.code: choice.special for choice in choices if choice.special}
    special |= {MARK + kind: kind for kind in ("dk", "rf")}
    options = [choice for choice in choices if choice.special]
    spellings = Spellings(options, by="label" if raw.reader.by == "place" else raw.reader.by, said=_said(raw, item.id))
    declared = _declared(raw, item.id, item.id, text=item.type == "text")
    values: list[str | None] = []
    kinds: list[int] = []
    fits = _fits(item.type, distinct, raw.day_first)
    strange = np.zeros(len(distinct), dtype=bool)
    skipped = np.zeros(len(distinct), dtype=bool)
    bad: list[UnmappedValue] = []
    met: dict[int, str] = {}
    for place, cell in enumerate(distinct):
        plain = cell.strip()
        nothing = plain in raw.reader.blanks or plain in raw.reader.skipped
        code: str | None = None if nothing else spellings.find(plain)
        kind = None if nothing else declared.kind(plain, is_option=code is not None)
        if kind is not None:
            met[place], code = kind, code_of_kind(kind)
            nothing = code in (None, "")
        skipped[place] = (plain in raw.reader.skipped and kind is None) or kind == "na"
        kinds.append(SPECIAL[special.get(code or "", "")])
        strange[place] = not nothing and code is None and not fits[place]
        empty = nothing or code is not None
        values.append(
            None if empty else cell if item.type == "text" else number_of(plain) if item.type == "number" else plain
        )
        if strange[place] and len(rows := raw.row_numbers[places == place]):
            bad.append(unmapped_value(item.id, plain, rows))
    marks = np.array(kinds, dtype=np.int8)[places]
    counted = told_counts(distinct, places, met)
    return Cells(take_text(values, places), marks, skipped[places], strange[places], declared=counted), bad


def _fits(kind: str, texts: Sequence[str], day_first: bool | None) -> Bools:
    if kind == "number":
        return np.array([is_number(text) for text in texts], dtype=bool)
    return readable_dates(texts, day_first) if kind == "date" else np.ones(len(texts), dtype=bool)


def _several(raw: RawResponses, item: Item, choices: Sequence[Choice]) -> Decoded:
    """Sets of codes from one cell or from one column for each option."""
    declared = _declared(raw, item.id, item.id)
    if item.id in raw.columns:
        return decode_options(
            raw.table[raw.columns[item.id][0]], item.id, choices, _spellings(raw, item.id, item.id, choices),
            raw.reader, declared=declared, rows=raw.row_numbers,
        )  # fmt: skip
    columns = {c.code: raw.columns[f"{item.id}_{c.code}"][0] for c in choices if f"{item.id}_{c.code}" in raw.columns}
    said = {code: _said(raw, f"{item.id}_{code}", item.id) for code in columns}
    cells = {code: raw.table[header] for code, header in columns.items()}
    return decode_ticks(cells, item.id, choices, raw.reader, said=said, declared=declared, rows=raw.row_numbers)


def _multi(item: Item, choices: Sequence[Choice], decoded: Decoded) -> dict[str, Cells]:
    """One boolean column for each option; a special option makes the others missing of its kind."""
    places = decoded.places
    sets = [c if isinstance(c, frozenset) else frozenset() for c in decoded.codes]
    skipped = np.array([not isinstance(c, frozenset) for c in decoded.codes], dtype=bool)
    kinds = {choice.code: choice.special for choice in choices if choice.special}
    kinds |= {MARK + kind: kind for kind in ("dk", "rf")}
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
        columns[f"{item.id}_{choice.code}"] = Cells(
            values, marks, skipped[places], nothing, first_option=k == 0, declared=decoded.declared if k == 0 else {}
        )
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
        By data column; `in_file` is False for a column that the file does not have.
    """
    n = len(raw.table)
    cells: dict[str, Cells] = {}
    bad: list[UnmappedValue] = []
    decoded: Decoded | None = None
    if item.type == "multi" and any(f"{item.id}_{c.code}" in raw.columns for c in choices) | (item.id in raw.columns):
        decoded = _several(raw, item, choices)
        cells |= _multi(item, choices, decoded)
        if item.id not in raw.columns:
            lost = [name for c in choices if (name := f"{item.id}_{c.code}") not in raw.columns]
            cells |= {name: _empty(n, ticks=True) for name in lost if not raw.whole}
            held = next((name for name, part in cells.items() if part.in_file), None)
            if held is not None:  # stands for the item
                cells[held] = replace(cells[held], first_option=True, declared=decoded.declared)
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
            declared = _declared(raw, variable.id, item.id, text=True)
            gone = [t.strip() in nothing or declared.kind(t.strip(), is_option=False) is not None for t in distinct]
            cells[variable.id] = _other_text(["" if no else t for no, t in zip(gone, distinct, strict=True)], places)
        elif variable.other_text and decoded is not None and (raw.reader.by == "label" or any(decoded.texts)):
            cells[variable.id] = _other_text(list(decoded.texts), decoded.places)
        elif variable.id not in cells:
            cells[variable.id] = replace(
                _empty(n, variable.other_text, ticks=variable.kind == "multi"), in_file=raw.whole
            )
    return cells, bad
