"""Brent's root finder in the form of netlib's zeroin, whose stopping point on a step function R's results rest on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from surveykit.errors import ConvergenceError

__all__ = ["brent_root"]

EPSILON = float(np.finfo(float).eps)


def brent_root(
    function: Callable[[float], float], lower: float, upper: float, tolerance: float, rounds: int = 1000
) -> float:
    """Return a root of a function between two points of opposite sign.

    Parameters
    ----------
    function : callable
        Of one number.
    lower, upper : float
        Ends of the bracket.
    tolerance : float
        On the position of the root.
    rounds : int
        Evaluations at most.

    Raises
    ------
    ConvergenceError
        When the signs at the ends are equal or the rounds run out.

    Examples
    --------
    >>> round(brent_root(lambda x: x * x - 2, 0, 2, 1e-10), 6)
    1.414214
    """
    a, b = lower, upper
    fa, fb = function(a), function(b)
    c, fc = a, fa
    if fa == 0.0:
        return a
    if fb == 0.0:
        return b
    if not np.isfinite(fa) or not np.isfinite(fb) or fa * fb > 0:
        raise ConvergenceError(f"There is no sign change between {lower:g} and {upper:g}: no root to find.")
    for _ in range(rounds):
        previous = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        accuracy = 2 * EPSILON * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= accuracy or fb == 0.0:
            return b
        if abs(previous) >= accuracy and abs(fa) > abs(fb):
            step = _interpolate((a, b, c), (fa, fb, fc), previous, accuracy, step)
        if abs(step) < accuracy:
            step = accuracy if step > 0 else -accuracy
        a, fa = b, fb
        b += step
        fb = function(b)
        if (fb > 0 and fc > 0) or (fb < 0 and fc < 0):
            c, fc = a, fa
    raise ConvergenceError(f"No root was found between {lower:g} and {upper:g} in {rounds} rounds.")


def _interpolate(
    points: tuple[float, float, float],
    values: tuple[float, float, float],
    previous: float,
    accuracy: float,
    bisection: float,
) -> float:
    (a, b, c), (fa, fb, fc) = points, values
    width = c - b
    if a == c:
        ratio = fb / fa
        p, q = width * ratio, 1.0 - ratio
    else:
        qq, r1, r2 = fa / fc, fb / fc, fb / fa
        p = r2 * (width * qq * (qq - r1) - (b - a) * (r1 - 1.0))
        q = (qq - 1.0) * (r1 - 1.0) * (r2 - 1.0)
    if p > 0:
        q = -q
    else:
        p = -p
    if p < 0.75 * width * q - abs(accuracy * q) / 2 and p < abs(previous * q / 2):
        return p / q
    return bisection
