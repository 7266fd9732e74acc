"""The sampling distribution of every input of a scheme, as a table of values over normal scores."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import special, stats

from surveykit.estimation.intervals import proportion_interval
from surveykit.estimation.rate_contrasts import rate_correlation
from surveykit.estimation.rate_margins import RateMargins, rate_margins
from surveykit.scoring.kinds import RANGES
from surveykit.scoring.numerics import FloatArray
from surveykit.scoring.other_methods import OtherMethods
from surveykit.scoring.survey_inputs import SurveyInputs

__all__ = ["SCORES", "InputTables", "has_own_interval", "input_tables", "moment_table", "other_table"]

SCORES = np.linspace(-6.0, 6.0, 161)
"""Normal scores of the tables; beyond them a table stays at its ends."""

_FROM_ERROR = ("logit", "xlogit", "asin", "beta", "wilson")
"""Intervals of rates that need nothing but estimate, standard error, n and df."""


@dataclass(frozen=True)
class InputTables:
    """Values of the inputs at the normal scores `SCORES`.

    Attributes
    ----------
    survey : ndarray, shape (units, indicators, scores)
    other : ndarray, shape (units, inputs, scores)
        Constant along the last axis where there is no sampling error, NaN where there is no value.
    survey_correlation : ndarray, shape (units, indicators, indicators)
        Within each unit.
    other_correlation : ndarray, shape (units, inputs, inputs)
    """

    survey: FloatArray = field(repr=False)
    other: FloatArray = field(repr=False)
    survey_correlation: FloatArray = field(repr=False)
    other_correlation: FloatArray = field(repr=False)


def input_tables(inputs: SurveyInputs, other: OtherMethods, *, comparing: bool) -> InputTables:
    """Tabulate the distribution of every input.

    Parameters
    ----------
    inputs : SurveyInputs
    other : OtherMethods
        Of the same units in the same order.
    comparing : bool
        Rates: True takes the confidence distributions that comparisons rest on (`rate_margins`), False those of the
        interval that the estimates were made with, so that a linear score of one rate has that rate's interval; where
        the interval is unknown or is the t interval, which does not hold near 0 and 1, the former.

    Notes
    -----
    Scores (0 to 100) are tabulated on the logit scale, means as they are, counts from 0. Student's t of the input's
    degrees of freedom enters through its normal score. A value of 0 or 1 of visited sites is not known exactly: it has
    the distribution of a rate of as many sites (``n_eff``).
    """
    shape = inputs.values.shape
    survey = np.empty((*shape, SCORES.size))
    for j, kind in enumerate(inputs.kinds):
        known = np.isfinite(inputs.values[:, j])
        survey[:, j] = np.nan
        if not known.any():
            continue
        column = _Column(inputs, j, known)
        if kind == "rate":
            survey[known, j] = _rates(column, comparing)
        elif kind == "score":
            survey[known, j] = _scores(column)
        else:
            survey[known, j] = np.maximum(column.value[:, None] + column.error[:, None] * column.t(), RANGES[kind][0])
    rates = rate_correlation(inputs.covariance).reshape(*shape, *shape)
    within = np.stack([rates[u, :, u, :] for u in range(shape[0])]) if shape[0] else np.zeros((0, shape[1], shape[1]))
    return InputTables(survey, other_table(other), within, _other_correlation(other))


def has_own_interval(inputs: SurveyInputs) -> bool:
    """Whether rates have an interval of their own, other than the distribution that comparisons rest on."""
    return inputs.n is not None and inputs.interval in _FROM_ERROR


class _Column:
    """One indicator of the units that have it."""

    def __init__(self, inputs: SurveyInputs, j: int, known: np.ndarray) -> None:
        self.value = inputs.values[known, j]
        self.error = inputs.std_errors[known, j]
        self.n = None if inputs.n is None else inputs.n[known, j]
        common = np.inf if inputs.df is None else inputs.df
        self.df = np.full(self.value.shape, common) if inputs.each_df is None else inputs.each_df[known, j]
        self.df = np.where(self.df > 0, self.df, 1.0)
        self.bias = np.ones(self.value.shape) if inputs.bias is None else inputs.bias[known, j]
        self.interval = inputs.interval

    def margins(self) -> RateMargins:
        """Effective sizes, with the variances of domains that are small in their strata corrected."""
        return rate_margins(self.value, self.error / np.sqrt(self.bias), self.n, self.df)

    def t(self, df: FloatArray | None = None) -> FloatArray:
        """Student's t quantiles at the scores, shape (units, scores)."""
        return _t_scores(self.df if df is None else df)


