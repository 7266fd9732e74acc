"""The best number of clusters and of units within them, under a budget or for a precision."""

from __future__ import annotations

import math
from dataclasses import dataclass

from surveykit.display import Presentation, Shown
from surveykit.errors import DataError
from surveykit.sampling.size.equation import require_positive, require_target
from surveykit.sampling.size.results import numbers_presentation

__all__ = ["TwoStageOptimum", "two_stage_optimum"]


@dataclass(frozen=True, slots=True)
class TwoStageOptimum(Shown):
    """A two-stage design.

    Attributes
    ----------
    clusters, units : int
        Clusters, and units drawn in each.
    cost : float
        Variable cost of the design.
    variance : float
        Variance of the mean for unit variance 1.
    deff : float
        Design effect of the clustering.
    continuous_units : float
        Optimal units per cluster before rounding.
    """

    clusters: int
    units: int
    cost: float
    variance: float
    deff: float
    continuous_units: float

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        return numbers_presentation(("两阶段设计", "Two-stage design"), self)


def two_stage_optimum(
    cluster_cost: float,
    unit_cost: float,
    homogeneity: float,
    *,
    budget: float | None = None,
    variance: float | None = None,
    max_units: int = 1000,
) -> TwoStageOptimum:
    """Find the numbers of clusters and of units in each that are best for a budget or for a precision.

    Parameters
    ----------
    cluster_cost, unit_cost : float
        Cost of a cluster, and of a unit in it.
    homogeneity : float
        Intra-cluster correlation, above 0 and below 1.
    budget : float, optional
        Money for the variable costs; the variance is minimised.
    variance : float, optional
        Wanted variance of the mean over the unit variance S^2; the cost is minimised.
    max_units : int
        Largest number of units that a cluster can give.

    Returns
    -------
    TwoStageOptimum
        The best integers: every number of units from 1 to twice the continuous optimum is tried.

    Raises
    ------
    DataError
        Unless exactly one of budget and variance is given, or if the budget pays for no cluster.

    Notes
    -----
    ``V = S^2 / (m n) (1 + delta (n - 1))``, ``C = c1 m + c2 m n``; the optimum is
    ``n = sqrt(c1 / c2 (1 - delta) / delta)`` (Hansen, Hurwitz & Madow 1953, 6.16).

    Examples
    --------
    >>> best = two_stage_optimum(600, 30, 0.05, budget=100_000)
    >>> best.clusters, best.units, round(best.continuous_units, 2)
    (83, 20, 19.49)
    """
    require_positive(cluster_cost, "cluster_cost")
    require_positive(unit_cost, "unit_cost")
    if not 0.0 < homogeneity < 1.0:
        raise DataError(f"two stages: homogeneity {homogeneity!r} is not strictly between 0 and 1")
    if (budget is None) == (variance is None):
        raise DataError("two stages: give either a budget or a variance")
    require_target(budget, variance)
    best_units = math.sqrt(cluster_cost / unit_cost * (1 - homogeneity) / homogeneity)
    designs = []
    for units in range(1, min(max_units, 2 * math.ceil(best_units) + 2) + 1):
        deff = 1.0 + homogeneity * (units - 1)
        each = cluster_cost + unit_cost * units
        if budget is not None:
            clusters = int(budget / each + 1e-9)
        else:
            clusters = math.ceil(deff / (units * float(variance or 0.0)) - 1e-9)
        if clusters >= 1:
            reached = deff / (clusters * units)
            designs.append(TwoStageOptimum(clusters, units, clusters * each, reached, deff, best_units))
    if not designs:
        raise DataError(f"two stages: the budget {budget!r} does not pay for one cluster")
    key = (lambda d: (d.variance, d.cost)) if budget is not None else (lambda d: (d.cost, d.variance))
    return min(designs, key=key)
