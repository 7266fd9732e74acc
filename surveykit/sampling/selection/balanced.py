"""Balanced and spread samples: the fast cube method and the local pivotal method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError
from surveykit.sampling.selection.chance import Chance, as_chance
from surveykit.sampling.selection.probabilities import CERTAIN, require_fixed_size
from surveykit.sampling.selection.sequential import duel

__all__ = ["cube", "local_pivotal"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
SETTLED = 1e-9


def cube(pi: ArrayLike, balance: ArrayLike, chance: Chance | np.random.Generator | str) -> Integers:
    """Select a sample whose Horvitz-Thompson totals of the balancing variables are (nearly) the population totals.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number; reached exactly. The size is fixed.
    balance : array_like, shape (N, p)
        Balancing variables, the most important first: when the last units are settled, the last ones are given up
        first.
    chance : Chance, numpy.random.Generator or str
        Source of chance.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions, rising.

    Notes
    -----
    Deville & Tillé (2004), in the fast form of Chauvet & Tillé (2006): only p + 2 units are in play at a time.

    Examples
    --------
    >>> len(cube([0.5] * 6, [[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]], "demo"))
    3
    """
    values, _ = require_fixed_size(pi)
    variables = np.asarray(balance, dtype=float)
    variables = variables[:, None] if variables.ndim == 1 else variables
    if variables.shape[0] != len(values) or not np.isfinite(variables).all():
        raise DataError(
            f"cube: {len(values)} rows of finite balancing variables are needed; shape is {variables.shape}"
        )
    source = as_chance(chance)
    state = np.where(values >= CERTAIN, 1.0, values)
    open_ = np.flatnonzero((state > SETTLED) & (state < 1.0 - SETTLED))
    scaled = np.zeros((len(values), variables.shape[1] + 1))
    scaled[:, 0] = 1.0  # balancing on pi itself fixes the size
    scale = np.abs(variables).max(axis=0)
    scaled[open_, 1:] = variables[open_] / np.where(scale > 0, scale, 1.0) / values[open_, None]
    while scaled.shape[1] >= 1 and len(open_):
        open_ = _flight(state, scaled, open_, source)
        if scaled.shape[1] == 1:
            break
        scaled = scaled[:, :-1]
    return np.flatnonzero(state > 0.5).astype(np.int64)


def _flight(state: Floats, scaled: Floats, open_: Integers, source: Chance) -> Integers:
    """Move p + 1 open units at a time along a direction that keeps all totals, until fewer than that are open."""
    width = scaled.shape[1] + 1
    waiting = open_[width:].tolist()[::-1]
    active = open_[:width].tolist()
    while len(active) == width:
        direction = _null_vector(scaled[active].T)
        now = state[active]
        with np.errstate(divide="ignore", invalid="ignore"):
            up = np.where(
                direction > 0, (1.0 - now) / direction, np.where(direction < 0, -now / direction, np.inf)
            ).min()
            down = np.where(
                direction > 0, now / direction, np.where(direction < 0, (now - 1.0) / direction, np.inf)
            ).min()
        step = up if source.coin(down / (up + down)) else -down
        moved = now + step * direction
        state[active] = np.where(moved < SETTLED, 0.0, np.where(moved > 1.0 - SETTLED, 1.0, moved))
        active = [unit for unit in active if 0.0 < state[unit] < 1.0]
        while len(active) < width and waiting:
            active.append(waiting.pop())
    return np.array([*active, *waiting[::-1]], dtype=np.int64)


def _null_vector(matrix: Floats) -> Floats:
    """Vector that a (q, q + 1) matrix sends to zero, by elimination with column pivots."""
    reduced = matrix.copy()
    rows, columns = reduced.shape
    pivots: dict[int, int] = {}
    for row in range(rows):
        column = int(np.argmax(np.abs(reduced[row])))
        if abs(reduced[row, column]) <= 1e-11:
            continue
        reduced[row] /= reduced[row, column]
        others = np.arange(rows) != row
        reduced[others] -= np.outer(reduced[others, column], reduced[row])
        pivots[row] = column
    free = next(column for column in range(columns) if column not in pivots.values())
    vector = np.zeros(columns)
    vector[free] = 1.0
    for row, column in pivots.items():
        vector[column] = -reduced[row, free]
    scaled: Floats = vector / np.abs(vector).max()
    return scaled


def local_pivotal(pi: ArrayLike, coordinates: ArrayLike, chance: Chance | np.random.Generator | str) -> Integers:
    """Let a random unit fight its nearest open neighbour, so that the sample spreads over the coordinates.

    Parameters
    ----------
    pi : array_like, shape (N,)
        Inclusion probabilities that sum to a whole number; reached exactly.
    coordinates : array_like, shape (N, d)
        Coordinates, on comparable scales.
    chance : Chance, numpy.random.Generator or str
        Source of chance.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Positions, rising.

    Notes
    -----
    Local pivotal method 2 (Grafström, Lundström & Schelin 2012); ties in distance go to the unit listed first.

    Examples
    --------
    >>> len(local_pivotal([0.5] * 4, [[0.0], [0.1], [5.0], [5.1]], "demo"))
    2
    """
    values, n = require_fixed_size(pi)
    places = np.asarray(coordinates, dtype=float)
    places = places[:, None] if places.ndim == 1 else places
    if places.shape[0] != len(values) or not np.isfinite(places).all():
        raise DataError(f"local pivotal: {len(values)} rows of finite coordinates are needed; shape is {places.shape}")
    source = as_chance(chance)
    state = np.where(values >= CERTAIN, 1.0, values)
    alive = (state > 0.0) & (state < 1.0)
    pool = np.flatnonzero(alive).tolist()
    place = {unit: index for index, unit in enumerate(pool)}
    neighbours = _Neighbours(places, alive)
    while len(pool) > 1:
        unit = pool[source.index(len(pool))]
        other = neighbours.nearest(unit)
        state[unit], state[other] = duel(float(state[unit]), float(state[other]), source)
        for settled in (unit, other):
            if state[settled] <= SETTLED or state[settled] >= 1.0 - SETTLED:
                state[settled] = round(float(state[settled]))
                neighbours.remove(settled)
                last = pool.pop()
                if last != settled:
                    pool[place[settled]], place[last] = last, place[settled]
    if len(pool) == 1:
        state[pool[0]] = float(n - int((state > 1.0 - SETTLED).sum()) > 0)
    return np.flatnonzero(state > 0.5).astype(np.int64)


class _Neighbours:
    """Nearest open unit by a k-d tree with lazy deletion; rebuilt when half of its units have gone."""

    def __init__(self, places: Floats, alive: NDArray[np.bool_]) -> None:
        self.places = places
        self.alive = alive
        self._build()

    def _build(self) -> None:
        from scipy.spatial import cKDTree

        self.members = np.flatnonzero(self.alive)
        self.left = len(self.members)
        self.tree = cKDTree(self.places[self.members]) if self.left else None

    def nearest(self, unit: int) -> int:
        if self.left < len(self.members) // 2:
            self._build()
        tree = self.tree
        assert tree is not None
        k = 4
        while True:
            k = min(k, len(self.members))
            distance, found = tree.query(self.places[unit], k=k)
            distance, found = np.atleast_1d(distance), self.members[np.atleast_1d(found)]
            ok = self.alive[found] & (found != unit)
            if ok.any() and (distance[ok].min() < distance[-1] or k == len(self.members)):
                ties = found[ok][distance[ok] == distance[ok].min()]
                return int(ties.min())
            if k == len(self.members):
                return int(found[ok][0])
            k *= 4

    def remove(self, unit: int) -> None:
        if self.alive[unit]:
            self.alive[unit] = False
            self.left -= 1
