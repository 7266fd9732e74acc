"""Kernels: participation models and mass imputation on patterns of the predictors.

Respondents (n rows) and the population (m cells) share the predictors; both are reduced to their patterns. A function
here takes weights of both, so that a bootstrap can run it again.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from surveykit.errors import ConvergenceError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.propensity import fit_logistic
from surveykit.weighting.arrays.solver import DistanceChoice, Target, solve_calibration


class Patterns(NamedTuple):
    """Predictors of the distinct patterns ``x`` (g, p); pattern of each respondent (n,) and of each cell (m,)."""

    x: Array
    names: tuple[str, ...]
    respondent: Array
    cell: Array


def participation_weights(patterns: Patterns, weights: Array, counts: Array, method: str) -> Array:
    """Weights that carry respondents over to the population by the inverse of a logistic participation model.

    Parameters
    ----------
    patterns : Patterns
        Predictors, the constant included.
    weights : array, shape (n,)
        Weights of respondents within what they were drawn from.
    counts : array, shape (m,)
        Population counts of the cells.
    method : {"calibrated", "pseudo_likelihood"}
        Estimating equations: sum(w x / pi) = sum(N x), or sum(w x) = sum(N pi x).

    Returns
    -------
    array, shape (n,)

    Notes
    -----
    Chen, Li and Wu (2020), equations (5) and (7) with h = x / pi.
    """
    size = patterns.x.shape[0]
    have = np.bincount(patterns.respondent, weights=weights, minlength=size)
    want = np.bincount(patterns.cell, weights=counts, minlength=size)
    if method == "calibrated":
        target = Target(patterns.x, want @ patterns.x, patterns.names)
        factors = solve_calibration(target, have, DistanceChoice("participation")).factors
    else:
        factors = 1.0 / fit_participation(patterns.x, have, want)
    return weights * factors[patterns.respondent]


def fit_participation(x: Array, have: Array, want: Array) -> Array:
    """Fit participation probabilities by pseudo-likelihood; returns them for each pattern, shape (g,)."""
    scale = float(want.sum())
    beta, last = _start(x, have, want), np.inf
    for _ in range(200):
        u = x @ beta
        p: Array = 1.0 / (1.0 + np.exp(-np.clip(u, -700, 700)))
        gradient = (have - want * p) @ x
        information = (x * (want * p * (1 - p))[:, None]).T @ x
        step = np.linalg.pinv(information, rcond=1e-12, hermitian=True) @ gradient
        if np.max(np.abs(u)) > 20:
            break
        decrement = float(gradient @ step) / scale
        if decrement < 1e-20 or (decrement < 1e-14 and decrement >= last):
            return p
        last = decrement
        value = float(have @ u - want @ np.logaddexp(0.0, u))
        length = 1.0
        while length > 1e-10:
            trial = x @ (beta + length * step)
            # So close to the solution the rise of the likelihood drowns in rounding; the full step is right.
            if decrement < 1e-10 or float(have @ trial - want @ np.logaddexp(0.0, trial)) >= value:
                break
            length /= 2
        if length <= 1e-10:
            return p
        beta = beta + length * step
    raise ConvergenceError(
        "the participation model has no finite solution: some group of the population has no respondents, or the "
        "respondents' weights add up to more than the population in some group; use fewer predictors or levels"
    )


def _start(x: Array, have: Array, want: Array) -> Array:
    rate = min(max(float(have.sum()) / float(want.sum()), 1e-12), 0.5)
    wanted = np.full(x.shape[0], np.log(rate / (1 - rate)))
    start: Array = np.linalg.lstsq(x, wanted, rcond=None)[0]
    return start


def outcome_means(patterns: Patterns, weights: Array, outcome: Array, method: str, donors: int) -> Array:
    """Predict the mean outcome of each pattern from respondents; shape (g,).

    Parameters
    ----------
    patterns : Patterns
        Predictors.
    weights, outcome : array, shape (n,)
        Weights (multiplicities of a bootstrap included) and outcome of respondents.
    method : {"logistic", "linear", "nearest", "pmm_logistic", "pmm_linear"}
        Model, nearest neighbour in the standardised predictors, or predictive mean matching. Ties are averaged.
    donors : int
        Donors of each cell in predictive mean matching.
    """
    size = patterns.x.shape[0]
    heap = np.bincount(patterns.respondent, weights=weights, minlength=size)
    mass = np.bincount(patterns.respondent, weights=weights * outcome, minlength=size)
    heard = heap > 0
    mean = np.divide(mass, heap, out=np.zeros(size), where=heard)
    if method == "nearest":
        return _nearest(_distances(patterns.x, heard), heap[heard], mean[heard])
    family = method.removeprefix("pmm_")
    predicted = _predict(patterns.x, heap, mean, family)
    if not method.startswith("pmm_"):
        return predicted
    count = np.bincount(patterns.respondent, weights=(weights > 0).astype(float), minlength=size)
    return _matched(predicted, heard, heap, mean, count, donors)


def _predict(x: Array, heap: Array, mean: Array, family: str) -> Array:
    if family == "logistic":
        if mean[heap > 0].min() == mean[heap > 0].max():
            return np.full(heap.shape, mean[heap > 0][0])
        penalty = np.full(x.shape[1], 1e-6 * heap.sum() / x.shape[1])
        penalty[0] = 0.0
        return fit_logistic(x, mean, heap, penalty=penalty).probability
    root = np.sqrt(heap)
    out: Array = x @ np.linalg.lstsq(x * root[:, None], mean * root, rcond=None)[0]
    return out


def _distances(x: Array, heard: Array) -> Array:
    spread = x.std(axis=0)
    scaled = x / np.where(spread > 0, spread, 1.0)
    square = np.sum(scaled**2, axis=1)
    out: Array = np.round(square[:, None] + square[heard][None, :] - 2 * scaled @ scaled[heard].T, 9)
    return out


def _nearest(distance: Array, heap: Array, mean: Array) -> Array:
    tied = distance <= distance.min(axis=1, keepdims=True) + 1e-9
    out: Array = (tied @ (heap * mean)) / (tied @ heap)
    return out


def _matched(predicted: Array, heard: Array, heap: Array, mean: Array, count: Array, donors: int) -> Array:
    own = np.flatnonzero(heard)
    distance = np.abs(predicted[:, None] - predicted[own][None, :])
    order = np.argsort(distance, axis=1, kind="stable")
    reach = np.cumsum(count[own][order], axis=1)
    last = np.minimum((reach < donors).sum(axis=1), own.size - 1)
    limit = np.take_along_axis(distance, np.take_along_axis(order, last[:, None], axis=1), axis=1)
    taken = distance <= limit + 1e-12
    out: Array = (taken @ (heap[own] * mean[own])) / (taken @ heap[own])
    return out
