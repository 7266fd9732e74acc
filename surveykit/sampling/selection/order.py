"""Selection by permanent random numbers with unequal probabilities: Poisson, sequential Poisson and Pareto."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size, require_probabilities

__all__ = ["pareto", "poisson", "sequential_poisson", "systematic_pps"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def _numbers(uniforms: ArrayLike, count: int) -> Floats:
    values = np.asarray(uniforms, dtype=float)
    if values.shape != (count,) or not ((values > 0) & (values < 1)).all():
        raise DataError(f"selection: {count} random numbers strictly between 0 and 1 are needed")
    return values


def poisson(pi: ArrayLike, uniforms: ArrayLike) -> Integers:
    """Take every unit whose random number is below its probability; the size of the sample is random.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities.
    uniforms : array_like, shape (N,)
        Permanent random numbers between 0 and 1.

    Returns
    -------
    numpy.ndarray
        Positions, rising.

    Examples
    --------
    >>> poisson([0.5, 0.5], [0.2, 0.7]).tolist()
    [0]
    """
    values = require_probabilities(pi)
    return np.flatnonzero((_numbers(uniforms, len(values)) < values) | (values >= CERTAIN)).astype(np.int64)


def _smallest(values: Floats, keys: Floats, n: int) -> Integers:
    """Units taken with certainty first, then those with the smallest keys."""
    keys = np.where(values >= CERTAIN, -1.0, np.where(values > 0, keys, np.inf))
    return np.argsort(keys, kind="stable")[:n].astype(np.int64)


def sequential_poisson(pi: ArrayLike, uniforms: ArrayLike) -> Integers:
    """Take the n units with the smallest u / pi (Ohlsson 1998).

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number n; reached approximately, the better the larger n is.
    uniforms : array_like, shape (N,)
        Permanent random numbers between 0 and 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions in the order of the keys; units taken with certainty come first.

    Examples
    --------
    >>> sequential_poisson([0.5, 0.25, 0.25], [0.6, 0.2, 0.9]).tolist()
    [1]
    """
    values, n = require_fixed_size(pi)
    with np.errstate(divide="ignore"):
        keys = _numbers(uniforms, len(values)) / values
    return _smallest(values, keys, n)


def pareto(pi: ArrayLike, uniforms: ArrayLike) -> Integers:
    """Take the n units with the smallest odds of u over odds of pi (Rosén 1997).

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number n; reached very nearly.
    uniforms : array_like, shape (N,)
        Permanent random numbers between 0 and 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions in the order of the keys; units taken with certainty come first.

    Examples
    --------
    >>> pareto([0.5, 0.25, 0.25], [0.6, 0.2, 0.9]).tolist()
    [1]
    """
    values, n = require_fixed_size(pi)
    u = _numbers(uniforms, len(values))
    with np.errstate(divide="ignore", invalid="ignore"):
        keys = u * (1.0 - values) / ((1.0 - u) * values)
    return _smallest(values, keys, n)


def systematic_pps(pi: ArrayLike, start: float) -> Integers:
    """Take the units in which the running sum of probabilities passes ``start``, ``start + 1`` and so on.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities, in the order that matters, that sum to a whole number.
    start : float
        Random number between 0 and 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions, rising. Probabilities are exact; some pairs may never occur together.

    Notes
    -----
    Madow (1949).

    Examples
    --------
    >>> systematic_pps([0.5, 0.5, 0.5, 0.5], 0.3).tolist()
    [0, 2]
    """
    values, n = require_fixed_size(pi)
    edges = np.concatenate([[0.0], np.cumsum(values)])
    edges[-1] = n
    steps = np.ceil(edges - start)
    taken = np.diff(steps) > 0
    taken |= values >= CERTAIN
    return np.flatnonzero(taken).astype(np.int64)
