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
    from surveykit.study.files.study import Study

__all__ = ["base_in_words", "groups", "indicator_infos", "questions", "undecided_words"]

LANGUAGES = ("zh", "en")
_UNDECIDED = {
    "in_base": {"zh": "{words}计入基数，不计入分子", "en": "{words} in the base, not in the numerator"},
    "out_of_base": {"zh": "{words}不计入基数", "en": "{words} left out of the base"},
    "score": {"zh": "{words}计入基数，计0分", "en": "{words} in the base with no points"},
    "none": {"zh": "该题没有不表态的选项", "en": "the question offers no such answer"},
}
_ALL_VALID = {"zh": "全部有效受访者", "en": "all valid respondents"}
_ANSWERED = {
    "zh": ("{base}，且回答了{questions}", "（含未被问及者）", "（{words}除外）"),
    "en": ("{base}, with an answer to {questions}", " or were not asked", " ({words} excepted)"),
}


def indicator_infos(study: Study) -> tuple[IndicatorInfo, ...]:
    """Describe every indicator for readers: what counts, out of whom, what becomes of "don't know"."""
    return tuple(_indicator(study, indicator) for indicator in study.indicators.indicators)


def _indicator(study: Study, indicator: Indicator) -> IndicatorInfo:
    q = study.questionnaire
    return IndicatorInfo(
        id=indicator.id,
        name={"zh": indicator.zh, "en": indicator.en},
        kind=indicator.kind,
        numerator=_in_words(indicator.numerator, q) if indicator.kind == "rate" else _points(indicator, q),
        base=base_in_words(indicator, q),
        dont_know=_undecided(indicator, q),
        wording=_wording(indicator.items, q),
        headline=indicator.id in study.definition.headline,
        items=tuple(indicator.items),
    )


def base_in_words(indicator: Indicator, q: Questionnaire) -> dict[str, str]:
    """Say out of whom: the condition, and which questions must have been answered, so that a base has one number.

    Parameters
    ----------
    indicator : Indicator
        With its base, its items and what becomes of those who gave no opinion or were not asked.
    q : Questionnaire
        Whose numbers and words are used.

    Returns
    -------
    dict of str to str
        A text in each language.
    """
    start = _ALL_VALID if indicator.base == "all_valid" else _in_words(indicator.base, q)
    columns = {variable.id: variable for variable in q.variables()}
    numbers = list(dict.fromkeys(columns[name].number for name in indicator.items if name in columns))
    if not numbers:
        return dict(start)
    words, texts = undecided_words(q, indicator.items), {}
    for language in LANGUAGES:
        pattern, passed, excepted = _ANSWERED[language]
        named = [f"第{number}题" if language == "zh" else f"Q{number}" for number in numbers]
        text = pattern.format(base=start[language], questions=("和" if language == "zh" else " and ").join(named))
        text += passed if indicator.not_asked == "in_base" else ""
        if indicator.dont_know == "out_of_base" and words[language]:
            text += excepted.format(words=_quoted(words[language], language))
        texts[language] = text
    return texts


def undecided_words(q: Questionnaire, items: Iterable[str]) -> dict[str, list[str]]:
    """Return how the questionnaire words the answer of those who cannot say, for some questions, in each language."""
    columns = {variable.id: variable for variable in q.variables()}
    owners = dict.fromkeys(columns[name].item for name in items if name in columns)
    choices = [choice for owner in owners for choice in item_choices(q, _item(q, owner)) if choice.special == "dk"]
    return {
        language: list(dict.fromkeys(str(choice.labels[language]) for choice in choices if language in choice.labels))
        for language in LANGUAGES
    }


def _quoted(words: Iterable[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(f"“{word}”" for word in words)


def _undecided(indicator: Indicator, q: Questionnaire) -> dict[str, str]:
    words = undecided_words(q, indicator.items)
    rule = "score" if (indicator.dont_know, indicator.kind) == ("in_base", "score") else indicator.dont_know
    return {
        language: _UNDECIDED[rule if words[language] else "none"][language].format(
            words=_quoted(words[language], language)
        )
        for language in LANGUAGES
    }


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
        number=_number(item, variable),
    )


def _number(item: Item, variable: Variable) -> str:
    """Return the number printed in the questionnaire; rows of a grid share it and are counted after it."""
    if variable.row is None:
        return str(variable.number)
    return f"{variable.number}-{[row[0] for row in item.rows].index(variable.row) + 1}"
