"""Dual problem of the multivariate allocation, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Problem", "continuous_sizes", "integer_sizes", "solve_dual"]

Floats = NDArray[np.float64]
FEASIBLE = 1e-12


@dataclass(frozen=True)
class Problem:
    """Minimise ``cost @ n`` under ``matrix @ (1 / n) <= right`` and ``lower <= n <= upper``."""

    matrix: Floats
    right: Floats
    cost: Floats
    lower: Floats
    upper: Floats


def _sizes(problem: Problem, multipliers: Floats) -> Floats:
    root = np.sqrt(np.maximum(multipliers @ problem.matrix, 0.0) / problem.cost)
    return np.clip(root, problem.lower, problem.upper)


def _value(problem: Problem, multipliers: Floats) -> tuple[float, Floats]:
    """Dual function and its gradient."""
    n = _sizes(problem, multipliers)
    inverse = _inverse(n)
    gradient = problem.matrix @ inverse - problem.right
    return float(problem.cost @ n + multipliers @ gradient), gradient


def _inverse(n: Floats) -> Floats:
    return np.where(n > 0, 1.0 / np.maximum(n, 1e-300), 1e300)


def solve_dual(problem: Problem) -> tuple[Floats, float]:
    """Maximise the dual; return the multipliers and its value, a lower bound of the cost."""
    from scipy import optimize

    unit = float((problem.cost @ np.sqrt(problem.lower * problem.upper)) or 1.0) / len(problem.right)

    def negative(scaled: Floats) -> tuple[float, Floats]:
        value, gradient = _value(problem, scaled * unit)
        return -value / unit, -gradient

    start = np.ones(len(problem.right))
    best = optimize.minimize(
        negative,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(start),
        options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-12},
    )
    multipliers = np.maximum(best.x, 0.0) * unit
    value = _value(problem, multipliers)[0]
    for _ in range(30):
        polished = _newton(problem, multipliers)
        new = _value(problem, polished)[0]
        if not new > value * (1.0 + 1e-15):
            break
        multipliers, value = polished, new
    return multipliers, value


def _newton(problem: Problem, multipliers: Floats) -> Floats:
    """One Newton step on the positive multipliers, halved until the dual rises."""
    n = _sizes(problem, multipliers)
    value, gradient = _value(problem, multipliers)
    active = (multipliers > 0) | (gradient > 0)
    alpha = multipliers @ problem.matrix
    free = (n > problem.lower) & (n < problem.upper) & (alpha > 0)
    rows = problem.matrix[np.ix_(active, free)]
    curve = 1.0 / (2.0 * np.sqrt(alpha[free] * problem.cost[free]) * np.square(n[free]))
    hessian = (rows * curve) @ rows.T
    step = np.zeros(len(multipliers))
    step[active] = np.linalg.lstsq(hessian, gradient[active], rcond=None)[0]
    for halving in range(40):
        trial = np.maximum(multipliers + step * 0.5**halving, 0.0)
        if _value(problem, trial)[0] > value:
            return trial
    return multipliers


def continuous_sizes(problem: Problem, multipliers: Floats) -> Floats:
    """Sizes at the multipliers, stretched towards the upper bounds until every limit holds."""
    n = _sizes(problem, multipliers)
    if _meets(problem, n):
        return n
    low, high = 0.0, 1.0
    stretch = 1.0
    while not _meets(problem, np.clip(n * (1.0 + stretch), problem.lower, problem.upper)) and stretch < 1e12:
        stretch *= 4.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if _meets(problem, np.clip(n * (1.0 + stretch * middle), problem.lower, problem.upper)):
            high = middle
        else:
            low = middle
    return np.clip(n * (1.0 + stretch * high), problem.lower, problem.upper)


def _meets(problem: Problem, n: Floats) -> bool:
    return bool((problem.matrix @ _inverse(n) <= problem.right * (1.0 + FEASIBLE)).all())


def integer_sizes(problem: Problem, continuous: Floats) -> NDArray[np.int64]:
    """Round up, then take away units, dearest first, while every limit holds."""
    n = np.minimum(np.ceil(continuous - 1e-9), problem.upper)
    if not _meets(problem, n):
        n = np.minimum(np.ceil(continuous), problem.upper)
    slack = problem.right * (1.0 + FEASIBLE) - problem.matrix @ _inverse(n)
    open_ = n > problem.lower
    while open_.any():
        at = np.flatnonzero(open_)
        harm = problem.matrix[:, at] * (1.0 / np.maximum(n[at] - 1.0, 1e-300) - 1.0 / n[at])
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(harm > 0, harm / np.maximum(slack, 1e-300)[:, None], 0.0).max(axis=0)
        possible = share <= 1.0
        open_[at[~possible]] = False
        if not possible.any():
            break
        pick = at[possible][int(np.argmin(share[possible] / problem.cost[at[possible]]))]
        slack -= problem.matrix[:, pick] * (1.0 / (n[pick] - 1.0) - 1.0 / n[pick])
        n[pick] -= 1.0
        open_[pick] = n[pick] > problem.lower[pick]
    return n.astype(np.int64)
