"""Expected sizes, precision and comparability of a plan, as sections of the planning document."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.language import Language
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.allocation.targets import expected_deff
from surveykit.sampling.plan.definition import SamplingPlan
from surveykit.sampling.size import comparison_table, precision_proportion

__all__ = ["Section", "by_domain", "comparison_section", "expected_sizes", "size_section"]

COMPARISON_HEAD = (
    ("每地完成数", "标准误", "两地可辨差距", "全部两两可辨差距", "八成把握可发现的差距", "名次置信集平均宽度"),
    ("Responses", "Standard error", "Gap, one pair", "Gap, all pairs", "Gap, power 0.8", "Mean width of rank sets"),
)
SIZE_HEAD = {
    "stratum": ("层", "Stratum"),
    "domain": ("地区", "Domain"),
    "population_size": ("总体", "Population"),
    "sample_clusters": ("抽取的群", "Sampled clusters"),
    "sample_size": ("样本", "Sample"),
    "responses": ("预期完成", "Expected responses"),
    "half_width": ("半宽（百分点）", "Half-width (points)"),
    "cost": ("费用", "Cost"),
}


@dataclass(frozen=True)
class Section:
    """A head, its paragraphs and perhaps a table of text."""

    head: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()
    caption: str = ""


def expected_sizes(plan: SamplingPlan, allocation: Allocation) -> pd.DataFrame:
    """Return a row for each stratum with expected responses, half-width of the 95 % interval, and cost if known."""
    expected, table = plan.expected, allocation.table.copy()
    table["responses"] = table["sample_size"] * expected.response_rate
    table["half_width"] = [
        _half_width(plan, n, population)
        for n, population in zip(table["sample_size"], table["population_size"], strict=True)
    ]
    if expected.unit_cost is not None:
        table["cost"] = table["sample_size"] * expected.unit_cost
    return table


def by_domain(plan: SamplingPlan, sizes: pd.DataFrame) -> pd.DataFrame:
    """Add strata up to the levels of the first stratum column; one stratum column gives the strata themselves."""
    if len(plan.strata) < 2:
        return sizes
    parts = [_added_up(part).assign(stratum=str(level)) for level, part in sizes.groupby(plan.strata[0], sort=False)]
    return pd.concat(parts, ignore_index=True)


def size_section(
    plan: SamplingPlan, sizes: pd.DataFrame, language: Language, labels: dict[str, str], level: str
) -> Section:
    """Make the table of sizes and precision by domain or by stratum, with a row for the whole."""
    chinese, expected = language == "zh", plan.expected
    columns = [name for name in SIZE_HEAD if name in sizes.columns and name not in ("stratum", "domain")]
    heads = tuple(SIZE_HEAD[name][0 if chinese else 1] for name in (level, *columns))
    rows = [(_named(row["stratum"], labels), *_cells(row, columns)) for row in sizes.to_dict("records")]
    whole = _added_up(sizes).to_dict("records")[0]
    rows.append(("合计" if chinese else "All", *_cells(whole, columns)))
    caption = (
        f"样本量与预期精度（比例 {expected.proportion:.0%}，应答率 {expected.response_rate:.0%}，"
        f"设计效应 {expected_deff(plan):.3g}，95% 置信区间半宽）"
        if chinese
        else f"Sizes and expected precision (proportion {expected.proportion:.0%}, "
        f"response {expected.response_rate:.0%}, design effect {expected_deff(plan):.3g}; "
        "half-width of the 95 % interval)"
    )
    titles = {
        "domain": ("各地区样本量与精度", "Sizes and precision by domain"),
        "stratum": ("样本量与精度", "Sizes and precision")
        if len(plan.strata) < 2
        else ("各层样本量", "Sizes by stratum"),
    }
    return Section(titles[level][0 if chinese else 1], (), (heads, *rows), caption)


def comparison_section(plan: SamplingPlan, places: pd.DataFrame, language: Language) -> Section:
    """Make the table of what can be told apart between domains."""
    chinese, expected = language == "zh", plan.expected
    net = sorted({max(2, round(n)) for n in places["responses"] if n > 0})
    middle, districts = net[len(net) // 2], len(places)
    sizes = [middle, 2 * middle, 4 * middle]
    found = comparison_table(sizes, expected.proportion, districts=districts, deff=expected_deff(plan))
    names = ["n", "std_error", "gap_pair", "gap_all", "gap_power", "width_simultaneous"]
    rows: list[tuple[str, ...]] = [COMPARISON_HEAD[0 if chinese else 1]]
    for row in found[names].itertuples(index=False):
        points = [f"{100 * value:.1f}" for value in row[1:5]]
        rows.append((f"{int(row[0]):,}", *points, f"{row[5]:.1f} / {districts}"))
    caption = (
        "各地之间能辨别多大差距（百分点；各地真实差异的标准差取 4 个百分点）"
        if chinese
        else "What can be told apart (points; true standard deviation between domains taken as 4 points)"
    )
    return Section("可比性" if chinese else "Comparability", (), tuple(rows), caption)


def _half_width(plan: SamplingPlan, n: float, population: float) -> float:
    expected = plan.expected
    if n <= 0:
        return float("nan")
    return precision_proportion(
        n,
        expected.proportion,
        population_size=population,
        deff=expected_deff(plan),
        response_rate=expected.response_rate,
    ).half_width


def _added_up(sizes: pd.DataFrame) -> pd.DataFrame:
    """Add strata up; half-widths as of independent estimates weighted by population, none where a stratum has none."""
    kept = ("population_size", "sample_clusters", "sample_size", "responses", "cost")
    summed = {name: [sizes[name].sum()] for name in kept if name in sizes.columns}
    share = sizes["population_size"].to_numpy(dtype=float) / float(sizes["population_size"].sum())
    whole = float(np.sqrt(np.sum(np.square(share * sizes["half_width"].to_numpy(dtype=float)))))
    return pd.DataFrame(summed | {"half_width": [whole]})


def _cells(row: Mapping[Hashable, object], columns: list[str]) -> list[str]:
    def text(name: str) -> str:
        value = float(str(row[name]))
        if name == "half_width":
            return "–" if np.isnan(value) else f"{100 * value:.1f}"
        return f"{value:,.0f}"

    return [text(name) for name in columns]


def _named(stratum: object, labels: dict[str, str]) -> str:
    """Name a stratum by the labels of its levels."""
    whole = str(stratum)
    return labels.get(whole) or " / ".join(labels.get(part, part) for part in whole.split("/"))
