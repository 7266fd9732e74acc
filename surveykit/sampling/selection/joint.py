"""Second-order inclusion probabilities of the sampled units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size

__all__ = ["JointProbabilities", "joint_probabilities"]

Floats = NDArray[np.float64]
MAX_SAMPFORD = 60


@dataclass(frozen=True)
class JointProbabilities:
    """Second-order inclusion probabilities.

    Attributes
    ----------
    matrix : numpy.ndarray, shape (n, n)
        Probability that both units are in the sample; the inclusion probabilities on the diagonal.
    exact : bool
        False where Hájek's approximation for designs of high entropy stands in.
    """

    matrix: Floats
    exact: bool


def joint_probabilities(method: str, pi: ArrayLike, units: ArrayLike) -> JointProbabilities:
    """Second-order inclusion probabilities of the units of a sample.

    Parameters
    ----------
    method : str
        Selection method: exact for ``"srs"``, ``"poisson"``, ``"systematic"`` (in the order of pi) and ``"sampford"``
        up to 60 units drawn; Hájek's approximation for the others.
    pi : array_like, shape (N,)
        Inclusion probabilities of all units of the stratum, in the order of the selection.
    units : array_like of int, shape (n,)
        Positions of the units at hand.

    Returns
    -------
    JointProbabilities
        The matrix for these units, and whether it is exact.

    Raises
    ------
    DataError
        For ordered pivotal and cube samples, whose joint probabilities may be far from the approximation.

    Notes
    -----
    Hájek (1964): ``pi_k pi_l (1 - (1 - pi_k)(1 - pi_l) / sum pi (1 - pi))``. Sampford (1967) for his design.

    Examples
    --------
    >>> joint_probabilities("srs", [0.5] * 4, [0, 1]).matrix.round(4).tolist()
    [[0.5, 0.1667], [0.1667, 0.5]]
    """
    values, at = np.asarray(pi, dtype=float), np.asarray(units, dtype=np.int64)
    chosen = values[at]
    exact = True
    if method == "srs":
        count = len(values)
        n = round(float(values.sum()))
        matrix = np.full((len(at), len(at)), n * (n - 1) / (count * (count - 1.0)) if count > 1 else 1.0)
    elif method == "poisson":
        matrix = np.outer(chosen, chosen)
    elif method == "systematic":
        matrix = _systematic(values, at)
    elif method == "sampford" and values.sum() <= MAX_SAMPFORD:
        matrix = _sampford(values, at)
    elif method in ("sampford", "pareto", "sequential_poisson", "brewer"):
        exact, matrix = False, _hajek(values, at)
    else:
        raise DataError(
            f"joint probabilities: none are known for method {method!r}: use replicate samples or a variance estimator "
            "that needs first-order probabilities only"
        )
    np.fill_diagonal(matrix, chosen)
    return JointProbabilities(matrix, exact)


def _hajek(pi: Floats, at: NDArray[np.int64]) -> Floats:
    spread = float((pi * (1.0 - pi)).sum())
    rest = 1.0 - pi[at]
    correction = np.outer(rest, rest) / spread if spread > 0 else 0.0
    return np.asarray(np.outer(pi[at], pi[at]) * (1.0 - correction))


def _systematic(pi: Floats, at: NDArray[np.int64]) -> Floats:
    """Lengths of the starts that take both units: unit k is taken when the start lies in its interval modulo 1."""
    values, n = require_fixed_size(pi)
    edges = np.concatenate([[0.0], np.cumsum(values)])
    edges[-1] = n
    low, high = edges[at], edges[at + 1]
    matrix = np.zeros((len(at), len(at)))
    for row in range(len(at)):
        for shift in (-1.0, 0.0, 1.0):
            base_low, base_high = np.mod(low[row], 1.0), np.mod(low[row], 1.0) + (high[row] - low[row])
            other_low = np.mod(low, 1.0) + shift
            other_high = other_low + (high - low)
            matrix[row] += np.maximum(np.minimum(base_high, other_high) - np.maximum(base_low, other_low), 0.0)
    return matrix


def _sampford(pi: Floats, at: NDArray[np.int64]) -> Floats:
    """Sampford (1967): elementary symmetric functions of the odds without the pair, units of certainty set apart."""
    certain = pi >= CERTAIN
    open_ = np.flatnonzero((pi > 0) & ~certain)
    n = round(float(pi[open_].sum()))
    matrix = np.outer(pi[at], pi[at])
    if n < 2:
        both = np.ix_(~certain[at], ~certain[at])
        matrix[both] = 0.0
        return matrix
    odds = pi[open_] / (1.0 - pi[open_])
    scale = float(odds.mean())
    odds = odds / scale
    everyone = _symmetric(odds, n)
    t = np.arange(1, n + 1)
    constant = 1.0 / float((t * everyone[n - t] * scale ** (n - t)).sum())
    where = {int(unit): i for i, unit in enumerate(open_)}
    for row, first in enumerate(at):
        for column in range(row + 1, len(at)):
            second = int(at[column])
            if certain[first] or certain[second] or pi[first] <= 0 or pi[second] <= 0:
                continue
            pair = [where[int(first)], where[second]]
            without = _symmetric(np.delete(odds, pair), n - 2)
            u = np.arange(2, n + 1)
            terms = (u - pi[first] - pi[second]) * without[n - u] * scale ** (n - u)
            value = constant * float(odds[pair].prod()) * scale**2 * float(terms.sum())
            matrix[row, column] = matrix[column, row] = value
    return matrix


def _symmetric(values: Floats, order: int) -> Floats:
    """Elementary symmetric functions up to the order."""
    result = np.zeros(order + 1)
    result[0] = 1.0
    for value in values:
        result[1:] += value * result[:-1]
    return result
