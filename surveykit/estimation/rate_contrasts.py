"""Comparisons of rates that hold near 0 and 1: pairs, one with the mean of the others, limits of a difference."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import interpolate

from surveykit.estimation.rate_margins import LARGEST_SCORE, LARGEST_SIZE, RateMargins, normal_score_of_t

__all__ = [
    "QuantileTable",
    "against_mean",
    "difference_limits",
    "pair_df",
    "pair_scores",
    "paired_scores",
    "quantile_table",
    "rate_correlation",
]

ROUNDING = 1e-12
"""Rates that differ by no more are equal."""

_BLOCK = 1_000_000
_MOST_CORRELATED = 0.999


def rate_correlation(covariance: np.ndarray) -> np.ndarray:
    """Return the correlation of estimates; 0 for those without a variance."""
    error = np.sqrt(np.diag(covariance))
    scale = np.outer(error, error)
    found = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _form(a: np.ndarray, b: np.ndarray, r: np.ndarray) -> np.ndarray:
    return np.asarray((a * a - 2 * r * a * b + b * b) / (1 - np.square(r)))


def paired_scores(margins: RateMargins, i: np.ndarray, j: np.ndarray, correlation: np.ndarray) -> np.ndarray:
    """Return the scores of differences of rates, positive where the first is the larger; antisymmetric in i and j.

    Parameters
    ----------
    margins : RateMargins, k rates
    i, j : numpy.ndarray of int, shape (q,)
        First and second rate of each pair.
    correlation : numpy.ndarray, shape (q,)
        Of the two estimates of each pair.

    Returns
    -------
    numpy.ndarray, shape (q,)
        To be referred to the t distribution of the pair's degrees of freedom, as a Wald statistic is.

    Notes
    -----
    Let z_k(t) be the normal score of the confidence distribution of rate k at t. The evidence against equality is the
    least of ``(z_a^2 - 2 r z_a z_b + z_b^2) / (1 - r^2)`` over the common value t: for normal estimates the squared
    Wald statistic, for independent binomials close to the mid-p value of Fisher's test. It keeps its sign and order
    under any monotone change of scale. The least value on a grid of t is refined by a parabola on the arcsine scale.
    """
    nodes = margins.nodes()
    scores, angle = margins.score(nodes), np.arcsin(np.sqrt(nodes))
    r = np.clip(correlation, -_MOST_CORRELATED, _MOST_CORRELATED)
    least = np.empty(i.size)
    step = max(1, _BLOCK // nodes.size)
    for start in range(0, i.size, step):
        part = slice(start, start + step)
        values = _form(scores[i[part]], scores[j[part]], r[part, None])
        least[part] = _refined_minimum(angle, values)
    size = np.sqrt(np.maximum(least, 0.0))
    difference = margins.rate[i] - margins.rate[j]
    difference[np.abs(difference) <= ROUNDING] = 0.0
    exact = margins.size >= LARGEST_SIZE
    size[exact[i] & exact[j] & (difference != 0)] = LARGEST_SCORE
    return np.asarray(np.sign(difference) * np.minimum(size, LARGEST_SCORE))


def _refined_minimum(at: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Least value of each row, from the parabola through the least of the grid and its neighbours."""
    best = values.argmin(axis=1)
    middle = np.clip(best, 1, at.size - 2)
    row = np.arange(values.shape[0])
    left, right = at[middle - 1] - at[middle], at[middle + 1] - at[middle]
    centre = values[row, middle]
    down, up = values[row, middle - 1] - centre, values[row, middle + 1] - centre
    apart = (best == middle) & (left < -1e-9) & (right > 1e-9)
    left, right = np.where(apart, left, -1.0), np.where(apart, right, 1.0)
    slope = (down * right / left - up * left / right) / (right - left)
    bend = (up / right - down / left) / (right - left)
    inside = apart & (bend > 0)
    gain = np.divide(slope**2, 4 * bend, out=np.zeros(row.size), where=inside)
    return np.asarray(np.maximum(values[row, best] - gain, 0.0))


def pair_scores(margins: RateMargins, correlation: np.ndarray) -> np.ndarray:
    """Return the score of every difference, positive where the row's rate is the larger; antisymmetric, shape (k, k).

    See `paired_scores`.
    """
    k = margins.rate.size
    i, j = np.triu_indices(k, 1)
    found = np.zeros((k, k))
    found[i, j] = paired_scores(margins, i, j, correlation[i, j])
    return np.asarray(found - found.T)


def pair_df(margins: RateMargins) -> np.ndarray:
    """Return Satterthwaite's degrees of freedom of each difference of independent rates, shape (k, k)."""
    variance = margins.std_error**2
    slack = variance**2 / margins.df
    total, below = variance[:, None] + variance[None, :], slack[:, None] + slack[None, :]
    return np.asarray(np.divide(total**2, below, out=np.full(total.shape, np.inf), where=below > 0))


