"""What the survey hands to a scheme: rates and scores by unit with their joint covariance, or replicates of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design import ReplicateDesign
from surveykit.errors import DataError, first_few
from surveykit.scoring.numerics import FloatArray, joint_draws, valid_covariance

__all__ = [
    "SurveyInputs",
    "draw_inputs",
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
        Rates from 0 to 1 or scores from 0 to 100.
    covariance : ndarray, shape (units * indicators, units * indicators)
        Rows in C order of `values` (all indicators of the first unit first); between units too.
    top : tuple of float
        Largest value of each indicator: 1 (rate), 100 (score) or infinity (unbounded).
    df : float or None
    replicates : ndarray, shape (R, units, indicators), optional
        Estimates in each bootstrap or jackknife replicate; used as they are instead of draws.
    replicate_scale : ndarray, shape (R,), optional
        Factor of each squared deviation in the variance; 1/R for the bootstrap.
    """

    units: tuple[str, ...]
    indicators: tuple[str, ...]
    values: FloatArray = field(repr=False)
    covariance: FloatArray = field(repr=False)
    top: tuple[float, ...]
    df: float | None = None
    replicates: FloatArray | None = field(default=None, repr=False)
    replicate_scale: FloatArray | None = field(default=None, repr=False)

    @property
    def std_errors(self) -> FloatArray:
        """Standard errors, shape (units, indicators)."""
        return np.sqrt(np.diag(self.covariance)).reshape(self.values.shape)


