"""How a value is compared with a declared number: rounding rule first, then a tolerance; all constants are here."""

from __future__ import annotations

import numpy as np

from surveykit.scoring.kernel.numerics import FloatArray

__all__ = ["NOISE", "TOLERANCE", "round_half_up", "snap", "tie_tolerance"]

TOLERANCE = 1e-9
"""Two numbers are the same when they differ by no more than this share of the scale they are measured on."""

NOISE = 1e-12
"""Relative error of floating-point sums; a value this near to half a step is taken to be the half."""


def round_half_up(values: FloatArray, decimals: int) -> FloatArray:
    """Round to decimals, halves away from zero, as the decimal number that is meant and not as its binary image.

    Parameters
    ----------
    values : ndarray
        NaN and infinity stay.
    decimals : int
        0 or more.

    Returns
    -------
    ndarray
        The doubles nearest to the rounded decimal numbers.

    Notes
    -----
    ``sign(x) floor(|x| 10^d + 1/2 + e) / 10^d`` with ``e = 1e-9 + 1e-12 |x| 10^d``: what lies within the error of
    floating-point sums of a half is the half. Same convention as ROUND_HALF_UP of decimal arithmetic.

    Examples
    --------
    >>> round_half_up(np.array([0.8995, 0.89949, 2.675, -0.25]), 3).tolist()
    [0.9, 0.899, 2.675, -0.25]
    >>> round_half_up(np.array([17.665, -0.25]), 1).tolist()
    [17.7, -0.3]
    """
    values = np.asarray(values, dtype=float)
    factor = 10.0**decimals
    scaled = np.abs(values) * factor
    whole = np.floor(scaled + (0.5 + TOLERANCE + NOISE * scaled))
    return np.asarray(np.copysign(whole / factor, values) + 0.0)


def snap(values: FloatArray, numbers: FloatArray) -> FloatArray:
    """Replace values that differ from a declared number by rounding error alone by that number.

    Parameters
    ----------
    values : ndarray
    numbers : ndarray, shape (k,)
        Declared numbers. The tolerance is `TOLERANCE` times the largest of them in size, or times 1 when all are 0.

    Returns
    -------
    ndarray
        Shape of `values`.

    Examples
    --------
    >>> snap(np.array([0.7999999999999998, 0.79]), np.array([0.8])).tolist()
    [0.8, 0.79]
    """
    tolerance = TOLERANCE * (float(np.max(np.abs(numbers), initial=0.0)) or 1.0)
    for number in numbers:
        near = np.abs(values - number) <= tolerance
        if near.any():
            values = np.where(near, number, values)
    return values


def tie_tolerance(values: FloatArray) -> FloatArray:
    """Return how far apart values along the last axis may be and still be tied, shape (..., 1).

    `TOLERANCE` times the largest finite value in size.
    """
    finite = np.isfinite(values)
    if finite.all():
        return np.asarray(TOLERANCE * np.max(np.abs(values), axis=-1, keepdims=True, initial=0.0))
    return np.asarray(TOLERANCE * np.max(np.abs(np.where(finite, values, 0.0)), axis=-1, keepdims=True, initial=0.0))
