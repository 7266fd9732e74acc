"""The source of chance of a selection: named so that it can be published, replaced or enumerated."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Chance", "HashChance", "RandomChance", "as_chance"]


class Chance(Protocol):
    """Every random decision of a selection goes through one of these methods.

    A selection that uses only ``coin``, ``choose`` and ``index`` can be enumerated exactly by following every branch.
    """

    def uniform(self) -> float:
        """Number between 0 and 1."""
        ...

    def coin(self, probability: float) -> bool:
        """True with the given probability."""
        ...

    def choose(self, weights: NDArray[np.float64]) -> int:
        """Position, with probability in proportion to the weights."""
        ...

    def index(self, count: int) -> int:
        """Position from 0 to ``count - 1``, each with the same probability."""
        ...


class _Uniform:
    def uniform(self) -> float:
        raise NotImplementedError

    def coin(self, probability: float) -> bool:
        return self.uniform() < probability

    def index(self, count: int) -> int:
        return min(int(self.uniform() * count), count - 1)

    def choose(self, weights: NDArray[np.float64]) -> int:
        edges = np.cumsum(weights)
        position = int(np.searchsorted(edges, self.uniform() * edges[-1], side="right"))
        return min(position, int(np.flatnonzero(weights > 0)[-1]))


class HashChance(_Uniform):
    """Chance from a published text: the k-th number is the first 52 bits of the SHA-256 of ``text:k``, k = 1, 2, ...

    Parameters
    ----------
    text : str
        The text, usually ``seed:stratum``.
    """

    def __init__(self, text: str) -> None:
        self._start = hashlib.sha256(f"{text}:".encode())
        self._count = 0

    def uniform(self) -> float:
        """Next number between 0 and 1."""
        self._count += 1
        state = self._start.copy()
        state.update(str(self._count).encode())
        return ((int.from_bytes(state.digest()[:7], "big") >> 4) + 0.5) / 2.0**52


class RandomChance(_Uniform):
    """Chance from a NumPy generator.

    Parameters
    ----------
    generator : numpy.random.Generator
        The generator.
    """

    def __init__(self, generator: np.random.Generator) -> None:
        self._generator = generator
        self._buffer: Sequence[float] = ()
        self._next = 0

    def uniform(self) -> float:
        """Next number between 0 and 1."""
        if self._next >= len(self._buffer):
            self._buffer, self._next = self._generator.random(1024).tolist(), 0
        self._next += 1
        return self._buffer[self._next - 1]


def as_chance(source: Chance | np.random.Generator | str) -> Chance:
    """Accept a generator or a text in place of a chance."""
    if isinstance(source, np.random.Generator):
        return RandomChance(source)
    return HashChance(source) if isinstance(source, str) else source
