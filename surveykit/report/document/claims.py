"""What may be said of highest, lowest and different: only what rank sets or tests of differences bear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from surveykit.report.publishing.publication import table_of

if TYPE_CHECKING:
    from surveykit.report.document.view import View

__all__ = ["Order", "interval_ranks", "order_of", "pairs_apart", "ranks_from_pairs"]

ClaimTest = Literal["ranks", "pairs"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Order:
    """What the figures of one indicator by one grouping allow to be said of their order.

    Attributes
    ----------
    top, bottom : str
        The level that alone is highest or lowest, or "" when more than one may be.
    apart : bool
        Whether any two levels can be told apart.
    test : {"ranks", "pairs"}
        Rank sets that hold at the same time, or tests of all differences with Bonferroni's correction.
    """

    top: str
    bottom: str
    apart: bool
    test: ClaimTest


def order_of(view: View, indicator: str, by: str) -> Order:
    """Return what may be said of the order of an indicator's published figures by a grouping.

    Districts go by the report's rank sets where it has them for every district shown; other groupings by tests of all
    differences (:func:`pairs_apart`).

    Parameters
    ----------
    view : View
        The report.
    indicator, by : str
        Whose figures.

    Returns
    -------
    Order
    """
    levels = [figure.level for figure in view.figures(indicator, by) if not figure.withheld]
    ranks = view.report.ranks.get(indicator) if by == "district" else None
    if ranks is not None and set(levels) <= set(ranks["district"].astype(str)):
        low = ranks["rank_low"].to_numpy(dtype=float)
        high = ranks["rank_high"].to_numpy(dtype=float)
        return _order(ranks["district"].astype(str).tolist(), levels, low, high, "ranks")
    low, high = ranks_from_pairs(*pairs_apart(view, indicator, by, levels)[:2])
    return _order(levels, levels, low, high, "pairs")


def _order(every: list[str], shown: list[str], low: FloatArray, high: FloatArray, test: ClaimTest) -> Order:
    first, last = np.flatnonzero(high == 1), np.flatnonzero(low == len(every))
    top = every[first[0]] if len(first) == 1 and (low == 1).sum() == 1 else ""
    bottom = every[last[0]] if len(last) == 1 and (high == len(every)).sum() == 1 else ""
    known = len(every) > 1
    return Order(
        top if known and top in shown else "", bottom if known and bottom in shown else "", bool((low > 1).any()), test
    )


def pairs_apart(
    view: View, indicator: str, by: str, levels: Sequence[str], families: int = 1
) -> tuple[FloatArray, BoolArray, bool]:
    """Test every difference between levels, with Bonferroni's correction for all of them.

    The standard error of a difference comes from the covariance of the estimates where the report has it, and is the
    sum of both standard errors, the most it can be, where it has not. A level whose standard error is 0 (0 or 100 %)
    is told apart from none: its error is unknown, not absent.

    Parameters
    ----------
    view : View
        The report.
    indicator, by : str
        Whose estimates.
    levels : sequence of str
        Levels to compare, k of them.
    families : int
        How many indicators are compared in the same way; the correction is for all of them.

    Returns
    -------
    values : ndarray, shape (k,)
        Estimates in the order of ``levels``.
    apart : ndarray of bool, shape (k, k)
        Whether two levels differ.
    exact : bool
        Whether the errors of the differences are known.
    """
    from scipy.stats import t

    estimates = view.report.estimates[by]
    table = table_of(estimates)
    own = (table["variable"].astype(str) == indicator).to_numpy()
    labels = table[by].astype(str).to_numpy()
    rows = [int(np.flatnonzero(own & (labels == level))[0]) for level in levels]
    values = table["estimate"].to_numpy(dtype=float)[rows]
    errors = table["std_error"].to_numpy(dtype=float)[rows]
    df = (table["df"] if "df" in table.columns else pd.Series(np.inf, table.index)).to_numpy(dtype=float)[rows]
    covariance = getattr(estimates, "covariance", None)
    exact = covariance is not None and np.shape(covariance) == (len(table), len(table))
    if exact:
        joint = np.asarray(covariance, dtype=float)[np.ix_(rows, rows)]
        variances = np.diag(joint)[:, None] + np.diag(joint)[None, :] - 2 * joint
    else:
        variances = (errors[:, None] + errors[None, :]) ** 2
    pairs = max(len(levels) * (len(levels) - 1) // 2, 1) * families
    least = np.fmin(np.where(np.isfinite(df), df, np.inf)[:, None], np.where(np.isfinite(df), df, np.inf)[None, :])
    critical = t.ppf(1 - (1 - view.report.conf_level) / (2 * pairs), least)
    usable = (errors[:, None] > 0) & (errors[None, :] > 0)
    apart = usable & (np.abs(values[:, None] - values[None, :]) > critical * np.sqrt(np.maximum(variances, 0)))
    return values, np.asarray(apart & ~np.eye(len(levels), dtype=bool)), bool(exact)


def ranks_from_pairs(values: ArrayLike, apart: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return rank sets from differences: above a level stand those that are larger and told apart from it.

    Parameters
    ----------
    values : array_like, shape (k,)
        Estimates; the largest ranks first.
    apart : array_like of bool, shape (k, k)
        Whether two differ, by tests that hold together; the sets then hold together as well.

    Returns
    -------
    low, high : ndarray, shape (k,)

    Notes
    -----
    Mogstad, Romano, Shaikh and Wilhelm, Review of Economic Studies 91 (2024), 476-518.

    Examples
    --------
    >>> low, high = ranks_from_pairs([0.9, 0.8, 0.7], [[0, 0, 1], [0, 0, 0], [1, 0, 0]])
    >>> low.tolist(), high.tolist()
    ([1.0, 1.0, 2.0], [2.0, 3.0, 3.0])
    """
    found, differ = np.asarray(values, dtype=float), np.asarray(apart, dtype=bool)
    larger = found[None, :] > found[:, None]
    smaller = found[None, :] < found[:, None]
    return 1.0 + (differ & larger).sum(axis=1), len(found) - (differ & smaller).sum(axis=1).astype(float)


def interval_ranks(
    values: ArrayLike, low: ArrayLike, high: ArrayLike, conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Return rank sets of figures of which only intervals are known, whatever their errors have in common.

    Two differ when their distance exceeds the sum of the facing half-widths, widened from the level of one interval to
    that of all pairs (Bonferroni, normal): the standard error of a difference is at most the sum of both.

    Parameters
    ----------
    values, low, high : array_like, shape (k,)
        Figures with the ends of their intervals.
    conf_level : float
        Level of each interval.

    Returns
    -------
    low, high : ndarray, shape (k,)
        First and last possible rank; the largest ranks first.

    Examples
    --------
    >>> first, last = interval_ranks([90, 84, 83], [89, 83, 82], [91, 85, 84], 0.95)
    >>> first.tolist(), last.tolist()
    ([1.0, 2.0, 2.0], [1.0, 3.0, 3.0])
    """
    from scipy.stats import norm

    found, lows, highs = (np.asarray(part, dtype=float) for part in (values, low, high))
    pairs = max(len(found) * (len(found) - 1) // 2, 1)
    wider = norm.ppf(1 - (1 - conf_level) / (2 * pairs)) / norm.ppf(0.5 + conf_level / 2)
    down, up = found - lows, highs - found
    gap = found[:, None] - found[None, :]
    facing = np.where(gap > 0, down[:, None] + up[None, :], up[:, None] + down[None, :])
    return ranks_from_pairs(found, np.abs(gap) > wider * facing)
