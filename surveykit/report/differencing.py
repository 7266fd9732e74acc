"""What can be worked out by subtracting one published figure from another, and what is done against it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.report.suppression import suppress_counts

__all__ = ["base_differences", "hide_with_neighbours", "round_bases"]

BoolArray = NDArray[np.bool_]
PROTECTION = 3.0


def hide_with_neighbours(table: pd.DataFrame, confidential: BoolArray) -> BoolArray:
    """Hide further levels of a grouping, so that none that is confidential is the city less the others.

    Parameters
    ----------
    table : DataFrame
        indicator, by, level, n: unweighted bases before rounding, "city" for the whole.
    confidential : ndarray of bool, shape (rows,)
        Rows that must not be shown.

    Returns
    -------
    ndarray of bool, shape (rows,)
        The same rows and those beside them: within an indicator and grouping the smallest others, until the margin
        leaves every confidential base uncertain by three people (:func:`surveykit.report.suppress_counts`).

    Examples
    --------
    >>> table = pd.DataFrame({"indicator": "a", "by": ["city", "sex", "sex", "sex"], "n": [100, 3, 40, 57]})
    >>> hide_with_neighbours(table, np.array([False, True, False, False])).tolist()
    [False, True, True, False]
    """
    hidden = confidential.copy()
    for rows in _groups(table):
        if confidential[rows].any():
            counts = table["n"].to_numpy(dtype=float)[rows]
            given = np.flatnonzero(np.nan_to_num(counts) > 0)
            also = confidential[rows][given]
            chosen = suppress_counts(counts[given], smallest=1, protection=PROTECTION, also=also, lonely=False)
            hidden[rows[given]] |= chosen
    return hidden


def base_differences(table: pd.DataFrame, smallest: int) -> BoolArray:
    """Find bases from which another published base can be subtracted to single out fewer than ``smallest`` people.

    Two kinds: bases of two indicators in one area or group (a few people gave no answer to one of them), and the city
    less all levels of a grouping (a few people belong to none of them).

    Parameters
    ----------
    table : DataFrame
        indicator, by, level, n before rounding.
    smallest : int
        Differences from 1 to one less count.

    Returns
    -------
    ndarray of bool, shape (rows,)

    Examples
    --------
    >>> table = pd.DataFrame({"indicator": ["a", "b", "c"], "by": "city", "level": "", "n": [100, 98, 60]})
    >>> base_differences(table, 5).tolist()
    [True, True, False]
    """
    counts = table["n"].to_numpy(dtype=float)
    found = np.zeros(len(table), dtype=bool)
    for places in table.groupby(["by", "level"], sort=False).indices.values():
        apart = np.abs(counts[places][:, None] - counts[places][None, :])
        found[places] |= ((apart > 0) & (apart < smallest)).any(axis=1)
    whole = table.index[table["by"] == "city"]
    city = dict(zip(table.loc[whole, "indicator"], counts[whole], strict=True))
    for rows in _groups(table):
        left = city.get(str(table["indicator"].iloc[rows[0]]), np.nan) - np.nansum(counts[rows])
        found[rows] |= bool(0 < left < smallest)
    return found


def round_bases(table: pd.DataFrame, base: int, differing: BoolArray, smallest: int) -> pd.DataFrame:
    """Round all bases to multiples of ``base``, and the differing ones at least to multiples of ``smallest``.

    Design effects are multiplied by the same ratio: with the exact one, the base would be the effective size times the
    design effect.

    Parameters
    ----------
    table : DataFrame
        n and deff.
    base, smallest : int
        Multiples.
    differing : ndarray of bool, shape (rows,)
        From :func:`base_differences`.

    Returns
    -------
    DataFrame
    """
    counts = table["n"].to_numpy(dtype=float)
    steps = np.where(differing, max(base, smallest), base).astype(float)
    rounded = np.floor(counts / steps + 0.5) * steps
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((counts > 0) & (rounded != counts), rounded / counts, 1.0)
    return table.assign(n=rounded, deff=table["deff"].to_numpy(dtype=float) * ratio)


def _groups(table: pd.DataFrame) -> list[NDArray[np.intp]]:
    """Return the places of the rows of each indicator and grouping other than the city."""
    places = table[table["by"] != "city"].groupby(["indicator", "by"], sort=False).groups
    position = pd.Series(np.arange(len(table)), index=table.index)
    return [position.loc[rows].to_numpy(dtype=np.intp) for rows in places.values()]
