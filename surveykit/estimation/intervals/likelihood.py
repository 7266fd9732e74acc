"""The Rao-Scott scaled likelihood interval of a proportion, on the grid of R's profile."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from surveykit.estimation.kernel.families import make_family
from surveykit.estimation.kernel.irls import fit_glm

__all__ = ["likelihood_interval", "spline_points"]

MAX_STEPS = 10


def likelihood_interval(
    y: np.ndarray, w: np.ndarray, std_error: float, df: float, conf_level: float, bessel: bool = True
) -> tuple[float, float]:
    """Return the limits of a proportion by the profile of the scaled binomial deviance.

    Parameters
    ----------
    y : numpy.ndarray, shape (n,)
        0 or 1, the rows of the domain.
    w : numpy.ndarray, shape (n,)
        Their weights.
    std_error : float
        Standard error of the logit of the proportion.
    df, conf_level : float
        Degrees of freedom and level.
    bessel : bool
        Whether the dispersion has n - 1 in its denominator; R has n for designs with replicates.

    Returns
    -------
    tuple of float
        NaN where the profile does not reach the limit.

    Notes
    -----
    The logit b solves ``(D(b) - D(b0)) / dispersion = t^2 lambda``, lambda the design effect of the logit against
    weights of mean 1. As R survey ``svyciprop(method = "likelihood")`` does, the profile is taken at steps of a fifth
    of the cutoff and interpolated by a cubic spline, so the limits equal R's rather than the exact solution, from which
    they differ in the fifth digit.
    """
    n = y.size
    w = w / w.mean()
    fit = fit_glm(np.ones((n, 1)), y, w, make_family("binomial", None))
    p = float(fit.mu[0])
    spread = p * (1 - p)
    pearson = (y - p) / np.sqrt(spread)
    mean = float((w * pearson).sum() / w.sum())
    dispersion = (n / (n - 1) if bessel else 1.0) * float((w * (pearson - mean) ** 2).sum() / w.sum())
    lambda_ = std_error**2 / float(fit.bread[0, 0])
    cutoff = float(stats.t.ppf(0.5 + conf_level / 2, df) * np.sqrt(lambda_))
    alpha = float(stats.norm.sf(cutoff)) / 2
    # The root of an F quantile with one degree of freedom is a t quantile, which holds in the far tail.
    limit = float(stats.t.isf(alpha / 2, n - 1)) if alpha > 0 else 1.25 * cutoff
    centre = float(np.log(p / (1 - p)))
    points = [(centre, 0.0)]
    for sign in (-1.0, 1.0):
        step, z = 0, 0.0
        while step + 1 < MAX_STEPS and abs(z) < limit:
            step += 1
            b = centre + sign * step * (limit / 5) * std_error
            z = sign * np.sqrt(max(_excess(b, centre, p) * float(w.sum()) / dispersion, 0.0))
            points.append((b, float(z)))
    points.sort(key=lambda point: point[1])
    logit, root = spline_points(np.array([x for x, _ in points]), np.array([v for _, v in points]))
    ends = np.interp([-cutoff, cutoff], root, logit, left=np.nan, right=np.nan)
    return float(special.expit(ends[0])), float(special.expit(ends[1]))


def _excess(b: float, centre: float, p: float) -> float:
    return float(2 * (p * (centre - b) + np.logaddexp(0.0, b) - np.logaddexp(0.0, centre)))


def spline_points(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return three times as many points of the cubic spline of Forsythe, Malcolm and Moler, equally spaced.

    At each end the third derivative is that of the cubic through the four end points.
    """
    n, h = x.size, np.diff(x)
    slope = np.diff(y) / h
    system, right = np.zeros((n, n)), np.zeros(n)
    for i in range(1, n - 1):
        system[i, i - 1 : i + 2] = h[i - 1], 2 * (h[i - 1] + h[i]), h[i]
        right[i] = 6 * (slope[i] - slope[i - 1])
    system[0, :2], system[-1, -2:] = (-1.0, 1.0), (-1.0, 1.0)
    if n > 3:
        second = np.diff(slope) / (x[2:] - x[:-2])
        third = np.diff(second) / (x[3:] - x[:-3])
        right[0], right[-1] = 6 * third[0] * h[0], 6 * third[-1] * h[-1]
    curve = np.linalg.solve(system, right)
    at = np.linspace(x[0], x[-1], 3 * n)
    k = np.clip(np.searchsorted(x, at, side="right") - 1, 0, n - 2)
    a, b = (x[k + 1] - at) / h[k], (at - x[k]) / h[k]
    value = a * y[k] + b * y[k + 1] + ((a**3 - a) * curve[k] + (b**3 - b) * curve[k + 1]) * h[k] ** 2 / 6
    return at, value
