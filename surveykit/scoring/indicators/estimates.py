"""Indicators estimated with their joint covariance, each with its base and don't-know rule written out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from surveykit.design import ReplicateDesign, SurveyDesign
from surveykit.errors import DataError, choose, first_few
from surveykit.estimation import Estimates, Mean, estimate
from surveykit.estimation.intervals.intervals import ProportionInterval
from surveykit.scoring.indicators.definition import Indicator, IndicatorSet

__all__ = ["describe_indicator", "estimate_indicators"]


def describe_indicator(indicator: Indicator) -> dict[str, Any]:
    """Write out what an indicator means, in plain values.

    Returns
    -------
    dict
        zh, en, kind, numerator, base, items, dont_know, not_asked, points, note, and in words `definition_zh` and
        `definition_en`.

    Examples
    --------
    >>> describe_indicator(Indicator(id="awareness", zh="知晓率", kind="rate", numerator="aware in [1, 2]",
    ...     dont_know="in_base"))["definition_en"]
    "share with 'aware in [1, 2]' among all valid answers; don't know in the base"
    """
    base_zh = "全体有效样本" if indicator.base == "all_valid" else f"符合“{indicator.base}”者"
    base_en = "all valid answers" if indicator.base == "all_valid" else f"those with '{indicator.base}'"
    side_zh = "计入" if indicator.dont_know == "in_base" else "不计入"
    side_en = "in" if indicator.dont_know == "in_base" else "out of"
    if indicator.kind == "rate":
        what_zh, what_en = f"符合“{indicator.numerator}”者所占比重", f"share with '{indicator.numerator}'"
    else:
        grades = ", ".join(f"{code}: {points:g}" for code, points in indicator.points.items())
        what_zh, what_en = f"各等级赋分（{grades}）的平均", f"mean of the grade points ({grades})"
    passed_zh = "；未被询问者计入基数" if indicator.not_asked == "in_base" else ""
    passed_en = "; not asked in the base" if indicator.not_asked == "in_base" else ""
    described = indicator.model_dump(mode="json", exclude={"id", "alternatives"})
    described["definition_zh"] = f"{what_zh}；基数：{base_zh}；不表态者{side_zh}基数{passed_zh}"
    described["definition_en"] = f"{what_en} among {base_en}; don't know {side_en} the base{passed_en}"
    return described


def estimate_indicators(
    design: SurveyDesign | ReplicateDesign,
    indicators: IndicatorSet,
    by: str | Sequence[str] | None = None,
    where: Any = None,
    *,
    conf_level: float = 0.95,
    interval: ProportionInterval = "logit",
) -> Estimates:
    """Estimate all indicators at once, so that they share one joint covariance.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        Its data hold the columns of `indicator_columns`; NaN is outside the base and leaves the design as it is.
    indicators : IndicatorSet
        With `with_alternatives`, the sensitivity lines come along.
    by, where
        Domains, as in `surveykit.estimation.estimate`.
    conf_level : float
    interval : str
        Interval of the rates; scores have t intervals.

    Returns
    -------
    Estimates
        ``recipe["indicators"]`` holds for each indicator its kind (rate from 0 to 1, score from 0 to 100), numerator,
        base and don't-know rule, also in words.

    Raises
    ------
    DataError
        When the data lack an indicator's column.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> indicators = IndicatorSet.model_validate({"indicators": [{"id": "awareness", "zh": "知晓率", "kind": "rate",
    ...     "numerator": "aware in [1, 2]", "dont_know": "in_base"}]})
    >>> design = SurveyDesign({"awareness": [1.0, 0.0, 1.0, 1.0], "w": [1, 1, 1, 1]}, weights="w")
    >>> float(estimate_indicators(design, indicators).table["estimate"].iloc[0])
    0.75
    """
    choose("interval", interval, get_args(ProportionInterval))
    absent = [name for name in indicators.ids if name not in design.data.columns]
    if absent:
        raise DataError(
            f"the design's data have no column for indicators {first_few(absent)}; "
            "join the result of indicator_columns to the data before making the design"
        )
    terms = [Mean(name) for name in indicators.ids]
    domains = by if by is None or isinstance(by, str) else list(by)
    found = estimate(design, terms, by=domains, where=where, conf_level=conf_level, interval=interval)
    described = {indicator.id: describe_indicator(indicator) for indicator in indicators.indicators}
    found.recipe["indicators"] = described
    return found
