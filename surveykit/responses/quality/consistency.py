"""Kernels of the within-person consistency indices, on arrays with one row per person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError
from surveykit.responses.quality.patterns import irv

__all__ = ["even_odd", "irv_blocks", "row_correlation", "synonym_pairs", "synonyms"]

Floats = NDArray[np.float64]


def row_correlation(left: Floats, right: Floats) -> Floats:
    """Correlation of two arrays within each row over the pairs that are complete.

    Parameters
    ----------
    left, right : (n, k) arrays
        NaN where missing.

    Returns
    -------
    (n,) array
        NaN where fewer than two pairs are complete or one side does not vary.
    """
    valid = ~(np.isnan(left) | np.isnan(right))
    count = valid.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        x = np.where(valid, left - (np.where(valid, left, 0).sum(axis=1) / count)[:, None], 0.0)
        y = np.where(valid, right - (np.where(valid, right, 0).sum(axis=1) / count)[:, None], 0.0)
        sxx, syy = (x**2).sum(axis=1), (y**2).sum(axis=1)
        result = (x * y).sum(axis=1) / np.sqrt(sxx * syy)
    flat = (sxx < 1e-24) | (syy < 1e-24) | (count < 2)
    return np.asarray(np.where(flat, np.nan, result))


def even_odd(answers: Floats, scales: Sequence[int]) -> Floats:
    """Even-odd index: minus the Spearman-Brown corrected correlation of half-scale means, high when careless.

    ``-2 r / (1 + r)``, at most 1, with r the within-person correlation over the scales between the mean of the
    items in even and in odd places. Sign as in careless 1.2.0 and later.

    Parameters
    ----------
    answers : (n, k) array
        Items scale by scale; NaN where missing.
    scales : sequence of int
        Number of items of each scale.

    Returns
    -------
    (n,) array
        NaN where one half does not vary.

    Raises
    ------
    DataError
        If there are fewer than three scales: a correlation of two points means nothing.
    """
    if len(scales) < 3 or sum(scales) > answers.shape[1] or min(scales) < 2:
        raise DataError(
            f"the even-odd index needs at least three scales of two items within the {answers.shape[1]} columns, "
            f"got {list(scales)}; leave it out for shorter questionnaires"
        )
    ends = np.cumsum(scales)
    halves = []
    for first in (1, 0):
        parts = [answers[:, end - size + first : end : 2] for end, size in zip(ends, scales, strict=True)]
        halves.append(np.column_stack([_mean(part) for part in parts]))
    r = row_correlation(halves[0], halves[1])
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(-np.maximum(2 * r / (1 + r), -1.0))


def _mean(part: Floats) -> Floats:
    count = (~np.isnan(part)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(count > 0, np.nansum(part, axis=1) / count, np.nan))


def synonym_pairs(answers: Floats, critical: float = 0.6, *, antonyms: bool = False) -> NDArray[np.int64]:
    """Pairs of items that correlate above a critical value over all persons (below its negative for antonyms).

    Parameters
    ----------
    answers : (n, k) array
        NaN where missing; correlations over complete pairs.
    critical : float
        Between 0 and 1.
    antonyms : bool
        Whether negative correlations are wanted.

    Returns
    -------
    (m, 2) int array
        Columns of each pair, the later one first.
    """
    k = answers.shape[1]
    found = []
    for j in range(k):
        for i in range(j + 1, k):
            r = row_correlation(answers[:, i][None, :], answers[:, j][None, :])[0]
            if (r < -critical) if antonyms else (r > critical):
                found.append((i, j))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def synonyms(answers: Floats, pairs: NDArray[np.int64]) -> Floats:
    """Within-person correlation over pairs of items (psychometric synonyms or antonyms).

    Parameters
    ----------
    answers : (n, k) array
        NaN where missing.
    pairs : (m, 2) int array
        From `synonym_pairs`.

    Returns
    -------
    (n,) array
        NaN where fewer than three pairs are complete or one side does not vary.
    """
    left, right = answers[:, pairs[:, 0]], answers[:, pairs[:, 1]]
    enough = (~(np.isnan(left) | np.isnan(right))).sum(axis=1) > 2
    return np.asarray(np.where(enough, row_correlation(left, right), np.nan))


def irv_blocks(answers: Floats, blocks: int) -> Floats:
    """Standard deviation (n - 1) within consecutive blocks of items of nearly equal length.

    Parameters
    ----------
    answers : (n, k) array
        NaN where missing.
    blocks : int
        Number of blocks.

    Returns
    -------
    (n, blocks) array
    """
    places = np.array_split(np.arange(answers.shape[1]), blocks)
    return np.column_stack([irv(answers[:, columns]) for columns in places])
