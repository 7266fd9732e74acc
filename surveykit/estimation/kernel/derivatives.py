"""Derivatives of functions of estimates, by differences that stay inside the function's domain."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from surveykit.errors import DataError, first_few

__all__ = ["evaluate", "function_value", "numeric_jacobian"]

Function = Callable[[np.ndarray], Any]

SHRINK = 2.0
"""By what the step is divided from one round to the next."""

ROUNDS = 30
"""Rounds of a tableau at most; it ends before when rounding takes over."""

SEARCH = 60
"""Halvings of the first step in search of the function's domain."""


def numeric_jacobian(function: Function, at: np.ndarray, names: Sequence[str] | None = None) -> np.ndarray:
    """Return the derivatives of a function at a point.

    Parameters
    ----------
    function : callable
        From an array (k,) to a number or an array.
    at : numpy.ndarray, shape (k,)
        The point; derivatives by coordinates that are not finite are 0.
    names : sequence of str, optional
        Names of the coordinates, for errors.

    Returns
    -------
    numpy.ndarray, shape (results, k)

    Raises
    ------
    DataError
        Where the function has no derivative, for example at the edge of its domain; which coordinate, its value.

    Notes
    -----
    Ridders (1982): differences at steps halved from round to round, extrapolated to step 0; of the tableau the entry
    with the smallest estimated error is taken, for each result. The first step is a tenth of the coordinate, at least
    0.001, halved until the function is finite on both sides; where one side never is, the differences are one-sided.
    Where the function also takes complex numbers and its complex step (Squire and Trapp 1998) agrees to three digits,
    that one is returned: it has no rounding of its own.

    Examples
    --------
    >>> import numpy as np
    >>> bool(abs(numeric_jacobian(lambda v: np.log(v / (1 - v)), np.array([0.999]))[0, 0] - 1 / (0.999 * 0.001)) < 1e-6)
    True
    """
    named = list(names) if names is not None else [f"argument {j + 1}" for j in range(at.size)]
    value = function_value(function, at, named)
    columns = []
    for j in range(at.size):
        if not np.isfinite(at[j]):
            columns.append(np.zeros(value.size))
            continue
        column = _derivative(function, at, j, value)
        if column is None:
            raise DataError(
                f"The function has no derivative at {named[j]} = {at[j]:.10g}: it has a kink or a jump there, its "
                "slope grows without limit, or it is finite on no side. Leave this estimate out, or use another "
                "function."
            )
        columns.append(column)
    return np.column_stack(columns) if columns else np.zeros((value.size, 0))


def evaluate(function: Function, at: np.ndarray) -> np.ndarray | None:
    """Return the results of a function as an array; None where it refuses the argument as a mathematical error."""
    try:
        with np.errstate(all="ignore"):
            return np.atleast_1d(np.asarray(function(at.copy()), dtype=float))
    except (ArithmeticError, ValueError):
        return None


