"""What the data say about single rates: effective sizes, and the mid-p confidence distribution of each rate."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from scipy import special

from surveykit.errors import DataError, first_few

__all__ = ["LARGEST_SIZE", "RateMargins", "normal_score_of_t", "rate_margins"]

POOL_WEIGHT = 8.0
"""What the pooled design effect counts for, in degrees of freedom, beside a rate's own; chosen by simulation."""

LARGEST_SIZE = 1e10
"""Effective size that stands for a rate known exactly."""

LARGEST_SCORE = 37.0
"""Normal score beyond which a tail is 0 in double precision."""


@dataclass(frozen=True, eq=False)
class RateMargins:
    """Rates with their effective sizes.

    Attributes
    ----------
    rate, size, df : numpy.ndarray, shape (k,)
        Rates, effective sizes, and degrees of freedom of the design effects behind these.
    std_error : numpy.ndarray, shape (k,)
        ``sqrt(p (1 - p) / size)``; at 0 and 1 with ``(p size + 1/2) / (size + 1)`` for p, so positive there too.
    weight, share : numpy.ndarray, shape (k,)
        What a rate's own design effect counts for in its size, and its share in the pooled one.
    """

    rate: np.ndarray
    size: np.ndarray
    df: np.ndarray
    std_error: np.ndarray = field(repr=False)
    weight: np.ndarray = field(repr=False)
    share: np.ndarray = field(repr=False)

    def score(self, at: np.ndarray) -> np.ndarray:
        """Return the normal scores of the confidence distributions at given rates; increasing in the rate.

        Parameters
        ----------
        at : numpy.ndarray, shape (m,) or (k, m)
            Rates at which to evaluate, the same for all or one row each.

        Returns
        -------
        numpy.ndarray, shape (k, m)

        Notes
        -----
        With x = rate * size and y = size - x the distribution function at t is
        ``(I_t(x, y + 1) + I_t(x + 1, y)) / 2``, I the regularised incomplete beta function: the mean of the two
        Clopper-Pearson bounds, so that tests and limits made of it are mid-p (Lancaster 1961, JASA 56, 223-234).
        """
        x, y = (self.rate * self.size)[:, None], ((1.0 - self.rate) * self.size)[:, None]
        below = _beta(special.betainc, x, y + 1, at, 1.0) + _beta(special.betainc, x + 1, y, at, 0.0)
        above = _beta(special.betaincc, x, y + 1, at, 0.0) + _beta(special.betaincc, x + 1, y, at, 1.0)
        with np.errstate(divide="ignore"):
            found = np.where(below < above, special.ndtri(below / 2), -special.ndtri(above / 2))
        return np.asarray(np.clip(found, -LARGEST_SCORE, LARGEST_SCORE))

    def nodes(self, reach: float = 7.0, per_rate: int = 29) -> np.ndarray:
        """Return rates between 0 and 1 at which the distributions change, increasing; for minima and inversion."""
        most = max(250, min(900, 60_000 // max(1, self.rate.size)))
        tails = special.ndtr(np.linspace(-reach, reach, per_rate))
        x, y = (self.rate * self.size)[:, None], ((1.0 - self.rate) * self.size)[:, None]
        found = np.unique(np.clip(special.betaincinv(x + 0.5, y + 0.5, tails), 0.0, 1.0))
        if found.size > most:
            found = found[np.linspace(0, found.size - 1, most).astype(int)]
        coarse = np.sin(np.linspace(0, np.pi / 2, 62)) ** 2
        return np.unique(np.concatenate([found, coarse[1:-1], self.rate]))

    def quantile(self, scores: np.ndarray) -> np.ndarray:
        """Return the rates at given normal scores, shape (m,) for all or (k, m), as an array of shape (k, m).

        Notes
        -----
        Inverse interpolation on the arcsine scale, where the score is nearly a straight line, between nodes a fifth of
        a score apart, and one secant step: within a thousandth of a standard error. Scores beyond 13 give the ends.
        """
        x, y = (self.rate * self.size)[:, None], ((1.0 - self.rate) * self.size)[:, None]
        grid = np.linspace(-13.0, 13.0, 131)
        below = special.betaincinv(x + 0.5, y + 0.5, special.ndtr(grid[:66]))
        above = special.betainccinv(x + 0.5, y + 0.5, special.ndtr(-grid[66:]))
        angles = np.arcsin(np.sqrt(np.clip(np.concatenate([below, above], axis=1), 0.0, 1.0)))
        known = np.maximum.accumulate(self.score(np.sin(angles) ** 2), axis=1)
        wanted = np.broadcast_to(scores, (self.rate.size, scores.shape[-1]))
        found, slope = np.empty(wanted.shape), np.empty(wanted.shape)
        for i, (one, angle) in enumerate(zip(known, angles, strict=True)):
            found[i] = np.interp(wanted[i], one, angle)
            slope[i] = np.interp(wanted[i], one[:-1], _slope(one, angle))
        miss = scores - self.score(np.sin(found) ** 2)
        step = np.where(np.abs(miss) < 0.2, np.clip(miss, -0.1, 0.1) * slope, 0.0)
        return np.asarray(np.sin(np.clip(found + step, 0.0, np.pi / 2)) ** 2)

    def part(self, rows: list[int] | np.ndarray) -> RateMargins:
        """Return some of the rates."""
        kept = (getattr(self, field_.name)[rows] for field_ in fields(self))
        return RateMargins(*kept)


def _slope(scores: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Change of the angle per score between neighbours; 0 where the score stands still."""
    step = np.diff(scores)
    return np.divide(np.diff(angles), step, out=np.zeros(step.shape), where=step > 1e-9)


def _beta(function: np.ufunc, a: np.ndarray, b: np.ndarray, at: np.ndarray, limit: float) -> np.ndarray:
    """Incomplete beta function; `limit` where one parameter is 0, which makes it a point mass."""
    inside = (a > 0) & (b > 0)
    value = function(np.where(inside, a, 1.0), np.where(inside, b, 1.0), at)
    return np.asarray(np.where(inside, value, limit))


def normal_score_of_t(score: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the normal score with the tail that a score has in Student's t; unchanged where df is infinite."""
    score, df = np.broadcast_arrays(np.asarray(score, float), np.asarray(df, float))
    few = np.isfinite(df)
    tail = special.stdtr(np.where(few, df, 1.0), -np.abs(score))
    with np.errstate(divide="ignore"):
        found = np.where(few, -special.ndtri(tail), np.abs(score))
    return np.asarray(np.copysign(np.minimum(found, LARGEST_SCORE), score))


def rate_margins(
    rate: np.ndarray, std_error: np.ndarray, n: np.ndarray | None = None, df: np.ndarray | float | None = None
) -> RateMargins:
    """Return rates of one indicator with effective sizes that hold near 0 and 1.

    Parameters
    ----------
    rate, std_error : array_like, shape (k,)
        Between 0 and 1, and their design-based standard errors (0 at 0 and 1).
    n : array_like, shape (k,), optional
        Rows of the sample behind each.
    df : array_like or float, optional
        Degrees of freedom of each standard error; infinite when absent.

    Returns
    -------
    RateMargins

    Raises
    ------
    DataError
        When rates of 0 or 1 have no size: neither `n` nor another rate's variance says how large a sample they rest on.

    Notes
    -----
    ``size = n / d`` with ``d_k = (8 D + v_k own_k) / (8 + v_k)``: own_k the rate's own design effect
    ``std_error^2 n / (p (1 - p))``, D the effect pooled over the rates (sum of variances over sum of p (1 - p) / n),
    v_k = min(df_k, n_k min(p, 1 - p) / D), about the degrees of freedom that own_k really has near 0 and 1. A rate of 0
    or 1 takes D, at least 1 (as the edge rule of the intervals does). Degrees of freedom of d: Satterthwaite (1946,
    Biometrics Bulletin 2). Without `n` the size is ``p (1 - p) / std_error^2``, and rates of 0 or 1 take the harmonic
    mean of the others' sizes. A variance of 0 between 0 and 1 is a rate known exactly.
    """
    p, se = np.asarray(rate, dtype=float), np.asarray(std_error, dtype=float)
    degrees = np.broadcast_to(np.asarray(np.inf if df is None else df, dtype=float), p.shape)
    degrees = np.where(degrees > 0, degrees, 1.0)
    inner = (p > 0) & (p < 1)
    spread = np.where(inner, p * (1 - p), 1.0)
    weight, share = np.ones(p.shape), np.zeros(p.shape)
    if n is None:
        size, df_used = _without_n(p, se, inner, spread), degrees
    else:
        size, df_used, weight, share = _with_n(p, se, np.asarray(n, dtype=float), degrees, inner)
    size = np.minimum(size, LARGEST_SIZE)
    centre = (p * size + 0.5) / (size + 1)
    error = np.where(inner, np.sqrt(spread / size), np.sqrt(centre * (1 - centre) / size))
    return RateMargins(p, size, df_used, error, weight, share)


def _without_n(p: np.ndarray, se: np.ndarray, inner: np.ndarray, spread: np.ndarray) -> np.ndarray:
    size = np.divide(spread, se * se, out=np.full(p.shape, np.inf), where=inner & (se > 0))
    edge = ~inner
    if edge.any():
        known = inner & (se > 0)
        if known.any():
            size[edge] = known.sum() / (1 / size[known]).sum()
        elif not inner.any() and np.ptp(p) > 0:
            raise DataError(
                f"rates of exactly 0 or 1 ({first_few(np.flatnonzero(edge).tolist())}) have no standard error, and no "
                "other rate tells how large the samples are: give the numbers of respondents (n)"
            )
    return np.asarray(size)


def _with_n(
    p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, inner: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    simple = np.where(inner, p * (1 - p) / np.maximum(n, 1.0), 0.0)
    variance = np.where(inner, se * se, 0.0)
    pooled = float(variance.sum() / simple.sum()) if inner.any() else 1.0
    own = np.divide(variance, simple, out=np.full(p.shape, pooled), where=inner)
    freedom = np.minimum(df, n * np.minimum(p, 1 - p) / max(pooled, 1.0))
    weight = np.where(inner, freedom / (POOL_WEIGHT + freedom), 0.0)
    effect = np.where(inner, weight * own + (1 - weight) * pooled, max(pooled, 1.0))
    if pooled == 0:
        effect = np.zeros(p.shape)
    effect = np.where(inner & (own == 0), 0.0, effect)
    shares = simple / simple.sum() if inner.any() else np.zeros(p.shape)
    parts = (weight[:, None] * np.eye(p.size) + np.outer(1 - weight, shares)) * own
    slack = (parts**2 / df).sum(axis=1)
    total = parts.sum(axis=1)
    degrees = np.divide(total**2, slack, out=np.full(p.shape, np.inf), where=slack > 0)
    if not inner.any():
        degrees, weight = df.copy(), np.ones(p.shape)
    return np.divide(n, effect, out=np.full(p.shape, np.inf), where=effect > 0), degrees, weight, shares
