"""Means, totals, ratios and proportions over domains, all from one pass and with one joint covariance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args

from surveykit.design.domains import domain_columns, make_domains
from surveykit.errors import DataError, choose, first_few
from surveykit.estimation.intervals.intervals import ProportionInterval
from surveykit.estimation.kernel.terms import Context
from surveykit.estimation.kernel.totals import Design
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.results.rows import COLUMNS_AFTER, COLUMNS_BEFORE
from surveykit.estimation.statistics.many_domains import estimate_domains
from surveykit.estimation.statistics.requests import Mean, Prop, Ratio, Statistic, Total

__all__ = ["estimate", "survey_mean", "survey_prop", "survey_ratio", "survey_total"]

By = str | Sequence[str] | None
DeffReference = Literal["wor", "wr"]


def estimate(
    design: Design,
    statistics: Statistic | Sequence[Statistic],
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
    interval: ProportionInterval = "logit",
    deff_reference: DeffReference = "wor",
) -> Estimates:
    """Estimate several statistics of different kinds at once.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design; weights of zero do not contribute.
    statistics : Mean, Total, Ratio, Prop or list of them
        What to estimate. A missing value takes the row out of the domain of that statistic.
    by : str or list of str, optional
        Domain columns: one estimate for each combination that occurs in the data, and for declared levels that no row
        has. They stand in the result, so none may have the name of one of its columns (``"level"``, ``"n"``, ...).
    where : (column, level), (column, [levels]), boolean array, optional
        Which rows count; a domain, the design is never cut. A boolean Series is matched by its row labels.
    conf_level : float
        Level of the intervals.
    interval : str
        Interval of rates, that is proportions and means of 0/1 columns.
    deff_reference : {"wor", "wr"}
        Design effect against simple random sampling without or with replacement.

    Returns
    -------
    Estimates
        Statistic by statistic, within it level by level, within it domain by domain (sorted).

    Raises
    ------
    DataError
        For unknown columns, levels or options, and domain columns named as a column of the result.

    Notes
    -----
    Thousands of domains are worked through in chunks, so that memory does not grow with units times domains; their
    joint covariance is then made when something asks for it (contrasts, differences, ranks, the payload).

    An empty domain has n = 0 and a NaN estimate. Degrees of freedom are those of the domain: first-stage units with a
    member minus strata with a member. Agrees with R survey ``svyby(..., covmat = TRUE)``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> data = {"y": [1, 0, 1, 1], "x": [3, 1, 2, 4], "h": ["a", "a", "b", "b"], "w": [5, 5, 3, 3]}
    >>> design = SurveyDesign(data, weights="w", strata="h")
    >>> estimate(design, [Mean("y"), Ratio("y", "x")]).table["estimate"].round(4).tolist()
    [0.6875, 0.2895]
    """
    choose("interval", interval, get_args(ProportionInterval))
    choose("deff_reference", deff_reference, get_args(DeffReference))
    listed = list(statistics) if isinstance(statistics, (list, tuple)) else [statistics]
    if not listed:
        raise DataError("There is nothing to estimate: pass at least one statistic.")
    check_conf_level(conf_level)
    _check_names(by)
    context = Context(design, make_domains(design, by, where))
    return estimate_domains(context, listed, conf_level, interval, deff_reference)  # type: ignore[arg-type]


def _check_names(by: By) -> None:
    """Raise `DataError` where a domain column has the name of a column of the result."""
    reserved = (*COLUMNS_BEFORE, *COLUMNS_AFTER)
    taken = [name for name in domain_columns(by) if name in reserved]
    if taken:
        raise DataError(
            f"The domain columns {first_few(taken)} have names of columns of the result (reserved are "
            f"{', '.join(reserved)}): rename them in the data of the design first, for example {taken[0]!r} to "
            f"{taken[0] + '_group'!r}, and pass the new name."
        )


def check_conf_level(conf_level: float) -> None:
    """Raise `DataError` unless 0 < conf_level < 1."""
    if not 0.0 < float(conf_level) < 1.0:
        raise DataError(f"conf_level is {conf_level!r}: it must lie between 0 and 1, for example 0.95.")


def _names(variables: str | Sequence[str]) -> list[str]:
    return [variables] if isinstance(variables, str) else list(variables)


def survey_mean(
    design: Design,
    variables: str | Sequence[str],
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
    interval: ProportionInterval = "mean",
    deff_reference: DeffReference = "wor",
) -> Estimates:
    """Estimate means; see `estimate` for the arguments and the result.

    Parameters
    ----------
    variables : str or list of str
        Numeric columns.
    interval : str
        Interval of 0/1 columns; the default is the t interval, as for every other mean.

    Returns
    -------
    Estimates

    Notes
    -----
    ``sum w y / sum w`` with linearised value ``w (y - mean) / sum w``. Agrees with R survey ``svymean``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0], "w": [2, 2, 1]}, weights="w")
    >>> float(survey_mean(design, "y").table["estimate"][0])
    2.0
    """
    return estimate(
        design,
        [Mean(name) for name in _names(variables)],
        by=by,
        where=where,
        conf_level=conf_level,
        interval=interval,
        deff_reference=deff_reference,
    )


def survey_total(
    design: Design,
    variables: str | Sequence[str],
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
    deff_reference: DeffReference = "wor",
) -> Estimates:
    """Estimate totals; see `estimate` for the arguments and the result.

    Notes
    -----
    ``sum w y``. Agrees with R survey ``svytotal``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0, 4.0], "w": [2, 2, 1]}, weights="w")
    >>> float(survey_total(design, "y").table["estimate"][0])
    10.0
    """
    statistics = [Total(name) for name in _names(variables)]
    return estimate(design, statistics, by=by, where=where, conf_level=conf_level, deff_reference=deff_reference)


def survey_ratio(
    design: Design,
    numerator: str,
    denominator: str,
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
    deff_reference: DeffReference = "wor",
) -> Estimates:
    """Estimate the ratio of two totals; see `estimate` for the arguments and the result.

    Notes
    -----
    Linearised value ``w (y - R x) / sum w x``. Agrees with R survey ``svyratio``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 2.0], "x": [2.0, 4.0], "w": [2, 1]}, weights="w")
    >>> float(survey_ratio(design, "y", "x").table["estimate"][0])
    0.5
    """
    statistics = [Ratio(numerator, denominator)]
    return estimate(design, statistics, by=by, where=where, conf_level=conf_level, deff_reference=deff_reference)


def survey_prop(
    design: Design,
    variable: str,
    level: Any = None,
    *,
    by: By = None,
    where: Any = None,
    conf_level: float = 0.95,
    interval: ProportionInterval = "logit",
) -> Estimates:
    """Estimate the share of one level, of several as one, or of every level; see `estimate` for arguments and result.

    Parameters
    ----------
    variable : str
        A column of any type.
    level : any or list, optional
        The level; a list of levels is one box, one row with their joint share; None = every level, one row each, those
        declared (categories of a categorical column) also where no row has them.
    interval : str
        "logit" "likelihood" "asin" "beta" "mean" "xlogit" "wilson" "wilson_pooled".

    Notes
    -----
    Agrees with R survey ``svymean(~factor)`` and ``svyciprop``; intervals: docs/methods/estimation.md.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": ["a", "b", "a"], "w": [2, 2, 1]}, weights="w")
    >>> float(survey_prop(design, "y", level="a").table["estimate"][0])
    0.6
    >>> survey_prop(design, "y", level=["a", "b"]).table[["level", "estimate"]].values.tolist()
    [['a, b', 1.0]]
    """
    return estimate(design, [Prop(variable, level)], by=by, where=where, conf_level=conf_level, interval=interval)
