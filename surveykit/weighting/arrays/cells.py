"""Coding of auxiliaries and compression of rows to calibration cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.distances import Array

Codes = NDArray[Any]


class Cells(NamedTuple):
    """Rows with the same codes share a cell.

    ``row_cell`` (n,) is the cell of each row, ``codes`` one array (cells,) for each margin, ``weights`` (cells,) sums.
    """

    row_cell: Codes
    codes: tuple[Codes, ...]
    weights: Array


def level_text(values: object) -> NDArray[np.object_]:
    """Return levels as text, the one form in which data, plans and margins are compared.

    Whole numbers lose a trailing ``.0``; missing values stay missing (None).

    Examples
    --------
    >>> level_text([1.0, "a", None]).tolist()
    ['1', 'a', None]
    """
    series = pd.Series(values)
    missing = series.isna().to_numpy()
    codes, uniques = pd.factorize(series)
    names = np.empty(len(uniques) + 1, dtype=object)
    for position, value in enumerate(uniques):
        names[position] = _text(value)
    names[-1] = None
    out = names[codes]
    out[missing] = None
    return out


def code_levels(values: object, levels: Sequence[str], *, used: NDArray[np.bool_], what: str) -> Codes:
    """Code a categorical column by position in ``levels``; rows that are not used get -1.

    Parameters
    ----------
    values : array-like, shape (n,)
        Column of the table.
    levels : sequence of str
        Levels that the totals know.
    used : bool array, shape (n,)
        Rows that carry weight.
    what : str
        Name of the margin, for messages.

    Returns
    -------
    int array, shape (n,)

    Raises
    ------
    DataError
        If a used row is missing or has a level without a total.

    Examples
    --------
    >>> import numpy as np
    >>> code_levels(["b", "a"], ["a", "b"], used=np.array([True, True]), what="x").tolist()
    [1, 0]
    """
    position = {level: index for index, level in enumerate(levels)}
    series = pd.Series(values)
    raw, uniques = pd.factorize(series)
    known = np.array([position.get(_text(value), -2) for value in uniques] + [-1], dtype=np.int64)
    codes: Codes = known[raw]
    missing = used & (codes == -1)
    if missing.any():
        raise DataError(
            f"margin {what!r}: the auxiliary is missing in {int(missing.sum())} of {int(used.sum())} weighted rows "
            f"(rows {first_few(np.flatnonzero(missing).tolist())}); impute it, or leave these rows out before weighting"
        )
    unknown = used & (codes == -2)
    if unknown.any():
        strange = sorted({str(_text(uniques[code])) for code in np.unique(raw[unknown])})
        raise DataError(
            f"margin {what!r}: {int(unknown.sum())} weighted rows have levels without a population total "
            f"({first_few(strange)}); add these levels to the margin or group them into its levels"
        )
    codes[~used] = -1
    return codes


def compress(codes: Sequence[Codes], weights: Array, sizes: Sequence[int]) -> Cells:
    """Sum weights over rows with equal codes.

    Parameters
    ----------
    codes : sequence of int arrays, each shape (n,)
        One for each margin, from 0.
    weights : array, shape (n,)
        Weights to sum.
    sizes : sequence of int
        Number of levels of each margin.

    Returns
    -------
    Cells

    Examples
    --------
    >>> import numpy as np
    >>> compress([np.array([0, 1, 1])], np.array([1.0, 2.0, 3.0]), [2]).weights.tolist()
    [1.0, 5.0]
    """
    key = np.zeros(weights.shape[0], dtype=np.int64)
    span = 1
    for code, size in zip(codes, sizes, strict=True):
        if span * size > 2**62:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            span = int(key.max(initial=0)) + 1
        key = key * size + code
        span *= size
    if span <= max(4 * key.shape[0], 1024):
        present = np.bincount(key, minlength=span) > 0
        lookup = np.cumsum(present) - 1
        row_cell = lookup[key].astype(np.int64)
        count = int(present.sum())
    else:
        unique, inverse = np.unique(key, return_inverse=True)
        row_cell, count = inverse.astype(np.int64), unique.shape[0]
    cell_codes = []
    for code in codes:
        of_cell = np.zeros(count, dtype=np.int64)
        of_cell[row_cell] = code
        cell_codes.append(of_cell)
    return Cells(row_cell, tuple(cell_codes), np.bincount(row_cell, weights=weights, minlength=count))


def indicator_matrix(codes: Sequence[Codes], sizes: Sequence[int]) -> Array:
    """Return the (cells, sum of sizes) matrix of 0 and 1 of several coded margins side by side.

    Examples
    --------
    >>> import numpy as np
    >>> indicator_matrix([np.array([0, 1])], [2]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    rows = codes[0].shape[0]
    out = np.zeros((rows, int(sum(sizes))))
    offset = 0
    for code, size in zip(codes, sizes, strict=True):
        inside = code >= 0
        out[np.flatnonzero(inside), offset + code[inside]] = 1.0
        offset += size
    return out


def _text(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
