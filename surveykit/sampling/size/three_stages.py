"""The best numbers of clusters, of parts within them and of units within those."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from surveykit.errors import DataError
from surveykit.sampling.size.equation import require_positive, require_target

__all__ = ["ThreeStageOptimum", "three_stage_optimum"]

Triple = tuple[float, float, float]
LARGEST = 2000


@dataclass(frozen=True, slots=True)
class ThreeStageOptimum:
    """A three-stage design.

    Attributes
    ----------
    clusters, parts, units : int
        Clusters in all, parts drawn in each cluster, units drawn in each part.
    cost, variance : float
        Variable cost of the design, and variance of the estimate.
    cost_by_stage, variance_by_stage : tuple of float
        What each stage adds to them.
    continuous : tuple of float
        Optimal numbers before rounding.
    """

    clusters: int
    parts: int
    units: int
    cost: float
    variance: float
    cost_by_stage: Triple
    variance_by_stage: Triple
    continuous: Triple


def three_stage_optimum(
    costs: Triple, variances: Triple, *, budget: float | None = None, variance: float | None = None
) -> ThreeStageOptimum:
    """Find the numbers at each of three stages that are best for a budget or for a precision.

    Parameters
    ----------
    costs : tuple of 3 float
        Cost of a cluster, of a part of a cluster, and of a unit.
    variances : tuple of 3 float
        Variance between clusters, between parts of a cluster and between units of a part, in the square of the unit of
        the estimate (of a mean, or relative). With measures of homogeneity d1 (clusters) and d2 (parts) and unit
        variance 1 they are ``d1``, ``d2`` and ``1 - d2``.
    budget : float, optional
        Money for the variable costs; the variance is minimised.
    variance : float, optional
        Wanted variance of the estimate; the cost is minimised.

    Returns
    -------
    ThreeStageOptimum
        The best integers: every number of parts and of units up to twice the continuous optimum is tried.

    Raises
    ------
    DataError
        Unless exactly one of budget and variance is given; if a cost or a variance is not positive; if the budget pays
        for no cluster.

    Notes
    -----
    ``V = v1 / m + v2 / (m n) + v3 / (m n q)``, ``C = c1 m + c2 m n + c3 m n q``; the optimum has
    ``n = sqrt(c1 v2 / (c2 v1))`` and ``q = sqrt(c2 v3 / (c3 v2))`` (Hansen, Hurwitz & Madow 1953; Valliant, Dever &
    Kreuter 2018, chapter 9).

    Examples
    --------
    >>> best = three_stage_optimum((500, 100, 120), (0.01, 0.10, 0.90), budget=100_000)
    >>> best.clusters, best.parts, best.units, [round(value, 1) for value in best.continuous]
    (28, 9, 2, [28.3, 7.1, 2.7])
    """
    for position in range(3):
        require_positive(costs[position], f"cost of stage {position + 1}")
        require_positive(variances[position], f"variance of stage {position + 1}")
    if (budget is None) == (variance is None):
        raise DataError("three stages: give either a budget or a variance")
    target = require_target(budget, variance)
    c, v = np.array(costs, dtype=float), np.array(variances, dtype=float)
    parts, units = math.sqrt(c[0] * v[1] / (c[1] * v[0])), math.sqrt(c[1] * v[2] / (c[2] * v[1]))
    n, q = np.meshgrid(_candidates(parts), _candidates(units), indexing="ij")
    each, spread = c[0] + c[1] * n + c[2] * n * q, v[0] + v[1] / n + v[2] / (n * q)
    m = np.floor(target / each + 1e-9) if budget is not None else np.ceil(spread / target - 1e-9)
    with np.errstate(divide="ignore"):
        cost, reached = np.where(m >= 1, m * each, np.inf), np.where(m >= 1, spread / np.maximum(m, 1), np.inf)
    if not np.isfinite(cost).any():
        raise DataError(f"three stages: the budget {budget!r} does not pay for one cluster")
    order = np.lexsort((cost.ravel(), reached.ravel()) if budget is not None else (reached.ravel(), cost.ravel()))
    at = np.unravel_index(order[0], n.shape)
    counts = np.cumprod([m[at], n[at], q[at]])
    best_each, best_spread = c[0] + c[1] * parts + c[2] * parts * units, v[0] + v[1] / parts + v[2] / (parts * units)
    best = target / best_each if budget is not None else best_spread / target
    return ThreeStageOptimum(
        int(m[at]), int(n[at]), int(q[at]), float(cost[at]), float(reached[at]),
        _triple(c * counts), _triple(v / counts), (float(best), parts, units),
    )  # fmt: skip


def _candidates(best: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(1.0, min(2 * math.ceil(best) + 2, LARGEST) + 1)


def _triple(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Triple:
    return float(values[0]), float(values[1]), float(values[2])
