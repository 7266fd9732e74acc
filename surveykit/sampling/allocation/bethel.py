"""The cheapest allocation that meets several precision targets at once, with a certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, first_few
from surveykit.sampling.allocation.bethel_dual import Problem, continuous_sizes, solve_dual
from surveykit.sampling.allocation.bethel_dual import integer_sizes as repair
from surveykit.sampling.allocation.targets import AllocationBounds, box_bounds, population_sizes

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MultivariateAllocation", "allocate_multivariate"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class MultivariateAllocation(Shown):
    """An allocation for several variables and domains.

    Attributes
    ----------
    table : pandas.DataFrame
        ``stratum``, ``population_size``, ``sample_size``, ``continuous_size``, ``sampling_fraction``.
    targets : pandas.DataFrame
        One row per target: ``variable``, ``domain``, ``variance_limit`` of the total, ``variance`` reached and
        ``binding``.
    cost : float
        Cost of the integer sizes.
    lower_bound : float
        No allocation that meets the targets costs less (value of the dual problem).
    gap : float
        ``cost / lower_bound - 1``.
    continuous_gap : float
        The same for the continuous sizes: how well the optimum is proven before rounding.
    """

    table: pd.DataFrame
    targets: pd.DataFrame
    cost: float
    lower_bound: float
    gap: float
    continuous_gap: float

    def presentation(self) -> Presentation:
        """Return sizes, targets and how near the cost is to the least possible."""
        tables = (NamedTable(("各层", "Strata"), self.table), NamedTable(("目标", "Targets"), self.targets))
        note = (
            f"费用 {self.cost:,.6g}，下界 {self.lower_bound:,.6g}，差距 {self.gap:.2%}",
            f"cost {self.cost:,.6g}, lower bound {self.lower_bound:,.6g}, gap {self.gap:.2%}",
        )
        return Presentation(("多目标分配", "Allocation for several targets"), tables, (note,))


def allocate_multivariate(
    population_size: ArrayLike,
    standard_deviation: Mapping[str, ArrayLike],
    variance_limit: Mapping[str, float | Mapping[str, float]],
    *,
    domains: Sequence[str] | None = None,
    cost: ArrayLike | None = None,
    bounds: AllocationBounds | None = None,
) -> MultivariateAllocation:
    """Find the cheapest sizes that keep the variance of every variable's total within its limit.

    Parameters
    ----------
    population_size : array_like of int, shape (H,)
        Units by stratum.
    standard_deviation : mapping of str to array_like, each of shape (H,)
        Standard deviation by stratum for each variable.
    variance_limit : mapping of str to float, or to a mapping of str to float
        Largest variance of the estimated total of each variable: overall, or by domain (``""`` for overall).
    domains : sequence of str, length H, optional
        Domain of each stratum; needed when limits are given by domain.
    cost : array_like of float, shape (H,), optional
        Cost of a unit; 1 when left out.
    bounds : AllocationBounds, optional
        Bounds for each stratum; at least 2 (or the whole stratum) when left out.

    Returns
    -------
    MultivariateAllocation
        Integer sizes that meet every limit, and the proof of how near they are to the optimum.

    Raises
    ------
    DataError
        If even the upper bounds do not meet a limit; it names the limit and the smallest variance that can be reached.

    Notes
    -----
    Bethel (1989). The dual is concave and smooth: ``sum min_n (c n + (lambda'a) / n) - lambda'b`` over
    ``lambda >= 0``; it is maximised by a bounded quasi-Newton method with Newton steps on the active targets, and its
    value bounds the cost from below. Sizes are rounded up and then lowered while every limit holds.

    Examples
    --------
    >>> result = allocate_multivariate(
    ...     [1000, 2000], {"a": [10.0, 5.0], "b": [2.0, 9.0]}, {"a": 4e6, "b": 4e6}
    ... )
    >>> result.table["sample_size"].tolist(), result.continuous_gap < 1e-6
    ([35, 80], True)
    """
    import pandas as pd

    sizes = population_sizes(population_size)
    lower, upper = box_bounds(bounds or AllocationBounds(2), sizes)
    names, matrix, limits = _targets(sizes, standard_deviation, variance_limit, domains)
    costs = np.ones(len(sizes)) if cost is None else np.asarray(cost, dtype=float)
    if costs.shape != sizes.shape or not (np.isfinite(costs) & (costs > 0)).all():
        raise DataError("allocate_multivariate: cost must be positive, one number per stratum")
    # limit of sum(a / n): the finite population correction moves to the right-hand side
    right = limits + (matrix / sizes).sum(axis=1)
    least = (matrix / upper).sum(axis=1)
    short = np.flatnonzero(least > right * (1 + 1e-12))
    if len(short):
        told = [f"{' '.join(filter(None, names[j]))} (reachable {least[j] - right[j] + limits[j]:.6g})" for j in short]
        raise DataError(
            f"allocate_multivariate: variance limits cannot be met even at the upper bounds in {first_few(told)}: "
            "raise the limits or the bounds"
        )
    scale = np.where(right > 0, right, 1.0)
    problem = Problem(matrix / scale[:, None], right / scale, costs, lower.astype(float), upper.astype(float))
    multipliers, bound = solve_dual(problem)
    continuous = continuous_sizes(problem, multipliers)
    found = repair(problem, continuous)
    variance = (matrix / found).sum(axis=1) - right + limits
    table = pd.DataFrame(
        {
            "stratum": [str(h + 1) for h in range(len(sizes))],
            "population_size": sizes,
            "sample_size": found,
            "continuous_size": continuous,
            "sampling_fraction": found / sizes,
        }
    )
    targets = pd.DataFrame(names, columns=["variable", "domain"]).assign(
        variance_limit=limits, variance=variance, binding=multipliers > 1e-9 * max(multipliers.max(), 1e-300)
    )
    total = float(costs @ found)
    return MultivariateAllocation(
        table, targets, total, bound, total / bound - 1.0, float(costs @ continuous) / bound - 1.0
    )


def _targets(
    sizes: NDArray[np.int64],
    deviation: Mapping[str, ArrayLike],
    limit: Mapping[str, float | Mapping[str, float]],
    domains: Sequence[str] | None,
) -> tuple[list[tuple[str, str]], Floats, Floats]:
    """Rows of ``N^2 S^2`` and limits, one for each variable and domain."""
    names: list[tuple[str, str]] = []
    rows, limits = [], []
    labels = np.asarray(domains if domains is not None else [""] * len(sizes), dtype=object)
    if len(labels) != len(sizes):
        raise DataError(f"allocate_multivariate: {len(labels)} domains for {len(sizes)} strata: give one per stratum")
    for variable, bound in limit.items():
        if variable not in deviation:
            raise DataError(f"allocate_multivariate: standard_deviation lacks {variable!r}")
        values = np.asarray(deviation[variable], dtype=float)
        if values.shape != sizes.shape or not (np.isfinite(values) & (values >= 0)).all():
            raise DataError(
                f"allocate_multivariate: standard_deviation of {variable!r} must hold a number that is not "
                "negative for "
                f"each of {len(sizes)} strata"
            )
        for domain, target in bound.items() if isinstance(bound, Mapping) else [("", bound)]:
            inside = np.ones(len(sizes), dtype=bool) if domain == "" else labels == domain
            if not inside.any():
                raise DataError(f"allocate_multivariate: no stratum lies in domain {domain!r} of {variable!r}")
            if not (np.isfinite(target) and target >= 0):
                raise DataError(f"allocate_multivariate: limit {target!r} of {variable!r} is negative or not finite")
            names.append((variable, domain))
            rows.append(np.where(inside, np.square(values * sizes), 0.0))
            limits.append(float(target))
    if not rows:
        raise DataError("allocate_multivariate: variance_limit is empty: give at least one limit")
    return names, np.array(rows), np.array(limits)