def _t_scores(df: FloatArray) -> FloatArray:
    few = np.isfinite(df)[:, None]
    tail = special.ndtr(-np.abs(SCORES))
    found = stats.t.isf(tail, np.where(few, df[:, None], 1.0))
    return np.asarray(np.where(few, np.copysign(found, SCORES), SCORES))


def _rates(column: _Column, comparing: bool) -> FloatArray:
    if comparing or column.n is None or column.interval not in _FROM_ERROR:
        margins = column.margins()
        found = np.clip(margins.quantile(column.t(margins.df)), 0.0, 1.0)
        return np.asarray(np.where(_exact(column)[:, None], column.value[:, None], found))
    table = np.empty((column.value.size, SCORES.size))
    middle = SCORES.size // 2
    for k in range(middle):
        level = 1 - 2 * special.ndtr(SCORES[k])
        low, high = proportion_interval(column.interval, column.value, column.error, column.n, column.df, level)
        table[:, k], table[:, -1 - k] = low, high
    table[:, middle] = column.value
    return np.where(_exact(column)[:, None] | np.isnan(table), column.value[:, None], table)


def _exact(column: _Column) -> np.ndarray:
    """Rates known exactly: no variance between 0 and 1, or 0 or 1 where every other rate of the column is known."""
    inner = (column.value > 0) & (column.value < 1)
    known = inner & (column.error == 0)
    whole = bool(known.any() and (known | ~inner).all())
    return np.asarray(known | whole)


def _scores(column: _Column) -> FloatArray:
    top = RANGES["score"][1]
    share = column.value / top
    inside = (share > 0) & (share < 1)
    p = np.where(inside, share, 0.5)
    slope = np.where(inside, column.error / (top * p * (1 - p)), 0.0)
    bent = top / (1 + np.exp(-(np.log(p / (1 - p))[:, None] + slope[:, None] * column.t())))
    return np.asarray(np.where(inside[:, None], bent, column.value[:, None]))


def other_table(other: OtherMethods, *, student: bool = True) -> FloatArray:
    """Tabulate the values of the other methods, shape (units, inputs, scores); within their range."""
    df = np.where((other.df > 0) & student, other.df, np.inf)
    moved = other.values[..., None] + other.std_errors[..., None] * _t_scores(df)[:, None, :]
    low, high = other.bounds.T
    given = other.values[..., None]
    moved = np.clip(moved, np.minimum(low[:, None], given), np.maximum(high[:, None], given))
    for u, k in np.argwhere(other.edges):
        assert other.n_eff is not None
        margins = rate_margins(other.values[[u], k], np.zeros(1), other.n_eff[[u], k])
        moved[u, k] = np.clip(margins.quantile(SCORES)[0], 0.0, 1.0)
    return np.asarray(moved)


def _other_correlation(other: OtherMethods) -> FloatArray:
    if not len(other.covariance):
        return np.zeros_like(other.covariance)
    return np.stack([rate_correlation(one) for one in other.covariance])


def moment_table(inputs: SurveyInputs, tables: InputTables) -> FloatArray:
    """Tabulate survey inputs with exactly their estimates and standard errors, for draws, as in `InputTables.survey`.

    Notes
    -----
    Rates: beta with mean p and variance S (``a = p m``, ``b = (1 - p) m``, ``m = p (1 - p) / S - 1``), which stays in
    [0, 1]. A rate of 0 or 1 has no standard error and keeps its confidence distribution. Other kinds: normal, scores on
    the logit scale.
    """
    found = np.array(tables.survey)
    plain = inputs.values[..., None] + inputs.std_errors[..., None] * SCORES
    for j, kind in enumerate(inputs.kinds):
        if kind == "score":
            known = np.isfinite(inputs.values[:, j])
            column = _Column(inputs, j, known)
            column.df = np.full(column.value.shape, np.inf)
            found[known, j] = _scores(column)
        elif kind != "rate":
            found[:, j] = np.maximum(plain[:, j], RANGES[kind][0])
        else:
            p, variance = inputs.values[:, j], inputs.std_errors[:, j] ** 2
            inside = (p > 0) & (p < 1) & (variance > 0)
            size = np.divide(p * (1 - p), variance, out=np.full(p.shape, 2.0), where=inside) - 1
            good = inside & (size > 0)
            a, b = (p * size)[good, None], ((1 - p) * size)[good, None]
            found[good, j] = special.betaincinv(a, b, special.ndtr(SCORES))
    return found
