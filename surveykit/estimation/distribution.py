"""Quantiles, variances, covariances and correlations over domains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

from surveykit.errors import DataError, choose
from surveykit.estimation.estimators import By, estimate
from surveykit.estimation.kernel.totals import Design
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.statistics.quantile_rules import QuantileRule
from surveykit.estimation.statistics.quantiles import QuantileInterval
from surveykit.estimation.statistics.requests import Correlation, Covariance, Quantile, Statistic, Variance

__all__ = ["survey_cor", "survey_cov", "survey_quantile", "survey_var"]


def survey_quantile(
    design: Design,
    variables: str | Sequence[str],
    probabilities: float | Sequence[float] = 0.5,
    *,
    rule: QuantileRule = "math",
    interval: QuantileInterval = "mean",
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate quantiles; see `estimate` for domains and the result.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    variables : str or list of str
        Numeric columns.
    probabilities : float or list of float
        Which quantiles; they are the column ``level`` of the table.
    rule : str
        "math" (= hf1), "school" (= hf2), "shahvaish", "hf3" to "hf9".
    interval : str
        Woodruff's interval with limits of the share made by "mean" (t), "beta", "xlogit" or "asin"; "score"
        (Francisco and Fuller); "replicate" (standard error of replicate quantiles).

    Returns
    -------
    Estimates
        ``std_error`` is the width of the interval over 2 t. A limit that leaves the data is NaN, and so is then the
        standard error.

    Notes
    -----
    Limits of the share at or below the quantile are inverted by the same rule. Agrees with R survey 4.5
    ``svyquantile``. Covariances with other rows use the linearised share.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0, 8.0], "w": [2, 2, 1, 1]}, weights="w")
    >>> float(survey_quantile(design, "y", 0.5).table["estimate"][0])
    2.0
    """
    choose("rule", rule, get_args(QuantileRule))
    choose("interval", interval, get_args(QuantileInterval))
    names = [variables] if isinstance(variables, str) else list(variables)
    statistics = [Quantile(name, probabilities, rule, interval) for name in names]
    return estimate(design, statistics, by=by, where=where, conf_level=conf_level)


def survey_var(
    design: Design,
    variables: str | Sequence[str],
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
) -> Estimates:
    """Estimate population variances of numeric columns; see `estimate` for domains and the result.

    Notes
    -----
    ``n / (n - 1) * sum w (y - mean)^2 / sum w``. Agrees with R survey ``svyvar``. Covariances: `survey_cov`.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 3.0], "w": [1, 1, 1]}, weights="w")
    >>> float(survey_var(design, "y").table["estimate"][0])
    1.0
    """
    names = [variables] if isinstance(variables, str) else list(variables)
    return estimate(design, [Variance(name) for name in names], by=by, where=where, conf_level=conf_level)


def _pairs(variables: Sequence[str]) -> list[tuple[str, str]]:
    if isinstance(variables, str) or len(variables) < 2:
        raise DataError("A covariance or correlation needs at least two columns: pass a list.")
    return [(a, b) for i, a in enumerate(variables) for b in list(variables)[i + 1 :]]


def survey_cov(
    design: Design, variables: Sequence[str], *, by: By = None, where: Any = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate population covariances of each pair of columns; see `estimate` for domains and the result.

    Notes
    -----
    Rows where either column of a pair is missing are outside. Agrees with R survey ``svyvar(~a + b)``.
    """
    statistics: list[Statistic] = [Covariance(a, b) for a, b in _pairs(variables)]
    return estimate(design, statistics, by=by, where=where, conf_level=conf_level)


def survey_cor(
    design: Design, variables: Sequence[str], *, by: By = None, where: Any = None, conf_level: float = 0.95
) -> Estimates:
    """Estimate population correlations of each pair of columns; see `estimate` for domains and the result.

    Notes
    -----
    Delta method on the covariance and the variances; equal to R survey ``svycontrast`` on ``svyvar``.
    """
    statistics: list[Statistic] = [Correlation(a, b) for a, b in _pairs(variables)]
    return estimate(design, statistics, by=by, where=where, conf_level=conf_level)
