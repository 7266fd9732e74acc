"""Indicators, groups and questions in the words of the questionnaire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from surveykit.questionnaire import Variable, item_choices, parse
from surveykit.questionnaire.condition_words import condition_in_words
from surveykit.questionnaire.structure import flow_of
from surveykit.report import Choice, Group, IndicatorInfo, Question

if TYPE_CHECKING:
    from surveykit.questionnaire import Item, Questionnaire
    from surveykit.scoring import Indicator
    from surveykit.study.loading import Study

__all__ = ["groups", "indicator_infos", "questions"]

LANGUAGES = ("zh", "en")
_DONT_KNOW = {
    "in_base": {"zh": "“说不清”计入基数", "en": "counted in the base"},
    "out_of_base": {"zh": "“说不清”不计入基数", "en": "left out of the base"},
}
_ALL_VALID = {"zh": "全部有效受访者", "en": "all valid respondents"}


def indicator_infos(study: Study) -> tuple[IndicatorInfo, ...]:
    """Describe every indicator for readers: what counts, out of whom, what becomes of "don't know"."""
    return tuple(_indicator(study, indicator) for indicator in study.indicators.indicators)


def _indicator(study: Study, indicator: Indicator) -> IndicatorInfo:
    q = study.questionnaire
    base = _ALL_VALID if indicator.base == "all_valid" else _in_words(indicator.base, q)
    return IndicatorInfo(
        id=indicator.id,
        name={"zh": indicator.zh, "en": indicator.en},
        kind=indicator.kind,
        numerator=_in_words(indicator.numerator, q) if indicator.kind == "rate" else _points(indicator, q),
        base=base,
        dont_know=_DONT_KNOW[indicator.dont_know],
        wording=_wording(indicator.items, q),
        headline=indicator.id in study.definition.headline,
        items=tuple(indicator.items),
    )


def _in_words(expression: str, q: Questionnaire) -> dict[str, str]:
    tree = parse(expression, q)
    return {language: condition_in_words(tree, q, language) for language in LANGUAGES}


def _points(indicator: Indicator, q: Questionnaire) -> dict[str, str]:
    """Say which answer is worth how many points."""
    choices = item_choices(q, _item(q, indicator.items[0]))
    texts = {}
    for language in LANGUAGES:
        labels = {choice.code: choice.labels[language] for choice in choices}
        unit = "分" if language == "zh" else ""
        parts = [f"{labels[code]} {points:g}{unit}" for code, points in indicator.points.items()]
        texts[language] = ("、" if language == "zh" else ", ").join(parts)
    return texts


def _wording(items: Iterable[str], q: Questionnaire) -> dict[str, str]:
    columns = {variable.id: variable for variable in q.variables()}
    labels = [columns[name].labels for name in items if name in columns]
    return {language: " / ".join(label[language] for label in labels) for language in LANGUAGES}


def _item(q: Questionnaire, name: str) -> Item:
    return next(item for _, item in flow_of(q).questions if item.id == name)


def groups(study: Study) -> tuple[Group, ...]:
    """Label the levels of every domain but the district, as the questionnaire does."""
    found = []
    for domain in study.definition.domains:
        if domain.id == "district":
            continue
        variable = next(v for v in study.questionnaire.variables() if v.id == domain.id)
        levels = {code: dict(labels) for code, labels in variable.choices}
        found.append(Group(id=domain.id, name={"zh": domain.zh, "en": domain.en}, levels=levels))
    return tuple(found)


def questions(study: Study) -> tuple[Question, ...]:
    """List the questions as they were asked, with everybody's base."""
    q = study.questionnaire
    seen: set[str] = set()
    found = []
    for variable in q.variables():
        if variable.other_text or (variable.option is not None and variable.item in seen):
            continue
        seen.add(variable.item)
        found.append(_question(q, variable))
    return tuple(found)


def _question(q: Questionnaire, variable: Variable) -> Question:
    item = _item(q, variable.item)
    choices = tuple(
        Choice(code=choice.code, label=dict(choice.labels), special=bool(choice.special))
        for choice in item_choices(q, item)
    )
    part = variable.row is not None
    labels = variable.labels if part else item.label
    return Question(
        id=variable.id if variable.option is None else item.id,
        kind=item.type,
        text=dict(labels),
        choices=choices,
        base={language: condition_in_words(variable.ask_if, q, language) for language in LANGUAGES},
        grid=item.id if part else "",
    )
