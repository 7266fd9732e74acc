"""Local suppression: blank as few key values as it takes, so that at least k persons fit every record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.responses.privacy.matching import Combinations, combinations_of, fitting
from surveykit.responses.privacy.risk import Blanks, class_sizes

__all__ = ["suppress"]

Codes = NDArray[np.int64]
MOST_WORK = 1_500_000_000
MOST_KEYS = 14
# Whom to begin with, and what decides between sets of keys of one size: their place in the order, or whom they help.
ORDERS = (("rare first", "keys"), ("rare last", "keys"), ("rare first", "others"), ("rare last", "others"))


@dataclass
class _Table:
    """Combinations while values are blanked: a unit that is changed becomes a row of its own.

    `codes` and `weights` by row, `origin` the combination it was taken from, `unit` which person of it (-1 for all
    that are left), `before` the codes it had.
    """

    codes: Codes
    weights: Codes
    origin: list[int]
    unit: list[int]
    used: int = 0
    changed: dict[int, Codes] = field(default_factory=dict)

    def add(self, codes: Codes, weight: int, origin: int, unit: int) -> int:
        if self.used == len(self.codes):
            self.codes = np.concatenate([self.codes, np.full_like(self.codes, -1)])
            self.weights = np.concatenate([self.weights, np.zeros_like(self.weights)])
        self.codes[self.used], self.weights[self.used] = codes, weight
        self.origin.append(origin)
        self.unit.append(unit)
        self.used += 1
        return self.used - 1

    def differing(self, codes: Codes) -> Codes:
        """For each row the set of keys, as bits, in which it does not fit some codes."""
        held = self.codes[: self.used]
        apart = (held != codes) & (held >= 0) & (codes >= 0)
        return np.asarray(apart @ (1 << np.arange(held.shape[1])), dtype=np.int64)


def _within(bits: Codes, weights: Codes, p: int) -> Codes:
    """For each set of keys the weight of the rows that differ in no other: sums over subsets."""
    held = np.bincount(bits, weights=weights, minlength=1 << p).astype(np.int64)
    for j in range(p):
        step = held.reshape(-1, 2, 1 << j)
        step[:, 1] += step[:, 0]
    return held


def _choose(table: _Table, codes: Codes, sizes: Codes, k: int, prefer: str) -> int | None:
    """Fewest keys to blank, as bits, so that k persons fit; None where no key could stay."""
    p = len(codes)
    bits = table.differing(codes)
    weights = table.weights[: table.used]
    enough = _within(bits, weights, p) >= k
    shown = int((codes >= 0) @ (1 << np.arange(p)))
    sets = np.arange(1 << p)
    # A record that shows no key at all would be known by that.
    sets = sets[enough & ((sets & ~shown) == 0) & (sets != shown)]
    if not len(sets):
        return None
    count = np.array([int(s).bit_count() for s in sets])
    sets = sets[count == count.min()]
    if len(sets) == 1:
        return int(sets[0])
    # The first key is the lowest bit: reversed, the smallest number blanks the least important keys.
    rank = np.array([int(format(int(s), f"0{p}b")[::-1], 2) for s in sets])
    needy = np.where(sizes[: table.used] < k, weights, 0)
    helped = -_within(bits, needy, p)[sets]
    order = np.lexsort((rank, helped) if prefer == "others" else (helped, rank))
    return int(sets[order[0]])


def _sizes(table: _Table) -> Codes:
    held = table.codes[: table.used]
    weights = table.weights[: table.used]
    places = np.repeat(np.arange(len(held)), np.maximum(weights, 0))
    return fitting(Combinations(held, np.arange(0), np.arange(0), places, np.arange(len(places))))


def _blank(table: _Table, row: int, unit: int, keys: int, sizes: Codes) -> Codes:
    """Take a unit out of a row, blank some of its keys, and say how many persons fit each row now."""
    codes = table.codes[row].copy()
    before = table.differing(codes) == 0
    codes[[j for j in range(len(codes)) if keys >> j & 1]] = -1
    weight = int(table.weights[row] > 0)
    new = table.add(codes, weight, table.origin[row], unit)
    table.weights[row] -= weight
    table.changed[new] = table.codes[row].copy()
    fits = table.differing(codes) == 0
    sizes = np.append(sizes, 0)
    sizes[fits & ~np.append(before, False)] += weight
    sizes[new] = int(table.weights[: table.used][fits].sum())
    return sizes


def _restore(table: _Table, sizes: Codes, k: int) -> None:
    """Show again what need not be blank, because values that were blanked later made up for it."""
    for row in sorted(table.changed, key=lambda r: -r):
        for j in np.flatnonzero((table.codes[row] < 0) & (table.changed[row] >= 0)):
            codes = table.codes[row].copy()
            codes[j] = table.changed[row][j]
            lost = (table.differing(table.codes[row]) == 0) & (table.differing(codes) != 0)
            weight = int(table.weights[row])
            own = int(sizes[row] - table.weights[: table.used][lost].sum())
            if own >= k and (sizes[lost] - weight >= k).all():
                table.codes[row] = codes
                sizes[lost] -= weight
                sizes[row] = own


def _attempt(start: Combinations, rare: Codes, sizes: Codes, k: int, order: str, prefer: str) -> _Table:
    codes, weights = start.codes, start.first_only
    d = len(codes)
    table = _Table(codes.copy(), weights.copy(), list(range(d)), [-1] * d, d)
    persons = start.persons
    sizes = sizes.copy()
    sequence = rare[np.argsort(sizes[rare], kind="stable")]
    for row in map(int, sequence if order == "rare first" else sequence[::-1]):
        for unit in range(int(persons[row])):
            if sizes[row] >= k:
                break
            keys = _choose(table, table.codes[row], sizes, k, prefer)
            if keys is None:
                break
            if keys:
                sizes = _blank(table, row, unit, keys, sizes)
    _restore(table, _sizes(table), k)
    return table


def _cells(table: _Table) -> int:
    return sum(int(((table.codes[row] < 0) & (before >= 0)).sum()) for row, before in table.changed.items())


def _apply(table: _Table, start: Combinations, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells of the records are blanked."""
    blank = np.zeros(shape, dtype=bool)
    order = np.lexsort((start.who, start.place))
    place, who = start.place[order], start.who[order]
    first = np.searchsorted(place, np.arange(len(start.codes)))
    records = pd.DataFrame({"place": start.of_record}).groupby("place").indices
    for row, before in table.changed.items():
        origin = table.origin[row]
        person = who[first[origin] + table.unit[row]]
        here = records[origin]
        here = here[start.owner[here] == person]
        blank[np.ix_(here, np.flatnonzero((table.codes[row] < 0) & (before >= 0)))] = True
    return blank


