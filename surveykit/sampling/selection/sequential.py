"""Selection that passes once along the list: ordered pivotal, Chromy and Brewer's draw by draw."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.sampling.selection.chance import Chance, as_chance
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size, require_sizes

__all__ = ["brewer", "chromy_hits", "duel", "ordered_pivotal"]

Integers = NDArray[np.int64]
SETTLED = 1e-12


def duel(first: float, second: float, chance: Chance) -> tuple[float, float]:
    """Let two probabilities fight until one of them is 0 or 1; expectations are kept (Deville & Tillé 1998)."""
    total = first + second
    if total < 1.0:
        return (0.0, total) if chance.coin(second / total) else (total, 0.0)
    over = total - 1.0
    rest = 2.0 - total
    if rest <= SETTLED:
        return 1.0, 1.0
    return (1.0, over) if chance.coin((1.0 - second) / rest) else (over, 1.0)


def ordered_pivotal(pi: ArrayLike, chance: Chance | np.random.Generator | str) -> Integers:
    """Let each unit fight the survivor of those before it; neighbours in the list are rarely taken together.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities, in the order that matters, that sum to a whole number; reached exactly.
    chance : Chance, numpy.random.Generator or str
        Source of chance.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions, rising.

    Notes
    -----
    Deville & Tillé (1998), sequential variant; Chauvet (2012).

    Examples
    --------
    >>> len(ordered_pivotal([0.5, 0.25, 0.75, 0.5], "demo"))
    2
    """
    values, n = require_fixed_size(pi)
    source = as_chance(chance)
    taken: list[int] = []
    holder, share = -1, 0.0
    for position, probability in enumerate(values.tolist()):
        if probability >= CERTAIN:
            taken.append(position)
        elif probability > 0.0 and holder < 0:
            holder, share = position, probability
        elif probability > 0.0:
            first, second = duel(share, probability, source)
            if first >= CERTAIN and second >= CERTAIN:
                taken += [holder, position]
                holder = -1
            elif first >= CERTAIN:
                taken.append(holder)
                holder, share = (position, second) if second > SETTLED else (-1, 0.0)
            elif second >= CERTAIN:
                taken.append(position)
                holder, share = (holder, first) if first > SETTLED else (-1, 0.0)
            else:
                holder, share = (position, second) if second > 0.0 else (holder, first)
    if holder >= 0 and len(taken) < n:
        taken.append(holder)
    return np.sort(np.array(taken, dtype=np.int64))


def chromy_hits(sizes: ArrayLike, n: int, chance: Chance | np.random.Generator | str) -> Integers:
    """Number of times that each unit is hit by Chromy's sequential selection with minimum replacement.

    Parameters
    ----------
    sizes : array_like, shape (N,)
        Positive measures of size, in the order that matters; units larger than the interval may be hit more than once.
    n : int
        Hits in all.
    chance : Chance, numpy.random.Generator or str
        Source of chance; the first decision is the unit at which the closed list is opened, in proportion to size.

    Returns
    -------
    numpy.ndarray, shape (N,)
        Hits, with expectation ``n * size / sum(sizes)`` and never further from it than to the next whole number.

    Notes
    -----
    Chromy (1979).

    Examples
    --------
    >>> int(chromy_hits([1, 1, 2, 4], 2, "demo").sum())
    2
    """
    values = require_sizes(sizes)
    source = as_chance(chance)
    start = source.choose(values)
    order = np.roll(np.arange(len(values)), -start)
    cumulated = n * np.cumsum(values[order]) / values.sum()
    cumulated[-1] = n
    hits = np.zeros(len(values), dtype=np.int64)
    reached, before_whole, before_part = 0, 0, 0.0
    for position, edge in zip(order.tolist(), cumulated.tolist(), strict=True):
        whole = math.floor(edge + SETTLED)
        part = max(edge - whole, 0.0)
        part = 0.0 if part <= SETTLED else part
        ahead = reached == before_whole + 1
        if part == 0.0:
            now = whole
        elif part > before_part:
            now = whole + 1 if ahead or source.coin((part - before_part) / (1.0 - before_part)) else whole
        else:
            now = whole + 1 if ahead and source.coin(part / before_part) else whole
        hits[position] = now - reached
        reached, before_whole, before_part = now, whole, part
    return hits


def brewer(pi: ArrayLike, chance: Chance | np.random.Generator | str) -> Integers:
    """Draw unit by unit with working probabilities that keep the inclusion probabilities exact for every n.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number; reached exactly.
    chance : Chance, numpy.random.Generator or str
        Source of chance.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions in the order of the draws; units taken with certainty come first.

    Notes
    -----
    Brewer (1975): with ``a`` the sum of the probabilities drawn so far and ``r`` draws to go, the next unit is drawn in
    proportion to ``p (n - a - p) / (n - a - r p)``. The remaining mass ``n - a`` matters from the third draw on.

    Examples
    --------
    >>> len(brewer([0.5, 0.25, 0.75, 0.5], "demo"))
    2
    """
    values, _ = require_fixed_size(pi)
    source = as_chance(chance)
    certain = np.flatnonzero(values >= CERTAIN)
    rest = np.where((values < CERTAIN) & (values > 0), values, 0.0)
    n = round(float(rest.sum()))
    taken = certain.tolist()
    mass = float(n)
    for left in range(n, 0, -1):
        weights = np.where(rest > 0, rest * (mass - rest), 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = np.where(weights > 0, weights / np.maximum(mass - left * rest, 1e-300), 0.0) if left > 1 else rest
        drawn = source.choose(weights)
        taken.append(drawn)
        mass -= float(rest[drawn])
        rest[drawn] = 0.0
    return np.array(taken, dtype=np.int64)
