"""Predictors that respondents and the population share, reduced to their distinct patterns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.participation import Patterns


def make_patterns(
    data: pd.DataFrame, population: pd.DataFrame, predictors: tuple[str, ...], numeric: tuple[str, ...], used: Mask
) -> Patterns:
    """Lay out main effects of shared predictors and find the distinct patterns.

    Parameters
    ----------
    data, population : DataFrame
        Respondents (n rows) and population cells (m rows).
    predictors, numeric : tuple of str
        Categorical and numeric columns of both.
    used : bool array, shape (n,)
        Respondents with weight.

    Returns
    -------
    Patterns

    Raises
    ------
    DataError
        If a predictor is absent or missing, or one side has levels that the other lacks.
    """
    columns, names = [np.ones(len(data) + len(population))], ["(Intercept)"]
    for name in (*predictors, *numeric):
        for table, what in ((data, "the sample"), (population, "the population")):
            if name not in table.columns:
                raise DataError(f"there is no predictor {name!r} in {what}; there are {first_few(list(table.columns))}")
    for name in predictors:
        have, want = level_text(data[name]), level_text(population[name])
        levels = _levels(name, have, want, used)
        both = np.concatenate([have, want])
        for level in levels[1:]:
            columns.append((both == level).astype(float))
            names.append(f"{name}={level}")
    for name in numeric:
        both = np.concatenate([_numbers(data[name], used, name), _numbers(population[name], None, name)])
        spread = float(both.std())
        columns.append((both - both.mean()) / spread if spread > 0 else np.zeros_like(both))
        names.append(name)
    x, inverse = np.unique(np.column_stack(columns), axis=0, return_inverse=True)
    codes = inverse.ravel()
    return Patterns(x, tuple(names), codes[: len(data)], codes[len(data) :])


def read_outcome(data: pd.DataFrame, outcome: str, used: Mask, *, binary: bool) -> tuple[Array, Array]:
    """Read an outcome: its values (0 where missing) and 1 where it is not missing, each (n,)."""
    if outcome not in data.columns:
        raise DataError(f"there is no column {outcome!r}; there are {first_few(list(data.columns))}")
    values = pd.to_numeric(data[outcome], errors="coerce").to_numpy(dtype=float)
    inside = used & np.isfinite(values)
    if not inside.any():
        raise DataError(f"{outcome!r} has no value in the {int(used.sum())} weighted rows")
    if binary and not np.isin(values[inside], (0.0, 1.0)).all():
        raise DataError(f'{outcome!r} holds other values than 0 and 1; use family="gaussian"')
    return np.where(inside, values, 0.0), inside.astype(float)


def _levels(name: str, have: Array, want: Array, used: Mask) -> list[str]:
    if pd.isna(have[used]).any() or pd.isna(want).any():
        count = int(pd.isna(have[used]).sum())
        raise DataError(f"predictor {name!r} is missing in {count} respondents or in the population; complete it")
    sample, target = {str(value) for value in have[used]}, {str(value) for value in want}
    if sample != target:
        raise DataError(
            f"predictor {name!r}: levels only in the sample {sorted(sample - target)[:5]}, only in the population "
            f"{sorted(target - sample)[:5]}; group levels so that both sides have the same"
        )
    return sorted(target)


def _numbers(column: Any, used: Mask | None, name: str) -> Array:
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(values) & (True if used is None else used)
    if bad.any():
        raise DataError(
            f"predictor {name!r} is missing in {int(bad.sum())} rows ({first_few(np.flatnonzero(bad).tolist())})"
        )
    out: Array = np.where(np.isfinite(values), values, 0.0)
    return out
