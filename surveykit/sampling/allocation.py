"""Allocation of a sample to strata: equal, proportional and Neyman, in exact integers under bounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, DefinitionError, first_few
from surveykit.sampling.integers import integer_allocation
from surveykit.sampling.plan import AllocationMethod, SamplingPlan, check_sampling_plan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Allocation", "AllocationBounds", "allocate", "expected_half_width"]

Z95 = 1.959963984540054


@dataclass(frozen=True)
class Allocation:
    """Sizes by stratum.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per stratum: ``stratum``, the stratum columns, ``population_size``, ``sample_size``,
        ``sampling_fraction``,
        and ``half_width_50`` and ``half_width_85``: the expected half-width of the 95 % interval of a proportion of 0.5
        and 0.85 in the stratum, with finite population correction and full response.
    method : str
        How the sizes were found.
    """

    table: pd.DataFrame
    method: str

    @property
    def total(self) -> int:
        """Units over all strata."""
        return int(self.table["sample_size"].sum())

    @property
    def sizes(self) -> dict[str, int]:
        """Sample size by stratum name."""
        return dict(zip(self.table["stratum"], self.table["sample_size"].astype(int).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class AllocationBounds:
    """Bounds of the size of a stratum: one number for all, or one for each.

    Attributes
    ----------
    minimum : int or sequence of int
        Never above the population of the stratum: a smaller stratum is taken whole.
    maximum : int or sequence of int, optional
        Never above the population of the stratum.
    """

    minimum: int | Sequence[int] = 0
    maximum: int | Sequence[int] | None = None


def expected_half_width(proportion: float, sample_size: ArrayLike, population_size: ArrayLike) -> NDArray[np.float64]:
    """Half-width of the 95 % Wald interval of a proportion under simple random sampling.

    Parameters
    ----------
    proportion : float
        The proportion in the population.
    sample_size, population_size : array_like
        Sizes; a stratum without sample gives NaN, one taken whole gives 0.

    Returns
    -------
    numpy.ndarray
        ``1.96 * sqrt(N / (N - 1) * p (1 - p) * (1 - n / N) / n)``.

    Examples
    --------
    >>> expected_half_width(0.5, [400], [10**9]).round(4)
    array([0.049])
    """
    n, population = np.asarray(sample_size, dtype=float), np.asarray(population_size, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = population / (population - 1) * proportion * (1 - proportion) * (1 - n / population) / n
    variance = np.where(n <= 0, np.nan, np.where(n >= population, 0.0, variance))
    return Z95 * np.sqrt(variance)


def allocate(
    plan: SamplingPlan | ArrayLike,
    strata: pd.DataFrame | None = None,
    *,
    total: int | None = None,
    method: AllocationMethod = "proportional",
    standard_deviation: ArrayLike | None = None,
    bounds: AllocationBounds | None = None,
) -> Allocation:
    """Spread a sample over strata.

    Parameters
    ----------
    plan : SamplingPlan or array_like of int
        A plan (the other arguments then come from it), or the population sizes of the strata.
    strata : pandas.DataFrame, optional
        With a plan: the result of `stratum_table`, which may carry a column ``standard_deviation``. With population
        sizes: a table whose column ``stratum`` names them.
    total : int
        Units over all strata.
    method : {"equal", "proportional", "neyman"}
        What the size of a stratum is in proportion to: nothing, N, or N times S.
    standard_deviation : array_like of float, optional
        S of each stratum, for Neyman.
    bounds : AllocationBounds, optional
        Bounds for each stratum; the population is always an upper bound.

    Returns
    -------
    Allocation
        Integers that minimise the variance ``sum(A^2 / n)`` exactly, A being 1, N or N S.

    Raises
    ------
    DefinitionError
        If the plan is wrong.
    DataError
        If a stratum holds fewer units than it should give, or the bounds leave no solution.

    Notes
    -----
    Neyman (1934); the finite population correction does not move the optimum. See `integer_allocation`.

    Examples
    --------
    >>> allocate([5000, 3000, 2000], total=100).table["sample_size"].tolist()
    [50, 30, 20]
    >>> allocate([5000, 5000], total=100, method="neyman", standard_deviation=[1, 3]).table["sample_size"].tolist()
    [25, 75]
    """
    if isinstance(plan, SamplingPlan):
        if strata is None:
            raise DataError("allocate: a plan needs its strata: allocate(plan, stratum_table(plan, frame))")
        return _allocate_plan(plan, strata)
    sizes = _population(plan)
    names = [str(i + 1) for i in range(len(sizes))] if strata is None else strata["stratum"].tolist()
    if total is None:
        raise DataError("allocate: total is missing: say how many units are drawn over all strata")
    importance = _importance(method, sizes, standard_deviation)
    result = integer_allocation(importance, total, *_bounds(bounds or AllocationBounds(), sizes))
    import pandas as pd

    base = (
        pd.DataFrame({"stratum": names}) if strata is None else strata.drop(columns="population_size", errors="ignore")
    )
    return _result(base.assign(population_size=sizes), result, method)


def _allocate_plan(plan: SamplingPlan, strata: pd.DataFrame) -> Allocation:
    problems = check_sampling_plan(plan)
    if problems:
        raise DefinitionError(problems)
    rule, table = plan.size, strata.reset_index(drop=True)
    population = _population(table["population_size"].to_numpy())
    if rule.total is None:
        if rule.per_stratum is not None:
            sizes = np.full(len(table), rule.per_stratum, dtype=np.int64)
        else:
            sizes = np.array([(rule.by_stratum or {})[name] for name in table["stratum"]], dtype=np.int64)
        short = [
            f"{name} ({want} of {have})"
            for name, want, have in zip(table["stratum"], sizes, population, strict=True)
            if want > have
        ]
        if short:
            raise DataError(
                f"plan {plan.id!r}: more units are asked for than the stratum holds in {first_few(short)}: "
                "lower their size (by_stratum), or give a total, which is bounded by the population"
            )
        return _result(table, sizes, "fixed")
    deviation = _plan_deviation(plan, table) if rule.allocation == "neyman" else None
    importance = _importance(rule.allocation, population, deviation)
    bounds = AllocationBounds(rule.minimum, rule.maximum)
    return _result(table, integer_allocation(importance, rule.total, *_bounds(bounds, population)), rule.allocation)


def _plan_deviation(plan: SamplingPlan, table: pd.DataFrame) -> NDArray[np.float64]:
    given = plan.size.standard_deviation
    if isinstance(given, Mapping):
        missing = [name for name in table["stratum"] if name not in given]
        if missing:
            raise DataError(f"plan {plan.id!r}: size.standard_deviation lacks strata {first_few(missing)}: add them")
        return np.array([given[name] for name in table["stratum"]], dtype=float)
    if "standard_deviation" not in table:
        raise DataError(f"plan {plan.id!r}: the stratum table has no column 'standard_deviation': add it")
    return table["standard_deviation"].to_numpy(dtype=float)


def _population(sizes: Any) -> NDArray[np.int64]:
    values = np.asarray(sizes, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 1) & (values == np.floor(values))))
    if values.ndim != 1 or not len(values) or len(wrong):
        raise DataError(
            "allocate: population sizes must be whole numbers of at least 1, one per stratum; wrong at "
            f"{first_few(wrong.tolist())}"
        )
    return values.astype(np.int64)


def _importance(method: str, sizes: NDArray[np.int64], deviation: ArrayLike | None) -> NDArray[np.float64]:
    if method == "equal":
        return np.ones(len(sizes))
    if method == "proportional":
        return sizes.astype(float)
    if method != "neyman":
        raise DataError(f"allocate: method {method!r} is unknown: use 'equal', 'proportional' or 'neyman'")
    if deviation is None:
        raise DataError("allocate: Neyman allocation needs standard_deviation, one number per stratum")
    values = np.asarray(deviation, dtype=float)
    if values.shape != sizes.shape:
        raise DataError(f"allocate: {values.size} standard deviations for {len(sizes)} strata: give one per stratum")
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    if len(wrong):
        raise DataError(
            "allocate: standard deviations must be finite and not negative; wrong in strata at "
            f"{first_few(wrong.tolist())}"
        )
    return values * sizes


def _bounds(bounds: AllocationBounds, sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    upper = sizes if bounds.maximum is None else np.minimum(sizes, np.asarray(bounds.maximum, dtype=np.int64))
    lower = np.minimum(sizes, np.broadcast_to(np.asarray(bounds.minimum, dtype=np.int64), sizes.shape))
    return lower.astype(np.int64), upper.astype(np.int64)


def _result(table: pd.DataFrame, sizes: NDArray[np.int64], method: str) -> Allocation:
    population = table["population_size"].to_numpy()
    first = ["stratum", *[name for name in table.columns if name not in ("stratum", "population_size")]]
    table = table[first].assign(
        population_size=population,
        sample_size=sizes,
        sampling_fraction=sizes / population,
        half_width_50=expected_half_width(0.5, sizes, population),
        half_width_85=expected_half_width(0.85, sizes, population),
    )
    return Allocation(table, method)
