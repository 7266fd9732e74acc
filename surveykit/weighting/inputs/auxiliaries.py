"""Auxiliaries of a calibration: categorical and numeric parts side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import Codes, indicator_matrix
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.raking import RakingMargin, check_levels, check_margin_totals
from surveykit.weighting.inputs.margins import code_margin, read_totals

INTERCEPT = "(Intercept)"


class Part(NamedTuple):
    """One auxiliary: columns ``x`` (n, k), their totals and names, and codes (n,) if it is categorical."""

    name: str
    x: Array
    totals: Array
    names: tuple[str, ...]
    codes: Codes | None


class Auxiliaries(NamedTuple):
    """All auxiliaries: ``x`` (n, p), totals (p,), names, and the codes of each if all are categorical."""

    x: Array
    totals: Array
    names: tuple[str, ...]
    codes: tuple[Codes, ...] | None


def read_parts(table: pd.DataFrame, totals: Mapping[Any, Any], used: Mask) -> Auxiliaries:
    """Read the totals of a calibration and lay out the auxiliaries.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the auxiliaries.
    totals : mapping
        ``{column: {level: total}}`` or ``{column: total}``, see `calibrate`.
    used : bool array, shape (n,)
        Rows with weight.

    Returns
    -------
    Auxiliaries

    Raises
    ------
    DataError
        If margins disagree in total, levels do not fit, or a numeric auxiliary is missing in a used row.

    Examples
    --------
    >>> table = pd.DataFrame({"sex": ["m", "f"], "x": [1.0, 2.0]})
    >>> read_parts(table, {"sex": {"m": 3, "f": 4}, "x": 9}, np.array([True, True])).names
    ('sex=m', 'sex=f', 'x')
    """
    if not isinstance(totals, Mapping) or not totals:
        raise DataError("calibration needs totals: pass {column: {level: total}} or {column: total}")
    parts, margins = [], []
    for key, value in totals.items():
        if key == INTERCEPT or isinstance(value, int | float | np.number):
            parts.append(_numeric(table, key, float(value), used))
            continue
        variables = (key,) if isinstance(key, str) else tuple(key)
        name = " x ".join(variables)
        margin = code_margin(table, variables, read_totals(value, variables, name), used, name=name)
        check_levels(_weighted(margin, used), used[used].astype(float))
        margins.append(margin)
        parts.append(margin_part(margin))
    sums = [(margin.name, margin.totals) for margin in margins]
    sums += [(INTERCEPT, part.totals) for part in parts if part.name == INTERCEPT]
    check_margin_totals(sums)
    return stack_parts(parts)


def margin_part(margin: RakingMargin) -> Part:
    """Lay out a coded margin."""
    x = indicator_matrix([margin.codes], [margin.totals.shape[0]])
    return Part(margin.name, x, margin.totals, tuple(f"{margin.name}={level}" for level in margin.levels), margin.codes)


def numeric_part(table: pd.DataFrame, variable: str, total: float, used: Mask) -> Part:
    """Lay out a numeric auxiliary."""
    return _numeric(table, variable, total, used)


def stack_parts(parts: Sequence[Part]) -> Auxiliaries:
    """Put auxiliaries side by side."""
    codes = [part.codes for part in parts if part.codes is not None]
    return Auxiliaries(
        np.hstack([part.x for part in parts]),
        np.concatenate([part.totals for part in parts]),
        tuple(name for part in parts for name in part.names),
        tuple(codes) if len(codes) == len(parts) else None,
    )


def side_by_side(parts: Sequence[Auxiliaries]) -> Auxiliaries:
    """Put sets of auxiliaries side by side, such as those of several groups."""
    every = [part.codes for part in parts]
    codes = tuple(code for part in every if part is not None for code in part)
    return Auxiliaries(
        np.hstack([part.x for part in parts]),
        np.concatenate([part.totals for part in parts]),
        tuple(name for part in parts for name in part.names),
        codes if all(part is not None for part in every) else None,
    )


def _numeric(table: pd.DataFrame, key: Any, total: float, used: Mask) -> Part:
    if not np.isfinite(total):
        raise DataError(f"auxiliary {key!r}: the total is not a number; correct it")
    if key == INTERCEPT:
        return Part(
            INTERCEPT, np.ones((len(table), 1)), np.array([total]), (INTERCEPT,), np.zeros(len(table), dtype=int)
        )
    if key not in table.columns:
        raise DataError(f"auxiliary {key!r}: there is no such column; there are {first_few(list(table.columns))}")
    values = pd.to_numeric(table[key], errors="coerce").to_numpy(dtype=float)
    bad = used & ~np.isfinite(values)
    if bad.any():
        raise DataError(
            f"auxiliary {key!r} is missing or no number in {int(bad.sum())} of {int(used.sum())} weighted rows "
            f"(rows {first_few(np.flatnonzero(bad).tolist())}); impute it, or leave these rows out before weighting"
        )
    return Part(str(key), np.where(used, values, 0.0)[:, None], np.array([total]), (str(key),), None)


def _weighted(margin: RakingMargin, used: Mask) -> RakingMargin:
    return RakingMargin(margin.name, margin.codes[used], margin.totals, margin.levels)