def suppress(
    data: pd.DataFrame, keys: Sequence[str], k: int, persons: pd.Series | None = None, blanks: Blanks = "fit"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Blank key values so that at least `k` persons fit every record as far as that can be.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Key variables, the most important first.
    k : int
        Persons that must fit.
    persons : Series, optional
        Whose record it is; see `combinations_of`.
    blanks : {"fit", "value"}
        Whether a blank fits any value, or is one of its own.

    Returns
    -------
    tuple of DataFrame and dict of str to int
        The data, and the number of cells blanked by key. Where fewer than `k` persons are in the file nothing is
        blanked.

    Notes
    -----
    For each person whom too few fit the smallest set of keys is blanked with which enough do, of several the one of
    the least important keys; a blanked value helps the others too, and what turns out not to be needed is shown again.
    Four orders of going about it are tried and the one with the fewest blanked cells is kept. Templ, Kowarik and
    Meindl (2015), Journal of Statistical Software 67(4), describe the same heuristic without the last two steps.
    """
    if blanks == "value":
        return _wholesale(data, keys, k, persons, blanks)
    start = combinations_of(data, keys, persons)
    sizes = fitting(start)
    rare = np.flatnonzero(sizes < k)
    blanked = list(reversed(keys))
    if not len(rare) or len(np.unique(start.who)) < k:
        return data, {}
    work = int(start.persons[rare].sum()) * len(start.codes) * len(keys)
    if work > MOST_WORK or len(keys) > MOST_KEYS:
        return _wholesale(data, keys, k, persons, blanks)
    tries = ORDERS if work * len(ORDERS) <= MOST_WORK else ORDERS[:1]
    table = min((_attempt(start, rare, sizes, k, *order) for order in tries), key=_cells)
    blank = _apply(table, start, (len(data), len(keys)))
    changed = {key: data[key].mask(blank[:, j]) for j, key in enumerate(keys) if blank[:, j].any()}
    shown = data.assign(**changed)
    if changed and len(start.who) > len(np.unique(start.who)):
        # The search counts persons with several records in one place only; what that left is looked at again.
        shown = suppress(shown, keys, k, persons)[0]
    counts = {key: int((shown[key].isna() & data[key].notna()).sum()) for key in blanked}
    return shown, {key: count for key, count in counts.items() if count}


def _wholesale(
    data: pd.DataFrame, keys: Sequence[str], k: int, persons: pd.Series | None, blanks: Blanks
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Blank key after key, the last first, wherever too few fit; also where there is too much to search."""
    data = data.copy()
    blanked: dict[str, int] = {}
    for key in reversed(keys):
        small = class_sizes(data, keys, persons, blanks) < k
        if not small.any():
            break
        cells = small & data[key].notna().to_numpy(dtype=bool)
        blanked[key] = int(cells.sum())
        data[key] = data[key].mask(cells)
    return data, blanked
