"""Say a routing expression in words, for readers of paper forms and reports."""

from __future__ import annotations

from surveykit.questionnaire.definition.models import Item, Questionnaire
from surveykit.questionnaire.definition.structure import flow_of, item_choices
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.routing.ast import (
    And,
    Answered,
    Compare,
    Const,
    Count,
    Expression,
    Has,
    In,
    Not,
    Or,
    Ref,
)

__all__ = ["condition_in_words"]

_WORDS = {
    "zh": {
        "question": "第{number}题",
        "row": "第{number}题“{row}”",
        "is": "{what}选{values}",
        "is_not": "{what}已答且未选{values}",
        "ticked": "{what}选中{values}",
        "answered": "{what}已作答",
        "count": "{what}选中项数{op}{value}",
        "number": "{what}{op}{value}",
        "at_least": "{what}选{values}",
        "and": "，且",
        "or": "，或",
        "not": "并非（{what}）",
        "all": "全部受访者",
        "nobody": "无人",
        "between": "或",
        "quote": "“{text}”",
    },
    "en": {
        "question": "Q{number}",
        "row": "Q{number} “{row}”",
        "is": "{what} is {values}",
        "is_not": "{what} is answered and not {values}",
        "ticked": "{what} includes {values}",
        "answered": "{what} is answered",
        "count": "{what} has {op} {value} ticked",
        "number": "{what} {op} {value}",
        "at_least": "{what} is {values}",
        "and": " and ",
        "or": " or ",
        "not": "not ({what})",
        "all": "all respondents",
        "nobody": "nobody",
        "between": " or ",
        "quote": "“{text}”",
    },
}
_SIGNS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}


def condition_in_words(expression: Expression, questionnaire: Questionnaire, language: str = "zh") -> str:
    """Say when an expression holds, with question numbers and answer texts.

    Parameters
    ----------
    expression : Expression
        Parsed or bound.
    questionnaire : Questionnaire
        Whose questions and answers it speaks of.
    language : str
        Language of the answer texts; the words around them are Chinese in "zh" and English in every other language.

    Returns
    -------
    str
        For example ``第5题选“知道”或“听说过”``. An order comparison on an ordinal scale lists the answers
        that fulfil it.
    """
    return _say(expression, questionnaire, language, top=True)


def _words(language: str) -> dict[str, str]:
    return _WORDS.get(language, _WORDS["en"])


def _say(expression: Expression, q: Questionnaire, language: str, *, top: bool = False) -> str:
    words = _words(language)
    match expression:
        case Const(value=value):
            return words["all"] if value else words["nobody"]
        case And(operands=operands) | Or(operands=operands):
            key = "and" if isinstance(expression, And) else "or"
            text = words[key].join(_say(part, q, language) for part in operands)
            return text if top else f"（{text}）" if language == "zh" else f"({text})"
        case Not(operand=operand):
            return words["not"].format(what=_say(operand, q, language, top=True))
        case Answered(ref=ref):
            return words["answered"].format(what=_name(ref, q, language))
        case Count(ref=ref, op=op, value=value):
            return words["count"].format(what=_name(ref, q, language), op=_SIGNS[op], value=value)
        case Has(ref=ref, value=value):
            return words["ticked"].format(what=_name(ref, q, language), values=_labels(ref, (value,), q, language))
        case In(ref=ref, values=values):
            return words["is"].format(what=_name(ref, q, language), values=_labels(ref, values, q, language))
        case Compare():
            return _comparison(expression, q, language)
    raise TypeError(f"unknown expression {expression!r}")


def _comparison(test: Compare, q: Questionnaire, language: str) -> str:
    words, what = _words(language), _name(test.ref, q, language)
    if _item(test.ref, q).type == "number":
        return words["number"].format(what=what, op=_SIGNS[test.op], value=test.value)
    if test.op == "==":
        return words["is"].format(what=what, values=_labels(test.ref, (test.value,), q, language))
    if test.op == "!=":
        return words["is_not"].format(what=what, values=_labels(test.ref, (test.value,), q, language))
    codes = [choice.code for choice in item_choices(q, _item(test.ref, q)) if not choice.special]
    place = codes.index(test.value)
    chosen = {"<": codes[:place], "<=": codes[: place + 1], ">": codes[place + 1 :], ">=": codes[place:]}[test.op]
    return words["at_least"].format(what=what, values=_labels(test.ref, tuple(chosen), q, language))


def _item(ref: Ref, q: Questionnaire) -> Item:
    return flow_of(q).by_id[ref.id][1]


def _name(ref: Ref, q: Questionnaire, language: str) -> str:
    step, item = flow_of(q).by_id[ref.id]
    number = step.number
    if ref.row is None:
        return _words(language)["question"].format(number=number)
    row = next(cells for cells in item.rows if cells[0] == ref.row)
    return _words(language)["row"].format(number=number, row=row[1 + list(q.languages).index(language)])


def _labels(ref: Ref, values: tuple[str, ...], q: Questionnaire, language: str) -> str:
    words = _words(language)
    texts = {choice.code: in_language(choice.labels, language) for choice in item_choices(q, _item(ref, q))}
    return words["between"].join(words["quote"].format(text=texts.get(value, value)) for value in values)
