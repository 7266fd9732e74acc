"""Exact inclusion probabilities of order sampling: sequential Poisson and Pareto."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from surveykit.sampling.selection.counts import CountDistribution, count_window

__all__ = ["order_sampling_joint"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Node = tuple[float, Floats, Floats]  # weight, distribution and density of all ranking variables at one value
WORK = 4e9


def order_sampling_joint(method: str, pi: Floats, units: Integers) -> Floats | None:
    """First- and second-order inclusion probabilities of order sampling, or None when they are too much work.

    Parameters
    ----------
    method : {"pareto", "sequential_poisson"}
        Distribution of the ranking variables.
    pi : numpy.ndarray, shape (N,)
        Target probabilities strictly between 0 and 1 that sum to a whole number n.
    units : numpy.ndarray of int, shape (k,)
        Units wanted.

    Returns
    -------
    numpy.ndarray, shape (k, k), or None
        Joint probabilities, the true inclusion probabilities (not the targets) on the diagonal.

    Notes
    -----
    Two units are both among the n smallest when at most n - 2 of the others lie below the larger of the two:
    ``int P(Y_ij(t) <= n - 2) d[F_i(t) F_j(t)]``, with Y the number of others below t (Rosén 1997; Aires 1999).
    """
    n = round(float(pi.sum()))
    nodes = list(_pareto_nodes(pi, n) if method == "pareto" else _sequential_nodes(pi, n))
    frequencies = min(len(pi) / 2.0 + 1.0, 64.0 + 223.0 / math.sqrt(float((pi * (1.0 - pi)).sum())))
    open_nodes = sum(1 for _, below, _ in nodes if _undecided(below, n))
    if open_nodes * frequencies * (len(pi) + len(units) ** 2) > WORK:
        return None
    joint, single = np.zeros((len(units), len(units))), np.zeros(len(units))
    for weight, below, density in nodes:
        f, d = below[units], density[units]
        pairs, ones = _at_most(below, units, n)
        joint += weight * pairs * (np.outer(f, d) + np.outer(d, f))
        single += weight * ones * d
    np.fill_diagonal(joint, single)
    return joint


def _undecided(below: Floats, n: int) -> bool:
    low, high = count_window(below)
    return low <= n - 1 and high > n - 2


def _at_most(below: Floats, units: Integers, n: int) -> tuple[Floats | float, Floats | float]:
    """P(at most n - 2 of the others lie below) for each pair, and P(at most n - 1) for each unit."""
    low, high = count_window(below)
    if low > n - 1:
        return 0.0, 0.0
    if high <= n - 2:
        return 1.0, 1.0
    counts = CountDistribution(below)
    return (
        counts.without_two(units, lambda m: (m <= n - 2).astype(float)),
        counts.without_one(units, lambda m: (m <= n - 1).astype(float)),
    )


def _pareto_nodes(pi: Floats, n: int) -> Iterator[Node]:
    """Trapezoid in the logarithm of the ranking variable, whose integrand is analytic and vanishes at both ends."""
    step = min(0.25, 0.5 / math.sqrt(float((pi * (1.0 - pi)).sum())))
    odds = pi / (1.0 - pi)
    for y in np.arange(-40.0, 40.0 + step, step):
        ratio = odds * math.exp(y)
        yield step, ratio / (1.0 + ratio), ratio / (1.0 + ratio) ** 2


def _sequential_nodes(pi: Floats, n: int) -> Iterator[Node]:
    """Gauss-Legendre on the pieces between which no unit reaches certainty; exact where the degree allows."""
    edges = np.concatenate([[0.0], np.unique(1.0 / pi)])
    degree = min(len(pi) // 2 + 1, 24)
    points, weights = np.polynomial.legendre.leggauss(degree)
    sharpness = 2.0 * math.sqrt(float((pi * (1.0 - pi)).sum())) if len(pi) > 2 * degree else 0.0
    for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if count_window(_uniform_below(pi, low))[0] > n - 1:
            return
        cuts = np.linspace(low, high, 1 + max(1, math.ceil((high - low) * sharpness)))
        for left, right in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True):
            half = (right - left) / 2.0
            for point, weight in zip(points.tolist(), weights.tolist(), strict=True):
                t = left + half * (1.0 + point)
                yield weight * half, _uniform_below(pi, t), np.where(pi * high <= 1.0 + 1e-12, pi, 0.0)


def _uniform_below(pi: Floats, t: float) -> Floats:
    return np.minimum(1.0, pi * t)
