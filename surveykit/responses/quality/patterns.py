"""Kernels of the response-pattern indices, on arrays with one row per person."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from surveykit.errors import DataError

__all__ = ["all_equal", "irv", "longstring", "mahalanobis"]

Floats = NDArray[np.float64]


def longstring(answers: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Longest and mean run of equal answers, missing ones skipped.

    Parameters
    ----------
    answers : (n, k) array
        Codes as numbers in the order of asking; NaN where missing.

    Returns
    -------
    tuple of (n,) arrays
        Length of the longest run (0 when nothing is answered) and mean length of the runs (NaN then).
    """
    n = len(answers)
    longest = np.zeros(n, dtype=np.int64)
    runs = np.zeros(n, dtype=np.int64)
    answered = np.zeros(n, dtype=np.int64)
    current = np.zeros(n, dtype=np.int64)
    last = np.full(n, np.nan)
    for j in range(answers.shape[1]):
        value = answers[:, j]
        valid = ~np.isnan(value)
        same = valid & (value == last)
        current = np.where(same, current + 1, np.where(valid, 1, current))
        runs += valid & ~same
        answered += valid
        last = np.where(valid, value, last)
        longest = np.maximum(longest, current)
    with np.errstate(invalid="ignore", divide="ignore"):
        return longest, np.where(runs > 0, answered / runs, np.nan)


def irv(answers: Floats) -> Floats:
    """Intra-individual response variability: standard deviation (n - 1) over the answered items.

    Parameters
    ----------
    answers : (n, k) array
        Codes as numbers; NaN where missing.

    Returns
    -------
    (n,) array
        NaN where fewer than two items are answered.
    """
    valid = ~np.isnan(answers)
    count = valid.sum(axis=1)
    filled = np.where(valid, answers, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=1) / count
        squares = np.where(valid, (answers - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return np.where(count >= 2, np.sqrt(squares / (count - 1)), np.nan)


def all_equal(answers: Floats, minimum: int) -> NDArray[np.bool_]:
    """Whether at least `minimum` items are answered and all answers are equal.

    Parameters
    ----------
    answers : (n, k) array
        Codes as numbers; NaN where missing.
    minimum : int
        Answered items needed.

    Returns
    -------
    (n,) bool array
    """
    valid = ~np.isnan(answers)
    low = np.where(valid, answers, np.inf).min(axis=1)
    high = np.where(valid, answers, -np.inf).max(axis=1)
    return np.asarray((valid.sum(axis=1) >= minimum) & (low == high))


def mahalanobis(answers: Floats, confidence: float = 0.99) -> tuple[Floats, NDArray[np.bool_], int]:
    """Squared Mahalanobis distance from the mean over complete rows.

    ``D2 = (x - m)' S^-1 (x - m)`` with the covariance S (n - 1) of the complete rows.

    Parameters
    ----------
    answers : (n, k) array
        Codes as numbers; rows with NaN get NaN.
    confidence : float
        A row is flagged when D2 exceeds this quantile of chi-squared with as many degrees of freedom as S has rank.

    Returns
    -------
    tuple
        D2, flags, and the rank of S; a generalised inverse is used when S is singular.

    Raises
    ------
    DataError
        If there are fewer than ten complete rows per item: every distance would be nearly the same.
    """
    complete = ~np.isnan(answers).any(axis=1)
    x = answers[complete]
    n, k = x.shape
    if n < 10 * k:
        raise DataError(
            f"Mahalanobis distance of {k} items needs at least {10 * k} complete records, there are {n}; "
            "name fewer columns or leave the check out"
        )
    centred = x - x.mean(axis=0)
    covariance = centred.T @ centred / (n - 1)
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True))
    inverse = np.linalg.pinv(covariance, hermitian=True)
    distance = np.full(len(answers), np.nan)
    distance[complete] = np.einsum("ij,jk,ik->i", centred, inverse, centred)
    with np.errstate(invalid="ignore"):
        return distance, distance > chi2.ppf(confidence, rank), rank
