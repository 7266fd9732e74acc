"""Comparisons of rates that hold near 0 and 1: pairs, one with the mean of the others, limits of a difference."""

from __future__ import annotations

from typing import Any

import numpy as np

from surveykit.estimation.rate_margins import LARGEST_SCORE, LARGEST_SIZE, RateMargins, normal_score_of_t

__all__ = ["against_mean", "difference_limits", "pair_df", "pair_scores", "quantile_table", "rate_correlation"]

_BLOCK = 8_000_000
_MOST_CORRELATED = 0.999


def rate_correlation(covariance: np.ndarray) -> np.ndarray:
    """Return the correlation of estimates; 0 for those without a variance."""
    error = np.sqrt(np.diag(covariance))
    scale = np.outer(error, error)
    found = np.divide(covariance, scale, out=np.zeros_like(covariance), where=scale > 0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def _form(a: np.ndarray, b: np.ndarray, r: np.ndarray | float) -> np.ndarray:
    return np.asarray((a * a - 2 * r * a * b + b * b) / (1 - np.square(r)))


def pair_scores(margins: RateMargins, correlation: np.ndarray) -> np.ndarray:
    """Return the score of every difference, positive where the row's rate is the larger; antisymmetric, shape (k, k).

    Parameters
    ----------
    margins : RateMargins, k rates
    correlation : numpy.ndarray, shape (k, k)
        Of the estimates.

    Returns
    -------
    numpy.ndarray, shape (k, k)
        To be referred to the t distribution of the pair's degrees of freedom, as a Wald statistic is.

    Notes
    -----
    Let z_k(t) be the normal score of the confidence distribution of rate k at t. The evidence against equality is the
    least of ``(z_a^2 - 2 r z_a z_b + z_b^2) / (1 - r^2)`` over the common value t: for normal estimates the squared
    Wald statistic, for independent binomials close to the mid-p value of Fisher's test. It keeps its sign and order
    under any monotone change of scale.
    """
    nodes = margins.nodes()
    scores = margins.score(nodes)
    k = margins.rate.size
    bounded = np.clip(correlation, -_MOST_CORRELATED, _MOST_CORRELATED)
    least = np.empty((k, k))
    step = max(1, _BLOCK // max(1, k * nodes.size))
    for start in range(0, k, step):
        rows = slice(start, start + step)
        least[rows] = _form(scores[rows, None, :], scores[None, :, :], bounded[rows, :, None]).min(axis=-1)
    size = np.sqrt(np.maximum(least, 0.0))
    difference = margins.rate[:, None] - margins.rate[None, :]
    exact = margins.size >= LARGEST_SIZE
    both = exact[:, None] & exact[None, :]
    size[both & (difference != 0)] = LARGEST_SCORE
    found = np.sign(difference) * np.minimum(size, LARGEST_SCORE)
    return np.asarray((found - found.T) / 2)


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
    others counts as one rate with effective size ``m (1 - m) / Var(m)``; see `pair_scores`.
    """
    covariance = np.outer(margins.std_error, margins.std_error) * correlation
    scores = np.zeros(margins.rate.size)
    for j in range(scores.size):
        others = np.where(np.arange(scores.size) == j, 0.0, shares)
        if others.sum() <= 0:
            continue
        others = others / others.sum()
        scores[j] = _one_against(margins, covariance, others, j)
    return scores


def _one_against(margins: RateMargins, covariance: np.ndarray, others: np.ndarray, j: int) -> float:
    mean = float(np.clip(others @ margins.rate, 0.0, 1.0))
    variance = float(others @ covariance @ others)
    used = others > 0
    if 0 < mean < 1:
        size = mean * (1 - mean) / variance if variance > 0 else LARGEST_SIZE
    else:
        size = float(1 / (others[used] ** 2 / margins.size[used]).sum())
    slack = (others[used] ** 4 * margins.std_error[used] ** 4 / margins.df[used]).sum()
    df = (others[used] ** 2 * margins.std_error[used] ** 2).sum() ** 2 / slack if slack > 0 else np.inf
    scale = margins.std_error[j] * np.sqrt(variance)
    r = float(covariance[j] @ others / scale) if scale > 0 else 0.0
    error = np.array([margins.std_error[j], np.sqrt(variance)])
    pair = RateMargins(
        np.array([margins.rate[j], mean]),
        np.array([margins.size[j], min(size, LARGEST_SIZE)]),
        np.array([margins.df[j], df]),
        error,
        np.ones(2),
        np.zeros(2),
    )
    score = pair_scores(pair, np.array([[1.0, r], [r, 1.0]]))[0, 1]
    return float(normal_score_of_t(score, pair_df(pair)[0, 1]))


def quantile_table(margins: RateMargins, critical: float) -> tuple[np.ndarray, np.ndarray]:
    """Return scores from -critical to critical, shape (m,), and the rates there, shape (k, m)."""
    scores = np.linspace(-critical, critical, 257)
    return scores, margins.quantile(scores)


def difference_limits(
    scores: np.ndarray, first: np.ndarray, second: np.ndarray, correlation: float, critical: float
) -> tuple[float, float]:
    """Return limits of the first rate minus the second: the values whose score stays within the critical value.

    Parameters
    ----------
    scores, first, second : numpy.ndarray, shape (m,)
        Normal scores up to at least the critical value, and the two rates there; see `quantile_table`.
    correlation : float
    critical : float
        Normal or t quantile.

    Notes
    -----
    The extremes of the difference over the ellipse of joint scores with that critical value, so that the limits
    exclude 0 exactly where `pair_scores` exceeds it.
    """
    r = float(np.clip(correlation, -_MOST_CORRELATED, _MOST_CORRELATED))

    def difference(angle: Any) -> Any:
        one = critical * np.cos(angle)
        two = critical * (r * np.cos(angle) + np.sqrt(1 - r * r) * np.sin(angle))
        return np.interp(one, scores, first) - np.interp(two, scores, second)

    angles = np.linspace(0, 2 * np.pi, 145)
    values, width = difference(angles), angles[1]
    ends = []
    for sign in (1.0, -1.0):
        best = int(np.argmin(sign * values))
        fine = np.linspace(angles[best] - width, angles[best] + width, 401)
        ends.append(float(sign * np.min(sign * difference(fine))))
    return ends[0], ends[1]
