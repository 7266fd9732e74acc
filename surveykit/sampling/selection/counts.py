"""Sums over the distribution of a number of successes, with all units, without one of them and without two."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["CountDistribution", "count_window"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
CHUNK = 4_000_000


def count_window(probabilities: Floats) -> tuple[int, int]:
    """Numbers of successes outside of which less than 1e-30 of the distribution lies, with up to two units left out."""
    mean = float(probabilities.sum())
    reach = math.ceil(12.0 * math.sqrt(float((probabilities * (1.0 - probabilities)).sum())) + 40.0)
    return max(0, math.floor(mean) - reach - 2), min(len(probabilities), math.ceil(mean) + reach)


class CountDistribution:
    """Number Y of successes of independent units, by its characteristic function.

    A unit is left out by dividing its factor out, so a sum for all pairs is one product of matrices; on an odd number
    of frequencies no factor ``1 - p + p exp(i w)`` is 0.

    Parameters
    ----------
    probabilities : numpy.ndarray, shape (N,)
        Probability of success of each unit.
    """

    def __init__(self, probabilities: Floats) -> None:
        self.probabilities = probabilities
        self.low, self.high = count_window(probabilities)
        width = self.high - self.low + 1
        self._size = width + 1 - width % 2
        turns = 2.0 * np.pi * np.arange((self._size + 1) // 2) / self._size
        logs = np.empty(len(turns), dtype=complex)
        step = max(1, CHUNK // max(1, len(probabilities)))
        for start in range(0, len(turns), step):
            logs[start : start + step] = np.log(self._factors(probabilities, turns[start : start + step])).sum(axis=0)
        kept = logs.real > -140.0
        self._turns, self._whole = turns[kept], np.exp(logs[kept])

    @staticmethod
    def _factors(probabilities: Floats, turns: Floats) -> NDArray[np.complex128]:
        return np.asarray(1.0 + probabilities[:, None] * np.expm1(1j * turns)[None, :])

    def _weights(self, coefficient: Callable[[Floats], Floats]) -> NDArray[np.complex128]:
        counts = np.arange(self.low, self.high + 1, dtype=float)
        transform = np.exp(-1j * np.outer(self._turns, counts)) @ coefficient(counts)
        return np.asarray(self._whole * transform * np.where(self._turns == 0.0, 1.0, 2.0) / self._size)

    def total(self, coefficient: Callable[[Floats], Floats]) -> float:
        """Expectation of ``coefficient(Y)``."""
        return float(self._weights(coefficient).real.sum())

    def without_one(self, units: Integers, coefficient: Callable[[Floats], Floats]) -> Floats:
        """Expectation of ``coefficient(Y)`` when each of the units is left out in turn, shape (k,)."""
        inverse = 1.0 / self._factors(self.probabilities[units], self._turns)
        return np.asarray((inverse @ self._weights(coefficient)).real)

    def without_two(self, units: Integers, coefficient: Callable[[Floats], Floats]) -> Floats:
        """Expectation of ``coefficient(Y)`` when each pair of the units is left out, shape (k, k); diagonal unused."""
        inverse = 1.0 / self._factors(self.probabilities[units], self._turns)
        return np.asarray(((inverse * self._weights(coefficient)) @ inverse.T).real)
