"""Rules that say whether a figure is reliable enough to be published."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from surveykit.estimation.intervals.reliability import effective_limits, judge_proportions

__all__ = [
    "acs_margin",
    "acs_reliability",
    "nchs_count",
    "nchs_proportion",
]

FloatArray = NDArray[np.float64]
_ACS_FACTOR = 1.645


def korn_graubard(
    p: ArrayLike, std_error: ArrayLike, n: ArrayLike, df: ArrayLike, *, adjust_df: bool = True, conf_level: float = 0.95
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return effective sample size and the Korn-Graubard interval of proportions.

    n_eff = p(1-p)/se^2, or n when p is 0 or 1 or se is 0; with ``adjust_df`` it is multiplied by
    (t[n-1]/t[df])^2 for the interval, and never exceeds n. The interval is Clopper-Pearson's at that size.
    Source: NCHS Series 2 no. 175 (2017), section on confidence intervals.

    Parameters
    ----------
    p, std_error : array_like, shape (k,)
        Shares from 0 to 1 and their standard errors.
    n, df : array_like, shape (k,)
        Unweighted base and design degrees of freedom of the domain.
    adjust_df : bool
        Whether the design's degrees of freedom enter (NHANES) or not (NHIS).
    conf_level : float
        Level of the interval.

    Returns
    -------
    n_eff, low, high : ndarray, shape (k,)
        The effective size is without the adjustment.

    Examples
    --------
    >>> n_eff, low, high = korn_graubard([0.86], [0.0601], [50], [12])
    >>> round(float(high[0] - low[0]), 2)
    0.28
    """
    p, std_error, n, df = (np.asarray(x, dtype=float) for x in (p, std_error, n, df))
    return effective_limits(p, std_error, n, df, adjust_df, conf_level)


def nchs_proportion(
    p: ArrayLike, std_error: ArrayLike, n: ArrayLike, df: ArrayLike, *, adjust_df: bool = True
) -> pd.DataFrame:
    """Judge proportions by the NCHS Data Presentation Standards for Proportions (2017).

    In this order: suppress when the smaller of n and n_eff is under 30; when the interval is 30 points or wider;
    when it is wider than 5 points and wider than 130 % of the proportion. Review when p is 0 or 1 or df is under 8.
    Footnote when the same is true of the complement. The rule and its rounding are those of the reliability column of
    estimates (`surveykit.estimation.intervals.reliability.judge_proportions`).

    Parameters
    ----------
    p, std_error, n, df : array_like, shape (k,)
        As :func:`korn_graubard`. NaN proportions are "not available".
    adjust_df : bool
        As :func:`korn_graubard`; without it the df rule is skipped.

    Returns
    -------
    DataFrame
        status ("present", "suppress", "review", "footnote", "missing"), reason ("", "size", "width",
        "relative_width", "extreme", "df", "complement", "missing"), n_eff, low, high.

    Examples
    --------
    >>> nchs_proportion([0.05, 0.86], [0.0267, 0.0601], [100, 50], [40, 12])["status"].tolist()
    ['suppress', 'footnote']
    """
    p, se, n, df = (np.asarray(x, dtype=float) for x in (p, std_error, n, df))
    found = judge_proportions(p, se, n, df, adjust_df)
    status = np.where(found.status == "complement", "footnote", found.status)
    return pd.DataFrame(
        {"status": status, "reason": found.reason, "n_eff": found.n_eff, "low": found.low, "high": found.high}
    )


def nchs_count(estimate: ArrayLike, low: ArrayLike, high: ArrayLike, n_eff: ArrayLike, df: ArrayLike) -> pd.DataFrame:
    """Judge means, rates per population and counts by the NCHS standards of 2023 (Series 2 no. 200).

    Present when the effective sample size is 10 or more and the interval is at most 160 % of the estimate;
    review when df is under 8.

    Parameters
    ----------
    estimate, low, high, n_eff, df : array_like, shape (k,)
        The estimates with their intervals, effective sizes and degrees of freedom.

    Returns
    -------
    DataFrame
        status and reason as :func:`nchs_proportion`.

    Examples
    --------
    >>> nchs_count([80.0], [78.0], [82.0], [9.0], [20])["reason"].tolist()
    ['size']
    """
    estimate, low, high, n_eff, df = (np.asarray(x, dtype=float) for x in (estimate, low, high, n_eff, df))
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = (high - low) / np.abs(estimate)
    conditions = [np.isnan(estimate), n_eff < 10, relative > 1.60, df < 8]
    return pd.DataFrame(
        {
            "status": np.select(conditions, ["missing", "suppress", "suppress", "review"], default="present"),
            "reason": np.select(conditions, ["missing", "size", "relative_width", "df"], default=""),
        }
    )


def acs_reliability(estimate: ArrayLike, std_error: ArrayLike) -> pd.DataFrame:
    """Judge estimates by their coefficient of variation, as users of the ACS do.

    CV = se / |estimate|. Suppress above 40 %, review above 12 % (medium reliability), present otherwise. The bands are
    those that guides to the American Community Survey print; the Census Bureau itself gives the margin and no band.

    Parameters
    ----------
    estimate, std_error : array_like, shape (k,)
        Estimates in any unit, with standard errors in the same.

    Returns
    -------
    DataFrame
        status and reason ("cv_high", "cv_medium") as :func:`nchs_proportion`.

    Examples
    --------
    >>> acs_reliability([50.0, 50.0, 50.0], [5.0, 10.0, 25.0])["status"].tolist()
    ['present', 'review', 'suppress']
    """
    estimate, std_error = np.asarray(estimate, dtype=float), np.asarray(std_error, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        variation = np.where(std_error == 0, 0.0, std_error / np.abs(estimate))
    conditions = [np.isnan(estimate), variation > 0.40, variation > 0.12]
    return pd.DataFrame(
        {
            "status": np.select(conditions, ["missing", "suppress", "review"], default="present"),
            "reason": np.select(conditions, ["missing", "cv_high", "cv_medium"], default=""),
        }
    )


def acs_margin(std_error: ArrayLike) -> FloatArray:
    """Return 90 % margins from standard errors, with the factor 1.645 that the ACS prints.

    Examples
    --------
    >>> acs_margin([2.0]).tolist()
    [3.29]
    """
    return np.asarray(std_error, dtype=float) * _ACS_FACTOR
