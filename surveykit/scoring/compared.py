"""What is compared: units with their estimates, covariance and, for rates, their confidence distributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.estimation import Estimates
from surveykit.estimation.rate_contrasts import rate_correlation
from surveykit.estimation.rate_margins import RateMargins, rate_margins
from surveykit.scoring.numerics import FloatArray, valid_covariance

__all__ = ["Compared", "Kind", "Values", "read_compared", "read_estimates"]

Values = Sequence[float] | FloatArray | pd.Series | Mapping[str, float]
Kind = Literal["rate", "number"]


@dataclass(frozen=True)
class Compared:
    """Estimates of one indicator in several units.

    Attributes
    ----------
    units : list
    values : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        As given.
    margins : RateMargins or None
        For rates.
    df : ndarray, shape (p,), or None
        Degrees of freedom of the standard errors; None is infinite.
    """

    units: list[Any]
    values: FloatArray
    covariance: FloatArray
    margins: RateMargins | None
    df: FloatArray | None

    @property
    def kind(self) -> Kind:
        """How they are compared."""
        return "number" if self.margins is None else "rate"

    @property
    def common_df(self) -> float | None:
        """The least degrees of freedom; None when they are infinite."""
        least = np.inf if self.df is None else float(self.df.min())
        return least if np.isfinite(least) else None

    @property
    def correlation(self) -> FloatArray:
        """Correlation of the estimates; 0 with those that have no variance."""
        return rate_correlation(self.covariance)

    @property
    def working_covariance(self) -> FloatArray:
        """The covariance; for rates with the variances of the effective sizes, positive at 0 and 1 too."""
        if self.margins is None:
            return self.covariance
        return np.asarray(np.outer(self.margins.std_error, self.margins.std_error) * self.correlation)


def read_estimates(estimates: Values) -> tuple[list[Any], FloatArray]:
    """Split estimates into unit names and an array; names are 1, 2, ... when none are given."""
    if isinstance(estimates, Mapping):
        estimates = pd.Series(dict(estimates), dtype=float)
    units: list[Any] = list(estimates.index) if isinstance(estimates, pd.Series) else []
    values = np.asarray(estimates, dtype=float)
    if values.ndim != 1 or values.size < 2:
        raise DataError(f"estimates: shape {values.shape}; ranks need one dimension and at least two units")
    units = units or list(range(1, values.size + 1))
    if not np.isfinite(values).all():
        bad = [unit for unit, value in zip(units, values, strict=True) if not np.isfinite(value)]
        raise DataError(f"estimates: missing or infinite for {first_few(bad)}; leave those units out before ranking")
    if len(set(units)) < len(units):
        raise DataError(f"estimates: unit named twice ({first_few(sorted({u for u in units if units.count(u) > 1}))})")
    return units, values


def read_compared(
    estimates: Estimates | Values,
    covariance: object,
    *,
    df: float | FloatArray | None,
    kind: Kind | None,
    n: object,
    variable: str | None,
) -> Compared:
    """Take what is compared from `Estimates`, or from values and their covariance; see `compare_with_mean`."""
    if kind is not None and kind not in get_args(Kind):
        raise DataError(f"kind: {kind!r} is unknown; choose 'rate' or 'number'")
    sizes = n
    if isinstance(estimates, Estimates):
        if covariance is not None:
            raise DataError("covariance: Estimates bring their own; leave it out")
        estimates, covariance, given, rate, sizes = _of_estimates(estimates, variable)
        df = given if df is None else df
        kind = kind or ("rate" if rate else "number")
        sizes = sizes if n is None else n
    elif covariance is None:
        raise DataError("covariance: give that of the estimates, or pass Estimates, which have it")
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    degrees = None if df is None else np.broadcast_to(np.asarray(df, dtype=float), values.shape)
    kind = kind or _kind(values, np.diag(matrix))
    if kind == "number":
        return Compared(units, values, matrix, None, degrees)
    if (values < 0).any() or (values > 1).any():
        bad = [unit for unit, value in zip(units, values, strict=True) if not 0 <= value <= 1]
        raise DataError(f"estimates: no rates between 0 and 1 for {first_few(bad)}; pass kind='number'")
    counts = _counts(sizes, values.size)
    return Compared(units, values, matrix, rate_margins(values, np.sqrt(np.diag(matrix)), counts, degrees), degrees)


def _kind(values: FloatArray, variance: FloatArray) -> Kind:
    """Rates when every value and every variance is one that a rate can have, and some rate has a variance."""
    spread = values * (1 - values)
    inside = ((values >= 0) & (values <= 1)).all() and (variance <= spread * (1 + 1e-9)).all()
    return "rate" if inside and (variance > 0).any() else "number"


def _counts(n: object, size: int) -> FloatArray | None:
    if n is None:
        return None
    counts = np.broadcast_to(np.asarray(n, dtype=float), (size,))
    if not np.isfinite(counts).all() or (counts <= 0).any():
        raise DataError(f"n: give {size} positive numbers of respondents")
    return counts


def _of_estimates(estimates: Estimates, variable: str | None) -> tuple[pd.Series, FloatArray, FloatArray, bool, Any]:
    table = estimates.table.reset_index(drop=True)
    names = list(dict.fromkeys(_names(table)))
    if variable is None and len(names) > 1:
        raise DataError(f"estimates: of {len(names)} things ({first_few(names)}); name one with variable=")
    rows = np.flatnonzero(np.array(_names(table)) == (variable or names[0]))
    if not rows.size and variable is not None:
        rows = np.flatnonzero(table["variable"].astype(str) == variable)
    if not rows.size or len(set(np.array(_names(table))[rows])) > 1:
        raise DataError(f"variable: {variable!r} is not one of {first_few(names)}")
    picked = table.iloc[rows]
    by = [name for name in estimates.recipe.get("by", []) if name in table]
    units = picked[by[0]].tolist() if len(by) == 1 else [estimates.labels[row] for row in rows]
    values = pd.Series(picked["estimate"].to_numpy(dtype=float), index=units)
    rate = bool((picked["reliability"].astype(str) != "").all())
    matrix = estimates.covariance[np.ix_(rows, rows)]
    return values, matrix, picked["df"].to_numpy(dtype=float), rate, picked["n"].to_numpy(dtype=float)


def _names(table: pd.DataFrame) -> list[str]:
    pairs = zip(table["variable"].astype(str), table["level"].astype(str), strict=True)
    return [f"{name}={level}" if level else name for name, level in pairs]
