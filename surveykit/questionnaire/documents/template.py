"""A CSV that shows the layout of the coded data."""

from __future__ import annotations

import csv
import io
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import flow_of, item_choices
from surveykit.questionnaire.definition.variables import questionnaire_variables
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.replay.respondent import replay
from surveykit.questionnaire.routing.ast import references

__all__ = ["META_COLUMNS", "TEMPLATE", "render_response_template"]

META_COLUMNS = ("response_id", "unit_id", "submitted_at", "duration_seconds", "source")


def render_response_template(questionnaire: Questionnaire) -> str:
    """Return a CSV with the head of the coded data and one example row.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    str
        UTF-8 text without byte order mark. Options of a multi are ``true`` or ``false``; the cells of questions that
        the example was not asked are empty.
    """
    answers = replay(questionnaire, _example(questionnaire)).answers
    row: dict[str, str] = dict(
        zip(META_COLUMNS, ("r000001", "u000001", "2021-05-31 10:00:00", "300", "example"), strict=True)
    )
    for variable in questionnaire_variables(questionnaire):
        held = answers.get(variable.item)
        if variable.kind == "multi":
            row[variable.id] = "" if held is None else str(variable.option in held).lower()
        else:
            row[variable.id] = str(answers.get(variable.id, ""))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, row, lineterminator="\n")
    writer.writeheader()
    writer.writerow(row)
    return stream.getvalue()


def _example(questionnaire: Questionnaire) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    ends = [step for step in flow_of(questionnaire).steps if isinstance(step.entry, End)]
    risky = {ref.id for step in ends for ref in references(step.own)}
    for _, item in flow_of(questionnaire).questions:
        choices = item_choices(questionnaire, item)
        trial: dict[str, Any] = {}
        for choice in choices or (None,):
            trial = _answers(item, choice.code if choice is not None else None)
            if item.id not in risky or replay(questionnaire, {**answers, **trial}).ended is None:
                break
        answers |= trial
    return answers


def _answers(item: Item, code: str | None) -> dict[str, Any]:
    if item.type == "grid":
        return {f"{item.id}_{row[0]}": code for row in item.rows}
    if item.type == "multi":
        return {item.id: (code,)}
    if item.type == "single":
        return {item.id: code}
    low = item.min if item.min is not None else "0"
    return {item.id: {"number": item.max or low, "date": item.min or "2021-05-31"}.get(item.type, "...")}


TEMPLATE = Renderer("template", lambda q, _: {"template.csv": render_response_template(q)})
