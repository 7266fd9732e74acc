"""The city's results for each population that the study speaks of, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.report import IndicatorInfo, OwnChapter, numbers

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.estimation import Estimates
    from surveykit.study.definition import Analysis
    from surveykit.study.loading import Study

__all__ = ["populations_chapter"]

_TITLE = {"zh": "不同口径的全市结果", "en": "City results for each population"}
_LEAD = {
    "zh": "下表把同一批答卷按不同口径推断的全市结果并列。除本章外，本报告的结果均为“{main}”口径。",
    "en": "The table sets the city results that the same answers give for each population side by side. "
    "All other chapters speak of: {main}.",
}
_HEAD = {"zh": "指标", "en": "Indicator"}
_KIND = {
    "probability_sample": {"zh": "{level}置信区间", "en": "{level} interval"},
    "model_adjusted": {"zh": "区间（仅抽样误差）", "en": "interval (sampling error only)"},
}
_UNIT = {"zh": "率的单位为%，度的单位为分（0—100）。", "en": "Rates in %, scores in points from 0 to 100."}


def populations_chapter(
    study: Study, infos: tuple[IndicatorInfo, ...], city: dict[str, Estimates], level: float = 0.95
) -> OwnChapter | None:
    """Make the chapter that compares the populations; None when there is only one.

    Parameters
    ----------
    study : Study
        Names and kinds of the populations.
    infos : tuple of IndicatorInfo
        The indicators.
    city : dict of str to Estimates
        City estimates by analysis.
    level : float
        Confidence level of the intervals.
    """
    analyses = study.definition.analyses
    if len(analyses) < 2:
        return None
    text = {
        language: _markdown(analyses, infos, city, language, numbers.percent(level, 0)) for language in ("zh", "en")
    }
    return OwnChapter(id="populations", title=_TITLE, markdown=text, after="overview")


def _markdown(
    analyses: list[Analysis], infos: tuple[IndicatorInfo, ...], city: dict[str, Estimates], language: str, level: str
) -> str:
    head = [_HEAD[language]]
    for analysis in analyses:
        head += [getattr(analysis, language), _KIND[analysis.kind][language].format(level=level)]
    rows = ["| " + " | ".join(head) + " |", "|" + " --- |" + " ---: |" * (len(head) - 1)]
    for info in infos:
        cells = [info.name[language]]
        for analysis in analyses:
            cells += _cells(city[analysis.id].table, info)
        rows.append("| " + " | ".join(cells) + " |")
    notes = [f"{getattr(a, language)}: {a.note[language]}" for a in analyses if a.note]
    lead = _LEAD[language].format(main=getattr(analyses[0], language))
    return "\n\n".join([lead, "\n".join(rows), _UNIT[language], *notes])


def _cells(table: pd.DataFrame, info: IndicatorInfo) -> list[str]:
    row = table[table["variable"] == info.id].iloc[0]
    scale = 100 if info.kind == "rate" else 1
    values = [float(row[name]) * scale for name in ("estimate", "conf_low", "conf_high")]
    return [numbers.fixed(values[0]), numbers.interval(values[1], values[2])]