def function_value(function: Function, at: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return the results of a function, NaN allowed only where a coordinate is missing.

    Raises
    ------
    DataError
        When a result is not finite though all coordinates are; the coordinates that bring this about, their values.
    """
    value = evaluate(function, at)
    missing = ~np.isfinite(at)
    if value is not None and (missing.any() or np.isfinite(value).all()):
        return np.where(np.isfinite(value), value, np.nan)
    if value is None and missing.any():
        raise DataError(
            f"The function cannot be evaluated: {first_few([n for n, m in zip(names, missing, strict=True) if m], 12)} "
            "have no estimate. Leave them out before transforming."
        )
    guilty = [j for j in range(at.size) if _mends(function, at, j)] or range(at.size)
    places = [f"{names[j]} = {at[j]:.10g}" for j in guilty]
    raise DataError(
        f"The function has no finite value at the estimates; outside its domain, or at its edge: "
        f"{first_few(places, 12)}. Leave these rows out, or use a function that is defined there."
    )


def _mends(function: Function, at: np.ndarray, j: int) -> bool:
    """Whether the function becomes finite when one coordinate moves a little."""
    step = 1e-3 * abs(at[j]) if at[j] != 0 else 1e-3
    for by in (step, -step):
        point = at.copy()
        point[j] += by
        found = evaluate(function, point)
        if found is not None and np.isfinite(found).all():
            return True
    return False


def _derivative(function: Function, at: np.ndarray, j: int, value: np.ndarray) -> np.ndarray | None:
    used = np.isfinite(value)
    if not used.any():
        return np.zeros(value.size)
    for sides in ((1.0, -1.0), (1.0, 0.0), (0.0, -1.0)):
        step = _first_step(function, at, j, used, sides)
        if step is None:
            continue
        best, error, step = _tableau(function, at, j, (step, *sides), used)
        if sides == (1.0, -1.0) and _has_kink(function, at, j, (step, value), best):
            return None
        if not (error <= np.maximum(1e-4 * np.abs(best), 1e-10 * np.abs(value[used]) / step)).all():
            return None
        exact = _complex_step(function, at, j, value.size)
        if exact is not None and np.allclose(exact[used], best, rtol=1e-3, atol=float(error.max())):
            best = exact[used]
        out = np.zeros(value.size)
        out[used] = best
        return out
    return None


def _moved(function: Function, at: np.ndarray, j: int, by: float, used: np.ndarray) -> tuple[np.ndarray | None, float]:
    """Return the results that are used at a point moved along one axis, None where one is not finite; and its place."""
    point = at.copy()
    point[j] += by
    found = evaluate(function, point)
    if found is None or found.shape != used.shape or not np.isfinite(found[used]).all():
        return None, float(point[j])
    return found[used], float(point[j])


def _first_step(
    function: Function, at: np.ndarray, j: int, used: np.ndarray, sides: tuple[float, float]
) -> float | None:
    """Return the first of the halved steps at which the function is finite on the sides asked for."""
    step = 0.1 * max(abs(float(at[j])), 1e-2)
    for _ in range(SEARCH):
        if step <= 1e-13 * abs(at[j]):
            return None
        if all(_moved(function, at, j, side * step, used)[0] is not None for side in sides):
            return step
        step /= SHRINK
    return None


def _tableau(
    function: Function, at: np.ndarray, j: int, start: tuple[float, float, float], used: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the best extrapolated slopes, their estimated errors, and the smallest step at which one was found.

    `start` is the first step and the two sides.
    """
    step, up, down = start
    found_at = step
    order = 2 if up and down else 1
    best, error = np.zeros(int(used.sum())), np.full(int(used.sum()), np.inf)
    before: list[np.ndarray] = []
    for turn in range(ROUNDS):
        high, low = (_moved(function, at, j, side * step, used) for side in (up, down))
        if high[0] is None or low[0] is None or high[1] == low[1]:
            break
        row = [(high[0] - low[0]) / (high[1] - low[1])]
        for m, earlier in enumerate(before, start=1):
            factor = SHRINK ** (order * m)
            row.append((factor * row[-1] - earlier) / (factor - 1.0))
            off = np.maximum(np.abs(row[m] - row[m - 1]), np.abs(row[m] - earlier))
            better = off < error
            found_at = step if better.any() else found_at
            best, error = np.where(better, row[m], best), np.where(better, off, error)
        if (error <= 1e-11 * np.abs(best)).all():
            break
        if turn >= 10 and (error <= 1e-7 * np.abs(best)).all() and (np.abs(row[-1] - row[-2]) > 10 * error).all():
            break
        before, step = row, step / SHRINK
    return best, error, found_at


def _has_kink(function: Function, at: np.ndarray, j: int, place: tuple[float, np.ndarray], slope: np.ndarray) -> bool:
    """Whether the slopes on the two sides stay apart by 1 % or more as the step shrinks."""
    step, value = place
    used = np.isfinite(value)
    apart = []
    for h in (step, step / 4):
        (high, above), (low, _) = (_moved(function, at, j, side * h, used) for side in (1.0, -1.0))
        if high is None or low is None:
            return False
        bend = np.abs(high + low - 2 * value[used])
        apart.append(np.where(bend > 1e-10 * np.abs(value[used]), bend, 0.0) / (above - at[j]))
    return bool(((apart[1] > 1e-2 * np.abs(slope)) & (apart[1] > 0.75 * apart[0])).any())


def _complex_step(function: Function, at: np.ndarray, j: int, size: int) -> np.ndarray | None:
    """Return the imaginary parts of the function moved along the imaginary axis; None where it takes no such number."""
    tiny = 1e-30 * max(abs(at[j]), 1e-30)
    point = at.astype(complex)
    point[j] += 1j * tiny
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("error")
            found = np.atleast_1d(np.asarray(function(point)))
    except Exception:  # a function written for real numbers may fail in any way
        return None
    if found.dtype.kind != "c" or found.shape != (size,):
        return None
    return np.asarray(found.imag / tiny)
