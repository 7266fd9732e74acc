"""One-sample, paired and two-sample t tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from surveykit.design.domains import column_codes, where_mask
from surveykit.design.tables import numeric_column
from surveykit.errors import DataError
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.inference.subset import subset
from surveykit.estimation.inference.unit_covariance import moments_covariance
from surveykit.estimation.kernel.degenerate import NO_SAMPLING_VARIANCE, NO_VARIATION, is_constant, is_rounding
from surveykit.estimation.kernel.totals import Design, Moment

__all__ = ["group_difference", "survey_ttest", "two_groups"]


def survey_ttest(
    design: Design,
    variable: str,
    *,
    by: str | None = None,
    paired: str | None = None,
    where: Any = None,
    conf_level: float = 0.95,
    df: float | None = None,
) -> TestResult:
    """Test a mean, a mean difference within rows, or the difference between two groups.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    variable : str
        A numeric column.
    by : str, optional
        A column with two levels in the domain: the mean of the second (sorted) minus that of the first.
    paired : str, optional
        A second numeric column: the mean of ``variable - paired``.
    where : see `estimate`
        A domain.
    conf_level : float
        Level of the interval.
    df : float, optional
        Degrees of freedom; left out, those of the domain, minus 1 for two groups.

    Returns
    -------
    TestResult
        Test and interval have the same degrees of freedom. Where the values are all the same (within each group), or a
        census or calibration fixes their mean, the standard error is 0, statistic and p are NaN, and ``state`` says
        why.

    Raises
    ------
    DataError
        For a `by` with other than two levels, or `by` together with `paired`.

    Notes
    -----
    Agrees with R survey ``svyttest``, but for one sample and pairs R takes one degree of freedom less than the interval
    of the mean has; pass ``df=design.degf - 1`` for that.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0, 3.0], "w": [2, 2, 1, 1]}, weights="w")
    >>> survey_ttest(design, "y").df
    3.0
    """
    if by is not None and paired is not None:
        raise DataError("Pass by= (two groups) or paired= (two columns), not both.")
    y = numeric_column(design.data, variable)
    size = np.abs(y)
    if paired is not None:
        other = numeric_column(design.data, paired)
        y, size = y - other, np.maximum(size, np.abs(other))
    mask = where_mask(design.data, where)
    present = ~np.isnan(y) if mask is None else mask & ~np.isnan(y)
    if by is not None:
        group, _ = two_groups(design, by, present)
        present = present & (group >= 0)
        part = subset(design, present)
        estimate, std_error, state = group_difference(design, np.nan_to_num(y), group, part.rows)
        degrees, name = part.df - 1.0, "two-sample t test"
    else:
        part = subset(design, present)
        if part.n == 0:
            raise DataError(f"No row has a value of {variable!r} in the domain: nothing to test.")
        estimate, std_error, state = _mean(design, np.nan_to_num(y), part.rows, size)
        degrees, name = part.df, "paired t test" if paired is not None else "one-sample t test"
    degrees = degrees if df is None else float(df)
    return t_result(f"Design-based {name}", (estimate, std_error), degrees, conf_level, state)


def error_state(y: np.ndarray, group: np.ndarray, variance: float) -> tuple[float, str]:
    """Return the standard error, 0 where it is rounding, and then why: see `TestResult.state`.

    Parameters
    ----------
    y, group : numpy.ndarray, shape (n,)
        Values and groups of the rows that count.
    variance : float
        Of the estimate.
    """
    parts = [y[group == g] for g in np.unique(group)]
    if all(is_constant(part, y) for part in parts):
        return 0.0, NO_VARIATION
    if is_rounding(variance, float(max(part.var() for part in parts))):
        return 0.0, NO_SAMPLING_VARIANCE
    return float(np.sqrt(variance)), ""


def _mean(design: Design, y: np.ndarray, rows: np.ndarray, size: np.ndarray) -> tuple[float, float, str]:
    if is_constant(y[rows], size[rows]):
        return float(y[rows][0]), 0.0, NO_VARIATION
    code = np.where(rows, 0, -1)
    centre = float(y[rows].mean())
    moments = (Moment(np.where(rows, y - centre, 0.0), code, 1), Moment(None, code, 1))

    def linear(u: Any, t: Any) -> np.ndarray:
        return np.asarray((u[0] - t[0] / t[1] * u[1]) / t[1])

    mean, covariance, _ = moments_covariance(design, moments, lambda t: t[0] / t[1], linear)
    return float(mean[0]) + centre, *error_state(y[rows], code[rows], float(covariance[0, 0]))


def t_result(name: str, about: tuple[float, float], df: float, conf_level: float, state: str = "") -> TestResult:
    """Return the t test of an estimate (with its standard error) against 0, with its interval."""
    estimate, std_error = about
    statistic = estimate / std_error if std_error > 0 else float("nan")
    defined = df > 0 and np.isfinite(statistic)
    p = float(2 * stats.t.sf(abs(statistic), df)) if defined else float("nan")
    half = float(stats.t.ppf(0.5 + conf_level / 2, df)) * std_error if df > 0 else float("nan")
    ends = (estimate - half, estimate + half)
    return TestResult(name, float(statistic), float(df), p, estimate, std_error, *ends, state=state)


def two_groups(design: Design, by: str, present: np.ndarray) -> tuple[np.ndarray, list[Any]]:
    """Return codes 0 and 1 (-1 = neither) of a column with exactly two levels among the rows present."""
    code, levels = column_codes(design, by)
    there = np.unique(code[present & (code >= 0) & (design.weights > 0)])
    if there.size != 2:
        raise DataError(f"Column {by!r} has {there.size} level(s) in the domain: two groups are needed.")
    group = np.where(code == there[0], 0, np.where(code == there[1], 1, -1))
    return group, [levels[i] for i in there.tolist()]


def group_difference(design: Design, y: np.ndarray, group: np.ndarray, rows: np.ndarray) -> tuple[float, float, str]:
    """Return the mean of group 1 minus that of group 0, its standard error, and the state (see `error_state`)."""
    code = np.where(rows, group, -1)
    centre = float(y[rows].mean())
    moments = (Moment(np.where(code >= 0, y - centre, 0.0), code, 2), Moment(None, code, 2))

    def value(t: Any) -> np.ndarray:
        mean = t[0] / t[1]
        return np.asarray(mean[..., 1:] - mean[..., :1])

    def linear(u: Any, t: Any) -> np.ndarray:
        z = (u[0] - t[0] / t[1] * u[1]) / t[1]
        return np.asarray(z[:, 1:] - z[:, :1])

    difference, covariance, _ = moments_covariance(design, moments, value, linear)
    error, state = error_state(y[rows], group[rows], float(covariance[0, 0]))
    if state == NO_VARIATION:
        first, second = (float(y[rows & (group == g)][0]) for g in (0, 1))
        return second - first, error, state
    return float(difference[0]), error, state
