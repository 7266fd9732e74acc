"""Notes on values that a rule saw otherwise than they were estimated: rounded, borrowed or assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from surveykit.scoring.indicators.kinds import SHIFT
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.kernel.comparing import round_half_up, snap
from surveykit.scoring.rules import knots_of
from surveykit.scoring.scheme.aggregate import LENDERS
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme
from surveykit.scoring.scheme.rounding import decimals_of

__all__ = ["PRINTED", "borrowed", "printed_thresholds", "unvisited_sites"]

Note = tuple[str, str]

PRINTED = 1
"""Decimals of the number that people read where the scheme has no rounding rule."""


def _listed(items: Sequence[str], separator: str, *, zh: bool) -> str:
    shown = separator.join(items[:5])
    if len(items) <= 5:
        return shown
    return f"{shown}等{len(items)}个" if zh else f"{shown} and {len(items) - 5} more"


def printed_thresholds(scheme: ScoringScheme, criteria: pd.DataFrame) -> Iterator[Note]:
    """Tell where a threshold lies between the value as printed and the unrounded value.

    Parameters
    ----------
    scheme : ScoringScheme
        With the kinds of its inputs.
    criteria : DataFrame
        The criteria table of the card, with `value`.

    Yields
    ------
    (str, str)
        Chinese and English, one for each criterion.
    """
    for criterion in (*scheme.criteria(), *scheme.adjustments):
        if not criterion.rule.jumps:
            continue
        rows = criteria[criteria["criterion"] == criterion.id]
        values, districts = rows["value"].to_numpy(dtype=float), rows["district"].tolist()
        decimals = decimals_of(scheme, criterion)
        places = decimals if decimals is not None else PRINTED + SHIFT[criterion.kind or "mean"]
        marks = np.array([knot.at for knot in knots_of(criterion.rule, criterion.points)])
        exact, printed = snap(values, marks), snap(round_half_up(values, places), marks)
        told = [
            (districts[i], values[i], printed[i], mark)
            for mark in marks
            for i in np.flatnonzero(np.isfinite(values) & ((exact >= mark) != (printed >= mark)))
        ]
        if told:
            yield _threshold_note(criterion, told, places, rounded=decimals is not None)


def _threshold_note(
    criterion: Criterion, told: list[tuple[str, float, float, float]], places: int, *, rounded: bool
) -> Note:
    def words(number: float, decimals: int | None = None) -> str:
        if criterion.kind != "rate":
            return f"{number:.{places}f}" if decimals is not None else f"{number:.8g}"
        return f"{number * 100:.{max(places - 2, 0)}f}%" if decimals is not None else f"{number * 100:.8g}%"

    cases = [(who, words(value), words(printed, places), words(mark)) for who, value, printed, mark in told]
    zh = _listed([f"{who}（{value}，印作{printed}，档线{mark}）" for who, value, printed, mark in cases], "、", zh=True)
    en = _listed([f"{who} ({value}, printed {p}, threshold {mark})" for who, value, p, mark in cases], ", ", zh=False)
    name = criterion.en or criterion.id
    if rounded:
        return (
            f"{criterion.zh}：计分方案规定先按四舍五入取值再计分，下列数值因此与未舍入时落在档线的不同侧：{zh}。",
            f"{name}: the scheme rounds before the rule, which moves values across a threshold: {en}.",
        )
    return (
        f"{criterion.zh}：按未舍入的数值计分，下列数值印出时与档线的关系和计分所用的不同：{zh}。",
        f"{name}: scored unrounded; the printed value lies on the other side of a threshold: {en}.",
    )


def borrowed(criteria: pd.DataFrame) -> Iterator[Note]:
    """Tell which districts had no value of which criterion, and where its points come from.

    Yields
    ------
    (str, str)
        Chinese and English, one for each criterion and source.
    """
    zh_from = {"content": "同一测评内容的其他项目", "indicator": "同一指标的其他项目", "total": "全部其他项目"}
    en_from = {"content": "of the same content", "indicator": "of the same indicator", "total": "of the whole scheme"}
    names = criteria.drop_duplicates("criterion").set_index("criterion")["zh"]
    for name in names.index:
        rows = criteria[criteria["criterion"] == name]
        for source in ("zero", *LENDERS):
            who = rows.loc[rows["borrowed_from"] == source, "district"].tolist()
            if not who:
                continue
            zh, en = _listed(who, "、", zh=True), _listed(who, ", ", zh=False)
            if source == "zero":
                yield f"{names[name]}：{zh}没有数值，按0分计。", f"{name}: no value for {en}; counted as 0 points."
            else:
                yield (
                    f"{names[name]}：{zh}没有数值，按{zh_from[source]}的得分率折算；其误差随之计入区间。",
                    f"{name}: no value for {en}; points at the share reached on the other criteria {en_from[source]}, "
                    "whose error goes into the interval.",
                )


def unvisited_sites(other: OtherMethods, unit: Mapping[str, str]) -> Iterator[Note]:
    """Tell which strata of sites nobody visited and what was assumed of them."""
    if other.unvisited:
        cases = [f"{unit}: {strata}" for unit, strata in other.unvisited]
        zh, en = _listed(cases, "；", zh=True), _listed(cases, "; ", zh=False)
        yield (
            f"实地考察有未走访的站点类型，按同一{unit['zh']}已走访站点的水平计（{zh}）；这一假定的误差未计入区间。",
            f"Strata of sites that nobody visited are taken to be like the visited sites of their {unit['en']} ({en}); "
            "the error of this assumption is in no interval.",
        )
