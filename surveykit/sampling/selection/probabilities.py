"""Inclusion probabilities in proportion to size, and the checks of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, first_few

__all__ = ["CERTAIN", "inclusion_probabilities", "require_fixed_size", "require_probabilities", "require_sizes"]

CERTAIN = 1.0 - 1e-12
Floats = NDArray[np.float64]


def require_sizes(sizes: ArrayLike, where: str = "") -> Floats:
    """Positive finite sizes, or an error that names the first wrong ones."""
    values = np.asarray(sizes, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if values.ndim != 1 or len(wrong):
        raise DataError(
            f"selection{where}: sizes must be positive and finite; wrong at positions {first_few(wrong.tolist())}: "
            "give every unit a size, or leave units of size 0 out of the frame and say so"
        )
    return values


def inclusion_probabilities(sizes: ArrayLike, n: int, certainty: float = 1.0) -> Floats:
    """Inclusion probabilities in proportion to size; units that would exceed 1 are taken with certainty.

    Parameters
    ----------
    sizes : array_like of float, shape (N,)
        Positive measures of size.
    n : int
        Units to select, at most N.
    certainty : float
        Probability from which on a unit is taken with certainty; the others share what is left, until none reaches it
        (Särndal, Swensson & Wretman 1992, section 3.6.2, for a threshold of 1).

    Returns
    -------
    numpy.ndarray, shape (N,)
        Probabilities that sum to n; exactly 1 for units taken with certainty.

    Raises
    ------
    DataError
        If a size is not positive, n lies outside 0 to N, or the threshold leaves no unit to be drawn for the others.

    Examples
    --------
    >>> inclusion_probabilities([1, 1, 1, 9], 2).round(4).tolist()
    [0.3333, 0.3333, 0.3333, 1.0]
    """
    values = require_sizes(sizes)
    if not 0 <= n <= len(values):
        raise DataError(f"selection: {n} units cannot be selected from {len(values)}")
    result = np.zeros(len(values))
    certain = np.zeros(len(values), dtype=bool)
    while True:
        rest = n - int(certain.sum())
        total = values[~certain].sum()
        result[~certain] = rest * values[~certain] / total if total else 0.0
        large = ~certain & (result >= min(certainty, CERTAIN))
        taken = int((certain | large).sum())
        if large.any() and certainty < 1 and taken >= n and taken < len(values):
            raise DataError(
                f"selection: {taken} units reach the certainty threshold {certainty:g}, and {n} are drawn of "
                f"{len(values)}, so that the others could not be drawn at all: raise the threshold or the size"
            )
        result[certain | large] = 1.0
        if not large.any():
            return result
        certain |= large


def require_probabilities(pi: ArrayLike) -> Floats:
    """Probabilities between 0 and 1, or an error."""
    values = np.asarray(pi, dtype=float)
    wrong = np.flatnonzero(~((values >= 0) & (values <= 1)))
    if values.ndim != 1 or len(wrong):
        raise DataError(
            f"selection: inclusion probabilities must lie between 0 and 1; wrong at {first_few(wrong.tolist())}"
        )
    return values


def require_fixed_size(pi: ArrayLike) -> tuple[Floats, int]:
    """Probabilities whose sum is a whole number, and that number."""
    values = require_probabilities(pi)
    total = float(values.sum())
    n = round(total)
    if abs(total - n) > 1e-6 * max(1.0, n):
        raise DataError(f"selection: inclusion probabilities sum to {total:.10g}, not to a whole number of units")
    return values, n
