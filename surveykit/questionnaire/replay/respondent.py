"""Walk one respondent through the questionnaire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Choice, flow_of, item_choices
from surveykit.questionnaire.routing.evaluate import as_number, evaluate, is_missing

__all__ = ["Finding", "Replay", "item_columns", "replay"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the answers that the questionnaire does not allow.

    Attributes
    ----------
    column : str
        The column.
    kind : str
        ``not_asked``, ``blank``, ``unknown_code``, ``out_of_range``, ``exclusive``, ``too_many``, ``not_a_number`` or
        ``unknown_column``.
        What it is: an answer to a question that was not asked, a required question left blank, a code that the scale
        does not have, a number outside its range, a special code ticked together with others, more ticks than allowed.
    value : object
        The answer.
    """

    column: str
    kind: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What happened to one respondent.

    Attributes
    ----------
    asked : frozenset of str
        Columns of the questions that were asked.
    ended : str, optional
        Status of the early end, None if the questionnaire was gone through.
    answers : mapping
        Answers that count: those to questions that were asked, keyed by item, or ``item_row`` for grids; a multi is a
        tuple of codes.
    findings : tuple of Finding
        What does not fit.
    """

    asked: frozenset[str]
    ended: str | None
    answers: Mapping[str, Any]
    findings: tuple[Finding, ...]


def item_columns(questionnaire: Questionnaire, item: Item) -> tuple[str, ...]:
    """Return the data columns of an item, without the text after "other"."""
    if item.type == "grid":
        return tuple(f"{item.id}_{row[0]}" for row in item.rows)
    if item.type == "multi":
        return tuple(f"{item.id}_{choice.code}" for choice in item_choices(questionnaire, item))
    return (item.id,)


def replay(questionnaire: Questionnaire, answers: Mapping[str, Any]) -> Replay:
    """Walk one respondent through the questionnaire with the answers given.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    answers : mapping
        Column id to answer. A multi is a collection of codes under the item id, or booleans under its columns. Special
        codes appear as they stand in the form (``"98"``).

    Returns
    -------
    Replay
        What was asked and answered. An answer to a question that was not asked is a finding and counts nowhere, neither
        in the result nor in later conditions.
    """
    held = {column: value for column, value in answers.items() if not is_missing(value)}
    effective: dict[str, Any] = {}
    asked: set[str] = set()
    findings: list[Finding] = []
    ended: str | None = None
    known: set[str] = set()
    for step in flow_of(questionnaire).steps:
        entry = step.entry
        if isinstance(entry, End):
            if ended is None and evaluate(step.own, effective):
                ended = entry.end
            continue
        if entry.type == "note":
            continue
        choices = item_choices(questionnaire, entry)
        given = _given(entry, choices, held)
        known.update(item_columns(questionnaire, entry), [entry.id])
        known.update(f"{entry.id}_{choice.code}_text" for choice in choices if choice.other)
        if ended is not None or not evaluate(step.own, effective):
            findings.extend(Finding(column, "not_asked", value) for column, value in given.items())
            continue
        asked.update(item_columns(questionnaire, entry))
        asked.update(f"{entry.id}_{c.code}_text" for c in choices if c.other and _ticked(c.code, given.get(entry.id)))
        effective.update(given)
        findings.extend(_findings(entry, choices, given))
    findings.extend(Finding(column, "unknown_column", held[column]) for column in held if column not in known)
    return Replay(frozenset(asked), ended, effective, tuple(findings))


def _ticked(code: str, value: Any) -> bool:
    return code == value or (isinstance(value, tuple) and code in value)


def _given(item: Item, choices: tuple[Choice, ...], held: Mapping[str, Any]) -> dict[str, Any]:
    if item.type == "grid":
        names = [f"{item.id}_{row[0]}" for row in item.rows]
        return {name: str(held[name]) for name in names if name in held}
    if item.type == "multi":
        if item.id in held:
            value = held[item.id]
            codes = (value,) if isinstance(value, str) else tuple(str(code) for code in value)
        else:
            codes = tuple(c.code for c in choices if _true(held.get(f"{item.id}_{c.code}")))
        return {item.id: codes} if codes else {}
    if item.id not in held:
        return {}
    return {item.id: held[item.id] if item.type == "number" else str(held[item.id])}


def _true(value: Any) -> bool:
    return value is not None and str(value).lower() in ("true", "1", "1.0")


def _findings(item: Item, choices: tuple[Choice, ...], given: dict[str, Any]) -> list[Finding]:
    found: list[Finding] = []
    columns = [f"{item.id}_{row[0]}" for row in item.rows] if item.type == "grid" else [item.id]
    if item.required:
        found.extend(Finding(column, "blank") for column in columns if column not in given)
    codes = {choice.code for choice in choices}
    specials = {choice.code for choice in choices if choice.special}
    for column, value in given.items():
        if item.type in ("single", "grid") and value not in codes:
            found.append(Finding(column, "unknown_code", value))
        elif item.type == "multi":
            found.extend(Finding(column, "unknown_code", code) for code in value if code not in codes)
            if len(value) > 1 and specials.intersection(value):
                found.append(Finding(column, "exclusive", value))
            elif item.max is not None and len(value) > float(item.max):
                found.append(Finding(column, "too_many", value))
        elif item.type == "number" and str(value) not in specials:
            number = as_number(value)
            if number is None:
                found.append(Finding(column, "not_a_number", value))
            elif (item.min is not None and number < float(item.min)) or (
                item.max is not None and number > float(item.max)
            ):
                found.append(Finding(column, "out_of_range", value))
    return found
