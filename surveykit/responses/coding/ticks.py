"""Several answers in columns of their own, one for each option."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Choice
from surveykit.questionnaire.definition.spellings import Spellings
from surveykit.responses.cells.distinct import distinct_cells
from surveykit.responses.cells.labels import NO, YES
from surveykit.responses.cells.missing_codes import DeclaredFor
from surveykit.responses.cells.values import (
    CellReader,
    Decoded,
    UnmappedValue,
    code_of_kind,
    told_counts,
    unmapped_value,
)

__all__ = ["decode_ticks"]

CHUNK = 30  # bits that are added to a key at once, so that it stays a number of 64 bits

Bools = NDArray[np.bool_]


OWN = "\x02"  # in the place of the option's code, which says nothing in a column of its own: 2 may mean "no"


def _ticked(plain: str, label: Spellings, code: str, said: Mapping[str, str]) -> bool | None:
    """Whether a cell ticks its option; None when it says neither, or both."""
    if plain in said:
        return said[plain] == code
    yes = plain.casefold() in YES
    no = plain.casefold() in NO
    yes = yes or label.find(plain) is not None
    return None if yes == no else yes


def _keys(ticks: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number of the distinct row of each row, and the first row of each; any number of columns."""
    key = np.zeros(len(ticks), dtype=np.int64)
    for start in range(0, ticks.shape[1], CHUNK):
        part = ticks[:, start : start + CHUNK]
        bits = part.astype(np.int64) @ (np.int64(1) << np.arange(part.shape[1], dtype=np.int64))
        key = np.asarray(pd.factorize((key << CHUNK) + bits)[0], dtype=np.int64)
    first = np.unique(key, return_index=True)[1]
    return key, np.asarray(first, dtype=np.int64)


def decode_ticks(
    cells: Mapping[str, pd.Series],
    item: str,
    choices: Sequence[Choice],
    reader: CellReader,
    *,
    said: Mapping[str, Mapping[str, str]],
    declared: DeclaredFor,
    rows: NDArray[np.int64],
) -> Decoded:
    """Code one column for each option: 1, yes, 是 or the option's own label ticks it, 0, no or 否 does not.

    Parameters
    ----------
    cells : mapping of str to Series
        Cells by the option's code.
    item : str
        The question.
    choices : sequence of Choice
        Its options.
    reader : CellReader
        The layout's cells.
    said : mapping of str to mapping of str to str
        What the user says of cells, by option: the code that a cell stands for, which ticks the option that has it.
    declared : DeclaredFor
        Declared missing values.
    rows : (n,) int array
        Row of the file of each record.

    Returns
    -------
    Decoded
        Frozensets of codes; None where every column says "not shown".
    """
    n = len(rows)
    ticks = np.zeros((n, len(cells) + 4), dtype=bool)  # the options, then skipped and the kinds of declared values
    skipped = np.ones(n, dtype=bool)
    kinds = {"nr": len(cells) + 1, "dk": len(cells) + 2, "rf": len(cells) + 3}
    unmapped: list[UnmappedValue] = []
    told: dict[str, tuple[str, int]] = {}
    labels = {choice.code: Spellings([replace(choice, code=OWN)], by="label") for choice in choices}
    for k, (code, column) in enumerate(cells.items()):
        distinct, places = distinct_cells(column)
        state = np.zeros((len(distinct), ticks.shape[1]), dtype=bool)
        gone = np.zeros(len(distinct), dtype=bool)
        met: dict[int, str] = {}
        for i, cell in enumerate(distinct):
            plain = cell.strip()
            if plain in reader.skipped:
                gone[i] = True
                continue
            if plain in reader.blanks:
                continue
            ticked = _ticked(plain, labels[code], code, said.get(code, {}))
            if (kind := declared.kind(plain, is_option=ticked is not None)) is not None:
                met[i] = kind
                gone[i] = kind == "na"
                state[i, kinds.get(kind, 0)] = kind in kinds
            elif ticked is None:
                if len(here := rows[places == i]):
                    unmapped.append(unmapped_value(f"{item}_{code}", plain, here))
            else:
                state[i, k] = ticked
        ticks |= state[places]
        skipped &= gone[places]
        for cell, (kind, count) in told_counts(distinct, places, met).items():
            told[cell] = (kind, max(count, told.get(cell, (kind, 0))[1]))
    ticks[:, len(cells)] = skipped
    return _decoded(ticks, list(cells), unmapped, told)


def _decoded(
    ticks: Bools, codes: list[str], unmapped: list[UnmappedValue], told: dict[str, tuple[str, int]]
) -> Decoded:
    key, first = _keys(ticks)
    sets = np.empty(len(first), dtype=object)
    for place, row in enumerate(ticks[first]):
        chosen = [code for code, ticked in zip(codes, row, strict=False) if ticked]
        kinds = [] if chosen else [kind for kind, held in zip(("dk", "rf"), row[len(codes) + 2 :], strict=True) if held]
        marks = [mark for kind in kinds if (mark := code_of_kind(kind))]
        sets[place] = None if row[len(codes)] else frozenset([*chosen, *marks])
    return Decoded(sets, np.full(len(sets), "", dtype=object), key, unmapped, told)
