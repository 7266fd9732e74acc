"""What a planning document says, as plain text and tables."""

from __future__ import annotations

from dataclasses import dataclass

from surveykit.errors import choose
from surveykit.language import LANGUAGES, Language
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.document.precision import (
    Section,
    by_domain,
    comparison_section,
    expected_sizes,
    size_section,
)
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash

__all__ = ["PlanningDocument", "Section", "plan_document"]

HEADS = {
    "purpose": ("调查目的", "Purpose"),
    "content": ("调查内容", "Content"),
    "scope": ("调查对象及范围", "Population and scope"),
    "method": ("调查方法", "Method"),
    "organisation": ("组织方式", "Organisation"),
    "publication": ("数据发布", "Publication"),
}
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

    def __post_init__(self) -> None:
        choose("language", self.language, LANGUAGES)


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
        The six heads of a Chinese survey plan, expected precision and costs, and the comparison table. With several
        stratum columns the first one names the domains (districts): precision and comparison are theirs, and the
        strata follow in a table of their own. A head without text says that it is still to be written.

    Notes
    -----
    Half-widths are of 95 % intervals at the expected proportion, with finite population correction, expected response
    and design effect. Domains and the overall estimate weight strata by their population.
    """
    choose("language", language, LANGUAGES)
    at = 0 if language == "zh" else 1
    sections = [_head(plan, allocation, key, names[at], language) for key, names in HEADS.items()]
    sizes = expected_sizes(plan, allocation)
    places = by_domain(plan, sizes)
    nested = len(places) < len(sizes)
    sections.append(size_section(plan, places, language, labels or {}, "domain" if nested else "stratum"))
    if nested:
        sections.append(size_section(plan, sizes, language, labels or {}, "stratum"))
    if len(places) > 2:
        sections.append(comparison_section(plan, places, language))
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
