"""What can be asked for in `estimate`, and its translation to terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from surveykit.design.domains import level_position
from surveykit.design.tables import categories, numeric_column
from surveykit.errors import DataError
from surveykit.estimation.terms import Context, Term, mean_term, prop_term, ratio_term, total_term

__all__ = ["Mean", "Prop", "Ratio", "Statistic", "Total", "make_term"]


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
    """Weighted total of a numeric column; rows where it is missing count as outside the domain.

    Parameters
    ----------
    variable : str
        The column.
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
    """Weighted share of one level, or of every level, of a column of any type.

    Parameters
    ----------
    variable : str
        The column.
    level : any, optional
        The level; None = every level that occurs.
    """

    variable: str
    level: Any = None


Statistic = Mean | Total | Ratio | Prop


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
        return total_term(context, statistic.variable, numeric_column(frame, statistic.variable))
    if isinstance(statistic, Ratio):
        names = (statistic.numerator, statistic.denominator)
        return ratio_term(context, "/".join(names), *(numeric_column(frame, name) for name in names))
    if isinstance(statistic, Prop):
        codes, levels = categories(frame, statistic.variable)
        if not levels:
            raise DataError(f"Column {statistic.variable!r} is missing in every row: there is no level to estimate.")
        if statistic.level is None:
            chosen = list(range(len(levels)))
        else:
            chosen = [level_position(levels, statistic.level, statistic.variable)]
        return prop_term(context, statistic.variable, np.asarray(codes), levels, chosen)
    raise DataError(f"{statistic!r} is not a statistic: use Mean, Total, Ratio or Prop.")
