"""Response propensities: weighted logistic regression on predictors known for all sampled units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from surveykit.errors import ConvergenceError, DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask

_CLOSE = 1e-10


class LogisticFit(NamedTuple):
    """Coefficients (p,), fitted probabilities (n,) and the inverse of the weighted information (p, p)."""

    coefficients: Array
    probability: Array
    inverse_information: Array


def fit_logistic(x: Array, outcome: Array, weights: Array, *, penalty: Array | None = None) -> LogisticFit:
    """Fit a weighted logistic regression by Newton's method with step halving.

    Parameters
    ----------
    x : array, shape (n, p)
        Predictors, the constant included; collinear columns share their effect.
    outcome : array of 0 and 1, shape (n,)
        Outcome.
    weights : array, shape (n,)
        Weights, at least 0.
    penalty : array, shape (p,), optional
        Ridge penalties: half the sum of penalty times squared coefficient is subtracted from the log-likelihood.

    Returns
    -------
    LogisticFit

    Raises
    ------
    ConvergenceError
        If the predictors separate the outcomes, so that no finite coefficients exist.

    Examples
    --------
    >>> import numpy as np
    >>> fit = fit_logistic(np.ones((4, 1)), np.array([1.0, 1, 1, 0]), np.ones(4))
    >>> round(float(fit.probability[0]), 9)
    0.75
    """
    ridge = np.zeros(x.shape[1]) if penalty is None else penalty
    scale = weights / max(float(weights.sum()), 1e-300)
    ridge_scale = ridge / max(float(weights.sum()), 1e-300)
    beta = np.zeros(x.shape[1])
    value = _log_likelihood(x @ beta, outcome, scale) - 0.5 * float(ridge_scale @ beta**2)
    last = np.inf
    for _ in range(100):
        p = _expit(x @ beta)
        gradient = x.T @ (scale * (outcome - p)) - ridge_scale * beta
        information = (x * (scale * p * (1 - p))[:, None]).T @ x + np.diag(ridge_scale)
        # Penalties span many orders of magnitude, which a generalised inverse would cut off.
        inverse = np.linalg.pinv(information, rcond=1e-12 if penalty is None else 1e-18, hermitian=True)
        step = inverse @ gradient
        decrement = float(gradient @ step)
        if decrement < 1e-24 or (decrement < 1e-16 and decrement >= last):
            return LogisticFit(beta, p, inverse / max(float(weights.sum()), 1e-300))
        last, length = decrement, 1.0
        for _ in range(40):
            trial = beta + length * step
            new = _log_likelihood(x @ trial, outcome, scale) - 0.5 * float(ridge_scale @ trial**2)
            # So close to the solution the rise of the likelihood drowns in rounding; the full step is right.
            if decrement < _CLOSE or new >= value:
                break
            length /= 2
        if length < 1e-11:
            return LogisticFit(beta, p, inverse / max(float(weights.sum()), 1e-300))
        beta, value = trial, new
        if np.max(np.abs(x @ beta)) > 30 and penalty is None:
            break
    raise ConvergenceError(
        "the propensity model has no finite solution: the predictors separate some respondents from all "
        "nonrespondents (or the reverse); use fewer levels, or weighting classes with merge: true"
    )


def predictor_matrix(table: pd.DataFrame, categories: Sequence[str], numeric: Sequence[str], part: Mask) -> Array:
    """Lay out predictors: a constant, indicators of all levels but the first, and standardised numbers.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the predictors.
    categories, numeric : sequence of str
        Columns.
    part : bool array, shape (n,)
        Rows that take part; the others are rows of 0.

    Returns
    -------
    array, shape (n, p)

    Raises
    ------
    DataError
        If a predictor is absent or missing in a row that takes part.

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["x", "y"]})
    >>> predictor_matrix(table, ["a"], [], np.array([True, True])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    columns = [part.astype(float)]
    for name in (*categories, *numeric):
        if name not in table.columns:
            raise DataError(f"there is no predictor {name!r}; there are {first_few(list(table.columns))}")
    for name in categories:
        text = level_text(table[name])
        _complete(name, part & pd.isna(text), part)
        levels = sorted({str(value) for value in text[part]})
        columns += [(part & (text == level)).astype(float) for level in levels[1:]]
    for name in numeric:
        values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
        _complete(name, part & ~np.isfinite(values), part)
        spread = float(values[part].std())
        if spread > 0:
            columns.append(np.where(part, (values - values[part].mean()) / spread, 0.0))
    return np.column_stack(columns)


def quantile_classes(values: Array, weights: Array, count: int) -> Array:
    """Cut values at weighted quantiles into at most ``count`` classes, numbered from 0 in rising order.

    Examples
    --------
    >>> quantile_classes(np.array([0.1, 0.2, 0.3, 0.4]), np.ones(4), 2).tolist()
    [0, 0, 1, 1]
    """
    order = np.argsort(values, kind="stable")
    heap = np.cumsum(weights[order])
    position = (heap - 0.5 * weights[order]) / heap[-1]
    cuts = np.interp(np.arange(1, count) / count, position, values[order])
    codes = np.searchsorted(np.unique(cuts), values, side="left")
    return np.unique(codes, return_inverse=True)[1]


def _complete(name: str, missing: Mask, part: Mask) -> None:
    if missing.any():
        raise DataError(
            f"predictor {name!r} is missing in {int(missing.sum())} of {int(part.sum())} sampled units "
            f"(rows {first_few(np.flatnonzero(missing).tolist())}); use what the frame knows about all of them"
        )


def _expit(u: Array) -> Array:
    out: Array = 1.0 / (1.0 + np.exp(-np.clip(u, -700, 700)))
    return out


def _log_likelihood(u: Array, outcome: Array, weights: Array) -> float:
    return float(np.sum(weights * (outcome * u - np.logaddexp(0.0, u))))
