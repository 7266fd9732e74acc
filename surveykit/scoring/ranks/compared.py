"""What is compared: units with their estimates, covariance and, for rates, their confidence distributions."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.errors import DataError, InterpretationWarning, choose, first_few
from surveykit.estimation import Estimates
from surveykit.estimation.results.estimates import DifferenceKind
from surveykit.estimation.results.rate_contrasts import pair_df, pair_scores, rate_correlation
from surveykit.estimation.results.rate_margins import RateMargins, normal_score_of_t, rate_margins
from surveykit.estimation.results.rate_rows import rate_rows
from surveykit.scoring.kernel.numerics import FloatArray, valid_covariance

__all__ = ["Compared", "Kind", "Values", "read_compared", "read_estimates"]

TAKEN_FOR_RATES = (
    "kind is not given, and the values and variances are ones that rates can have: they are compared as rates. Pass "
    "kind='rate' to say that they are, or kind='number' for means or indices that only happen to lie between 0 and 1."
)

Values = Sequence[float] | FloatArray | pd.Series | Mapping[str, float]
Kind = DifferenceKind


@dataclass(frozen=True)
class Compared:
    """Estimates of one indicator in several units.

    Attributes
    ----------
    units : list
    values : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        As given.
    df : ndarray, shape (p,), or None
        Degrees of freedom of the standard errors; None is infinite.
    margins : RateMargins or None
        For rates.
    pair_df : ndarray, shape (p, p), or None
        For rates: degrees of freedom of the differences.
    """

    units: list[Any]
    values: FloatArray
    covariance: FloatArray
    df: FloatArray | None
    margins: RateMargins | None = None
    pair_df: FloatArray | None = None

    @property
    def kind(self) -> Kind:
        """How they are compared."""
        return "number" if self.margins is None else "rate"

    @property
    def common_df(self) -> float | None:
        """The least degrees of freedom; None when they are infinite."""
        if self.df is None:
            return None
        if self.margins is None:
            _positive_df(self.units, self.df)
        least = float(np.where(self.df > 0, self.df, np.inf).min())
        return least if np.isfinite(least) else None

    @property
    def correlation(self) -> FloatArray:
        """Correlation of the estimates; 0 with those that have no variance."""
        return rate_correlation(self.covariance)

    def pair_scores(self) -> FloatArray:
        """Normal scores of the differences of rates, t tails allowed for."""
        assert self.margins is not None and self.pair_df is not None
        return normal_score_of_t(pair_scores(self.margins, self.correlation), self.pair_df)

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
    if kind is not None:
        choose("kind", kind, get_args(Kind))
    if isinstance(estimates, Estimates):
        if covariance is not None:
            raise DataError("covariance: Estimates bring their own; leave it out")
        return _of_estimates(estimates, variable, df, kind, n)
    if variable is not None:
        raise DataError(
            f"variable: {variable!r} names an indicator of Estimates; an array holds one only, leave it out"
        )
    if covariance is None:
        raise DataError("covariance: give that of the estimates, or pass Estimates, which have it")
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    degrees = None if df is None else _positive_df(units, _one_each(df, values.size, "df"))
    counts = _counts(n, values.size)
    taken = kind or _kind(values, np.diag(matrix), counts)
    if kind is None and n is None and taken == "rate":
        warnings.warn(TAKEN_FOR_RATES, InterpretationWarning, stacklevel=3)
    if taken == "number":
        return Compared(units, values, matrix, degrees)
    _between_0_and_1(units, values)
    margins = rate_margins(values, np.sqrt(np.diag(matrix)), counts, degrees, units)
    return Compared(units, values, matrix, degrees, margins, pair_df(margins))


def _between_0_and_1(units: list[Any], values: FloatArray) -> None:
    if (values < 0).any() or (values > 1).any():
        bad = [unit for unit, value in zip(units, values, strict=True) if not 0 <= value <= 1]
        raise DataError(f"estimates: not between 0 and 1 for {first_few(bad)}, so no rates; pass kind='number'")


def _kind(values: FloatArray, variance: FloatArray, counts: FloatArray | None) -> Kind:
    """Rates when every value and variance is one that a rate can have; without any variance, if all are 0 or 1."""
    spread = values * (1 - values)
    inside = ((values >= 0) & (values <= 1)).all() and (variance <= spread * (1 + 1e-9)).all()
    census = counts is None and not (variance > 0).any() and (spread > 0).any()
    return "rate" if inside and not census else "number"


def _one_each(given: object, size: int, what: str) -> FloatArray:
    """Read one number, or one for each unit."""
    try:
        numbers = np.asarray(given, dtype=float)
    except (TypeError, ValueError):
        raise DataError(f"{what}: give one number, or {size}, one for each unit, not {given!r}") from None
    if numbers.shape not in ((), (1,), (size,)):
        raise DataError(f"{what}: give one number, or {size}, one for each unit, not an array of shape {numbers.shape}")
    return np.broadcast_to(numbers, (size,))


def _positive_df(units: list[Any], df: FloatArray) -> FloatArray:
    bad = [unit for unit, value in zip(units, df, strict=True) if not value > 0]
    if bad:
        raise DataError(f"df: not positive or missing for {first_few(bad)}; leave those units out")
    return df


def _counts(n: object, size: int) -> FloatArray | None:
    if n is None:
        return None
    counts = _one_each(n, size, "n")
    if not np.isfinite(counts).all() or (counts <= 0).any():
        raise DataError(f"n: give {size} positive numbers of respondents")
    return counts


def _of_estimates(
    estimates: Estimates, variable: str | None, df: float | FloatArray | None, kind: Kind | None, n: object
) -> Compared:
    rows = _rows(estimates, variable)
    picked = estimates.table.iloc[rows]
    by = [name for name in estimates.recipe.get("by", []) if name in picked]
    names = picked[by[0]].tolist() if len(by) == 1 else [estimates.labels[row] for row in rows]
    units, values = read_estimates(pd.Series(picked["estimate"].to_numpy(dtype=float), index=names))
    matrix = valid_covariance(estimates.covariance[np.ix_(rows, rows)], values.size)
    own = picked["df"].to_numpy(dtype=float)
    degrees = own if df is None else _positive_df(units, _one_each(df, values.size, "df"))
    found = None if kind == "number" else rate_rows(estimates, rows)
    if found is None and kind != "rate":
        return Compared(units, values, matrix, degrees)
    if found is None or df is not None or n is not None:
        _between_0_and_1(units, values)
        counts = _counts(picked["n"].to_numpy(dtype=float) if n is None else n, values.size)
        margins = rate_margins(values, np.sqrt(np.diag(matrix)), counts, degrees, units)
        return Compared(units, values, matrix, degrees, margins, pair_df(margins))
    place = np.array([int(np.flatnonzero(found.rows == row)[0]) for row in rows])
    i, j = np.triu_indices(rows.size, 1)
    pairs = np.full((rows.size, rows.size), np.inf)
    pairs[i, j] = pairs[j, i] = found.pair_df(estimates, place[i], place[j])
    return Compared(units, values, matrix, degrees, found.margins.part(place), pairs)


def _rows(estimates: Estimates, variable: str | None) -> npt.NDArray[np.intp]:
    """Rows of the one thing that is compared."""
    table = estimates.table
    names = np.array(_names(table))
    known = list(dict.fromkeys(names.tolist()))
    if variable is None and len(known) > 1:
        raise DataError(f"estimates: of several indicators ({first_few(known)}); name one with variable=")
    rows = np.flatnonzero(names == (known[0] if variable is None else variable))
    if not rows.size:
        rows = np.flatnonzero(table["variable"].astype(str) == variable)
    if not rows.size or len(set(names[rows].tolist())) > 1:
        raise DataError(f"variable: {variable!r} is not one of {first_few(known)}")
    return rows


def _names(table: pd.DataFrame) -> list[str]:
    pairs = zip(table["variable"].astype(str), table["level"].astype(str), strict=True)
    return [f"{name}={level}" if level else name for name, level in pairs]
