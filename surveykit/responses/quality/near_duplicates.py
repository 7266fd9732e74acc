"""Records that are nearly copies of another one: the maximum percent match."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["maximum_match", "option_codes"]

BLOCK = 512


def option_codes(data: pd.DataFrame, columns: list[str]) -> NDArray[np.int16]:
    """Answers as small numbers.

    Parameters
    ----------
    data : DataFrame
        Coded answers.
    columns : list of str
        Columns with one answer each.

    Returns
    -------
    (n, k) int16 array
        -1 where there is no substantive answer.
    """
    parts = [pd.factorize(data[name].astype("str").where(data[name].notna()))[0] for name in columns]
    return np.column_stack(parts).astype(np.int16) if parts else np.empty((len(data), 0), dtype=np.int16)


def _indicators(codes: NDArray[np.int16]) -> NDArray[np.float32]:
    """One 0/1 column for each answer that occurs more than once."""
    made = []
    for column in codes.T:
        counts = np.bincount(column[column >= 0])
        made += [(column == level).astype(np.float32) for level in np.flatnonzero(counts > 1)]
    return np.column_stack(made) if made else np.zeros((len(codes), 1), dtype=np.float32)


def maximum_match(codes: NDArray[np.int16], minimum: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Largest share of equal answers with any other record.

    The share of two records is the number of equal answers over the number of columns that both answer; pairs with
    fewer than `minimum` such columns are not compared.

    Parameters
    ----------
    codes : (n, k) int16 array
        From `option_codes`.
    minimum : int
        Columns that both must answer.

    Returns
    -------
    tuple of (n,) float array and (n,) int array
        The share, NaN where a record is compared with nobody; and the row of the record that is most alike, the first
        of several, -1 for none.

    Notes
    -----
    Kuriakose and Robbins (2016), Don't get duped, Statistical Journal of the IAOS 32(3). Their rule of thumb is 85
    percent on a hundred questions or more; on short questionnaires about which people agree, honest answers reach it.
    Time grows with the square of the number of records: the pairs are counted by products of 0/1 matrices.

    Examples
    --------
    >>> maximum_match(np.array([[0, 1, 2], [0, 1, 0], [1, 0, 0]], dtype=np.int16), 3)[0].round(2).tolist()
    [0.67, 0.67, 0.33]
    """
    n = len(codes)
    best = np.full(n, np.nan)
    partner = np.full(n, -1, dtype=np.int64)
    long_enough = np.flatnonzero((codes >= 0).sum(axis=1) >= max(minimum, 1))
    if len(long_enough) < 2:
        return best, partner
    kept = codes[long_enough]
    ones, there = _indicators(kept), (kept >= 0).astype(np.float32)
    complete = bool(there.all())
    for start in range(0, len(kept), BLOCK):
        rows = slice(start, min(start + BLOCK, len(kept)))
        equal = ones[rows] @ ones.T
        both = np.float32(kept.shape[1]) if complete else there[rows] @ there.T
        with np.errstate(invalid="ignore", divide="ignore"):
            share = np.where(both >= minimum, equal / both, -1.0)
        share[np.arange(share.shape[0]), np.arange(rows.start, rows.stop)] = -1.0
        place = share.argmax(axis=1)
        own = np.arange(share.shape[0])
        found = share[own, place] >= 0
        compared = np.broadcast_to(both, share.shape)[own, place].astype(float)
        value = equal[own, place].astype(float) / np.maximum(compared, 1.0)
        best[long_enough[rows][found]] = value[found]
        partner[long_enough[rows][found]] = long_enough[place[found]]
    return best, partner
