"""Exact integer allocation: minimise the sum of A^2 / n under a total and box bounds."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few

__all__ = ["budget_allocation", "integer_allocation"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def integer_allocation(importance: Floats, total: int, lower: Integers, upper: Integers) -> Integers:
    """Minimise ``sum(importance**2 / n)`` over integers with ``sum(n) = total`` and ``lower <= n <= upper``.

    The objective is separable and convex, so a vector is optimal exactly when no unit can move from one stratum to
    another with gain; the result is certified by that test. Ties go to the stratum that comes first.

    Parameters
    ----------
    importance : array of float, shape (H,)
        ``N * S`` (Neyman), divided by the root of the unit cost where costs differ; 0 is allowed.
    total : int
        Units over all strata.
    lower, upper : array of int, shape (H,)
        Bounds; equal bounds fix a stratum.

    Returns
    -------
    array of int, shape (H,)
        The optimal sizes.

    Raises
    ------
    DataError
        If bounds cross, or the total lies outside their sums.

    Notes
    -----
    Friedrich, Münnich, de Vries & Wagner (2015); Wright (2017). The greedy gain of the k+1-st unit is ``A^2/(k(k+1))``;
    the marginal gain that spends the total is found by bisection, the few units that remain are placed greedily.
    Strata of zero importance share what the others cannot take in proportion to their room.

    Examples
    --------
    >>> integer_allocation(np.array([3.0, 1.0]), 8, np.array([1, 1]), np.array([9, 9]))
    array([6, 2])
    """
    crossed = np.flatnonzero(lower > upper)
    if len(crossed):
        raise DataError(
            f"allocation: the lower bound exceeds the upper bound in strata at {first_few(crossed.tolist())}"
        )
    if not int(lower.sum()) <= total <= int(upper.sum()):
        raise DataError(
            f"allocation: total {total} lies outside the bounds: the strata take at least {int(lower.sum())} "
            f"and at most {int(upper.sum())}: change the total or the bounds"
        )
    sizes = _fill(importance, total, lower, upper)
    left = total - int(sizes.sum())
    if left:
        room = (upper - sizes).astype(float)
        sizes = _fill(room, total, sizes, upper)
    return sizes


def _fill(importance: Floats, total: int, lower: Integers, upper: Integers) -> Integers:
    """Spend the total on strata of positive importance as far as their bounds allow."""
    square = np.square(importance / (importance.max() or 1.0)) if len(importance) else importance
    active = (square > 0) & (upper > lower)
    sizes: Integers = lower.astype(np.int64).copy()
    goal = min(total, int(np.where(active, upper, lower).sum()))
    if not active.any() or int(sizes.sum()) == goal:
        return sizes
    empty = np.flatnonzero(active & (lower == 0))
    if len(empty):  # the first unit of a stratum gains without limit
        spare = goal - int(sizes.sum())
        first = empty[np.argsort(-square[empty], kind="stable")[:spare]]
        sizes[first] = 1
        if spare <= len(empty):
            return sizes
        lower = sizes.copy()
    low, high = float(np.log(square[active].min())) - 90.0, float(np.log(square[active].max())) + 1.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if _sizes_at(square, active, lower, upper, middle).sum() <= goal:
            high = middle
        else:
            low = middle
    sizes = _sizes_at(square, active, lower, upper, high)
    sizes = _place(square, active, sizes, upper, goal - int(sizes.sum()))
    return _exchange(square, active, sizes, lower, upper)


def _sizes_at(square: Floats, active: NDArray[np.bool_], lower: Integers, upper: Integers, log_gain: float) -> Integers:
    """Take every unit whose gain ``square / (k (k - 1))`` reaches the given gain."""
    ratio = np.minimum(square * np.exp(-log_gain), 1e30)
    wanted = np.floor((1.0 + np.sqrt(1.0 + 4.0 * ratio)) / 2.0)
    bounded = np.clip(wanted, lower, upper).astype(np.int64)
    return np.where(active, bounded, lower)


def _place(square: Floats, active: NDArray[np.bool_], sizes: Integers, upper: Integers, left: int) -> Integers:
    """Give the remaining units one by one to the largest gain."""
    sizes = sizes.copy()
    if left <= 0:
        return sizes
    room = np.flatnonzero(active & (sizes < upper))
    heap = [(-_gain(square[h], sizes[h]), int(h)) for h in room]
    heapq.heapify(heap)
    while left and heap:
        _, h = heapq.heappop(heap)
        sizes[h] += 1
        left -= 1
        if sizes[h] < upper[h]:
            heapq.heappush(heap, (-_gain(square[h], sizes[h]), h))
    return sizes


def _gain(square: float, size: int) -> float:
    return float("inf") if size == 0 else float(square) / (float(size) * float(size + 1))


def _exchange(square: Floats, active: NDArray[np.bool_], sizes: Integers, lower: Integers, upper: Integers) -> Integers:
    """Move units while a move gains: proves the optimum and mends rounding in the bisection."""
    sizes = sizes.copy()
    for _ in range(10 * len(sizes) + 10):
        count = sizes.astype(float)
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = np.where(active & (sizes < upper), square / (count * (count + 1.0)), -1.0)
            loss = np.where(active & (sizes > lower), square / (count * (count - 1.0)), np.inf)
        best, worst = int(np.argmax(gain)), int(np.argmin(loss))
        if not gain[best] > loss[worst] * (1.0 + 1e-12):
            break
        sizes[best] += 1
        sizes[worst] -= 1
    return sizes


def budget_allocation(importance: Floats, cost: Floats, budget: float, lower: Integers, upper: Integers) -> Integers:
    """Make ``sum(A^2 / n)`` small, A being ``importance * sqrt(cost)``, with ``sum(cost * n) <= budget``.

    Parameters
    ----------
    importance : array of float, shape (H,)
        What sizes are proportional to, already divided by the root of the cost.
    cost : array of float, shape (H,)
        Cost of a unit.
    budget : float
        Money for all units.
    lower, upper : array of int, shape (H,)
        Bounds.

    Returns
    -------
    array of int, shape (H,)
        The continuous optimum rounded down, then units added by gain per cost while the budget pays for them. What is
        left of the budget is less than the cost of the cheapest unit that could be added.

    Raises
    ------
    DataError
        If the budget does not pay for the lower bounds.
    """
    least = float(cost @ lower)
    if least > budget:
        raise DataError(f"allocation: the budget {budget:g} does not pay for the lower bounds, which cost {least:g}")
    if float(cost @ upper) <= budget:
        return upper.copy()
    low, high = 0.0, float(budget / max(float(cost @ importance), 1e-300))
    while float(cost @ np.clip(importance * high, lower, upper)) < budget and high < 1e300:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        if float(cost @ np.clip(importance * middle, lower, upper)) <= budget:
            low = middle
        else:
            high = middle
    sizes = np.maximum(np.floor(np.clip(importance * low, lower, upper)), lower).astype(np.int64)
    left = budget - float(cost @ sizes)
    while True:
        possible = np.flatnonzero((sizes < upper) & (cost <= left * (1 + 1e-12)))
        if not len(possible):
            return sizes
        count = sizes[possible].astype(float)
        with np.errstate(divide="ignore"):
            gain = np.square(importance[possible]) / (count * (count + 1.0))
        best = possible[int(np.argmax(gain))]
        sizes[best] += 1
        left -= float(cost[best])