def against_mean(margins: RateMargins, correlation: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return the normal score of each rate against the weighted mean of the others, t tails allowed for, shape (k,).

    Parameters
    ----------
    margins : RateMargins, k rates
    correlation : numpy.ndarray, shape (k, k)
    shares : numpy.ndarray, shape (k,)
        Weights of the mean, summing to 1.

    Notes
    -----
    A rate exceeds the mean of all when it exceeds the mean of the others, so its own share drops out. The mean of the
    others counts as one rate with effective size ``m (1 - m) / Var(m)``; see `paired_scores`.
    """
    k = margins.rate.size
    others = np.where(np.eye(k, dtype=bool), 0.0, shares)
    total = others.sum(axis=1)
    judged = np.flatnonzero(total > 0)
    others = others[judged] / total[judged, None]
    covariance = np.outer(margins.std_error, margins.std_error) * correlation
    means = _means(margins, covariance, others)
    joint = margins.joined(means)
    error = margins.std_error[judged] * means.std_error
    r = np.divide(
        (others @ covariance)[np.arange(judged.size), judged], error, out=np.zeros(judged.size), where=error > 0
    )
    second = k + np.arange(judged.size)
    scores = np.zeros(k)
    found = paired_scores(joint, judged, second, r)
    scores[judged] = normal_score_of_t(found, pair_df(joint)[judged, second])
    return scores


def _means(margins: RateMargins, covariance: np.ndarray, others: np.ndarray) -> RateMargins:
    """Weighted means as rates with effective sizes; one row of weights each."""
    mean = np.clip(others @ margins.rate, 0.0, 1.0)
    variance = np.maximum(((others @ covariance) * others).sum(axis=1), 0.0)
    inner = (mean > 0) & (mean < 1)
    size = np.divide(mean * (1 - mean), variance, out=np.full(mean.size, LARGEST_SIZE), where=inner & (variance > 0))
    size = np.where(inner, size, 1.0 / (others**2 / margins.size).sum(axis=1))
    own = others**2 * margins.std_error**2
    slack = (own**2 / margins.df).sum(axis=1)
    df = np.divide(own.sum(axis=1) ** 2, slack, out=np.full(mean.size, np.inf), where=slack > 0)
    return RateMargins(
        mean, np.minimum(size, LARGEST_SIZE), df, np.sqrt(variance), np.ones(mean.size), np.zeros(mean.size)
    )


@dataclass(frozen=True, eq=False)
class QuantileTable:
    """Rates at equally spaced normal scores, with cubic splines between them."""

    first: float
    step: float
    coefficients: np.ndarray

    def at(self, rate: np.ndarray, score: np.ndarray) -> np.ndarray:
        """Return the quantile of each rate (its number, shape (q, 1)) at scores, shape (q, m)."""
        place = (score - self.first) / self.step
        cell = np.clip(place.astype(int), 0, self.coefficients.shape[1] - 1)
        rest = (place - cell) * self.step
        a, b, c, d = self.coefficients[:, cell, rate]
        return np.asarray(np.clip(((a * rest + b) * rest + c) * rest + d, 0.0, 1.0))


def quantile_table(margins: RateMargins, critical: float) -> QuantileTable:
    """Return the quantiles of rates for normal scores from -critical to critical."""
    scores = np.linspace(-critical, critical, 161)
    spline = interpolate.CubicSpline(scores, margins.quantile(scores), axis=1)
    return QuantileTable(float(scores[0]), float(scores[1] - scores[0]), spline.c)


def difference_limits(
    table: QuantileTable, i: np.ndarray, j: np.ndarray, correlation: np.ndarray, critical: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return limits of the first rate minus the second: the values whose score stays within the critical value.

    Parameters
    ----------
    table : QuantileTable
        Up to at least the largest critical value.
    i, j : numpy.ndarray of int, shape (q,)
        First and second rate of each pair.
    correlation, critical : numpy.ndarray, shape (q,)
        Critical values are normal or t quantiles.

    Notes
    -----
    The extremes of the difference over the ellipse of joint scores with that critical value, so that the limits
    exclude 0 exactly where `paired_scores` exceeds it.
    """
    r = np.clip(correlation, -_MOST_CORRELATED, _MOST_CORRELATED)[:, None]
    rest, reach = np.sqrt(1 - r * r), critical[:, None]
    first, second = i[:, None], j[:, None]

    def difference(angle: np.ndarray) -> np.ndarray:
        two = reach * (r * np.cos(angle) + rest * np.sin(angle))
        return np.asarray(table.at(first, reach * np.cos(angle)) - table.at(second, two))

    angles = np.linspace(0, 2 * np.pi, 145)
    values = difference(np.broadcast_to(angles, (i.size, angles.size)))
    return tuple(_extreme(difference, angles, values, sign) for sign in (1.0, -1.0))  # type: ignore[return-value]


def _extreme(
    function: Callable[[np.ndarray], np.ndarray], angles: np.ndarray, values: np.ndarray, sign: float
) -> np.ndarray:
    """Least (sign 1) or largest value of each row, by ever finer grids around the best angle."""
    best, width = angles[(sign * values).argmin(axis=1)], angles[1]
    for _ in range(5):
        grid = best[:, None] + width * np.linspace(-1, 1, 17)
        found = sign * function(grid)
        place = found.argmin(axis=1)
        best, width = grid[np.arange(best.size), place], width / 8
    return np.asarray(sign * found.min(axis=1))
