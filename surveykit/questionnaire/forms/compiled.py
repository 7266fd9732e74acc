"""A questionnaire as plain values for the browser: texts, choices and bound conditions."""

from __future__ import annotations

from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.routing.ast import to_json

__all__ = ["compiled"]


def compiled(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return what a form needs to know, as values that JSON can hold.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        ``pages`` with ``entries``; each entry carries its whole condition ``ask`` (page and own) as nested lists.
    """
    pages: list[dict[str, Any]] = [{"id": page.page, "label": page.label, "entries": []} for page in questionnaire.flow]
    for step in flow_of(questionnaire).steps:
        pages[step.page_index]["entries"].append(_entry(questionnaire, step))
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "hash": definition_hash(questionnaire),
        "languages": list(questionnaire.languages),
        "title": questionnaire.title,
        "intro": questionnaire.intro,
        "closing": questionnaire.closing,
        "pages": pages,
    }


def _entry(questionnaire: Questionnaire, step: Step) -> dict[str, Any]:
    entry = step.entry
    if isinstance(entry, End):
        return {"kind": "end", "status": entry.end, "label": entry.label, "ask": to_json(step.own)}
    return {
        "kind": "item",
        "id": entry.id,
        "type": entry.type,
        "number": step.number,
        "ask": to_json(step.own),
        "label": entry.label,
        "hint": entry.hint,
        "unit": entry.unit,
        "interviewer": entry.interviewer,
        "required": entry.required,
        "widget": entry.widget,
        "order": entry.order,
        "fixed": list(entry.fixed),
        "min": entry.min,
        "max": entry.max,
        "decimals": entry.decimals,
        **_parts(questionnaire, entry),
    }


def _parts(questionnaire: Questionnaire, item: Item) -> dict[str, Any]:
    choices = [
        {"code": choice.code, "labels": choice.labels, "special": choice.special, "other": choice.other}
        for choice in item_choices(questionnaire, item)
    ]
    rows = [{"id": row[0], "labels": labels_of(row[1:], questionnaire.languages)} for row in item.rows]
    return {"choices": choices, "rows": rows}
