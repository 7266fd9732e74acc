"""Cells that no document can hold: control characters, halves of characters, texts longer than any spreadsheet's."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import first_few
from surveykit.responses.results import Finding

__all__ = ["REPLACEMENT", "sound_cells", "sound_text"]

REPLACEMENT = "\ufffd"
LONGEST = 32_767
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def sound_text(text: str) -> str:
    r"""Put U+FFFD in place of every character that text documents may not hold.

    Examples
    --------
    >>> len(sound_text("a\x0bb\ttab"))
    7
    >>> sound_text("a\x0bb")
    'a�b'
    """
    return _ODD.sub(REPLACEMENT, text)


def sound_cells(table: pd.DataFrame, numbers: NDArray[np.int64]) -> tuple[pd.DataFrame, list[Finding]]:
    """Replace characters that no document can hold, and say where they and cells of great length were.

    Parameters
    ----------
    table : DataFrame
        Cells as text; categoricals as a rule.
    numbers : (n,) int array
        Row of the file of each record.

    Returns
    -------
    tuple of DataFrame and list of Finding
        The table, and at most two findings a column. A long cell is kept whole; spreadsheets cut it off.
    """
    findings: list[Finding] = []
    changed: dict[int, pd.Series] = {}
    for place, name in enumerate(table.columns):
        shown = sound_text(str(name))
        cells = table.iloc[:, place]
        distinct = [str(value) for value in (cells.cat.categories if _coded(cells) else cells.unique())]
        odd = {value: sound_text(value) for value in distinct if _ODD.search(value)}
        long = [value for value in distinct if len(value) > LONGEST]
        if odd:
            rows = _rows(cells, list(odd), numbers)
            message = f"{shown}: cells with control characters, each now shown as U+FFFD: rows {first_few(rows)}"
            findings.append(Finding("control_characters", message, shown, len(rows), tuple(rows[:5])))
            changed[place] = cells.astype(object).replace(odd).astype("str").astype("category")
        if long:
            rows = _rows(cells, long, numbers)
            message = (
                f"{shown}: cells of more than {LONGEST:,} characters, which spreadsheets cut: rows {first_few(rows)}"
            )
            findings.append(Finding("long_cells", message, shown, len(rows), tuple(rows[:5])))
    if changed:
        columns = [changed.get(place, table.iloc[:, place]) for place in range(table.shape[1])]
        table = pd.concat(columns, axis="columns").set_axis(table.columns, axis="columns")
    return table, findings


def _coded(cells: pd.Series) -> bool:
    return isinstance(cells.dtype, pd.CategoricalDtype)


def _rows(cells: pd.Series, values: list[str], numbers: NDArray[np.int64]) -> list[int]:
    return [int(row) for row in numbers[cells.astype(object).isin(values).to_numpy().nonzero()[0]]]
