"""JSON Schema of the answers in a response file."""

from __future__ import annotations

from typing import Any

from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import flow_of, item_choices
from surveykit.questionnaire.documents.renderer import Renderer, json_text

__all__ = ["SCHEMA", "response_schema"]


def response_schema(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a response file of the HTML form.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        ``answers`` allows the codes of each question and nothing else. What has to be answered depends on routing and
        is checked by :func:`replay`; who is asked stands in ``description``.
    """
    answers: dict[str, Any] = {}
    for step, item in flow_of(questionnaire).questions:
        said = condition_in_words(step.universe, questionnaire, "en")
        for column, schema in _item_schema(questionnaire, item).items():
            answers[column] = {**schema, "description": f"Asked of: {said}"}
    text = {"type": "string"}
    statuses = [step.entry.end for step in flow_of(questionnaire).steps if isinstance(step.entry, End)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{questionnaire.id} version {questionnaire.version}",
        "type": "object",
        "required": ["format", "questionnaire", "definition_hash", "response_id", "answers"],
        "properties": {
            "format": {"const": "surveykit-response/1"},
            "questionnaire": {"const": questionnaire.id},
            "version": {"const": questionnaire.version},
            "definition_hash": {"const": definition_hash(questionnaire)},
            "response_id": text,
            "unit_id": {"type": ["string", "null"]},
            "language": {"enum": list(questionnaire.languages)},
            "started_at": text,
            "submitted_at": text,
            "duration_seconds": {"type": "integer", "minimum": 0},
            "ended": {"enum": [None, *dict.fromkeys(statuses)]},
            "seed": {"type": "integer"},
            "order": {"type": "object"},
            "answers_sha256": {"type": ["string", "null"]},
            "answers": {"type": "object", "properties": answers, "additionalProperties": False},
        },
    }


def _item_schema(questionnaire: Questionnaire, item: Item) -> dict[str, dict[str, Any]]:
    choices = item_choices(questionnaire, item)
    codes = [choice.code for choice in choices]
    others = {f"{item.id}_{c.code}_text": {"type": "string", "maxLength": 200} for c in choices if c.other}
    if item.type == "grid":
        return {f"{item.id}_{row[0]}": {"enum": codes} for row in item.rows}
    if item.type == "single":
        return {item.id: {"enum": codes}, **others}
    if item.type == "multi":
        most = {"maxItems": int(float(item.max))} if item.max is not None else {}
        array = {"type": "array", "items": {"enum": codes}, "uniqueItems": True, "minItems": 1, **most}
        return {item.id: array, **others}
    if item.type == "number":
        pattern = r"^[+-]?[0-9]+$" if item.decimals == 0 else r"^[+-]?[0-9]*\.?[0-9]+$"
        return {item.id: {"type": "string", "pattern": pattern}}
    if item.type == "date":
        pattern = "|".join([r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", *(f"^{code}$" for code in codes)])
        return {item.id: {"type": "string", "pattern": pattern}}
    limit = {"maxLength": int(float(item.max))} if item.max is not None else {}
    return {item.id: {"type": "string", **limit}}


SCHEMA = Renderer("schema", lambda q, _: {"schema.json": json_text(response_schema(q))})
