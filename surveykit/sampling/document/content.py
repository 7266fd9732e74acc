"""What a planning document says, as plain text and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from surveykit.sampling.allocation import Allocation
from surveykit.sampling.plan import SamplingPlan, plan_hash
from surveykit.sampling.size import comparison_table, precision_proportion

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PlanningDocument", "Section", "plan_document"]

Language = Literal["zh", "en"]
HEADS = {
    "purpose": ("调查目的", "Purpose"),
    "content": ("调查内容", "Content"),
    "scope": ("调查对象及范围", "Population and scope"),
    "method": ("调查方法", "Method"),
    "organisation": ("组织方式", "Organisation"),
    "publication": ("数据发布", "Publication"),
}
COMPARISON_HEAD = (
    ("每层完成数", "标准误", "两地可辨差距", "全部两两可辨差距", "八成把握可发现的差距", "名次置信集平均宽度"),
    ("Responses", "Standard error", "Gap, one pair", "Gap, all pairs", "Gap, power 0.8", "Mean width of rank sets"),
)
METHODS = {
    "srs": ("简单随机抽样（永久随机数）", "simple random sampling by permanent random numbers"),
    "systematic": ("等距抽样", "systematic sampling"),
    "systematic_pps": ("不等概率等距抽样", "systematic sampling with unequal probabilities"),
    "poisson": ("泊松抽样", "Poisson sampling"),
    "sequential_poisson": ("序贯泊松抽样", "sequential Poisson sampling"),
    "pareto": ("帕累托抽样", "Pareto sampling"),
    "sampford": ("桑福德不等概率抽样", "Sampford sampling"),
    "brewer": ("布鲁尔不等概率抽样", "Brewer sampling"),
    "ordered_pivotal": ("有序枢轴抽样", "ordered pivotal sampling"),
    "chromy": ("克罗米序贯抽样", "Chromy sequential sampling"),
    "cube": ("平衡抽样（立方体法）", "balanced sampling by the cube method"),
    "local_pivotal": ("空间均衡抽样（局部枢轴法）", "spread sampling by the local pivotal method"),
}


@dataclass(frozen=True)
class Section:
    """A head, its paragraphs and perhaps a table of text."""

    head: str
    paragraphs: tuple[str, ...]
    table: tuple[tuple[str, ...], ...] = ()
    caption: str = ""


@dataclass(frozen=True)
class PlanningDocument:
    """A planning document.

    Attributes
    ----------
    title : str
        Title.
    language : {"zh", "en"}
        Language of heads and tables.
    sections : tuple of Section
        The six fixed heads, then the tables of sizes and of what can be told apart.
    """

    title: str
    language: Language
    sections: tuple[Section, ...]


def plan_document(
    plan: SamplingPlan, allocation: Allocation, language: Language = "zh", labels: dict[str, str] | None = None
) -> PlanningDocument:
    """Write the planning document of a plan and its allocation.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; ``document`` holds the text under the heads, ``expected`` the assumptions.
    allocation : Allocation
        Sizes by stratum.
    language : {"zh", "en"}
        Language.
    labels : dict of str to str, optional
        Names of strata to print in place of their codes.

    Returns
    -------
    PlanningDocument
        The six heads of a Chinese survey plan, expected precision by stratum and overall, costs, and the comparison
        table. A head without text says that it is still to be written.

    Notes
    -----
    Half-widths are of 95 % intervals at the expected proportion, with finite population correction, expected response
    and design effect. The overall estimate weights strata by their population.
    """
    at = 0 if language == "zh" else 1
    sections = [_head(plan, allocation, key, names[at], language) for key, names in HEADS.items()]
    sections.append(_sizes(plan, allocation, language, labels or {}))
    if len(allocation.table) > 2:
        sections.append(_comparison(plan, allocation, language))
    title = plan.title.get(language) or next(iter(plan.title.values()), plan.id)
    return PlanningDocument(f"{title} · {'抽样方案' if at == 0 else 'Sampling plan'}", language, tuple(sections))


def _head(plan: SamplingPlan, allocation: Allocation, key: str, head: str, language: Language) -> Section:
    chinese = language == "zh"
    written = [part.strip() for part in plan.document.get(key, "").split("\n") if part.strip()]
    if key == "scope" and plan.population:
        told = plan.population.get(language) or next(iter(plan.population.values()))
        units = f"{int(allocation.table['population_size'].sum()):,}"
        zh, en = f"调查总体：{told}。抽样框共 {units} 个单位。", f"{told}. The frame holds {units} units."
        written.append(zh if chinese else en)
    if key == "method":
        written += _method(plan, allocation, chinese)
    return Section(head, tuple(written) or (("（待补充）",) if chinese else ("(to be written)",)))


def _method(plan: SamplingPlan, allocation: Allocation, chinese: bool) -> list[str]:
    at = 0 if chinese else 1
    strata = len(allocation.table)
    steps = [(stage.id, METHODS[stage.method][at]) for stage in plan.stages]
    steps = steps or [(plan.frame.id, METHODS[plan.method][at])]
    if chinese:
        how = "；".join(f"第{number}阶段抽取 {name}，{method}" for number, (name, method) in enumerate(steps, start=1))
        how = steps[0][1] if len(steps) == 1 else how
        by = "、".join(plan.strata) or "不分层"
        text = [f"按 {by} 分为 {strata} 层，层内采用{how}，共抽取 {allocation.total:,} 个单位。"]
        if plan.reserve:
            text.append(f"每层另按同一随机顺序抽取 {plan.reserve} 个备用单位，只按顺序启用并登记。")
        seed = f"随机种子“{plan.seed}”" if plan.seed else "随机种子在方案与抽样框承诺公布后确定"
        text.append(f"{seed}；次序由 {plan.hash}(种子:编号) 决定，任何人可复核。方案校验码 {plan_hash(plan)}。")
        return text
    how = "; ".join(f"stage {number} draws {name} by {method}" for number, (name, method) in enumerate(steps, start=1))
    how = steps[0][1] if len(steps) == 1 else how
    by = ", ".join(plan.strata) or "none"
    text = [f"{strata} strata by {by}; within them {how}; {allocation.total:,} units in all."]
    if plan.reserve:
        text.append(f"{plan.reserve} reserve units per stratum follow in the same order and are released in it.")
    seed = f"The seed is '{plan.seed}'" if plan.seed else "The seed follows the published commitment to plan and frame"
    text.append(f"{seed}; the order is {plan.hash}(seed:id), which anyone can check. Plan hash {plan_hash(plan)}.")
    return text


def _half_width(plan: SamplingPlan, n: float, population: float) -> float:
    expected = plan.expected
    if n <= 0:
        return float("nan")
    return precision_proportion(
        n, expected.proportion, population_size=population, deff=expected.deff, response_rate=expected.response_rate
    ).half_width


def _sizes(plan: SamplingPlan, allocation: Allocation, language: Language, labels: dict[str, str]) -> Section:
    chinese, table, expected = language == "zh", allocation.table, plan.expected
    cost = expected.unit_cost
    header = ["层", "总体", "样本", "预期完成", "半宽（百分点）"] if chinese else [
        "Stratum", "Population", "Sample", "Expected responses", "Half-width (points)"
    ]  # fmt: skip
    rows = [(*header, *((["费用"] if chinese else ["Cost"]) if cost is not None else []))]
    widths = []
    for stratum, population, n in table[["stratum", "population_size", "sample_size"]].itertuples(index=False):
        widths.append(_half_width(plan, n, population))
        cells = [labels.get(stratum, stratum), f"{population:,}", f"{n:,}", f"{n * expected.response_rate:,.0f}"]
        cells.append("–" if np.isnan(widths[-1]) else f"{100 * widths[-1]:.1f}")
        rows.append((*cells, *([f"{n * cost:,.0f}"] if cost is not None else [])))
    rows.append(_overall(table, widths, expected.response_rate, cost, chinese))
    caption = (
        f"样本量与预期精度（比例 {expected.proportion:.0%}，应答率 {expected.response_rate:.0%}，"
        f"设计效应 {expected.deff:g}，95% 置信区间半宽）"
        if chinese
        else f"Sizes and expected precision (proportion {expected.proportion:.0%}, "
        f"response {expected.response_rate:.0%}, design effect {expected.deff:g}; half-width of the 95 % interval)"
    )
    return Section("样本量与精度" if chinese else "Sizes and precision", (), tuple(rows), caption)


def _overall(
    table: pd.DataFrame, widths: list[float], response: float, cost: float | None, chinese: bool
) -> tuple[str, ...]:
    population, n = table["population_size"].to_numpy(dtype=float), int(table["sample_size"].sum())
    whole = float(np.sqrt(np.nansum(np.square(population / population.sum() * np.array(widths)))))
    cells = ["合计" if chinese else "All", f"{int(population.sum()):,}", f"{n:,}", f"{n * response:,.0f}"]
    return (*cells, f"{100 * whole:.1f}", *([f"{n * cost:,.0f}"] if cost is not None else []))


def _comparison(plan: SamplingPlan, allocation: Allocation, language: Language) -> Section:
    chinese, expected = language == "zh", plan.expected
    net = sorted({max(2, round(n * expected.response_rate)) for n in allocation.table["sample_size"] if n > 0})
    middle = net[len(net) // 2]
    districts = len(allocation.table)
    sizes = [middle, 2 * middle, 4 * middle]
    found = comparison_table(sizes, expected.proportion, districts=districts, deff=expected.deff)
    names = ["n", "std_error", "gap_pair", "gap_all", "gap_power", "width_simultaneous"]
    header = COMPARISON_HEAD[0 if chinese else 1]
    rows: list[tuple[str, ...]] = [header]
    for row in found[names].itertuples(index=False):
        points = [f"{100 * value:.1f}" for value in row[1:5]]
        rows.append((f"{int(row[0]):,}", *points, f"{row[5]:.1f} / {districts}"))
    caption = (
        "各层之间能辨别多大差距（百分点；各层真实差异的标准差取 4 个百分点）"
        if chinese
        else "What can be told apart (points; true standard deviation between strata taken as 4 points)"
    )
    return Section("可比性" if chinese else "Comparability", (), tuple(rows), caption)
