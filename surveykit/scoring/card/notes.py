"""What a reader of a score card must know, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.inputs.value_notes import borrowed, printed_thresholds, unvisited_sites
from surveykit.scoring.rules.rank_based import RankBased
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme

__all__ = ["AREA", "card_notes"]

Note = tuple[str, str]
AREA: Mapping[str, str] = {"zh": "地区", "en": "area"}
"""What one of the units scored is called when nobody says otherwise."""


def card_notes(
    scheme: ScoringScheme,
    inputs: SurveyInputs,
    other: OtherMethods,
    criteria: pd.DataFrame,
    unit: Mapping[str, str] = AREA,
) -> list[Note]:
    """Return the notes of a card as pairs (Chinese, English).

    Parameters
    ----------
    scheme : ScoringScheme
    inputs : SurveyInputs
    other : OtherMethods
    criteria : DataFrame
        The criteria table of the card.
    unit : mapping
        What one of the units scored is called: zh, en, and en_plural where that adds no s.
    """
    return [
        *_exact(scheme, criteria),
        *_knots(scheme, criteria, unit),
        *printed_thresholds(scheme, criteria),
        *borrowed(criteria),
        *unvisited_sites(other, unit),
        *_errors(inputs, other),
    ]


def _exact(scheme: ScoringScheme, criteria: pd.DataFrame) -> list[Note]:
    sampled = set(criteria.loc[criteria["sampled"], "criterion"])
    worth = sum(criterion.points for criterion in scheme.criteria() if criterion.id not in sampled)
    if not worth:
        return []
    return [
        (
            f"{scheme.total:g}分中有{worth:g}分按无误差处理；如这些分值本身也有误差，总分排序的可靠程度低于表中所示。",
            f"{worth:g} of {scheme.total:g} points are taken as free of error; the ranking on the total looks firmer "
            "than it is as far as those points are measured with error too.",
        )
    ]


def _knots(scheme: ScoringScheme, criteria: pd.DataFrame, unit: Mapping[str, str]) -> list[Note]:
    many = unit.get("en_plural") or unit["en"] + "s"
    notes: list[Note] = []
    crossing = criteria.loc[criteria["crosses_knot"], ["district", "criterion"]].drop_duplicates()
    if len(crossing):
        districts = crossing["district"].nunique()
        notes.append(
            (
                f"{districts}个{unit['zh']}共{len(crossing)}项得分的置信区间跨越计分节点：那里很小的抽样误差就会改变得分，得分也因此略有偏差。",
                f"The interval of {len(crossing)} values in {districts} {unit['en'] if districts == 1 else many} "
                "crosses a scoring threshold: there a small sampling error moves the points, which are slightly biased "
                "for it.",
            )
        )
    jumps = [c for c in scheme.criteria() if c.method == "questionnaire" and c.rule.jumps]
    if jumps:
        zh, en = _names(jumps)
        notes.append(
            (
                f"问卷项目{zh}按档计分，微小的抽样误差即可改变整档得分，宜看达到该档的概率。",
                f"{en}: scored by steps, so that a small sampling error moves whole marks; read the probability that "
                "the step is reached.",
            )
        )
    ranked = [c for c in scheme.criteria() if isinstance(c.rule, RankBased)]
    if ranked:
        zh, en = _names(ranked)
        notes.append(
            (
                f"{zh}按名次计分，一个{unit['zh']}的得分取决于其他{unit['zh']}。",
                f"{en}: scored by rank, so that the points of one {unit['en']} depend on the others.",
            )
        )
    return notes


def _names(criteria: list[Criterion]) -> tuple[str, str]:
    return "、".join(c.zh for c in criteria), ", ".join(c.en or c.id for c in criteria)


def _errors(inputs: SurveyInputs, other: OtherMethods) -> list[Note]:
    notes: list[Note] = []
    if (other.std_errors > 0).sum(axis=1).max(initial=0) > 1 and not other.joint:
        notes.append(
            (
                "其他方法的抽样数据在各项标准之间按相互独立处理；如出自同一批站点，总分的标准误偏小。",
                "Sampled values of the other methods are taken as independent between criteria; when they rest on the "
                "same sites, the standard errors of the totals are too small.",
            )
        )
    zero = (inputs.std_errors == 0) & np.isfinite(inputs.values)
    rates = np.array([kind == "rate" for kind in inputs.kinds])
    edge = zero & rates & ((inputs.values == 0) | (inputs.values == 1))
    if edge.any():
        notes.append(
            (
                f"{int(edge.sum())}项问卷比率恰为0或100%，没有标准误，但并非确知：其区间按有效样本量计算，总分的区间、名次和分档均已计入。",
                f"{int(edge.sum())} survey rates are exactly 0 or 100 %. They have no standard error but are not known "
                "exactly: their intervals rest on the effective sample sizes and count in the totals, ranks and bands.",
            )
        )
    still = int((zero & ~edge).sum())
    if still:
        notes.append(
            (
                f"{still}项问卷结果的标准误为0，按确知处理（例如全面调查）。",
                f"{still} survey values have a standard error of 0 and are taken as known exactly (for example a full "
                "count).",
            )
        )
    perfect = int(other.edges.sum())
    if perfect:
        notes.append(
            (
                f"{perfect}项走访结果在所有走访站点均为0或均为1，并非确知：按走访站点数计算其不确定性。",
                f"{perfect} values of visits are 0 or 1 at every visited site; they are not known exactly, and their "
                "uncertainty is that of a rate of as many sites.",
            )
        )
    return notes
