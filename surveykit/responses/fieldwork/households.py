"""Persons within sampled households: who should have been asked, and a row for each where everyone is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Household
from surveykit.responses.results import Responses

__all__ = ["as_persons", "strayed_from_grid"]


def strayed_from_grid(
    responses: Responses, household: Household, grid: Callable[[str], Sequence[int]], units: Sequence[str]
) -> pd.DataFrame:
    """Find records in which another person was asked than the household's grid says.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    household : Household
        Names the items of size and person.
    grid : callable
        Who is asked in a household, by the number of persons; see `person_grid`.
    units : sequence of str
        The sampled households; records of others are left out.

    Returns
    -------
    pandas.DataFrame
        response_id, unit_id, eligible, selected, grid (who should have been asked; missing beyond the grid's columns).
    """
    size, person = _numbers(responses, household)
    known = set(units)
    rows = []
    for at, unit in enumerate(responses.meta["unit_id"].tolist()):
        if unit not in known or not (np.isfinite(size[at]) and np.isfinite(person[at])) or size[at] < 1:
            continue
        row = grid(str(unit))
        column = int(size[at])
        right = row[column - 1] if column <= len(row) else row[-1] if len(row) == 6 else None
        if right != int(person[at]):
            said = responses.meta["response_id"].iloc[at]
            rows.append((said, unit, column, int(person[at]), right))
    return pd.DataFrame(rows, columns=["response_id", "unit_id", "eligible", "selected", "grid"])


def as_persons(sample: pd.DataFrame, responses: Responses, household: Household) -> tuple[pd.DataFrame, Responses]:
    """Give every eligible person of a household that was reached a row, where everyone is asked.

    Parameters
    ----------
    sample : DataFrame
        A row per sampled household, with ``unit_id`` and ``base_weight``.
    responses : Responses
        A record per person, with the household as ``unit_id``.
    household : Household
        Names the items of size and person.

    Returns
    -------
    DataFrame, Responses
        The sample with ``household`` and a row ``household/1``, ``household/2`` ... for each person of households with
        a record; their base weights are the household's, shared equally, so that every household counts once until the
        weighting step ``person_selection`` multiplies by the number of persons. Households without a record keep their
        row. The records have the person as ``unit_id``.

    Raises
    ------
    DataError
        If size or person are missing or contradict each other; names the records.
    """
    size, person = _numbers(responses, household)
    units = responses.meta["unit_id"].astype("str")
    inside = responses.meta["unit_id"].isin(sample["unit_id"].astype("str")).to_numpy(dtype=bool)
    bad = inside & ~(np.isfinite(size) & (size >= 1) & np.isfinite(person) & (person >= 1) & (person <= size))
    sizes = pd.Series(np.where(inside & ~bad, size, np.nan)).groupby(units.to_numpy()).agg(["min", "max"]).dropna()
    unequal = sizes.index[sizes["min"] != sizes["max"]].tolist()
    if bad.any() or unequal:
        said = responses.meta.loc[bad, "response_id"].tolist()
        raise DataError(
            f"household: records without a number of eligible persons and a position in it ({first_few(said)}), or "
            f"households whose records give different numbers ({first_few(unequal)}): correct the answers"
        )
    known = sizes["max"].astype("int64")
    count = sample["unit_id"].astype("str").map(known)
    times = count.fillna(1).astype("int64").to_numpy()
    rows = sample.loc[sample.index.repeat(times)].reset_index(drop=True)
    reached, number = np.repeat(count.notna().to_numpy(), times), rows.groupby("unit_id", sort=False).cumcount() + 1
    home = rows["unit_id"].astype("str")
    named = home.where(~reached, home + "/" + number.astype("str"))
    rows = rows.assign(household=home, unit_id=named, base_weight=rows["base_weight"] / np.repeat(times, times))
    ids = responses.meta["unit_id"].where(
        ~inside, units + "/" + pd.Series(np.where(inside, person, 0), index=units.index).astype("int64").astype("str")
    )
    return rows, replace(responses, meta=responses.meta.assign(unit_id=ids))


def _numbers(responses: Responses, household: Household) -> tuple[np.ndarray, np.ndarray]:
    names = (household.eligible, household.selected)
    size, person = (
        pd.to_numeric(responses.data[name], errors="coerce").to_numpy(dtype=float)
        if name is not None and name in responses.data
        else np.full(len(responses.data), np.nan)
        for name in names
    )
    return size, person
