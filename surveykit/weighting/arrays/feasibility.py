"""Whether weights inside bounds can meet the totals: a linear program answers before any iteration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from surveykit.errors import DataError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.solver import Target


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Whether bounded factors can meet totals, and what could be done if not.

    Attributes
    ----------
    feasible : bool
        Whether the bounds allow the totals.
    smallest_upper : float
        Smallest upper bound that works with the lower bound as it is; infinite if none does.
    largest_lower : float
        Largest lower bound that works with the upper bound as it is; minus infinite if none does.
    gaps : tuple of (name, relative gap)
        Totals that must give way, worst first, in the solution with the smallest sum of relative gaps.
    of_weights : bool
        The bounds are those of the weight itself, not of the factor.
    """

    feasible: bool
    smallest_upper: float
    largest_lower: float
    gaps: tuple[tuple[str, float], ...]
    of_weights: bool = False

    def message(self, lower: float, upper: float) -> str:
        """Say in words what is wrong and what would work."""
        named = ", ".join(f"{name} (misses its total by {gap:.2%})" for name, gap in self.gaps[:5])
        ways = []
        if np.isfinite(self.smallest_upper):
            ways.append(f"raise the upper bound to at least {self.smallest_upper * 1.0005:.4g}")
        if np.isfinite(self.largest_lower):
            ways.append(f"lower the lower bound to at most {self.largest_lower * 0.9995:.4g}")
        ways.append("collapse or relax these levels")
        what = "weights" if self.of_weights else "factors"
        return (
            f"no {what} between {lower:g} and {upper:g} meet all totals; "
            f"at fault: {named or 'the margins together'}. What would work: {', or '.join(ways)}"
        )


def check_feasibility(
    target: Target,
    weights: Array,
    lower: Array | float,
    upper: Array | float,
    *,
    of_weights: bool = False,
    extremes: bool = True,
) -> Feasibility:
    """Decide whether factors between the bounds can meet the totals.

    Parameters
    ----------
    target : Target
        Auxiliaries (n, p) and totals; n should be cells, not rows.
    weights : array, shape (n,)
        Starting weights.
    lower, upper : float or array, shape (n,)
        Bounds on the factor.
    of_weights : bool
        Look for nearest bounds of the weight, one for all units, instead of the factor.
    extremes : bool
        Also look for the nearest bounds where the given ones work; otherwise the given ones are returned then.

    Returns
    -------
    Feasibility

    Notes
    -----
    Three linear programs (HiGHS): the sum of relative gaps is made smallest under the bounds; then the upper bound
    under the lower one, and the reverse. The first names the totals at fault, because it is elastic.

    Examples
    --------
    >>> import numpy as np
    >>> target = Target(np.eye(2), np.array([30.0, 10.0]), ("a", "b"))
    >>> check_feasibility(target, np.array([10.0, 10.0]), 0.5, 2.0).smallest_upper
    3.0
    """
    rows = weights > 0
    low = np.broadcast_to(np.asarray(lower, float), weights.shape)[rows]
    high = np.broadcast_to(np.asarray(upper, float), weights.shape)[rows]
    base = weights[rows]
    scale = np.maximum(np.abs(target.totals), base @ np.abs(target.x[rows]))
    scale = np.where(scale > 0, scale, 1.0)
    system = (target.x[rows] * base[:, None]).T / scale[:, None]
    goal = target.totals / scale
    gap = _elastic(system, goal, low, high)
    worst = np.argsort(-np.abs(gap))
    gaps = tuple((target.name(int(j)), float(abs(gap[j]))) for j in worst if abs(gap[j]) > 1e-7)
    unit = base if of_weights else np.ones_like(base)
    if not gaps and not extremes:
        return Feasibility(True, float(np.max(high * unit)), float(np.min(low * unit)), (), of_weights)
    smallest = _extreme(system / unit, goal, low * unit, None)
    largest = _extreme(system / unit, goal, None, high * unit)
    return Feasibility(not gaps, smallest, largest, gaps, of_weights)


LARGEST_PROGRAM = 20_000
"""Cells up to which the linear program runs before a bounded calibration; it takes some 40 ms for a thousand."""

_ROUNDING = 1e-6


def require_feasible(
    target: Target, weights: Array, lower: Array | float, upper: Array | float, *, of_weights: bool = False
) -> None:
    """Raise a DataError that names the totals at fault and the nearest bounds that work, if there are none.

    Gaps within the rounding of a linear program are left to the iteration to judge.
    """
    if not (np.isfinite(lower).any() or np.isfinite(upper).any()):
        return
    found = check_feasibility(target, weights, lower, upper, of_weights=of_weights, extremes=False)
    if not found.feasible and found.gaps[0][1] > _ROUNDING:
        unit = weights if of_weights else np.ones_like(weights)
        raise DataError(found.message(float(np.min(lower * unit)), float(np.max(upper * unit))))


def _elastic(system: Array, goal: Array, low: Array, high: Array) -> Array:
    count, size = system.shape
    identity = sparse.identity(count)
    solution = linprog(
        np.concatenate([np.zeros(size), np.ones(2 * count)]),
        A_eq=sparse.hstack([sparse.csr_array(system), identity, -identity], format="csr"),
        b_eq=goal,
        bounds=[*zip(low, high, strict=True), *[(0, None)] * (2 * count)],
        method="highs",
    )
    if not solution.success or solution.x is None:
        return np.ones(count)
    slack = solution.x[size:]
    gap: Array = slack[:count] - slack[count:]
    return gap


def _extreme(system: Array, goal: Array, low: Array | None, high: Array | None) -> float:
    count, size = system.shape
    side = 1.0 if high is None else -1.0
    limits = sparse.hstack([side * sparse.identity(size), sparse.csr_array(np.full((size, 1), -side))], format="csr")
    ends = [(None if low is None else low[i], None if high is None else high[i]) for i in range(size)]
    solution = linprog(
        np.concatenate([np.zeros(size), [side]]),
        A_ub=limits,
        b_ub=np.zeros(size),
        A_eq=sparse.hstack([sparse.csr_array(system), sparse.csr_array((count, 1))], format="csr"),
        b_eq=goal,
        bounds=[*ends, (None, None)],
        method="highs",
    )
    return float(solution.x[-1]) if solution.success and solution.x is not None else float(side * np.inf)
