"""What can be asked for in `estimate`, and its translation to terms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd

from surveykit.design.domains import column_codes, level_positions
from surveykit.design.tables import numeric_column, require_columns
from surveykit.errors import DataError, choose
from surveykit.estimation.kernel.terms import (
    Context,
    Term,
    level_total_term,
    mean_term,
    prop_term,
    ratio_term,
    total_term,
)
from surveykit.estimation.statistics.moments import covariance_term
from surveykit.estimation.statistics.quantile_rules import QuantileRule
from surveykit.estimation.statistics.quantiles import QuantileInterval, quantile_term

__all__ = [
    "Correlation",
    "Covariance",
    "Mean",
    "Prop",
    "Quantile",
    "Ratio",
    "Statistic",
    "Total",
    "Variance",
    "make_term",
]


@dataclass(frozen=True)
class Mean:
    """Weighted mean of a numeric or 0/1 column; rows where it is missing are outside the domain.

    Parameters
    ----------
    variable : str
        The column.
    """

    variable: str


@dataclass(frozen=True)
class Total:
    """Weighted total of a numeric column, or of the units in each level of a text or categorical column.

    Parameters
    ----------
    variable : str
        The column; rows where it is missing are outside the domain.
    """

    variable: str


@dataclass(frozen=True)
class Ratio:
    """Ratio of two weighted totals; rows where either column is missing are outside the domain.

    Parameters
    ----------
    numerator, denominator : str
        The columns.
    """

    numerator: str
    denominator: str


@dataclass(frozen=True)
class Prop:
    """Weighted share of one level, of several levels as one, or of every level, of a column of any type.

    Parameters
    ----------
    variable : str
        The column.
    level : any or list, optional
        The level; a list (tuple, set, array) of levels is one box: the share of the rows with any of them, in one row
        whose level is their names in the order of the levels, ``"4, 5"``; None = every level, one row each, those of a
        categorical column also where no row has them.
    """

    variable: str
    level: Any = None


@dataclass(frozen=True)
class Quantile:
    """Weighted quantiles of a numeric column.

    Parameters
    ----------
    variable : str
        The column.
    probabilities : float or sequence of float
        Which quantiles.
    rule, interval : str
        See `survey_quantile`.
    """

    variable: str
    probabilities: float | Sequence[float] = 0.5
    rule: QuantileRule = "math"
    interval: QuantileInterval = "mean"

    def __post_init__(self) -> None:
        choose("rule", self.rule, get_args(QuantileRule))
        choose("interval", self.interval, get_args(QuantileInterval))


@dataclass(frozen=True)
class Variance:
    """Variance of a numeric column in the population.

    Parameters
    ----------
    variable : str
        The column.
    """

    variable: str


@dataclass(frozen=True)
class Covariance:
    """Covariance of two numeric columns in the population.

    Parameters
    ----------
    first, second : str
        The columns; rows where either is missing are outside the domain.
    """

    first: str
    second: str


@dataclass(frozen=True)
class Correlation:
    """Correlation of two numeric columns in the population.

    Parameters
    ----------
    first, second : str
        The columns; rows where either is missing are outside the domain.
    """

    first: str
    second: str


Statistic = Mean | Total | Ratio | Prop | Quantile | Variance | Covariance | Correlation


def _has_levels(frame: pd.DataFrame, name: str) -> bool:
    require_columns(frame, [name])
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return True
    if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        return bool(column.notna().any()) and all(isinstance(value, str) for value in column.dropna().unique())
    return False


def make_term(context: Context, statistic: Statistic) -> Term:
    """Return what must be added up for a statistic.

    Raises
    ------
    DataError
        For unknown columns or levels, and for text where a number is needed.
    """
    frame = context.design.data
    if isinstance(statistic, Mean):
        return mean_term(context, statistic.variable, numeric_column(frame, statistic.variable))
    if isinstance(statistic, Total):
        if _has_levels(frame, statistic.variable):
            codes, levels = column_codes(context.design, statistic.variable)
            return level_total_term(context, statistic.variable, codes, levels)
        return total_term(context, statistic.variable, numeric_column(frame, statistic.variable))
    if isinstance(statistic, Ratio):
        names = (statistic.numerator, statistic.denominator)
        return ratio_term(context, "/".join(names), *(numeric_column(frame, name) for name in names))
    if isinstance(statistic, Quantile):
        y = numeric_column(frame, statistic.variable)
        given = statistic.probabilities
        listed = (float(given),) if isinstance(given, (int, float)) else tuple(float(p) for p in given)
        return quantile_term(context, statistic.variable, y, listed, statistic.rule, statistic.interval)
    if isinstance(statistic, Variance):
        y = numeric_column(frame, statistic.variable)
        return covariance_term(context, (statistic.variable, statistic.variable), y, y, "variance")
    if isinstance(statistic, (Covariance, Correlation)):
        pair = (statistic.first, statistic.second)
        columns = [numeric_column(frame, name) for name in pair]
        return covariance_term(context, pair, columns[0], columns[1], type(statistic).__name__.lower())
    if isinstance(statistic, Prop):
        codes, levels = column_codes(context.design, statistic.variable)
        if not levels:
            raise DataError(f"Column {statistic.variable!r} is missing in every row: there is no level to estimate.")
        if statistic.level is None:
            boxes = [[i] for i in range(len(levels))]
        else:
            boxes = [level_positions(levels, statistic.level, statistic.variable)]
        return prop_term(context, statistic.variable, np.asarray(codes), levels, boxes)
    raise DataError(
        f"{statistic!r} is no statistic: use Mean, Total, Ratio, Prop, Quantile, Variance, Covariance or Correlation."
    )
