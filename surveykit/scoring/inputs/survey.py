"""What the survey hands to a scheme: rates and scores by unit with their joint covariance, or replicates of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np
import pandas as pd

from surveykit.design import ReplicateDesign
from surveykit.errors import DataError, choose, first_few
from surveykit.estimation import Estimates
from surveykit.estimation.results.contrast_df import row_bias
from surveykit.scoring.indicators.kinds import RANGES, Kind
from surveykit.scoring.inputs.checks import Kinds, check_kinds, check_ranges, declared_kinds, kinds_of, known_values
from surveykit.scoring.kernel.numerics import FloatArray, valid_covariance

__all__ = [
    "SurveyInputs",
    "inputs_from_covariance",
    "inputs_from_estimates",
    "inputs_from_replicates",
]


@dataclass(frozen=True)
class SurveyInputs:
    """Estimated indicators of all units.

    Attributes
    ----------
    units, indicators : tuple of str
    values : ndarray, shape (units, indicators)
        Rates from 0 to 1, scores from 0 to 100, or any numbers, as `kinds` says. NaN: the unit has no value.
    covariance : ndarray, shape (units * indicators, units * indicators)
        Rows in C order of `values` (all indicators of the first unit first); between units too. 0 for missing values.
    kinds : tuple of str
        Kind of each indicator: "rate", "score", "mean" (unbounded) or "count" (0 or more). Declared, never taken from
        the values.
    df : float or None
    replicates : ndarray, shape (R, units, indicators), optional
        Estimates in each bootstrap or jackknife replicate; used as they are instead of draws.
    replicate_scale : ndarray, shape (R,), optional
        Factor of each squared deviation in the variance; 1/R for the bootstrap.
    n, each_df, bias : ndarray, shape (units, indicators), optional
        Respondents, degrees of freedom, and expected over true variance (`row_bias`) of each value.
    interval : str
        Interval of rates that the estimates were made with; "" when not known.
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    values: FloatArray = field(repr=False)
    covariance: FloatArray = field(repr=False)
    kinds: tuple[Kind, ...]
    df: float | None = None
    replicates: FloatArray | None = field(default=None, repr=False)
    replicate_scale: FloatArray | None = field(default=None, repr=False)
    n: FloatArray | None = field(default=None, repr=False)
    each_df: FloatArray | None = field(default=None, repr=False)
    bias: FloatArray | None = field(default=None, repr=False)
    interval: str = ""

    def __post_init__(self) -> None:
        for name, kind in zip(self.indicators, self.kinds, strict=True):
            choose(f"kinds[{name!r}]", kind, get_args(Kind))

    def of_units(self, units: Sequence[str]) -> SurveyInputs:
        """Return the inputs of some units, in their order."""
        rows = np.array([self.units.index(unit) for unit in units], dtype=np.intp)
        width = len(self.indicators)
        flat = (rows[:, None] * width + np.arange(width)).ravel()
        parts = {name: getattr(self, name) for name in ("n", "each_df", "bias")}
        more: dict[str, Any] = {name: None if part is None else part[rows] for name, part in parts.items()}
        return replace(
            self,
            units=tuple(units),
            values=self.values[rows],
            covariance=self.covariance[np.ix_(flat, flat)],
            replicates=None if self.replicates is None else self.replicates[:, rows],
            **more,
        )

    @property
    def top(self) -> tuple[float, ...]:
        """Largest value of each indicator: 1 (rate), 100 (score) or infinity."""
        return tuple(RANGES[kind][1] for kind in self.kinds)

    @property
    def std_errors(self) -> FloatArray:
        """Standard errors, shape (units, indicators)."""
        return np.sqrt(np.diag(self.covariance)).reshape(self.values.shape)


