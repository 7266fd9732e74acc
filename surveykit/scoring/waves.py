"""Two waves of the same indicators: what each gave, and how far they rest on the same people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.scoring.numerics import FloatArray, valid_covariance
from surveykit.scoring.survey_inputs import SurveyInputs, inputs_from_estimates

__all__ = ["TwoWaves", "joint_waves", "two_waves", "waves_from_estimates"]


@dataclass(frozen=True)
class TwoWaves:
    """The same indicators of the same units, twice.

    Attributes
    ----------
    first, second : SurveyInputs
    cross : ndarray, shape (units * indicators, units * indicators)
        Covariance of the first wave's estimates (rows) with the second's (columns); 0 for independent samples.
    """

    first: SurveyInputs
    second: SurveyInputs
    cross: FloatArray = field(repr=False)


def two_waves(first: SurveyInputs, second: SurveyInputs, cross: object = None) -> TwoWaves:
    """Put two waves together, the second in the order of the first.

    Parameters
    ----------
    first, second : SurveyInputs
        The same units and indicators, in any order.
    cross : array_like, optional
        Covariance between the waves, rows and columns as in `first` and `second`; absent means independent samples.

    Raises
    ------
    DataError
        When units or indicators differ, or the covariance is impossible.

    Examples
    --------
    >>> from surveykit.scoring.example import small_example
    >>> small = small_example()
    >>> two_waves(small.survey, small.survey).cross.any()
    np.False_
    """
    for what in ("units", "indicators"):
        one, two = set(getattr(first, what)), set(getattr(second, what))
        if one != two:
            raise DataError(f"waves: {what} only in one wave ({first_few(sorted(one ^ two))}); compare what both have")
    kinds = [dict(zip(one.indicators, one.kinds, strict=True)) for one in (first, second)]
    other = [
        f"{name}: {kinds[0][name]}, {kinds[1][name]}" for name in first.indicators if kinds[0][name] != kinds[1][name]
    ]
    if other:
        raise DataError(f"waves: indicators of different kinds ({first_few(other)}); estimate both in the same way")
    rows = [second.units.index(unit) for unit in first.units]
    columns = [second.indicators.index(name) for name in first.indicators]
    shape = second.values.shape
    order = np.arange(second.values.size).reshape(shape)[np.ix_(rows, columns)].ravel()
    more: dict[str, Any] = {
        name: None if part is None else part[np.ix_(rows, columns)] for name, part in _extra(second).items()
    }
    moved = replace(
        second,
        units=first.units,
        indicators=first.indicators,
        values=second.values[np.ix_(rows, columns)],
        covariance=second.covariance[np.ix_(order, order)],
        kinds=tuple(second.kinds[k] for k in columns),
        replicates=None,
        replicate_scale=None,
        **more,
    )
    size = first.values.size
    between = np.zeros((size, size)) if cross is None else np.asarray(cross, dtype=float)[:, order]
    joint = np.block([[first.covariance, between], [between.T, moved.covariance]])
    valid_covariance(joint, 2 * size, "joint covariance of the waves")
    return TwoWaves(first, moved, between)


def _extra(inputs: SurveyInputs) -> dict[str, FloatArray | None]:
    return {"n": inputs.n, "each_df": inputs.each_df, "bias": inputs.bias}


def waves_from_estimates(estimates: Any, waves: Sequence[str], *, wave: str = "wave", by: str = "district") -> TwoWaves:
    """Take two waves from one set of estimates by wave and district.

    Parameters
    ----------
    estimates : Estimates
        Of the stacked data of both waves, ``by=[wave, district]``; with the person as `psu` those who answered twice
        give the covariance between the waves.
    waves : (str, str)
        Levels of the first and the second wave.
    wave, by : str
        Columns.
    """
    table = estimates.table.reset_index(drop=True)
    for name in (wave, by):
        if name not in table.columns:
            raise DataError(f"estimates: no column {name!r}; estimate with by=[{wave!r}, {by!r}]")
    parts = []
    rows = []
    for level in waves:
        here = np.flatnonzero(table[wave].astype(str) == str(level))
        if not here.size:
            raise DataError(f"estimates: no wave {level!r}; waves are {first_few(table[wave].astype(str).unique())}")
        part = _Part(
            table.iloc[here].reset_index(drop=True), estimates.covariance[np.ix_(here, here)], estimates.recipe
        )
        found = inputs_from_estimates(part, by)
        names = zip(table[by].astype(str).iloc[here], table["variable"].iloc[here], strict=True)
        keys = dict(zip(names, here, strict=True))
        rows.append([keys[unit, name] for unit in found.units for name in found.indicators])
        parts.append(found)
    return two_waves(parts[0], parts[1], np.asarray(estimates.covariance)[np.ix_(rows[0], rows[1])])


@dataclass(frozen=True)
class _Part:
    table: pd.DataFrame
    covariance: FloatArray
    recipe: dict[str, Any]


def joint_waves(pair: TwoWaves) -> SurveyInputs:
    """Return both waves as one set of inputs; indicators of the second follow those of the first within each unit."""
    units, count = pair.first.values.shape
    size = units * count
    full = np.block([[pair.first.covariance, pair.cross], [pair.cross.T, pair.second.covariance]])
    grid = np.arange(2 * size).reshape(2, units, count)
    order = np.concatenate([grid[0], grid[1]], axis=1).ravel()
    df = [one.df for one in (pair.first, pair.second) if one.df is not None]
    names = (*(f"{n}@1" for n in pair.first.indicators), *(f"{n}@2" for n in pair.second.indicators))
    values = np.concatenate([pair.first.values, pair.second.values], axis=1)
    kinds = (*pair.first.kinds, *pair.second.kinds)
    joint = SurveyInputs(pair.first.units, names, values, full[np.ix_(order, order)], kinds, min(df) if df else None)
    both = [(name, (part, _extra(pair.second)[name])) for name, part in _extra(pair.first).items()]
    more: dict[str, Any] = {
        name: None if a is None or b is None else np.concatenate([a, b], axis=1) for name, (a, b) in both
    }
    return replace(joint, interval=pair.first.interval, **more)
