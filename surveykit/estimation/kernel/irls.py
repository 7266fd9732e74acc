"""Iteratively reweighted least squares, with R's starting values and stopping rule."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from dataclasses import dataclass

import numpy as np

from surveykit.errors import ConvergenceError
from surveykit.estimation.kernel.families import Family

__all__ = ["Fit", "fit_glm"]

TOLERANCE = 1e-8
"""Relative change of the deviance at which the rounds stop; R's default."""

MAX_ROUNDS = 25

BLOCK = 16_384
"""Rows that are worked on at once, so that they stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class Fit:
    """A weighted fit.

    Attributes
    ----------
    beta : numpy.ndarray, shape (p,)
        Coefficients.
    bread : numpy.ndarray, shape (p, p)
        Inverse of X'WX with the working weights of the last round.
    scores : numpy.ndarray, shape (n,)
        Working weights of the last round times working residuals ``(y - mu) / (d mu / d eta)`` at the coefficients.
    mu : numpy.ndarray, shape (n,)
        Fitted means.
    deviance : float
        At the coefficients.
    rounds : int
        Rounds taken.
    """

    beta: np.ndarray
    bread: np.ndarray
    scores: np.ndarray
    mu: np.ndarray
    deviance: float
    rounds: int


@dataclass(frozen=True, eq=False)
class _Data:
    x: np.ndarray
    y: np.ndarray
    w: np.ndarray
    family: Family


@dataclass(frozen=True, eq=False)
class _Pass:
    """One pass over the rows: deviance, X'WX and X'W(y - mu)/slope at a coefficient (or at the starting means)."""

    deviance: float
    gram: np.ndarray
    right: np.ndarray


def fit_glm(x: np.ndarray, y: np.ndarray, w: np.ndarray, family: Family, start: np.ndarray | None = None) -> Fit:
    """Fit a generalised linear model.

    Parameters
    ----------
    x : numpy.ndarray, shape (n, p)
        Full column rank.
    y, w : numpy.ndarray, shape (n,)
        Response and weights (mean 1 for R's starting values); rows of weight 0 do not count.
    family : Family
        Variance, link and deviance.
    start : numpy.ndarray, optional
        Starting coefficients.

    Raises
    ------
    ConvergenceError
        When the deviance does not settle.

    Notes
    -----
    Normal equations on columns scaled to unit length, one pass over the rows per round; coefficients and covariance
    agree with R ``glm.fit`` to about 1e-9.
    """
    data = _Data(x, y, w, family)
    with np.errstate(all="ignore"):
        at = start
        now = _pass(data, at)
        for rounds in range(1, MAX_ROUNDS + 1):
            new, bread = _solve(now, at)
            following = _pass(data, new)
            for _ in range(MAX_ROUNDS):
                if np.isfinite(following.deviance) or at is None:
                    break
                new = (at + new) / 2
                following = _pass(data, new)
            change = abs(following.deviance - now.deviance) / (abs(following.deviance) + 0.1)
            if change < TOLERANCE:
                return _finish(data, at, new, bread, (following.deviance, rounds))
            at, now = new, following
    raise ConvergenceError(
        f"The model did not converge in {MAX_ROUNDS} rounds (last change of the deviance {change:.2g}): look for "
        "perfectly separated groups, or use another link."
    )


def _means(data: _Data, rows: slice, beta: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    link = data.family.link
    eta = data.x[rows] @ beta if beta is not None else link.function(data.family.start(data.y[rows], data.w[rows]))
    return eta, link.inverse(eta)


def _working(data: _Data, rows: slice, eta: np.ndarray, mu: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return working weights and the derivative of the mean."""
    variance = data.family.variance(mu)
    if data.family.link.name == data.family.canonical:
        return data.w[rows] * variance, data.family.sign * variance
    slope = data.family.link.slope(eta)
    return data.w[rows] * slope * slope / variance, slope


def _pass(data: _Data, beta: np.ndarray | None) -> _Pass:
    p = data.x.shape[1]
    deviance, gram, right = 0.0, np.zeros((p, p)), np.zeros(p)
    for first in range(0, data.y.size, BLOCK):
        rows = slice(first, first + BLOCK)
        eta, mu = _means(data, rows, beta)
        weight, slope = _working(data, rows, eta, mu)
        weight = np.where((data.w[rows] > 0) & (slope != 0), weight, 0.0)
        residual = (data.y[rows] - mu) / slope
        target = np.where(weight > 0, residual + (eta if beta is None else 0.0), 0.0)
        scaled = data.x[rows] * weight[:, None]
        gram += scaled.T @ data.x[rows]
        right += scaled.T @ target
        unit = data.family.deviance(data.y[rows], mu)
        deviance += float(np.where(data.w[rows] > 0, data.w[rows] * unit, 0.0).sum())
    return _Pass(deviance, gram, right)


def _solve(now: _Pass, at: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    scale = 1 / np.sqrt(np.maximum(np.diag(now.gram), 1e-300))
    if not np.isfinite(now.gram).all():
        raise ConvergenceError("The model cannot be fitted: its starting means give infinite working weights.")
    inner = now.gram * scale[:, None] * scale
    bread = np.linalg.inv(inner) * scale[:, None] * scale
    step = bread @ now.right
    step = step + bread @ (now.right - now.gram @ step)
    return (step if at is None else at + step), bread


def _finish(
    data: _Data, before: np.ndarray | None, beta: np.ndarray, bread: np.ndarray, ending: tuple[float, int]
) -> Fit:
    scores, means = np.empty(data.y.size), np.empty(data.y.size)
    for first in range(0, data.y.size, BLOCK):
        rows = slice(first, first + BLOCK)
        eta, mu = _means(data, rows, before)
        weight, _ = _working(data, rows, eta, mu)
        eta, mu = _means(data, rows, beta)
        _, slope = _working(data, rows, eta, mu)
        means[rows] = mu
        scores[rows] = np.where(data.w[rows] > 0, weight * (data.y[rows] - mu) / slope, 0.0)
    return Fit(beta, bread, scores, means, ending[0], ending[1])
