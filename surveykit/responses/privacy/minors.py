"""Rows of persons who are, or may be, under fourteen are blocked: their answers do not enter the coded data."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Questionnaire, evaluate_frame, parse, questionnaire_variables
from surveykit.responses.results import Finding, Responses

__all__ = ["block_minors", "find_minors", "mark_minors", "minor_condition"]

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
    when, blocked = find_minors(responses.data, responses.missing, questionnaire, when)
    meta, blocked, found = mark_minors(responses.meta, blocked, when)
    if not found:
        return replace(responses, meta=meta)
    data = pd.DataFrame({name: responses.data[name].mask(blocked) for name in responses.data})
    missing = pd.DataFrame({name: responses.missing[name].mask(blocked, "na") for name in responses.missing})
    return replace(responses, data=data, missing=missing, meta=meta, log=(*responses.log, *found))


def find_minors(
    data: pd.DataFrame, missing: pd.DataFrame, questionnaire: Questionnaire, when: str | None = None
) -> tuple[str, NDArray[np.bool_]]:
    """Say which rows belong to persons who are or may be under fourteen.

    Parameters
    ----------
    data, missing : DataFrame
        As in `Responses`.
    questionnaire : Questionnaire
        Whose columns the condition names.
    when : str, optional
        The condition; `minor_condition` by default.

    Returns
    -------
    tuple of str and (n,) bool array
        The condition ("" for none) and where it holds.
    """
    when = when or minor_condition(questionnaire)
    if when is None:
        return "", np.zeros(len(data), dtype=bool)
    return when, evaluate_frame(parse(when, questionnaire), data, missing)


def mark_minors(
    meta: pd.DataFrame, blocked: NDArray[np.bool_], when: str
) -> tuple[pd.DataFrame, NDArray[np.bool_], list[Finding]]:
    """Enter in the meta data which rows are blocked.

    Parameters
    ----------
    meta : DataFrame
        As in `Responses`.
    blocked : (n,) bool array
        From `find_minors`.
    when : str
        The condition, for the finding.

    Returns
    -------
    tuple of DataFrame, (n,) bool array and list of Finding
        Meta data with `blocked`, and "under_age" in `ended`; the rows that are blocked, with all others of their record
        id or token; one finding, or none where nobody is blocked.
    """
    persons = int(blocked.sum())
    blocked = _rows_of_persons(meta, np.asarray(blocked, dtype=bool))
    meta = meta.assign(blocked=blocked)
    if not blocked.any():
        return meta, blocked, []
    if "ended" in meta:
        meta["ended"] = meta["ended"].mask(blocked & (meta["ended"] == "").to_numpy(), "under_age")
    message = f"answers of {persons} persons who are or may be under {LIMIT} were blocked ({when})"
    if (further := int(blocked.sum()) - persons) > 0:
        message += f", and {further} further rows of the same record ids or tokens"
    return meta, blocked, [Finding("minors_blocked", message, count=int(blocked.sum()))]