def inputs_from_estimates(
    estimates: Any,
    by: str = "district",
    indicators: Sequence[str] | None = None,
    *,
    kinds: Kinds | None = None,
    may_lack: Sequence[str] = (),
) -> SurveyInputs:
    """Arrange estimates by unit and indicator.

    Parameters
    ----------
    estimates : Estimates
        With `.table` (columns variable, estimate, df and `by`) and the joint `.covariance`.
    by : str
        Column of the units.
    indicators : sequence of str, optional
        Which to take; all when absent. Names that the estimates do not have are passed over.
    kinds : str, sequence or mapping of str, optional
        "rate", "score", "mean" or "count": one for all, one for each indicator in their order, or by name. Absent:
        what `estimate_indicators` wrote into the recipe, else what the estimate knows of itself (a proportion or the
        mean of a 0/1 column is a rate, every other statistic an unbounded mean).
    may_lack : sequence of str
        Indicators that a unit may have no value of, because the criteria that read them say ``missing: zero`` or
        ``rescale``; their value is NaN. `score` finds them by itself.

    Returns
    -------
    SurveyInputs

    Raises
    ------
    DataError
        When a unit lacks an indicator, has it twice, an estimate is missing, or the kind of an indicator is not known
        or does not fit its values.
    """
    if kinds is not None:
        check_kinds(kinds)
    table = estimates.table.reset_index(drop=True)
    if by not in table.columns:
        raise DataError(f"estimates: no column {by!r}; estimate with by={by!r}")
    if indicators is not None:
        table = table[table["variable"].isin(list(indicators))]
    rows = table.index.to_numpy(dtype=np.intp)
    keys = list(zip(table[by].astype(str), table["variable"].astype(str), strict=True))
    units, indicators = tuple(dict.fromkeys(k[0] for k in keys)), tuple(dict.fromkeys(k[1] for k in keys))
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise DataError(f"estimates: given twice for {first_few(twice)}; give one statistic for each indicator")
    place = {key: number for number, key in enumerate(keys)}
    wanted = [(unit, indicator) for unit in units for indicator in indicators]
    absent = [key for key in wanted if key not in place and key[1] not in may_lack]
    if absent:
        raise DataError(f"estimates: no row for {first_few(absent)}; every unit needs every indicator")
    order = [place.get(key, -1) for key in wanted]
    every = np.append(table["estimate"].to_numpy(dtype=float), np.nan)
    values = every[order]
    known = np.isfinite(values)
    unknown = [key for key, has in zip(wanted, known, strict=True) if not has and key[1] not in may_lack]
    if unknown:
        raise DataError(
            f"estimates: missing for {first_few(unknown)}; nobody of that unit is in the base. A scheme may say "
            "missing: zero or rescale on the criterion"
        )
    picked = np.append(rows, 0)[order]
    matrix = np.asarray(estimates.covariance, dtype=float)[np.ix_(picked, picked)]
    matrix = np.where(known[:, None] & known, matrix, 0.0)
    df = pd.to_numeric(table["df"], errors="coerce").min() if "df" in table else np.inf
    shape = (len(units), len(indicators))
    covariance = valid_covariance(matrix, len(wanted), "estimates.covariance")
    declared = kinds_of(estimates, indicators, kinds)
    used = float(df) if np.isfinite(df) else None
    found = SurveyInputs(units, indicators, values.reshape(shape), covariance, declared, used)
    check_ranges(found.units, found.indicators, found.kinds, found.values)
    found = _with_rows(found, estimates, table, order, picked)
    replicates = getattr(estimates, "replicates", None)
    if replicates is None:
        return found
    maker = (getattr(estimates, "influence", None) or (None,))[0]
    factors = maker.scale * np.asarray(maker.rscales, dtype=float) if isinstance(maker, ReplicateDesign) else None
    return _with_replicates(found, np.asarray(replicates, dtype=float)[:, picked], factors)


def _with_rows(
    inputs: SurveyInputs, estimates: Any, table: pd.DataFrame, order: list[int], picked: np.ndarray
) -> SurveyInputs:
    """Add what the rows of the estimates say beyond value and covariance."""
    shape = inputs.values.shape
    more: dict[str, Any] = {"interval": str((getattr(estimates, "recipe", None) or {}).get("interval", ""))}
    for name, column in (("n", "n"), ("each_df", "df")):
        if column in table:
            every = np.append(pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float), np.nan)
            more[name] = every[order].reshape(shape)
    if isinstance(estimates, Estimates):
        more["bias"] = row_bias(estimates)[picked].reshape(shape)
    return replace(inputs, **more)


def _with_replicates(inputs: SurveyInputs, replicates: FloatArray, factors: FloatArray | None) -> SurveyInputs:
    """Use replicates when their squared deviations, times the factors, give the covariance; leave others aside.

    Estimates from a payload do not say the factors; then one common factor is tried.
    """
    replicates = np.where(np.isfinite(inputs.values.ravel()), replicates, np.nan)
    spread = np.where(np.isfinite(inputs.values.ravel()), replicates - inputs.values.ravel(), 0.0)
    if not np.isfinite(spread).all() or not spread.any():
        return inputs
    if factors is None:
        factors = np.full(len(spread), float(np.trace(inputs.covariance) / (spread**2).sum()))
    made = (spread * factors[:, None]).T @ spread
    if not np.allclose(made, inputs.covariance, rtol=0.02, atol=0.02 * float(inputs.covariance.max())):
        return inputs
    shaped = replicates.reshape(len(replicates), *inputs.values.shape)
    return replace(inputs, replicates=shaped, replicate_scale=factors)


