"""What the data say about single rates: effective sizes, and the mid-p confidence distribution of each rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from scipy import interpolate, special

from surveykit.errors import DataError, first_few

__all__ = ["LARGEST_SIZE", "RateMargins", "normal_score_of_t", "rate_margins"]

POOL_WEIGHT = 8.0
"""What the pooled design effect counts for, in degrees of freedom, beside a rate's own; chosen by simulation."""

FEW_UNITS = 3.0
"""Degrees of freedom, of all rates together, up to which variances of 0 everywhere may be chance: design effect 1."""

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
        Clopper-Pearson bounds, so that tests and limits made of it are mid-p (Lancaster 1961, JASA 56, 223-234). The
        two differ by ``t^x (1 - t)^y Gamma(x + y + 1) / (Gamma(x + 1) Gamma(y + 1))``, and only the smaller tail is
        computed.
        """
        shape = np.broadcast_shapes((self.rate.size, 1), at.shape)
        t, p = np.broadcast_to(at, shape), np.broadcast_to(self.rate[:, None], shape)
        size = np.broadcast_to(self.size[:, None], shape)
        x, y = p * size, (1.0 - p) * size
        constant = special.gammaln(self.size + 1) - special.gammaln(x[:, 0] + 1) - special.gammaln(y[:, 0] + 1)
        half = np.exp(constant[:, None] + special.xlogy(x, t) + special.xlog1py(y, -t)) / 2
        found = np.empty(shape)
        low = t <= p
        for tail, place, sign in ((special.betainc, low, 1.0), (special.betaincc, ~low, -1.0)):
            a, b = x[place], y[place]
            a, b, edge = (a + 1, b, b <= 0) if sign > 0 else (a, b + 1, a <= 0)
            value = tail(np.where(edge, 1.0, a), np.where(edge, 1.0, b), t[place])
            with np.errstate(divide="ignore"):
                found[place] = sign * special.ndtri(np.minimum(np.where(edge, 0.0, value) + half[place], 1.0))
        return np.asarray(np.clip(found, -LARGEST_SCORE, LARGEST_SCORE))

    def nodes(self, reach: float = 7.0) -> np.ndarray:
        """Return rates between 0 and 1 at which the distributions change, increasing; to look for minima."""
        k = max(1, self.rate.size)
        most = max(300, min(500, 120_000 // k))
        tails = special.ndtr(np.linspace(-reach, reach, max(29, min(141, most // k))))
        x, y = (self.rate * self.size)[:, None], ((1.0 - self.rate) * self.size)[:, None]
        found = np.unique(np.clip(special.betaincinv(x + 0.5, y + 0.5, tails), 0.0, 1.0))
        if found.size > most:
            found = found[np.linspace(0, found.size - 1, most).astype(int)]
        coarse = np.sin(np.linspace(0, np.pi / 2, 62)) ** 2
        return np.unique(np.concatenate([found, coarse[1:-1], self.rate]))

    def quantile(self, scores: np.ndarray) -> np.ndarray:
        """Return the rates at given normal scores, shape (m,) for all or (k, m); an array (k, m), exact to about 1e-9.

        Below 0 at a rate of 0 and above 1 at a rate of 1 the smooth continuation of the distribution: clip it.
        """
        wanted = np.broadcast_to(scores, (self.rate.size, scores.shape[-1]))
        found = np.empty(wanted.shape)
        x, y = self.rate * self.size, (1.0 - self.rate) * self.size
        for k in range(self.rate.size):
            if x[k] <= 0 or y[k] <= 0:
                found[k] = _edge_quantile(wanted[k], x[k], y[k])
            else:
                found[k] = self.part([k])._inner_quantile(wanted[k])
        return found

    def _inner_quantile(self, scores: np.ndarray) -> np.ndarray:
        x, y = self.rate * self.size, (1.0 - self.rate) * self.size
        reach = float(np.abs(scores).max()) + 2.0
        start = special.betaincinv(x + 0.5, y + 0.5, special.ndtr(np.linspace(-reach, reach, 193)))
        # The inverse of the incomplete beta function is not a number for some of the smallest tails.
        at = np.unique(np.concatenate([start[np.isfinite(start)], self.rate]))
        z, first = np.unique(self.score(at)[0], return_index=True)
        curve = interpolate.PchipInterpolator(z, at[first], extrapolate=False)
        inside = np.clip(scores, z[0], z[-1])
        found, slope = curve(inside), curve.derivative()(inside)
        for _ in range(2):
            found = np.clip(found + (inside - self.score(found)[0]) * slope, at[0], at[-1])
        return np.asarray(found)

    def part(self, rows: list[int] | np.ndarray) -> RateMargins:
        """Return some of the rates."""
        kept = (getattr(self, field_.name)[rows] for field_ in fields(self))
        return RateMargins(*kept)

    def joined(self, other: RateMargins) -> RateMargins:
        """Return these rates followed by others."""
        pairs = ((getattr(self, field_.name), getattr(other, field_.name)) for field_ in fields(self))
        return RateMargins(*(np.concatenate(pair) for pair in pairs))


def _edge_quantile(scores: np.ndarray, x: float, y: float) -> np.ndarray:
    """Quantiles at a rate of 0 or 1, continued smoothly beyond it."""
    if y <= 0:
        return np.asarray(1.0 - _edge_quantile(-scores, 0.0, x))
    return np.asarray(-np.expm1((np.log(2.0) + special.log_ndtr(-scores)) / y))


def normal_score_of_t(score: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the normal score with the tail that a score has in Student's t; unchanged where df is infinite."""
    score, df = np.broadcast_arrays(np.asarray(score, float), np.asarray(df, float))
    few = np.isfinite(df)
    tail = special.stdtr(np.where(few, df, 1.0), -np.abs(score))
    with np.errstate(divide="ignore"):
        found = np.where(few, -special.ndtri(tail), np.abs(score))
    return np.asarray(np.copysign(np.minimum(found, LARGEST_SCORE), score))


