"""SurveyJS: the questionnaire as the JSON of that form library."""

from __future__ import annotations

import html
import json
from dataclasses import replace
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Labels, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import pipe
from surveykit.questionnaire.documents.column_map import ColumnMap, column_map_of, make_entries
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.forms.ui_texts import ui_texts
from surveykit.questionnaire.routing.ast import Answered, Compare, Const, Count, Expression, Has, In, Ref
from surveykit.questionnaire.routing.writing import all_of, constant, written

__all__ = ["SURVEYJS", "render_surveyjs", "surveyjs_column_map", "surveyjs_losses", "surveyjs_model", "surveyjs_text"]

LOCALES = {"zh": "zh-cn"}


def surveyjs_model(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the questionnaire as the values of a SurveyJS JSON file.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        Routing is guarded so that it means the same as in :func:`evaluate`; answers of hidden questions are cleared at
        once (``clearInvisibleValues``), and all that follows an early end is hidden by its own condition, so that the
        form can be completed there; the end's text is shown then, and its status stored as ``end_status``.
    """
    steps = flow_of(questionnaire).steps
    pages: list[dict[str, Any]] = []
    endings: list[dict[str, Any]] = []
    status = "''"
    for p, page in enumerate(questionnaire.flow):
        own = [step for step in steps if step.page_index == p]
        elements: list[dict[str, Any]] = []
        for step in own:
            if isinstance(step.entry, End):
                said = _localised(_escaped(step.entry.label))
                endings.append({"expression": surveyjs_text(step.universe), "html": said})
            else:
                elements.extend(_elements(questionnaire, step, step.entry))
        made: dict[str, Any] = {"name": page.page, "elements": elements}
        if page.label:
            made["title"] = _localised(page.label)
        pages.append(made | _visible(own[0].on_page if own else Const(True)))
    first = questionnaire.languages[0]
    model: dict[str, Any] = {
        "locale": LOCALES.get(first, first),
        "title": _localised(questionnaire.title),
        "clearInvisibleValues": "onHiddenContainer",
        "showQuestionNumbers": "on",
        "pages": pages,
    }
    if questionnaire.intro:
        model["description"] = _localised(questionnaire.intro)
    if questionnaire.closing:
        model["completedHtml"] = _localised(_escaped(questionnaire.closing))
    for step in reversed(steps):
        if isinstance(step.entry, End):
            status = f"iif({surveyjs_text(step.universe)}, '{step.entry.end}', {status})"
    computed = {"definition_hash": f"'{definition_hash(questionnaire)}'"} | ({"end_status": status} if endings else {})
    model["calculatedValues"] = [
        {"name": name, "expression": text, "includeIntoResult": True} for name, text in computed.items()
    ]
    return model | ({"completedHtmlOnCondition": endings} if endings else {})


def _escaped(labels: Labels) -> Labels:
    return {language: html.escape(text) for language, text in labels.items()}


def _localised(labels: Labels) -> Any:
    texts = {LOCALES.get(language, language): _text(text) for language, text in labels.items()}
    first = next(iter(texts.values()), "")
    return first if len(texts) < 2 else {"default": first, **texts}


def _text(text: str) -> str:
    marked = pipe(text, lambda name: f"\0{name}\1")
    return marked.replace("{", "{\u200b").replace("\0", "{").replace("\1", "}")


def _visible(condition: Expression) -> dict[str, Any]:
    return {} if condition == Const(True) else {"visibleIf": surveyjs_text(condition)}


def _choices(questionnaire: Questionnaire, item: Item) -> list[dict[str, Any]]:
    found = []
    for choice in item_choices(questionnaire, item):
        entry: dict[str, Any] = {"value": choice.code, "text": _localised(choice.labels)}
        if choice.special and item.type == "multi":
            entry["isExclusive"] = True
        found.append(entry)
    return found


def _elements(questionnaire: Questionnaire, step: Step, item: Item) -> list[dict[str, Any]]:
    base: dict[str, Any] = {"name": item.id, "title": _localised(item.label)}
    base |= _visible(step.in_page)
    if item.hint:
        base["description"] = _localised(item.hint)
    if item.required:
        base["isRequired"] = True
    if item.type == "note":
        del base["title"]
        return [{"type": "html", **base, "html": _localised(_escaped(item.label))}]
    if item.type == "grid":
        return [_matrix(questionnaire, item, base)]
    if item.type in ("single", "multi"):
        kind = {"single": "radiogroup", "multi": "checkbox"}[item.type]
        kind = "dropdown" if item.widget == "dropdown" else kind
        element: dict[str, Any] = {"type": kind, **base, "choices": _choices(questionnaire, item)}
        if item.max is not None:
            element["maxSelectedChoices"] = int(float(item.max))
        if item.min is not None:
            element["minSelectedChoices"] = int(float(item.min))
        if _movable(questionnaire, item):
            element["choicesOrder"] = "random"
        return [element, *_others(questionnaire, item)]
    return [_field(questionnaire, item, base)]


def _movable(questionnaire: Questionnaire, item: Item) -> bool:
    choices = item_choices(questionnaire, item)
    return item.order == "random" and not item.fixed and not any(c.special or c.other for c in choices)


def _others(questionnaire: Questionnaire, item: Item) -> list[dict[str, Any]]:
    texts = ui_texts(questionnaire.languages)
    title = _localised({language: words["other"] for language, words in texts.items()})
    found = []
    for choice in item_choices(questionnaire, item):
        if choice.other:
            ref = f"{{{item.id}}}"
            test = f"{ref} = '{choice.code}'"
            if item.type == "multi":
                test = f"{ref} notempty and {ref} contains '{choice.code}'"
            name = f"{item.id}_{choice.code}_text"
            found.append({"type": "text", "name": name, "title": title, "visibleIf": test, "maxLength": 200})
    return found


def _matrix(questionnaire: Questionnaire, item: Item, base: dict[str, Any]) -> dict[str, Any]:
    required = {"eachRowRequired": True} if item.required else {}
    rows = [{"value": row[0], "text": _localised(labels_of(row[1:], questionnaire.languages))} for row in item.rows]
    order = {"rowOrder": "random"} if item.order == "random" and not item.fixed else {}
    return {"type": "matrix", **base, **required, **order, "columns": _choices(questionnaire, item), "rows": rows}


def _field(questionnaire: Questionnaire, item: Item, base: dict[str, Any]) -> dict[str, Any]:
    if item.type == "text":
        limit = {"maxLength": int(float(item.max))} if item.max is not None else {}
        return {"type": "comment" if item.widget == "long" else "text", **base, **limit}
    field: dict[str, Any] = {"type": "text", **base, "inputType": item.type}
    specials = [choice.code for choice in item_choices(questionnaire, item) if choice.special]
    if item.type == "date" or not specials:
        field |= {name: limit for name, limit in (("min", item.min), ("max", item.max)) if limit is not None}
        if item.type == "number":
            field |= {name: _number(field[name]) for name in ("min", "max") if name in field}
        return field
    tests = [f"{{{item.id}}} {op} {x}" for op, x in ((">=", item.min), ("<=", item.max)) if x is not None]
    allowed = [f"{{{item.id}}} = {code}" for code in specials]
    expression = " or ".join([f"({' and '.join(tests) or '1 = 1'})", f"{{{item.id}}} empty", *allowed])
    texts = ui_texts(questionnaire.languages)
    said = {
        language: words["hint_range"].replace("{0}", item.min or "…").replace("{1}", item.max or "…")
        for language, words in texts.items()
    }
    return field | {"validators": [{"type": "expression", "expression": expression, "text": _localised(said)}]}


def _number(text: str) -> float | int:
    value = float(text)
    return int(value) if value.is_integer() else value


def render_surveyjs(questionnaire: Questionnaire) -> str:
    """Render the questionnaire as a SurveyJS JSON file.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    str
        JSON, indented; see :func:`surveyjs_model`.
    """
    return json.dumps(surveyjs_model(questionnaire), ensure_ascii=False, indent=1) + "\n"


def surveyjs_losses(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Say what the SurveyJS file of this questionnaire does not carry."""
    found: list[str] = []
    for _, item in flow_of(questionnaire).questions:
        if item.order == "random" and item.type != "grid" and not _movable(questionnaire, item):
            found.append(f"{item.id}: random order of choices of which some are fixed")
        if item.order == "random" and item.type == "grid" and item.fixed:
            found.append(f"{item.id}: random order of rows of which some are fixed")
        if item.type == "date" and item.specials:
            found.append(f"{item.id}: the special codes of a date")
        if item.interviewer:
            found.append(f"{item.id}: the text for interviewers")
    found.extend(f"quota by {', '.join(quota.by)}: quotas are not counted" for quota in questionnaire.quotas)
    return tuple(found)


def surveyjs_column_map(questionnaire: Questionnaire, language: str | None = None) -> ColumnMap:
    """Return the names in SurveyJS results: ``item`` and ``grid.row``; codes are ours."""
    chosen = language or questionnaire.languages[0]
    entries = []
    for entry in make_entries(questionnaire, chosen):
        row = entry.variable[len(entry.item) + 1 :]
        column = f"{entry.item}.{row}" if entry.kind == "grid" else entry.item
        entries.append(replace(entry, column=column))
    return column_map_of(questionnaire, "surveyjs", chosen, entries)


def surveyjs_text(expression: Expression) -> str:
    """Write a bound expression for SurveyJS.

    Parameters
    ----------
    expression : Expression
        A bound tree.

    Returns
    -------
    str
        References are written ``{item}`` and ``{grid.row}``.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> surveyjs_text(parse("m has 1 and count(m) >= 2"))
    "(({m} notempty and {m} contains '1') and iif({m} empty, 0, {m.length}) >= 2)"
    """
    return written(expression, _surveyjs_leaf, "!", lambda value: "1 = 1" if value else "1 = 2")


def _surveyjs_leaf(leaf: Expression) -> str:
    # survey-core 3.1 does not test {grid.row} again when the whole grid is cleared; naming {grid} makes it.
    ref = getattr(leaf, "ref", None)
    text = _surveyjs(leaf)
    return text if ref is None or ref.row is None else f"({{{ref.id}}} notempty and {text})"


def _surveyjs(leaf: Expression) -> str:
    match leaf:
        case Answered(ref):
            return f"{_braces(ref)} notempty"
        case Has(ref, code):
            return all_of(f"{_braces(ref)} notempty", f"{_braces(ref)} contains '{code}'")
        case Count(ref, op, number):
            sign = {"==": "=", "!=": "<>"}.get(op, op)
            return f"iif({_braces(ref)} empty, 0, {{{ref.id}.length}}) {sign} {number}"
        case In(ref, values):
            tests = [f"{_braces(ref)} = {constant(ref, value)}" for value in values]
            return tests[0] if len(tests) == 1 else "(" + " or ".join(tests) + ")"
        case Compare(ref, "==", value):
            return f"{_braces(ref)} = {constant(ref, value)}"
        case Compare(ref, "!=", value):
            return all_of(f"{_braces(ref)} notempty", f"{_braces(ref)} <> {constant(ref, value)}")
        case Compare(ref, op, value):
            guards = [f"{_braces(ref)} <> {constant(ref, code)}" for code, _ in ref.specials]
            return all_of(f"{_braces(ref)} notempty", *guards, f"{_braces(ref)} {op} {value}")
    raise TypeError(leaf)


def _braces(ref: Ref) -> str:
    return f"{{{ref.text}}}"


SURVEYJS = Renderer(
    "surveyjs",
    lambda q, _: {"surveyjs.json": render_surveyjs(q)},
    lambda q, _: surveyjs_losses(q),
    surveyjs_column_map,
)
