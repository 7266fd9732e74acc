"""Distances of Deville and Särndal: the factor F(u), its slope and its integral, for every unit at once.

A calibrated weight is ``w = d * F(u)`` with ``u = x @ multipliers / q``. The integral is the unit's term of the convex
dual function whose minimum is the calibration.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError, choose

Array = NDArray[Any]
Mask = NDArray[np.bool_]
Distance = Literal["linear", "raking", "exponential", "logit", "participation"]

_LARGEST_EXPONENT = 600.0


class Factors(NamedTuple):
    """Factor, slope and integral of a distance at ``u``, each of shape (n,)."""

    factor: Array
    slope: Array
    integral: Array


def distance_factors(u: Array, distance: Distance, lower: Array | float, upper: Array | float) -> Factors:
    """Evaluate a distance.

    Parameters
    ----------
    u : array, shape (n,)
        Linear predictor.
    distance : {"linear", "raking", "exponential", "logit", "participation"}
        ``linear`` is 1 + u, ``raking`` (also called ``exponential``) is exp(u), both cut off at the bounds; ``logit``
        approaches its bounds smoothly and needs both of them, lower < 1 < upper; ``participation`` is 1 + exp(u), the
        inverse of a logistic probability of taking part, without bounds.
    lower, upper : float or array, shape (n,)
        Bounds on the factor; infinite where there are none.

    Returns
    -------
    Factors
        ``factor`` = F(u), ``slope`` = F'(u) (0 where cut off), ``integral`` = the integral of F from 0 to u.

    Notes
    -----
    Deville, J.-C. and Särndal, C.-E. (1992), Calibration estimators in survey sampling, JASA 87, 376-382.

    Examples
    --------
    >>> import numpy as np
    >>> distance_factors(np.array([0.0, 2.0]), "linear", 0.5, 2.5).factor.tolist()
    [1.0, 2.5]
    """
    choose("distance", distance, get_args(Distance))
    if distance == "logit":
        return _logit(u, np.asarray(lower, float), np.asarray(upper, float))
    if distance == "linear":
        return _linear(u, np.asarray(lower, float), np.asarray(upper, float))
    if distance == "participation":
        growth = np.exp(np.clip(u, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        return Factors(1.0 + growth, growth, u + growth - 1.0)
    return _exponential(u, np.asarray(lower, float), np.asarray(upper, float))


def check_bounds(distance: Distance, lower: Array | float, upper: Array | float) -> None:
    """Refuse bounds that contradict each other or the distance.

    Raises
    ------
    DataError
        If lower > upper anywhere, or the logit distance lacks finite bounds with lower < 1 < upper.
    """
    low, high = np.broadcast_arrays(np.asarray(lower, float), np.asarray(upper, float))
    if np.isnan(low).any() or np.isnan(high).any() or (low > high).any():
        raise DataError("bounds contradict each other: the lower bound is above the upper bound; exchange them")
    if distance == "logit" and not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise DataError('the logit distance needs two finite bounds: give bounds=(lower, upper), or use "raking"')
    if distance == "logit" and not ((low < 1).all() and (high > 1).all()):
        raise DataError(
            f"the logit distance needs lower < 1 < upper on the factor, not ({low.min():g}, {high.max():g}): "
            'widen the bounds, or use distance="linear" with the same bounds'
        )


def _linear(u: Array, lower: Array, upper: Array) -> Factors:
    free = 1.0 + u
    factor = np.clip(free, lower, upper)
    inside = (free > lower) & (free < upper)
    edge = factor - 1.0
    integral = edge + 0.5 * edge**2 + factor * (u - edge)
    return Factors(factor, inside.astype(float), integral)


def _exponential(u: Array, lower: Array, upper: Array) -> Factors:
    free = np.exp(np.clip(u, -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
    factor = np.clip(free, lower, upper)
    inside = (free > lower) & (free < upper)
    edge = np.log(np.maximum(factor, np.exp(-_LARGEST_EXPONENT)))
    integral = factor - 1.0 + factor * (u - edge)
    return Factors(factor, np.where(inside, free, 0.0), integral)


def _logit(u: Array, lower: Array, upper: Array) -> Factors:
    scale = (upper - lower) / ((1.0 - lower) * (upper - 1.0))
    exponent = np.clip(scale * u, -_LARGEST_EXPONENT, _LARGEST_EXPONENT)
    growth = np.exp(exponent)
    low, high = upper - 1.0, (1.0 - lower) * growth
    total = low + high
    factor = (lower * low + upper * high) / total
    slope = (upper - lower) * scale * (low / total) * (high / total)
    integral = lower * u + (upper - lower) / scale * (np.log(total) - np.log(upper - lower))
    return Factors(factor, slope, integral)
