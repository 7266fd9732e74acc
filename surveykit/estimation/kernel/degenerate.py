"""What counts as no variation: equality up to the rounding of the data, and variances that are rounding alone."""

from __future__ import annotations

import numpy as np

from surveykit.errors import DataError

__all__ = [
    "EPSILON",
    "NO_SAMPLING_VARIANCE",
    "NO_VARIATION",
    "ROUNDING_VARIANCE",
    "STEPS",
    "cell_constants",
    "is_constant",
    "is_rounding",
    "rank_of",
    "wald_statistic",
]

NO_VARIATION = "no variation"
"""State of a statistic whose rows all have the same value: the sample says nothing of the error."""

NO_SAMPLING_VARIANCE = "no sampling variance"
"""State of a statistic that varies in the sample but is fixed by the design: a census, or calibrated to itself."""

ROUNDING_VARIANCE = 1e-20
"""Largest variance, relative to that of the variable, that is taken for rounding: 1e-10 as a standard error."""

STEPS = 8
"""Floating-point steps at the size of the data within which values are the same."""

EPSILON = float(np.finfo(float).eps)


def is_constant(values: np.ndarray, scale: np.ndarray | None = None) -> bool:
    """Whether values are the same up to the rounding of `scale` (left out, of the values themselves)."""
    if not values.size:
        return True
    size = float(np.abs(values if scale is None else scale).max())
    return float(values.max() - values.min()) <= STEPS * EPSILON * size


def is_rounding(variance: float, spread: float) -> bool:
    """Whether a variance is nothing against the variance of the variable it comes from."""
    return not variance > ROUNDING_VARIANCE * spread


def cell_constants(
    values: np.ndarray,
    code: np.ndarray | None,
    weights: np.ndarray,
    suspects: np.ndarray,
    scale: np.ndarray | None = None,
) -> np.ndarray:
    """Return the one value of each cell whose rows all have it, NaN elsewhere.

    Parameters
    ----------
    values, weights : numpy.ndarray, shape (n,)
        Values and weights; rows of weight 0 do not count.
    code : numpy.ndarray or None, shape (n,)
        Cell of each row, -1 = in none; None = every row in cell 0.
    suspects : numpy.ndarray of bool, shape (size,)
        Cells to look at.
    scale : numpy.ndarray, optional
        At whose size rounding is measured; left out, that of the values.
    """
    out = np.full(suspects.size, np.nan)
    if not suspects.any():
        return out
    cell = np.zeros(values.size, dtype=np.int64) if code is None else code
    rows = np.flatnonzero((cell >= 0) & (weights > 0))
    rows = rows[suspects[cell[rows]]]
    low, high, size = np.full(out.size, np.inf), np.full(out.size, -np.inf), np.zeros(out.size)
    np.minimum.at(low, cell[rows], values[rows])
    np.maximum.at(high, cell[rows], values[rows])
    np.maximum.at(size, cell[rows], np.abs(values[rows] if scale is None else scale[rows]))
    found = np.flatnonzero(suspects & np.isfinite(low) & np.isfinite(high))
    same = found[high[found] - low[found] <= STEPS * EPSILON * size[found]]
    out[same] = low[same]
    return out


def rank_of(matrix: np.ndarray, scale: np.ndarray | None = None, tolerance: float = 1e-12) -> int:
    """Return the rank of a symmetric non-negative matrix with its rows and columns divided by `scale`.

    Parameters
    ----------
    matrix : numpy.ndarray, shape (k, k)
        A covariance or a matrix of cross-products.
    scale : numpy.ndarray, optional
        Standard errors to measure against; left out, the roots of the diagonal.
    tolerance : float
        Smallest eigenvalue, relative to the largest, that counts.
    """
    root = np.sqrt(np.maximum(np.diag(matrix), 0.0)) if scale is None else scale
    if not np.isfinite(matrix).all() or not (root > 0).any():
        return 0
    safe = np.where(root > 0, root, 1.0)
    values = np.linalg.eigvalsh(matrix / np.outer(safe, safe))
    return int((values > tolerance * values.max()).sum()) if values.max() > 0 else 0


def wald_statistic(difference: np.ndarray, covariance: np.ndarray, what: str) -> float:
    """Return ``d' V^-1 d``.

    Raises
    ------
    DataError
        When V is singular up to rounding: the differences depend on each other.
    """
    rank = rank_of(covariance)
    if rank < difference.size:
        raise DataError(
            f"{what} cannot be tested together: of {difference.size} differences only {rank} vary on their own. There "
            "are too few sampling units for so many, or some of them are fixed by the design or by calibration: join "
            "levels, or test fewer at once."
        )
    return float(difference @ np.linalg.solve(covariance, difference))
