"""The rates among the rows of a result, and the comparison of pairs of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from surveykit.estimation.results.contrast_df import contrast_df, row_bias
from surveykit.estimation.results.rate_contrasts import (
    difference_limits,
    paired_scores,
    quantile_table,
    rate_correlation,
)
from surveykit.estimation.results.rate_margins import LARGEST_SIZE, RateMargins, rate_margins
from surveykit.estimation.results.rows import EstimateRows

__all__ = ["RateRows", "difference_of_rates", "rate_rows"]

MOST_CRITICAL = 30.0
"""Score up to which limits are computed: farther out the distributions have no tail in double precision."""


@dataclass(frozen=True, eq=False)
class RateRows:
    """The rows that are rates.

    Attributes
    ----------
    rows : numpy.ndarray of int, shape (r,)
        Rows of the table with an estimated rate.
    margins : RateMargins
        Of these; design effects are pooled within a variable and level.
    correlation : numpy.ndarray, shape (r, r)
    group : numpy.ndarray of int, shape (r,)
        Variable and level of each.
    """

    rows: np.ndarray
    margins: RateMargins
    correlation: np.ndarray = field(repr=False)
    group: np.ndarray

    def pair_df(self, estimates: EstimateRows, i: np.ndarray, j: np.ndarray) -> np.ndarray:
        """Return degrees of freedom of differences; i and j count within `rows`.

        Notes
        -----
        ``1 / (o^2 / nu + (1 - o)^2 / nu_pool)``: nu of `contrast_df`, o the part of the two effective sizes that rests
        on the two rows' own variances, nu_pool the degrees of freedom of the other rows of the pool.
        """
        matrix = np.zeros((i.size, len(estimates.table)))
        at = np.arange(i.size)
        matrix[at, self.rows[i]], matrix[at, self.rows[j]] = 1.0, -1.0
        nu = contrast_df(estimates, matrix, with_bias=False)
        weight, share = self.margins.weight, self.margins.share
        same = self.group[i] == self.group[j]
        own = (
            _own(weight[i], share[i], np.where(same, share[j], 0.0))
            + _own(weight[j], share[j], np.where(same, share[i], 0.0))
        ) / 2
        df = estimates.table["df"].to_numpy(dtype=float)[self.rows]
        df = np.where(df > 0, df, 0.0)
        whole = np.bincount(self.group, weights=df)
        pool = np.minimum(whole[self.group[i]] - df[i] - np.where(same, df[j], 0.0), estimates.design_df)
        pool = np.where(pool > 0, pool, nu)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = 1.0 / (own**2 / nu + (1 - own) ** 2 / pool)
        return np.where(nu > 0, np.maximum(found, nu), nu)

    def compare(
        self, estimates: EstimateRows, i: np.ndarray, j: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return scores, degrees of freedom and limits of differences of rates; i and j count within `rows`."""
        r = self.correlation[i, j]
        score, df = paired_scores(self.margins, i, j, r), self.pair_df(estimates, i, j)
        limits = np.full((2, i.size), np.nan)
        known = np.flatnonzero(df > 0)
        if known.size:
            critical = np.minimum(stats.t.ppf(0.5 + estimates.conf_level / 2, df[known]), MOST_CRITICAL)
            used, place = np.unique(np.concatenate([i[known], j[known]]), return_inverse=True)
            table = quantile_table(self.margins.part(used), float(critical.max()))
            first, second = place[: known.size], place[known.size :]
            limits[:, known] = difference_limits(table, first, second, r[known], critical)
            exact = self.margins.size >= LARGEST_SIZE
            certain = known[exact[i[known]] & exact[j[known]]]
            limits[:, certain] = self.margins.rate[i[certain]] - self.margins.rate[j[certain]]
        return score, df, limits[0], limits[1]

    def working_covariance(self, covariance: np.ndarray) -> np.ndarray:
        """Return the covariance of all rows with the variances of the effective sizes for rates."""
        error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        used = error.copy()
        used[self.rows] = self.margins.std_error
        return np.asarray(np.outer(used, used) * rate_correlation(covariance))


def _own(weight: np.ndarray, share: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.asarray(weight + (1 - weight) * (share + other))


def rate_rows(estimates: EstimateRows, only: np.ndarray | None = None) -> RateRows | None:
    """Return the rows of a result that are estimated rates, or None when there is none.

    Parameters
    ----------
    estimates : EstimateRows
    only : numpy.ndarray of int, optional
        Rows to look at; all when absent. Rates of the same variable and level take part in any case, since design
        effects are pooled over them.

    Notes
    -----
    Variances are first divided by `row_bias`: those of domains that are small in their strata are too small.
    """
    table = estimates.table
    kinds = estimates.recipe.get("kinds", {})
    rate = table["statistic"].isin(["mean", "prop"]) & table["variable"].map(lambda name: kinds.get(name) == "rate")
    p = table["estimate"].to_numpy(dtype=float)
    rate = rate.to_numpy(dtype=bool) & np.isfinite(p) & (table["n"].to_numpy(dtype=float) > 0)
    rows = np.flatnonzero(rate)
    if not rows.size or (only is not None and not rate[only].all()):
        return None
    names = table["variable"].astype(str) + "\x00" + table["level"].astype(str)
    group = np.unique(names.to_numpy()[rows], return_inverse=True)[1].ravel()
    if only is not None:
        kept = np.isin(group, group[np.isin(rows, only)])
        rows, group = rows[kept], np.unique(group[kept], return_inverse=True)[1].ravel()
    se = np.sqrt(np.maximum(np.diag(estimates.covariance)[rows], 0.0) / row_bias(estimates)[rows])
    n, df = table["n"].to_numpy(dtype=float)[rows], table["df"].to_numpy(dtype=float)[rows]
    parts = [rate_margins(p[rows][group == g], se[group == g], n[group == g], df[group == g]) for g in np.unique(group)]
    order = np.argsort(np.concatenate([np.flatnonzero(group == g) for g in np.unique(group)]))
    names_of = ("rate", "size", "df", "std_error", "weight", "share")
    margins = RateMargins(*(np.concatenate([getattr(part, name) for part in parts])[order] for name in names_of))
    correlation = rate_correlation(estimates.covariance[np.ix_(rows, rows)])
    return RateRows(rows, margins, correlation, group)


def difference_of_rates(estimates: EstimateRows, first: int, second: int) -> tuple[float, float, float] | None:
    """Return degrees of freedom and limits of the difference of two rows; None unless both are rates."""
    found = rate_rows(estimates, np.array([first, second]))
    if found is None:
        return None
    i, j = (np.flatnonzero(found.rows == row) for row in (first, second))
    _, df, low, high = found.compare(estimates, i, j)
    return float(df[0]), float(low[0]), float(high[0])
