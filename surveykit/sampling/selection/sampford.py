"""Sampford's design by acceptance of Pareto samples: exact, and fast for millions of units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import ConvergenceError
from surveykit.sampling.selection.chance import Chance, as_chance
from surveykit.sampling.selection.order import pareto
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size

__all__ = ["SampfordSetup", "sampford", "sampford_setup"]

Floats = NDArray[np.float64]
ATTEMPTS = 1000
GRID = 2049


@dataclass(frozen=True)
class SampfordSetup:
    """What the acceptance needs: nodes and weights of the integral, and the smallest ratio over the units."""

    pi: Floats
    shifts: Floats
    weights: Floats
    smallest: float

    def ratio(self, pi: Floats) -> Floats:
        """Ratio d(p) of the Pareto constant to 1 - p: ``sum w / (1 + p (x - 1))``."""
        return np.asarray((self.weights / (1.0 + pi[:, None] * self.shifts)).sum(axis=1))


def sampford_setup(pi: ArrayLike) -> SampfordSetup:
    """Prepare the acceptance for probabilities below 1 that sum to a whole number.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities.

    Returns
    -------
    SampfordSetup
        Quadrature of the Pareto constants.
    """
    values, n = require_fixed_size(pi)
    spread = float((values * (1.0 - values)).sum())
    # the integrand is analytic within pi of the real axis and about 1 / sqrt(spread) wide, so these steps are exact
    reach, step = (10.0 / np.sqrt(spread), 0.25 / np.sqrt(spread)) if spread > 50 else (60.0, 0.5 / np.sqrt(spread + 4))
    count = 2 * int(np.ceil(reach / step)) + 1
    nodes = np.linspace(-reach, reach, count)
    shifts = np.expm1(nodes)
    if len(values) * count <= 5_000_000:
        logs = n * nodes - np.log1p(np.outer(shifts, values)).sum(axis=1)
    else:
        logs = np.array([n * y - np.log1p(values * shift).sum() for y, shift in zip(nodes, shifts, strict=True)])
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    setup = SampfordSetup(values, shifts, weights, 0.0)
    if len(values) <= GRID:
        return SampfordSetup(values, shifts, weights, float(setup.ratio(values).min()))
    at = setup.ratio(np.linspace(values.min(), values.max(), GRID))
    # d is convex, so near its smallest grid value it falls by no more than it does over the neighbouring intervals
    low = int(np.argmin(at))
    fall = float(np.abs(np.diff(at[max(low - 2, 0) : low + 3])).max())
    return SampfordSetup(values, shifts, weights, float(at.min()) - fall)


def sampford(
    pi: ArrayLike,
    chance: Chance | np.random.Generator | str,
    uniforms: ArrayLike | None = None,
    setup: SampfordSetup | None = None,
) -> NDArray[np.int64]:
    """Select by Sampford's design: fixed size, exact inclusion probabilities, high entropy.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number; reached exactly.
    chance : Chance, numpy.random.Generator or str
        Source of the acceptance and of all numbers that are not given.
    uniforms : array_like, shape (N,), optional
        Permanent random numbers of the first attempt.
    setup : SampfordSetup, optional
        Result of `sampford_setup`, for repeated draws; only when no probability is 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions in the order of selection; units taken with certainty come first.

    Notes
    -----
    A Pareto sample s has probability in proportion to ``prod tau * sum c`` and a Sampford sample to
    ``prod tau * sum (1 - p)``, ``tau = p / (1 - p)``; hence a Pareto sample is accepted with probability
    ``sum_s (1 - p) / sum_s c`` over its maximum (Bondesson, Traat & Lundqvist 2006). The constants are the integrals
    ``c = (1 - p) int x^(n-1) / (1 + p (x - 1)) prod (1 + p (x - 1))^(-1) dx`` up to a common factor. More than nine
    samples in ten are accepted unless n is very small.

    Examples
    --------
    >>> len(sampford([0.5, 0.25, 0.75, 0.5], "demo"))
    2
    """
    values, n = require_fixed_size(pi)
    source = as_chance(chance)
    certain = np.flatnonzero(values >= CERTAIN).astype(np.int64)
    open_ = np.flatnonzero((values > 0) & (values < CERTAIN)).astype(np.int64)
    if n == len(certain):
        return certain
    rest = values[open_]
    prepared = setup if setup is not None and not len(certain) else sampford_setup(rest)
    for attempt in range(ATTEMPTS):
        if attempt == 0 and uniforms is not None:
            numbers = np.asarray(uniforms, dtype=float)[open_]
        else:
            numbers = _numbers(source, len(open_))
        drawn = pareto(rest, numbers)
        odds = 1.0 - rest[drawn]
        constants = odds * prepared.ratio(rest[drawn])
        accept = float(odds.sum() / constants.sum()) * prepared.smallest
        if source.coin(accept):
            return np.concatenate([certain, open_[drawn]])
    raise ConvergenceError(f"selection: no sample was accepted in {ATTEMPTS} attempts: use the Pareto method")


def _numbers(source: Chance, count: int) -> Floats:
    """Fresh numbers: one draw of the source seeds a generator when there are many."""
    if count <= 10_000:
        return np.array([source.uniform() for _ in range(count)])
    seed = int(source.uniform() * 2**52)
    values = np.random.Generator(np.random.PCG64(seed)).random(count)
    return np.clip(values, 2.0**-53, 1.0 - 2.0**-53)
