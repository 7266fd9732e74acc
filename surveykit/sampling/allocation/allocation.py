"""Allocation of a sample to strata in exact integers under bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.display import NamedTable, Presentation, Shown, Words
from surveykit.display.charts import size_chart
from surveykit.display.content import pick
from surveykit.display.style import label_of
from surveykit.errors import DataError, DefinitionError, choose, first_few
from surveykit.language import Language
from surveykit.sampling.allocation.importance import AllocationOptions, stratum_importance
from surveykit.sampling.allocation.integers import budget_allocation, integer_allocation
from surveykit.sampling.allocation.targets import (
    AllocationBounds,
    bounds_of,
    box_bounds,
    expected_deff,
    population_sizes,
    precise_sizes,
    require_named,
    units_in_cluster,
)
from surveykit.sampling.plan.checks import check_sampling_plan
from surveykit.sampling.plan.definition import AllocationMethod, SamplingPlan

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["Allocation", "AllocationBounds", "AllocationOptions", "allocate", "expected_half_width"]

SizeColumn = Literal["sample_size", "sampling_fraction", "half_width_50", "half_width_85"]

Z95 = 1.959963984540054

_AXES: dict[str, Words] = {
    "sample_size": ("样本量", "sample size"),
    "sampling_fraction": ("抽样比", "sampling fraction"),
    "half_width_50": ("95%区间的预期半宽，率为50%", "expected half-width of the 95 % interval, rate 50 %"),
    "half_width_85": ("95%区间的预期半宽，率为85%", "expected half-width of the 95 % interval, rate 85 %"),
}


@dataclass(frozen=True)
class Allocation(Shown):
    """Sizes by stratum.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per stratum: ``stratum``, the stratum columns, ``population_size``, ``sample_size``,
        ``sampling_fraction``,
        and ``half_width_50`` and ``half_width_85``: the expected half-width of the 95 % interval of a proportion of 0.5
        and 0.85 in the stratum, with finite population correction and full response, and in a plan of stages with its
        expected design effect.
    method : str
        How the sizes were found.
    deff : float
        Design effect that the half-widths count; with clusters it is ``deff (1 + (m - 1) icc)`` of the plan.
    """

    table: pd.DataFrame
    method: str
    deff: float = 1.0

    @property
    def total(self) -> int:
        """Units over all strata."""
        return int(self.table["sample_size"].sum())

    @property
    def sizes(self) -> dict[str, int]:
        """Sample size by stratum name."""
        return dict(zip(self.table["stratum"], self.table["sample_size"].astype(int).tolist(), strict=True))

    def presentation(self) -> Presentation:
        """Return the table of strata and what its precision supposes."""
        title = ("样本量分配", "Allocation")
        notes: tuple[Words, ...] = (
            (f"方法：{self.method}；合计 {self.total:,}", f"method: {self.method}; total {self.total:,}"),
            self._supposed(),
        )
        return Presentation(title, (NamedTable(title, self.table),), notes)

    def _supposed(self) -> Words:
        """What the half-widths suppose."""
        if "sample_clusters" not in self.table:
            return (
                "半宽为95%区间的预期半宽：层内简单随机抽样，全部应答。",
                "half-widths: expected, of the 95 % interval, simple random sampling in the stratum, full response",
            )
        if self.deff == 1.0:
            return (
                "半宽未计群内相似：请在方案 expected 中给出 icc 或 deff，否则实际精度更差。",
                "half-widths leave out that units of a cluster are alike, and precision is worse than shown: give "
                "expected.icc or expected.deff in the plan",
            )
        return (
            f"半宽为95%区间的预期半宽：设计效应 {self.deff:.3g}，全部应答。",
            f"half-widths: expected, of the 95 % interval, design effect {self.deff:.3g}, full response",
        )

    def _draw(
        self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, *, what: SizeColumn = "sample_size"
    ) -> Axes:
        """Draw sizes or expected half-widths by stratum.

        Parameters
        ----------
        what : {"sample_size", "sampling_fraction", "half_width_50", "half_width_85"}
            Column of the table.

        Raises
        ------
        DataError
            If it is another column.
        """
        choose("what", what, get_args(SizeColumn))
        names = [label_of(name, labels) for name in self.table["stratum"]]
        rows = self.table[["stratum"]].assign(label=names, value=self.table[what])
        return size_chart(rows, ax, axis=pick(_AXES[what], language), percent=what != "sample_size")


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
    options: AllocationOptions | None = None,
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
        Units over all strata; leave out when the options hold a budget.
    method : {"equal", "proportional", "neyman", "power", "kish"}
        What the size of a stratum is in proportion to: nothing, N, N S, ``X^q S / mean`` (Bankier), or
        ``S sqrt(I W^2 + (1 - I) / H^2)`` (Kish); divided by the root of the cost of a unit where costs are given.
    standard_deviation : array_like of float, optional
        S of each stratum.
    bounds : AllocationBounds, optional
        Bounds for each stratum; the population is always an upper bound.
    options : AllocationOptions, optional
        Costs, budget, and what power allocation and Kish compromise need.

    Returns
    -------
    Allocation
        Integers that minimise ``sum(A^2 / n)`` exactly, A being what the method makes sizes proportional to; under a
        budget, integers that spend it, with the best continuous value to compare.

    Raises
    ------
    DefinitionError
        If the plan is wrong.
    DataError
        If a stratum holds fewer units than it should give, or the bounds leave no solution.

    Notes
    -----
    Neyman (1934), Bankier (1988), Kish (1976); the finite population correction does not move the optimum. See
    `integer_allocation`.

    Examples
    --------
    >>> allocate([5000, 3000, 2000], total=100).table["sample_size"].tolist()
    [50, 30, 20]
    >>> allocate([5000, 5000], total=100, method="neyman", standard_deviation=[1, 3]).table["sample_size"].tolist()
    [25, 75]
    """
    choose("method", method, get_args(AllocationMethod))
    if isinstance(plan, SamplingPlan):
        if strata is None:
            raise DataError("allocate: a plan needs its strata: allocate(plan, stratum_table(plan, frame))")
        return _allocate_plan(plan, strata)
    sizes = population_sizes(plan)
    names = [str(i + 1) for i in range(len(sizes))] if strata is None else strata["stratum"].tolist()
    options = options or AllocationOptions()
    importance = stratum_importance(method, sizes, standard_deviation, options)
    lower, upper = box_bounds(bounds or AllocationBounds(), sizes)
    if (total is None) == (options.budget is None):
        raise DataError("allocate: total is missing: say how many units are drawn over all strata, or give a budget")
    if total is not None:
        result = integer_allocation(importance, total, lower, upper)
    else:
        cost = np.broadcast_to(np.asarray(1.0 if options.cost is None else options.cost, dtype=float), sizes.shape)
        result = budget_allocation(importance, cost, float(options.budget or 0.0), lower, upper)
    import pandas as pd

    base = (
        pd.DataFrame({"stratum": names}) if strata is None else strata.drop(columns="population_size", errors="ignore")
    )
    return _result(base.assign(population_size=sizes), result, method)


