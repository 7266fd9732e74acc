"""Selection with equal probabilities: simple random, systematic, and the serpentine order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError
from surveykit.sampling.selection.chance import Chance, as_chance

__all__ = ["serpentine_order", "simple_random", "systematic"]

Integers = NDArray[np.int64]


def simple_random(keys: ArrayLike, n: int) -> Integers:
    """Take the n smallest of independent random keys; any prefix of the order is again a simple random sample.

    Parameters
    ----------
    keys : array_like, shape (N,)
        Permanent random numbers, one per unit.
    n : int
        Units to select.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions in the order of selection.

    Examples
    --------
    >>> simple_random([0.5, 0.1, 0.9, 0.3], 2).tolist()
    [1, 3]
    """
    values = np.asarray(keys)
    if not 0 <= n <= len(values):
        raise DataError(f"selection: {n} units cannot be selected from {len(values)}")
    return np.argsort(values, kind="stable")[:n].astype(np.int64)


def systematic(population: int, n: int, chance: Chance | np.random.Generator | str) -> Integers:
    """Take every N/n-th unit from a random start; the interval is never rounded.

    Parameters
    ----------
    population : int
        Units N, in the order that matters.
    n : int
        Units to select; always exactly this number.
    chance : Chance, numpy.random.Generator or str
        Source of the start, an integer from 0 to N - 1.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions, rising. Every unit has probability n / N exactly.

    Notes
    -----
    With start s the unit of rank r is taken when ``floor((r n + s) / N) > floor(((r - 1) n + s) / N)``.

    Examples
    --------
    >>> len(systematic(10, 3, "demo"))
    3
    """
    if not 0 <= n <= population:
        raise DataError(f"selection: {n} units cannot be selected from {population}")
    start = as_chance(chance).index(population) if population else 0
    if not population:
        return np.zeros(0, dtype=np.int64)
    steps = (np.arange(population + 1, dtype=np.int64) * n + start) // population
    return np.flatnonzero(np.diff(steps) > 0).astype(np.int64)


def serpentine_order(columns: Sequence[ArrayLike]) -> Integers:
    """Order units by several keys, each reversed in every other group, so that neighbours are alike.

    Parameters
    ----------
    columns : sequence of array_like, each of shape (N,)
        Keys, the most important first; texts or numbers.

    Returns
    -------
    numpy.ndarray, shape (N,)
        Positions in serpentine order; ties keep their order.

    Notes
    -----
    Hierarchic serpentine sorting (Chromy 1979), the implicit stratification of systematic and sequential selection.

    Examples
    --------
    >>> serpentine_order([["a", "a", "b", "b"], [1, 2, 1, 2]]).tolist()
    [0, 1, 3, 2]
    """
    if not columns:
        raise DataError("serpentine order: give at least one column")
    coded = [np.unique(np.asarray(column), return_inverse=True)[1].astype(np.int64) for column in columns]
    keys: list[Integers] = [coded[0]]
    group = coded[0]
    for code in coded[1:]:
        flipped = np.where(group % 2 == 1, -code, code)
        keys.append(flipped)
        _, group = np.unique(np.stack([group, flipped]), axis=1, return_inverse=True)
        group = group.reshape(-1).astype(np.int64)
    return np.lexsort(keys[::-1]).astype(np.int64)