def inputs_from_estimates(
    estimates: Any, by: str = "district", indicators: Sequence[str] | None = None
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

    Returns
    -------
    SurveyInputs

    Raises
    ------
    DataError
        When a unit lacks an indicator, has it twice, or an estimate is missing.
    """
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
    absent = [key for key in wanted if key not in place]
    if absent:
        raise DataError(f"estimates: no row for {first_few(absent)}; every unit needs every indicator")
    order = [place[key] for key in wanted]
    values = table["estimate"].to_numpy(dtype=float)[order]
    unknown = [key for key, value in zip(wanted, values, strict=True) if not np.isfinite(value)]
    if unknown:
        raise DataError(f"estimates: missing for {first_few(unknown)}; nobody of that unit is in the base")
    picked = rows[order]
    matrix = np.asarray(estimates.covariance, dtype=float)[np.ix_(picked, picked)]
    df = pd.to_numeric(table["df"], errors="coerce").min() if "df" in table else np.inf
    shape = (len(units), len(indicators))
    covariance = valid_covariance(matrix, len(wanted), "estimates.covariance")
    kinds = dict(getattr(estimates, "recipe", None) or {}).get("indicators") or {}
    top = _tops(values.reshape(shape), [dict(kinds.get(name, {})).get("kind") for name in indicators])
    used = float(df) if np.isfinite(df) else None
    found = SurveyInputs(units, indicators, values.reshape(shape), covariance, top, used)
    replicates = getattr(estimates, "replicates", None)
    if replicates is None:
        return found
    maker = (getattr(estimates, "influence", None) or (None,))[0]
    factors = maker.scale * np.asarray(maker.rscales, dtype=float) if isinstance(maker, ReplicateDesign) else None
    return _with_replicates(found, np.asarray(replicates, dtype=float)[:, picked], factors)


def _with_replicates(inputs: SurveyInputs, replicates: FloatArray, factors: FloatArray | None) -> SurveyInputs:
    """Use replicates when their squared deviations, times the factors, give the covariance; leave others aside.

    Estimates from a payload do not say the factors; then one common factor is tried.
    """
    spread = replicates - inputs.values.ravel()
    if not np.isfinite(spread).all() or not spread.any():
        return inputs
    if factors is None:
        factors = np.full(len(spread), float(np.trace(inputs.covariance) / (spread**2).sum()))
    made = (spread * factors[:, None]).T @ spread
    if not np.allclose(made, inputs.covariance, rtol=0.02, atol=0.02 * float(inputs.covariance.max())):
        return inputs
    shaped = replicates.reshape(len(replicates), *inputs.values.shape)
    return replace(inputs, replicates=shaped, replicate_scale=factors)


def _tops(values: FloatArray, kinds: Sequence[str | None]) -> tuple[float, ...]:
    """Largest value of each indicator, from its kind or, when that is not known, from the values."""
    known = {"rate": 1.0, "score": 100.0}
    tops = []
    for column, kind in zip(values.T, kinds, strict=True):
        seen = 1.0 if column.max() <= 1 else 100.0
        tops.append(known.get(kind or "", seen if column.min() >= 0 and column.max() <= 100 else np.inf))
    return tuple(tops)


def inputs_from_covariance(
    units: Sequence[str],
    indicators: Sequence[str],
    values: FloatArray,
    covariance: object,
    df: float | None = None,
) -> SurveyInputs:
    """Take estimates and their covariance as they are, for example from published tables.

    Parameters
    ----------
    units, indicators : sequence of str
    values : array_like, shape (units, indicators)
        Rates from 0 to 1, or scores from 0 to 100.
    covariance : array_like, shape (units * indicators, units * indicators)
        All indicators of the first unit first.
    df : float, optional

    Returns
    -------
    SurveyInputs

    Examples
    --------
    >>> inputs_from_covariance(("a", "b"), ("rate",), [[0.8], [0.9]], np.diag([4e-4, 4e-4])).std_errors.tolist()
    [[0.02], [0.02]]
    """
    array = np.asarray(values, dtype=float)
    if array.shape != (len(units), len(indicators)) or not np.isfinite(array).all():
        raise DataError(f"values: give {len(units)} rows of {len(indicators)} numbers, none missing")
    matrix = valid_covariance(covariance, array.size)
    return SurveyInputs(tuple(units), tuple(indicators), array, matrix, _tops(array, [None] * len(indicators)), df)


def inputs_from_replicates(
    units: Sequence[str],
    indicators: Sequence[str],
    values: FloatArray,
    replicates: FloatArray,
    scale: float | FloatArray | None = None,
    df: float | None = None,
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
    values, replicates = np.asarray(values, dtype=float), np.asarray(replicates, dtype=float)
    if replicates.ndim != 3 or replicates.shape[1:] != values.shape:
        raise DataError(f"replicates: shape {replicates.shape}, expected (R, {values.shape[0]}, {values.shape[1]})")
    if not (np.isfinite(values).all() and np.isfinite(replicates).all()):
        raise DataError("replicates: missing values; a unit without answers in a replicate cannot be scored")
    count = replicates.shape[0]
    factors = np.full(count, 1 / count) if scale is None else np.broadcast_to(np.asarray(scale, float), (count,))
    spread = (replicates - values).reshape(count, -1)
    covariance = (spread * factors[:, None]).T @ spread
    top = _tops(values, [None] * values.shape[1])
    return SurveyInputs(tuple(units), tuple(indicators), values, covariance, top, df, replicates, np.array(factors))


def draw_inputs(
    inputs: SurveyInputs, draws: int, rng: np.random.Generator, *, logit: bool = True
) -> tuple[FloatArray, FloatArray]:
    """Draw the indicators from their joint distribution, normal and with the spread of Student's t.

    Parameters
    ----------
    inputs : SurveyInputs
    draws : int
    rng : numpy.random.Generator
    logit : bool
        Draw on the logit scale, where the sampling distribution of a rate near 1 is nearer to normal; False draws on
        the scale of the values and clips to the range.

    Returns
    -------
    normal, student : ndarray, shape (draws, units, indicators)
        The same array twice when `df` is None.

    Notes
    -----
    On the logit scale the covariance is ``D S D`` with ``D = diag(1 / (p (1 - p)))``. A rate of exactly 0 or 1 has no
    linearized variance and stays where it is; its uncertainty is understated.
    """
    shape = inputs.values.shape
    top = np.broadcast_to(np.array(inputs.top), shape).ravel()
    centre = inputs.values.ravel()
    bent = logit & np.isfinite(top) & (centre > 0) & (centre < top)
    scale = np.where(np.isfinite(top), top, 1.0)
    share = np.where(bent, centre / scale, 0.5)
    slope = np.where(bent, 1 / (scale * share * (1 - share)), 1.0)
    start = np.log(share / (1 - share))
    normal, student = joint_draws(slope[:, None] * inputs.covariance * slope[None, :], draws, rng, inputs.df)
    lowest = np.where(np.isfinite(top), 0.0, -np.inf)

    def back(moves: FloatArray) -> FloatArray:
        curved = scale[:, None] / (1 + np.exp(-np.where(bent[:, None], start[:, None] + moves, 0.0)))
        straight = np.clip(centre[:, None] + moves, lowest[:, None], top[:, None])
        return np.asarray(np.where(bent[:, None], curved, straight).T.reshape(draws, *shape))

    first = back(normal)
    return first, first if student is normal else back(student)