def _allocate_plan(plan: SamplingPlan, strata: pd.DataFrame) -> Allocation:
    problems = check_sampling_plan(plan)
    if problems:
        raise DefinitionError(problems)
    if plan.stages:
        return _allocate_stages(plan, strata)
    rule, table = plan.size, strata.reset_index(drop=True)
    population = population_sizes(table["population_size"].to_numpy())
    require_named(plan, rule, table["stratum"].tolist())
    if rule.half_width is not None:
        return _result(table, *precise_sizes(plan, table, population))
    if rule.total is None and rule.budget is None:
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
    values = {name: _plan_values(plan, table, name) for name in ("standard_deviation", "mean", "measure", "cost")}
    sizes = np.zeros(len(table), dtype=np.int64)
    groups = [np.arange(len(table))]
    if rule.within:
        groups = [np.asarray(at) for at in table.groupby(list(rule.within), sort=False).indices.values()]
    for at in groups:
        options = AllocationOptions(
            cost=_part(values["cost"], at),
            measure=_part(values["measure"], at),
            mean=_part(values["mean"], at),
            power=rule.power,
            compromise=rule.compromise,
        )
        deviation = _part(values["standard_deviation"], at)
        importance = stratum_importance(rule.allocation, population[at], deviation, options)
        bounds = box_bounds(bounds_of(rule, table["stratum"].to_numpy()[at].tolist()), population[at])
        if rule.total is not None:
            sizes[at] = integer_allocation(importance, rule.total, *bounds)
        else:
            cost = np.asarray(options.cost, dtype=float)
            sizes[at] = budget_allocation(importance, cost, float(rule.budget or 0.0), *bounds)
    return _result(table, sizes, rule.allocation)


def _allocate_stages(plan: SamplingPlan, strata: pd.DataFrame) -> Allocation:
    """Clusters by the rule of the first stage, and the units that they are expected to give."""
    if "clusters" not in strata:
        raise DataError(f"plan {plan.id!r}: the stratum table has no column 'clusters': make it with stratum_table")
    expected = plan.expected.model_copy(update={"icc": None})
    alone = {"stages": (), "clusters": None, "listing": None, "size": plan.stages[0].size, "expected": expected}
    first = plan.model_copy(update=alone)
    clusters = _allocate_plan(first, strata.assign(population_size=strata["clusters"]))
    drawn = clusters.table["sample_size"].to_numpy()
    each = int(np.prod([units_in_cluster(stage.size) for stage in plan.stages[1:]]))
    table = strata.assign(sample_clusters=drawn)
    units = np.minimum(drawn * each, table["population_size"].to_numpy())
    deff = expected_deff(plan, responding=False)
    return _result(table, units.astype(np.int64), f"{clusters.method}, {each} units in each cluster", deff)


def _part(values: NDArray[np.float64] | None, at: NDArray[np.int64]) -> NDArray[np.float64] | None:
    return None if values is None else values[at]


def _plan_values(plan: SamplingPlan, table: pd.DataFrame, name: str) -> NDArray[np.float64] | None:
    given = getattr(plan.size, name)
    if isinstance(given, Mapping):
        missing = [stratum for stratum in table["stratum"] if stratum not in given]
        if missing:
            raise DataError(f"plan {plan.id!r}: size.{name} lacks strata {first_few(missing)}: add them")
        return np.array([given[stratum] for stratum in table["stratum"]], dtype=float)
    if given is not None and name not in table:
        raise DataError(f"plan {plan.id!r}: the stratum table has no column {name!r}: make it with stratum_table")
    return table[name].to_numpy(dtype=float) if name in table else None


def _result(table: pd.DataFrame, sizes: NDArray[np.int64], method: str, deff: float = 1.0) -> Allocation:
    population = table["population_size"].to_numpy()
    first = ["stratum", *[name for name in table.columns if name not in ("stratum", "population_size")]]
    table = table[first].assign(
        population_size=population,
        sample_size=sizes,
        sampling_fraction=sizes / population,
        half_width_50=expected_half_width(0.5, sizes, population) * np.sqrt(deff),
        half_width_85=expected_half_width(0.85, sizes, population) * np.sqrt(deff),
    )
    return Allocation(table, method, deff)
