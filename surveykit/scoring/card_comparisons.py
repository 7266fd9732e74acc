"""Ranks and bands of scores from what each score can be, kinks and jumps of the rules included."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from surveykit.estimation.rate_contrasts import rate_correlation
from surveykit.estimation.rate_margins import LARGEST_SCORE
from surveykit.scoring.comparisons import bands_from_p, holm
from surveykit.scoring.numerics import FloatArray
from surveykit.scoring.projection import RADII, chi_bar_tail

__all__ = ["least_radius", "score_bands", "score_pairs"]

_MOST_NODES = 1200
_BLOCK = 6_000_000
_CLOSE = 0.999


def least_radius(curve: FloatArray, at: FloatArray, *, falling: bool) -> FloatArray:
    """Return the least radius at which a curve reaches each value, shape (at.size,); very large where it never does.

    Parameters
    ----------
    curve : ndarray, shape (radii,)
        Monotone over `RADII`.
    at : ndarray
    falling : bool
        Whether the curve falls (least values) or rises (greatest values).
    """
    rising, target = (-curve, -at) if falling else (curve, at)
    tolerance = 1e-12 * max(1.0, float(np.abs(curve).max(initial=0.0)))
    place = np.searchsorted(rising, target - tolerance, side="left")
    right = np.minimum(place, RADII.size - 1)
    left = np.maximum(right - 1, 0)
    gap = rising[right] - rising[left]
    share = np.divide(target - rising[left], gap, out=np.ones(target.shape), where=gap > tolerance)
    found = RADII[left] + np.clip(share, 0.0, 1.0) * (RADII[right] - RADII[left])
    return np.where(place == 0, 0.0, np.where(place >= RADII.size, LARGEST_SCORE, found))


def _nodes(low: FloatArray, high: FloatArray) -> FloatArray:
    every = np.unique(np.concatenate([low.ravel(), high.ravel()]))
    if every.size > _MOST_NODES:
        every = every[np.linspace(0, every.size - 1, _MOST_NODES).astype(np.intp)]
    return np.asarray(every)


def _evidence(down: FloatArray, up: FloatArray, r: FloatArray) -> FloatArray:
    """Squared distance of two scores from the equal ones, least over the last axis; radii are opposite in sign."""
    return np.asarray(((down**2 + 2 * r * down * up + up**2) / (1 - r**2)).min(axis=-1))


def score_pairs(
    totals: FloatArray, curves: tuple[FloatArray, FloatArray], dimensions: npt.NDArray[np.int64], covariance: FloatArray
) -> FloatArray:
    """Return the normal score of every difference of scores, positive where the row's is larger; antisymmetric.

    Parameters
    ----------
    totals : ndarray, shape (units,)
    curves : (ndarray, ndarray), each of shape (units, radii)
        Least and greatest score at each of `RADII`.
    dimensions : ndarray of int, shape (units,)
        Inputs with a bend or jump of their rule in reach, with the rest counting as one; 0 where there is none.
    covariance : ndarray, shape (units, units)

    Notes
    -----
    The evidence that a lies above b is the least squared distance at which the least score of a meets the greatest
    score of b. For straight lines it is the squared Wald statistic. With bends or jumps in reach its tail is bounded by
    `chi_bar_tail` in the dimensions of both.
    """
    low, high = curves
    at = _nodes(low, high)
    down = np.stack([least_radius(line, at, falling=True) for line in low])
    up = np.stack([least_radius(line, at, falling=False) for line in high])
    k = totals.size
    correlation = np.clip(rate_correlation(covariance), -_CLOSE, _CLOSE)
    square = np.empty((k, k))
    step = max(1, _BLOCK // max(1, k * at.size))
    for start in range(0, k, step):
        rows = slice(start, start + step)
        square[rows] = _evidence(down[rows, None, :], up[None, :, :], correlation[rows, :, None])
    square = np.minimum(square, LARGEST_SCORE**2)
    kinked = (dimensions[:, None] > 0) | (dimensions[None, :] > 0)
    both = np.where(kinked, np.maximum(dimensions, 1)[:, None] + np.maximum(dimensions, 1)[None, :], 1)
    score = np.where(kinked, _normal(chi_bar_tail(square, both)), np.sqrt(square))
    score = np.where(totals[:, None] > totals[None, :], np.maximum(score, 0.0), 0.0)
    return np.asarray(score - score.T)


def _normal(tail: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.asarray(np.clip(-special.ndtri(tail), -LARGEST_SCORE, LARGEST_SCORE))


def score_bands(
    units: list[str],
    totals: FloatArray,
    curves: tuple[FloatArray, FloatArray],
    dimensions: npt.NDArray[np.int64],
    covariance: FloatArray,
    level: float,
) -> pd.DataFrame:
    """Put each score into a band around the mean of all; see `score_pairs` and `compare_with_mean`.

    Returns
    -------
    DataFrame
        unit, estimate, difference, std_error, p_value, band.

    Notes
    -----
    A score lies above the mean of all when it lies above that of the others. Where a bend or jump is in reach of
    others, their scores are taken at the far end of their intervals, because their mean is biased by the rule.
    """
    low, high = curves
    k = totals.size
    reach = int(np.searchsorted(RADII, special.ndtri((1 + level) / 2)))
    kinked = dimensions > 0
    tail = np.ones(k)
    for j in range(k):
        shares = np.where(np.arange(k) == j, 0.0, 1.0 / (k - 1))
        above = bool(totals[j] > shares @ totals)
        bound = float(shares @ np.where(kinked, high[:, reach] if above else low[:, reach], totals))
        if totals[j] == shares @ totals or (totals[j] > bound) != above:
            continue
        error = float(np.sqrt(np.maximum(shares @ covariance @ shares, 0.0)))
        ends = min(float(totals[j]), bound), max(float(totals[j]), bound)
        at = np.linspace(ends[0], ends[1], 801)
        own = least_radius(low[j], at, falling=True) if above else least_radius(high[j], at, falling=False)
        other = np.abs(at - bound) / error if error > 0 else (at != bound) * LARGEST_SCORE
        square = float(_evidence(own, other, np.array(_correlation(covariance, shares, j))))
        tail[j] = float(chi_bar_tail(np.array(min(square, LARGEST_SCORE**2)), dimensions[j] + 1 if kinked[j] else 1))
    contrast = np.eye(k) - 1 / k
    difference = contrast @ totals
    error_of = np.sqrt(np.maximum(np.diag(contrast @ covariance @ contrast.T), 0.0))
    p_values = holm(np.minimum(2 * tail, 1.0))
    return bands_from_p(units, totals, difference, error_of, p_values, level)


def _correlation(covariance: FloatArray, shares: FloatArray, j: int) -> float:
    scale = float(np.sqrt(max(covariance[j, j] * (shares @ covariance @ shares), 0.0)))
    return float(np.clip(covariance[j] @ shares / scale, -_CLOSE, _CLOSE)) if scale > 0 else 0.0
