"""What can be worked out by subtracting one published figure from another, and what is done against it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.report.content.numbers import rounded
from surveykit.report.publishing.suppression import suppress_counts
from surveykit.responses.fieldwork.outcome_rates import DISPOSITIONS, rates_of_counts

__all__ = [
    "SMALL_BASE",
    "base_differences",
    "hide_with_neighbours",
    "protect_bases",
    "protected_rates",
    "rounded_people",
]

BoolArray = NDArray[np.bool_]
PROTECTION = 3.0
SMALL_BASE = 1000


def hide_with_neighbours(table: pd.DataFrame, confidential: BoolArray) -> BoolArray:
    """Hide further levels of a grouping, so that none that is confidential is the city less the others.

    Parameters
    ----------
    table : DataFrame
        indicator, by, level, n: unweighted bases before rounding, "city" for the whole.
    confidential : ndarray of bool, shape (rows,)
        Rows that must not be shown.

    Returns
    -------
    ndarray of bool, shape (rows,)
        The same rows and those beside them: within an indicator and grouping the smallest others, until the margin
        leaves every confidential base uncertain by three people (:func:`surveykit.report.suppress_counts`).

    Examples
    --------
    >>> table = pd.DataFrame({"indicator": "a", "by": ["city", "sex", "sex", "sex"], "n": [100, 3, 40, 57]})
    >>> hide_with_neighbours(table, np.array([False, True, False, False])).tolist()
    [False, True, True, False]
    """
    hidden = confidential.copy()
    for rows in _groups(table):
        if confidential[rows].any():
            counts = table["n"].to_numpy(dtype=float)[rows]
            given = np.flatnonzero(np.nan_to_num(counts) > 0)
            also = confidential[rows][given]
            chosen = suppress_counts(counts[given], smallest=1, protection=PROTECTION, also=also, lonely=False)
            hidden[rows[given]] |= chosen
    return hidden


def base_differences(table: pd.DataFrame, smallest: int) -> BoolArray:
    """Find bases from which another published base can be subtracted to single out fewer than ``smallest`` people.

    Two kinds: bases of two indicators in one area or group (a few people gave no answer to one of them), and the city
    less all levels of a grouping (a few people belong to none of them).

    Parameters
    ----------
    table : DataFrame
        indicator, by, level, n before rounding.
    smallest : int
        Differences from 1 to one less count.

    Returns
    -------
    ndarray of bool, shape (rows,)

    Examples
    --------
    >>> table = pd.DataFrame({"indicator": ["a", "b", "c"], "by": "city", "level": "", "n": [100, 98, 60]})
    >>> base_differences(table, 5).tolist()
    [True, True, False]
    """
    counts = table["n"].to_numpy(dtype=float)
    found = np.zeros(len(table), dtype=bool)
    for places in table.groupby(["by", "level"], sort=False).indices.values():
        apart = np.abs(counts[places][:, None] - counts[places][None, :])
        found[places] |= ((apart > 0) & (apart < smallest)).any(axis=1)
    whole = table.index[table["by"] == "city"]
    city = dict(zip(table.loc[whole, "indicator"], counts[whole], strict=True))
    for rows in _groups(table):
        left = city.get(str(table["indicator"].iloc[rows[0]]), np.nan) - np.nansum(counts[rows])
        found[rows] |= bool(0 < left < smallest)
    return found


def protect_bases(table: pd.DataFrame, base: int) -> pd.DataFrame:
    """Round bases to multiples of ``base``, and every column from which an exact base could be solved for.

    Parameters
    ----------
    table : DataFrame
        kind, estimate, std_error, conf_low, conf_high, df, deff, n, n_eff.
    base : int
        Multiple.

    Returns
    -------
    DataFrame
        n and n_eff are multiples of ``base``; deff is their ratio with one decimal; df is missing (n - 1 would give the
        base back). Where the base is 1,000 or more, estimates, limits and standard errors have one decimal in percent
        or points; below, estimates and limits have none, so that no fraction of a small base can be recognised, and
        standard errors are missing: with a known design effect each would give its base back.

    Examples
    --------
    >>> row = {"kind": "rate", "estimate": 0.7925, "std_error": 0.02931, "conf_low": 0.729, "conf_high": 0.845,
    ...     "df": 194.0, "deff": 1.0312, "n": 195.0, "n_eff": 191.9}
    >>> protect_bases(pd.DataFrame([row]), 10)[["estimate", "std_error", "deff", "n", "n_eff"]].iloc[0].tolist()
    [0.79, nan, 1.1, 200.0, 190.0]
    """
    counts = rounded_people(table["n"].to_numpy(dtype=float), base)
    effective = rounded_people(table["n_eff"].to_numpy(dtype=float), base)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(effective > 0, np.round(counts / effective, 1), np.nan)
    found = table.assign(n=counts, n_eff=effective, deff=ratio, df=np.nan)
    shift = np.where(table["kind"] == "rate", 2, 0)
    places = shift + (counts >= SMALL_BASE)
    for column in ("estimate", "conf_low", "conf_high"):
        found[column] = _at(table[column], places)
    found["std_error"] = np.where(counts >= SMALL_BASE, _at(table["std_error"], shift + 1), np.nan)
    return found


def protected_rates(counts: Mapping[str, float], base: int) -> dict[str, float]:
    """Work out outcome rates from rounded counts, so that they tell no more than these.

    A rate of the exact counts, even in whole per cent, holds the number of answers to half a per cent of those drawn:
    of 300 drawn it leaves 3 numbers, fewer than rounding to 10 does.

    Parameters
    ----------
    counts : mapping of str to float
        By AAPOR disposition.
    base : int
        Multiple to which numbers of people are rounded.

    Returns
    -------
    dict of str to float
        As :func:`surveykit.responses.fieldwork.outcome_rates.rates_of_counts` gives; NaN where a denominator is 0.

    Examples
    --------
    >>> round(protected_rates({"I": 93, "R": 41, "NC": 166}, 10)["RR1"], 4)
    0.3
    """
    people = rounded_people(np.array([float(counts.get(name, 0.0)) for name in DISPOSITIONS]), base)
    return rates_of_counts(dict(zip(DISPOSITIONS, people.tolist(), strict=True)))


def rounded_people(counts: NDArray[np.float64] | float, base: int) -> NDArray[np.float64]:
    """Round numbers of people half up to multiples of ``base``; missing stays missing."""
    return np.asarray(np.floor(np.asarray(counts, dtype=float) / base + 0.5) * base)


def _at(values: pd.Series, places: NDArray[np.intp]) -> list[float]:
    return [rounded(float(value), int(place)) for value, place in zip(values, places, strict=True)]


def _groups(table: pd.DataFrame) -> list[NDArray[np.intp]]:
    """Return the places of the rows of each indicator and grouping other than the city."""
    places = table[table["by"] != "city"].groupby(["indicator", "by"], sort=False).groups
    position = pd.Series(np.arange(len(table)), index=table.index)
    return [position.loc[rows].to_numpy(dtype=np.intp) for rows in places.values()]