def rate_margins(
    rate: np.ndarray,
    std_error: np.ndarray,
    n: np.ndarray | None = None,
    df: np.ndarray | float | None = None,
    names: Sequence[Any] | None = None,
) -> RateMargins:
    """Return rates of one indicator with effective sizes that hold near 0 and 1.

    Parameters
    ----------
    rate, std_error : array_like, shape (k,)
        Between 0 and 1, and their design-based standard errors (0 at 0 and 1).
    n : array_like, shape (k,), optional
        Rows of the sample behind each.
    df : array_like or float, optional
        Degrees of freedom of each standard error; infinite when absent. Where they are 0 or NaN the standard error says
        nothing: the pooled design effect is used, with one degree of freedom.
    names : sequence, optional
        Of the rates, for messages.

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
    mean of the others' sizes. Rates between 0 and 1 are known exactly where no rate has a variance (a census), without
    `n` each that has none. With `n` a single variance of 0 is a small own effect: two sampling units may agree by
    chance.
    """
    p, se = np.asarray(rate, dtype=float), np.asarray(std_error, dtype=float)
    degrees = np.broadcast_to(np.asarray(np.inf if df is None else df, dtype=float), p.shape)
    known = degrees > 0
    degrees = np.where(known, degrees, 1.0)
    inner = (p > 0) & (p < 1)
    spread = np.where(inner, p * (1 - p), 1.0)
    weight, share = np.ones(p.shape), np.zeros(p.shape)
    if n is None:
        size, df_used = _without_n(p, se, inner, spread, names), degrees
    else:
        size, df_used, weight, share = _with_n(p, se, np.asarray(n, dtype=float), np.where(known, degrees, 0.0), inner)
    size = np.minimum(size, LARGEST_SIZE)
    centre = (p * size + 0.5) / (size + 1)
    error = np.where(inner, np.sqrt(spread / size), np.sqrt(centre * (1 - centre) / size))
    return RateMargins(p, size, df_used, error, weight, share)


def _without_n(
    p: np.ndarray, se: np.ndarray, inner: np.ndarray, spread: np.ndarray, names: Sequence[Any] | None
) -> np.ndarray:
    size = np.divide(spread, se * se, out=np.full(p.shape, np.inf), where=inner & (se > 0))
    edge = ~inner
    if edge.any():
        known = inner & (se > 0)
        if known.any():
            size[edge] = known.sum() / (1 / size[known]).sum()
        elif not inner.any() and np.ptp(p) > 0:
            listed = first_few(list(names) if names is not None else range(1, p.size + 1))
            raise DataError(
                f"estimates: all rates are exactly 0 or 1 ({listed}), so no standard error tells how large the samples "
                "are; give the numbers of respondents with n="
            )
    return np.asarray(size)


def _with_n(
    p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, inner: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    known = inner & (df > 0)
    simple = np.where(known, p * (1 - p) / np.maximum(n, 1.0), 0.0)
    variance = np.where(known, se * se, 0.0)
    pooled = float(variance.sum() / simple.sum()) if known.any() else 1.0
    own = np.divide(variance, simple, out=np.full(p.shape, pooled), where=known)
    freedom = np.minimum(df, n * np.minimum(p, 1 - p) / max(pooled, 1.0))
    weight = np.where(inner, freedom / (POOL_WEIGHT + freedom), 0.0)
    effect = np.where(inner, weight * own + (1 - weight) * pooled, max(pooled, 1.0))
    if pooled == 0:
        effect = np.full(p.shape, 1.0 if df.sum() <= FEW_UNITS else 0.0)
    shares = simple / simple.sum() if known.any() else np.zeros(p.shape)
    parts = (weight[:, None] * np.eye(p.size) + np.outer(1 - weight, shares)) * own
    slack = (parts**2 / np.where(df > 0, df, 1.0)).sum(axis=1)
    total = parts.sum(axis=1)
    degrees = np.divide(total**2, slack, out=np.full(p.shape, np.inf), where=slack > 0)
    if not known.any():
        degrees, weight = df.copy(), np.ones(p.shape)
    degrees = np.where(df > 0, degrees, 1.0)
    return np.divide(n, effect, out=np.full(p.shape, np.inf), where=effect > 0), degrees, weight, shares