def inputs_from_covariance(
    units: Sequence[str],
    indicators: Sequence[str],
    values: FloatArray,
    covariance: object,
    df: float | None = None,
    *,
    kinds: Kinds = "mean",
    may_lack: Sequence[str] = (),
) -> SurveyInputs:
    """Take estimates and their covariance as they are, for example from published tables.

    Parameters
    ----------
    units, indicators : sequence of str
    values : array_like, shape (units, indicators)
        Rates from 0 to 1, scores from 0 to 100, or any numbers, as `kinds` says.
    covariance : array_like, shape (units * indicators, units * indicators)
        All indicators of the first unit first; rows and columns of missing values are not read.
    df : float, optional
    kinds : str, sequence or mapping of str
        "rate", "score", "mean" or "count": one for all, one for each indicator in their order, or by name. Nothing is
        guessed from the values: without it every indicator is a "mean", an unbounded number; a rate that is to stay
        between 0 and 1 when it is drawn must be declared.
    may_lack : sequence of str
        Indicators whose values may be NaN (see `inputs_from_estimates`).

    Returns
    -------
    SurveyInputs

    Raises
    ------
    DataError
        For a wrong shape, missing values, an unknown kind or values outside its range.

    Examples
    --------
    >>> cov = np.diag([4e-4, 4e-4])
    >>> found = inputs_from_covariance(("a", "b"), ("satisfaction",), [[0.8], [0.9]], cov, kinds="rate")
    >>> found.std_errors.tolist(), found.top
    ([[0.02], [0.02]], (1.0,))
    """
    check_kinds(kinds, indicators)
    array = np.asarray(values, dtype=float)
    if array.shape != (len(units), len(indicators)):
        raise DataError(f"values: shape {array.shape}; give {len(units)} rows (units) of {len(indicators)} numbers")
    known = known_values(units, indicators, array, may_lack).ravel()
    given = np.asarray(covariance, dtype=float)
    if given.shape == (known.size, known.size):
        given = np.where(known[:, None] & known, given, 0.0)
    matrix = valid_covariance(given, array.size)
    declared = declared_kinds(kinds, tuple(indicators), {})
    found = SurveyInputs(tuple(units), tuple(indicators), array, matrix, declared, df)
    check_ranges(found.units, found.indicators, found.kinds, found.values)
    return found


def inputs_from_replicates(
    units: Sequence[str],
    indicators: Sequence[str],
    values: FloatArray,
    replicates: FloatArray,
    scale: float | FloatArray | None = None,
    df: float | None = None,
    *,
    kinds: Kinds = "mean",
    may_lack: Sequence[str] = (),
) -> SurveyInputs:
    """Take replicate estimates, so that the whole scheme is computed in every replicate.

    Parameters
    ----------
    units, indicators : sequence of str
    values : ndarray, shape (units, indicators)
        Full-sample estimates.
    replicates : ndarray, shape (R, units, indicators)
        Estimates from replicate weights, every adjustment of the weights repeated.
    scale : float or ndarray, shape (R,), optional
        Factors of the squared deviations; 1/R when absent (bootstrap).
    df : float, optional
    kinds, may_lack
        As for `inputs_from_covariance`.

    Returns
    -------
    SurveyInputs

    Examples
    --------
    >>> values = np.array([[0.8], [0.9]])
    >>> found = inputs_from_replicates(("a", "b"), ("rate",), values, values + np.array([-0.01, 0.01])[:, None, None])
    >>> found.std_errors.round(4).tolist()
    [[0.01], [0.01]]
    """
    check_kinds(kinds, indicators)
    values, replicates = np.asarray(values, dtype=float), np.asarray(replicates, dtype=float)
    if replicates.ndim != 3 or replicates.shape[1:] != values.shape:
        raise DataError(f"replicates: shape {replicates.shape}, expected (R, {values.shape[0]}, {values.shape[1]})")
    known = known_values(units, indicators, values, may_lack)
    if not np.isfinite(replicates[:, known]).all():
        raise DataError("replicates: missing values; a unit without answers in a replicate cannot be scored")
    replicates = np.where(known, replicates, np.nan)
    count = replicates.shape[0]
    factors = np.full(count, 1 / count) if scale is None else np.broadcast_to(np.asarray(scale, float), (count,))
    spread = np.where(known, replicates - values, 0.0).reshape(count, -1)
    covariance = (spread * factors[:, None]).T @ spread
    names, declared = tuple(indicators), declared_kinds(kinds, tuple(indicators), {})
    found = SurveyInputs(tuple(units), names, values, covariance, declared, df, replicates, np.array(factors))
    check_ranges(found.units, found.indicators, found.kinds, found.values)
    return found
