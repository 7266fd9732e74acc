"""Exact inclusion probabilities of order sampling: sequential Poisson and Pareto."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import choose
from surveykit.sampling.selection.counts import CountDistribution, count_window
from surveykit.sampling.selection.probabilities import CERTAIN

__all__ = ["order_sampling_joint", "order_sampling_probabilities"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Node = tuple[float, Floats, Floats]  # weight, distribution and density of all ranking variables at one value
WORK, SINGLE_WORK = 4e9, 2e7
SMALL, CHUNK = 64, 2_000_000
LARGEST = 20_000  # units; every node of the quadrature looks at each of them


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
    if not _feasible(method, pi, n, len(pi) + len(units) ** 2, WORK):
        return None
    joint, single = np.zeros((len(units), len(units))), np.zeros(len(units))
    for weight, below, density in _nodes(method, pi, n):
        f, d = below[units], density[units]
        pairs, ones = _at_most(below, units, n)
        joint += weight * pairs * (np.outer(f, d) + np.outer(d, f))
        single += weight * ones * d
    np.fill_diagonal(joint, single)
    return joint


OrderMethod = Literal["pareto", "sequential_poisson"]


def order_sampling_probabilities(method: OrderMethod, pi: Floats, units: Integers) -> Floats | None:
    """True inclusion probabilities of order sampling, or None when they are too much work.

    Parameters
    ----------
    method : {"pareto", "sequential_poisson"}
        Distribution of the ranking variables.
    pi : numpy.ndarray, shape (N,)
        Target probabilities that sum to a whole number n; units of probability 1 are taken with certainty.
    units : numpy.ndarray of int, shape (k,)
        Units wanted.

    Returns
    -------
    numpy.ndarray, shape (k,), or None
        ``int P(Y_i(t) <= n - 1) dF_i(t)``, with Y the number of others whose ranking variable lies below t (Aires
        1999). They sum to n over all units.

    Examples
    --------
    >>> order_sampling_probabilities("sequential_poisson", np.array([0.25, 0.75]), np.array([0, 1])).round(4).tolist()
    [0.1667, 0.8333]
    """
    choose("method", method, get_args(OrderMethod))
    open_ = np.flatnonzero((pi > 0.0) & (pi < CERTAIN))
    place = np.full(len(pi), -1, dtype=np.int64)
    place[open_] = np.arange(len(open_))
    inside = np.flatnonzero(place[units] >= 0)
    true, wanted = pi[units].copy(), place[units[inside]]
    if not len(wanted):
        return true
    targets = pi[open_]
    n = round(float(targets.sum()))
    if len(targets) <= SMALL:
        true[inside] = _small_probabilities(method, targets, wanted, n)
        return true
    if len(targets) > LARGEST or not _feasible(method, targets, n, len(targets) + len(wanted), SINGLE_WORK):
        return None
    single = np.zeros(len(wanted))
    for weight, below, density in _nodes(method, targets, n):
        low, high = count_window(below)
        if low > n - 1:
            continue
        ones: Floats | float = 1.0
        if high > n - 1:
            ones = CountDistribution(below).without_one(wanted, lambda m: (m <= n - 1).astype(float))
        single += weight * ones * density[wanted]
    true[inside] = single
    return true


def _small_probabilities(method: str, pi: Floats, units: Integers, n: int) -> Floats:
    """The same for few units: all nodes at once, each number of others below by its whole distribution."""
    if method == "pareto":
        step = _pareto_step(pi)
        grid = np.arange(-40.0, 40.0 + step, step)
        ratio = np.exp(grid)[:, None] * (pi / (1.0 - pi))[None, :]
        weights, below, density = np.full(len(grid), step), ratio / (1.0 + ratio), ratio / (1.0 + ratio) ** 2
    else:
        nodes = list(_sequential_nodes(pi, n))
        weights = np.array([node[0] for node in nodes])
        below, density = np.array([node[1] for node in nodes]), np.array([node[2] for node in nodes])
    size = len(pi) + 1 - len(pi) % 2
    turns = 2.0 * np.pi * np.arange((size + 1) // 2) / size
    sums = np.exp(-1j * np.outer(turns, np.arange(n))).sum(axis=1) * np.where(turns == 0.0, 1.0, 2.0) / size
    single, rows = np.zeros(len(units)), max(1, CHUNK // (len(pi) * len(turns)))
    for start in range(0, len(weights), rows):
        at = slice(start, start + rows)
        logs = np.log1p(below[at, :, None] * np.expm1(1j * turns))
        others = np.exp(logs.sum(axis=1)[:, None, :] - logs[:, units, :])
        single += weights[at] @ ((others @ sums).real * density[at][:, units])
    return single


def _pareto_step(pi: Floats) -> float:
    return min(0.25, 0.5 / math.sqrt(float((pi * (1.0 - pi)).sum())))


def _nodes(method: str, pi: Floats, n: int) -> Iterator[Node]:
    return _pareto_nodes(pi, n) if method == "pareto" else _sequential_nodes(pi, n)


def _feasible(method: str, pi: Floats, n: int, units: int, work: float) -> bool:
    """Whether the nodes that are not decided beforehand are little enough work."""
    frequencies = min(len(pi) / 2.0 + 1.0, 64.0 + 223.0 / math.sqrt(float((pi * (1.0 - pi)).sum())))
    if frequencies * units > work:
        return False
    return sum(1 for _, below, _ in _nodes(method, pi, n) if _undecided(below, n)) * frequencies * units <= work


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
    step = _pareto_step(pi)
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
