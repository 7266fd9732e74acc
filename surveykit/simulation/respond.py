"""Who responds to a drawn sample, and what comes in: nonresponse, break-offs, speeders and duplicates."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.simulation.model import generator
from surveykit.simulation.plan import SimulationPlan
from surveykit.simulation.routing import asked_table, page_columns

__all__ = ["response_chances", "simulate_responses"]

Bools = NDArray[np.bool_]


def response_chances(plan: SimulationPlan, people: pd.DataFrame) -> NDArray[np.float64]:
    """Chance of responding of each person.

    Parameters
    ----------
    plan : SimulationPlan
        Log-odds by variable and level.
    people : DataFrame
        Sample or frame.

    Returns
    -------
    (n,) array

    Raises
    ------
    DataError
        If a variable is no column of `people`.
    """
    eta = np.full(len(people), plan.fieldwork.response.get("all", {}).get("base", 0.0))
    for variable, effects in plan.fieldwork.response.items():
        if variable == "all":
            continue
        if variable not in people.columns:
            raise DataError(f"the sample has no column {variable!r}, on which the response propensity depends")
        codes, levels = pd.factorize(people[variable].astype("str"))
        eta += np.array([effects.get(str(level), 0.0) for level in levels])[codes]
    return np.asarray(expit(eta))


def _break_off(table: pd.DataFrame, questionnaire: Questionnaire, who: Bools, rng: np.random.Generator) -> pd.DataFrame:
    """Blank everything from a random later page on: from the third where there are three, else from the last."""
    pages = page_columns(questionnaire)
    first = min(2, len(pages) - 1)
    if first < 1:
        return table  # one page is submitted whole or not at all
    at = rng.integers(first, len(pages), size=len(table))
    for number, page in enumerate(pages):
        gone = who & (at <= number)
        for column in page:
            blank: bool | str = False if table[column].dtype == "boolean" else ""
            table[column] = table[column].mask(gone & table[column].notna().to_numpy(), blank)
    return table


def _straight_line(table: pd.DataFrame, questionnaire: Questionnaire, who: Bools) -> pd.DataFrame:
    """Give every row of a grid the answer to its first row."""
    grids: dict[str, list[str]] = {}
    for column in questionnaire_variables(questionnaire):
        if column.kind == "grid":
            grids.setdefault(column.item, []).append(column.id)
    for rows in grids.values():
        for row in rows[1:]:
            table[row] = table[row].mask(who, table[rows[0]])
    return table


def _times(
    plan: SimulationPlan, asked: NDArray[np.int64], speeder: Bools, rng: np.random.Generator
) -> tuple[pd.Series, NDArray[np.int64]]:
    work = plan.fieldwork
    seconds = work.seconds_per_question * asked * np.exp(work.seconds_sigma * rng.standard_normal(len(asked)))
    seconds = np.where(speeder, seconds * rng.uniform(0.08, 0.22, len(asked)), seconds)
    span = work.days * 86400
    # people answer by day: early days weigh more, hours between 8 and 22
    day = np.minimum((rng.exponential(work.days / 3, len(asked))).astype(int), work.days - 1)
    second = day * 86400 + rng.integers(0, 14 * 3600, len(asked))
    start = pd.Timestamp(work.start)
    moments = start + pd.to_timedelta(np.minimum(second, span - 1), unit="s")
    return pd.Series(moments), np.maximum(seconds.round().astype(np.int64), 3)


def simulate_responses(
    plan: SimulationPlan,
    sample: pd.DataFrame,
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    seed: str | None = None,
) -> pd.DataFrame:
    """Simulate what comes in from a sample.

    Parameters
    ----------
    plan : SimulationPlan
        Response behaviour.
    sample : DataFrame
        One row per sampled unit: unit_id and the columns on which the propensity depends.
    answers : DataFrame
        Would-be answers; either indexed by unit_id or in the row order of the frame with a column unit_id.
    questionnaire : Questionnaire
        Columns, pages and routing.
    seed : str, optional
        Seed of this fieldwork; the plan's by default.

    Returns
    -------
    DataFrame
        One row per submitted form, in the order of submission: response_id ("1", "2", ...), unit_id, submitted_at
        (with time zone), duration_seconds, the questionnaire's columns as in `simulate_answers`, and the truth about
        the row: is_speeder, is_break_off, is_duplicate.

    Notes
    -----
    Speeders give one answer to a whole grid and their other answers as they would; break-offs and duplicates happen
    at random. None of them biases a rate, so that truth stays known whether they are left in or out.
    """
    seed = plan.seed if seed is None else seed
    rng = generator(seed, "fieldwork")
    by_unit = answers.set_index("unit_id") if "unit_id" in answers.columns else answers
    places = by_unit.index.get_indexer(pd.Index(sample["unit_id"]))
    lost = sample.loc[places < 0, "unit_id"]
    if len(lost):
        raise DataError(
            f"sampled units without would-be answers: {first_few(lost)}; are the answers indexed by unit_id?"
        )
    responds = rng.random(len(sample)) < response_chances(plan, sample)
    who = sample.loc[responds].reset_index(drop=True)
    names = [column.id for column in questionnaire_variables(questionnaire)]
    table = by_unit.iloc[places[responds]][names].reset_index(drop=True)
    n = len(table)
    work = plan.fieldwork
    refuses = rng.random(n) < work.consent_refused
    if "consent" in table.columns:
        table["consent"] = table["consent"].mask(refuses, "2")
    speeder = (rng.random(n) < work.speeders) & ~refuses
    table = _straight_line(table, questionnaire, speeder)
    breaks = (rng.random(n) < work.break_off) & ~refuses & ~speeder
    table = _break_off(table, questionnaire, breaks, rng)
    asked = asked_table(questionnaire, table)
    table = table.where(asked)
    moments, seconds = _times(plan, asked.sum(axis=1).to_numpy(dtype=np.int64), speeder, rng)
    table.insert(0, "unit_id", who["unit_id"])
    table.insert(1, "submitted_at", moments)
    table.insert(2, "duration_seconds", seconds)
    table = table.assign(is_speeder=speeder, is_break_off=breaks, is_duplicate=False)
    again = table.loc[(rng.random(n) < work.duplicates) & ~breaks].copy()
    again["submitted_at"] += pd.to_timedelta(rng.integers(30, 900, len(again)), unit="s")
    again["is_duplicate"] = True
    table = pd.concat([table, again], ignore_index=True).sort_values("submitted_at", kind="stable", ignore_index=True)
    table.insert(0, "response_id", [str(i) for i in range(1, len(table) + 1)])
    table["response_id"] = table["response_id"].astype("str")
    return table
