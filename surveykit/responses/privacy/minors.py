"""Rows of persons who are, or may be, under fourteen are blocked: their answers do not enter the coded data."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Questionnaire, evaluate_frame, parse, questionnaire_variables
from surveykit.responses.results import Finding, Responses

__all__ = ["block_minors", "minor_condition"]

LIMIT = 14
_UNDER = re.compile(r"(\d{1,2})\s*(?:周岁|岁)\s*以下|(?:under|below|younger than)\s*(\d{1,2})", re.IGNORECASE)
_AGE = re.compile(r"年龄|周岁|多大|岁数|\bage\b|how old", re.IGNORECASE)
ADULT = 18


def minor_condition(questionnaire: Questionnaire) -> str | None:
    """Find the condition under which a person is or may be under fourteen.

    Parameters
    ----------
    questionnaire : Questionnaire
        Its questions about age: a number, or choices whose label says "under ..." up to 18.

    Returns
    -------
    str or None
        In the routing language, for example ``(age >= 0 and age < 14)`` or ``age_group in [0]``;
        a negative number is no age. None without such a question.
    """
    parts = []
    for variable in questionnaire_variables(questionnaire):
        if not any(_AGE.search(label) for label in (variable.item, *variable.labels.values())):
            continue
        if variable.kind == "number":
            parts.append(f"({variable.id} >= 0 and {variable.id} < {LIMIT})")
        elif variable.kind == "single":
            young = [
                code
                for code, labels in variable.choices
                if any(int(m[1] or m[2]) <= ADULT for text in labels.values() if (m := _UNDER.search(text)) is not None)
            ]
            parts += [f"{variable.id} in [{', '.join(young)}]"] if young else []
    return " or ".join(parts) or None


def _rows_of_persons(meta: pd.DataFrame, blocked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """All rows of the persons of some rows: those of one record id in a file, or of one token."""
    rows = blocked.copy()
    keys = (["file", "response_id"], ["unit_id"])
    for names in keys if blocked.any() else ():
        if set(names) <= set(meta):
            held = pd.Series(rows, index=meta.index).groupby([meta[name] for name in names]).transform("max")
            rows |= held.fillna(False).to_numpy(dtype=bool)
    return rows


def block_minors(responses: Responses, questionnaire: Questionnaire, when: str | None = None) -> Responses:
    """Take the answers of persons who are or may be under fourteen out of the coded data.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        Whose columns the condition names.
    when : str, optional
        The condition; `minor_condition` by default.

    Returns
    -------
    Responses
        Same rows; those that are blocked, and all others of their record id or token, have no answer,
        ``meta["blocked"]`` is True and their token stays, so that
        the sampled unit counts as not eligible. The log says how many.
    """
    when = when or minor_condition(questionnaire)
    if when is None:
        blocked = np.zeros(len(responses.data), dtype=bool)
    else:
        blocked = evaluate_frame(parse(when, questionnaire), responses.data, responses.missing)
    persons = int(np.asarray(blocked).sum())
    blocked = _rows_of_persons(responses.meta, np.asarray(blocked, dtype=bool))
    meta = responses.meta.assign(blocked=blocked)
    if not blocked.any():
        return replace(responses, meta=meta)
    if "ended" in meta:
        meta["ended"] = meta["ended"].mask(blocked & (meta["ended"] == "").to_numpy(), "under_age")
    data = pd.DataFrame({name: responses.data[name].mask(blocked) for name in responses.data})
    missing = pd.DataFrame({name: responses.missing[name].mask(blocked, "na") for name in responses.missing})
    message = f"answers of {persons} persons who are or may be under {LIMIT} were blocked ({when})"
    if (further := int(blocked.sum()) - persons) > 0:
        message += f", and {further} further rows of the same record ids or tokens"
    log = (*responses.log, Finding("minors_blocked", message, count=int(blocked.sum())))
    return replace(responses, data=data, missing=missing, meta=meta, log=log)
