"""How far fitted propensities spread, in total and by variable, with the bias and variance of having estimated them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from surveykit.weighting.arrays.cells import Codes
from surveykit.weighting.arrays.distances import Array, Mask


class Propensities(NamedTuple):
    """Fitted propensities (n,) with what their sampling distribution needs.

    ``gradient`` (n, p) is their derivative by the coefficients, ``covariance`` (p, p) that of the coefficients given
    the sample, ``weights`` (n,) base weights, ``strata`` (n,) codes of the sampling strata.
    """

    value: Array
    gradient: Array
    covariance: Array
    weights: Array
    strata: Codes

    @property
    def shares(self) -> Array:
        """Weights that sum to 1."""
        out: Array = self.weights / self.weights.sum()
        return out

    @property
    def correction(self) -> float:
        """Factor n / (n - 1) for n rows with weight."""
        count = int((self.weights > 0).sum())
        return count / max(count - 1, 1)

    def means(self, codes: Codes, values: Array) -> Array:
        """Weighted mean of the cell of each row, for values (n,) or (n, p)."""
        size = int(codes.max(initial=0)) + 1
        heap = np.bincount(codes, weights=self.weights, minlength=size)
        heap = np.where(heap > 0, heap, 1.0)
        table = values[:, None] if values.ndim == 1 else values
        sums = np.column_stack(
            [np.bincount(codes, weights=self.weights * column, minlength=size) for column in table.T]
        )
        out: Array = (sums / heap[:, None])[codes]
        return out[:, 0] if values.ndim == 1 else out


class Spread(NamedTuple):
    """A variance component of the propensities: as it is, its bias, and its variance (over response and sampling)."""

    value: float
    bias: float
    variance: float

    @property
    def corrected(self) -> float:
        """The component less its bias, at least 0."""
        return max(self.value - self.bias, 0.0)

    @property
    def root(self) -> float:
        """Standard deviation, corrected."""
        return float(np.sqrt(self.corrected))

    @property
    def root_error(self) -> float:
        """Standard error of the standard deviation (delta method); NaN where nothing is left after the correction."""
        left = self.corrected
        return float(np.sqrt(max(self.variance, 0.0) / (4.0 * left))) if left > 0 else float("nan")


def spread(fit: Propensities, deviation: Array, gradient: Array, rows: Mask, influence: Array) -> Spread:
    """Sum the weighted squares of deviations of propensities.

    Parameters
    ----------
    fit : Propensities
        Weights, covariance of coefficients and strata.
    deviation, gradient : array, shape (n,) and (n, p)
        Propensities less a mean of them, and the derivative of this by the coefficients.
    rows : bool array, shape (n,)
        Rows that count, for example those of one level.
    influence : array, shape (n,)
        Influence of each row's being drawn on the sum.

    Returns
    -------
    Spread

    Notes
    -----
    ``Q = sum a e^2``, ``a = d / sum d * n / (n - 1)``. With ``A = sum a g e``, ``B = sum a g g'`` and covariance V of
    the coefficients: bias ``tr(B V)``; variance over response ``4 A'VA + 2 tr(BVBV)`` at the true A, for the noise of
    which ``4 tr(BVBV)`` is taken off (Shlomo, Skinner and Schouten 2012); variance over sampling of the mean of the
    influences, simple random sampling in strata.
    """
    share = fit.shares * fit.correction * rows
    pull = gradient.T @ (share * deviation)
    noise = ((gradient * share[:, None]).T @ gradient) @ fit.covariance
    twice = 2.0 * float(np.sum(noise * noise.T))
    response = max(4.0 * float(pull @ fit.covariance @ pull) - twice, twice)
    return Spread(float(share @ deviation**2), float(np.trace(noise)), response + mean_variance(fit, influence))


def mean_variance(fit: Propensities, influence: Array) -> float:
    """Variance over sampling of a weighted mean with these influences (n,), simple random sampling in strata."""
    used = fit.weights > 0
    held = np.where(used, fit.shares * (influence - float(fit.shares @ influence)), 0.0)
    total = 0.0
    for code in np.unique(fit.strata[used]):
        own = used & (fit.strata == code)
        count = int(own.sum())
        fraction = min(count / float(fit.weights[own].sum()), 1.0)
        if count > 1:
            total += (1.0 - fraction) * count * float(held[own].var(ddof=1))
    return total


def total_spread(fit: Propensities) -> Spread:
    """Variance of the propensities."""
    everyone = np.zeros(fit.value.shape, dtype=np.int64)
    e = fit.value - fit.means(everyone, fit.value)
    g = fit.gradient - fit.means(everyone, fit.gradient)
    return spread(fit, e, g, fit.weights > 0, e**2)


def between_spread(fit: Propensities, codes: Codes) -> Spread:
    """Variance between cells, of the cells' mean propensities."""
    everyone = np.zeros(fit.value.shape, dtype=np.int64)
    inside = fit.means(codes, fit.value)
    e = inside - fit.means(everyone, fit.value)
    g = fit.means(codes, fit.gradient) - fit.means(everyone, fit.gradient)
    return spread(fit, e, g, fit.weights > 0, e**2 + 2 * e * (fit.value - inside))


def within_spread(fit: Propensities, codes: Codes, rows: Mask) -> Spread:
    """Variance inside cells, summed over some rows."""
    e = fit.value - fit.means(codes, fit.value)
    g = fit.gradient - fit.means(codes, fit.gradient)
    return spread(fit, e, g, (fit.weights > 0) & rows, np.where(rows, e**2, 0.0))


def level_gap(fit: Propensities, rows: Mask) -> tuple[float, float]:
    """Root of a level's share times the gap of its mean propensity to the mean of all, and its standard error."""
    share = float(fit.shares[rows].sum())
    everyone = np.zeros(fit.value.shape, dtype=np.int64)
    mean, gradient = fit.means(everyone, fit.value)[0], fit.means(everyone, fit.gradient)[0]
    own = fit.shares[rows] / share
    gap, pull = float(own @ fit.value[rows]) - mean, own @ fit.gradient[rows] - gradient
    inside = np.where(rows, (fit.value - mean - gap) / share, 0.0)
    sampling = mean_variance(fit, inside - (fit.value - mean) + 0.5 * gap * np.where(rows, 1.0 / share, 0.0))
    variance = share * (float(pull @ fit.covariance @ pull) + sampling)
    return float(np.sqrt(share) * gap), float(np.sqrt(max(variance, 0.0)))
