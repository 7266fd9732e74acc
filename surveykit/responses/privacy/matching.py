"""How many persons fit a combination of key values in which a blank may stand for anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Combinations", "combinations_of", "fitting", "fitting_among"]

Codes = NDArray[np.int64]
AT_ONCE = 4_000_000


@dataclass(frozen=True)
class Combinations:
    """Distinct combinations of key values.

    Attributes
    ----------
    codes : (d, p) int array
        Values of each combination as numbers, -1 for a blank.
    of_record, owner : (n,) int arrays
        Combination and person of each record.
    place, who : (m,) int arrays
        Each person once in each combination that a record of theirs has: the combination and the person.
    """

    codes: Codes
    of_record: Codes
    owner: Codes
    place: Codes
    who: Codes

    @property
    def persons(self) -> Codes:
        """Number of persons of each combination, (d,)."""
        return np.bincount(self.place, minlength=len(self.codes))

    @property
    def first_only(self) -> Codes:
        """Number of persons of each combination, each person counted in one of theirs only."""
        first = ~pd.Series(self.who).duplicated().to_numpy()
        return np.bincount(self.place[first], minlength=len(self.codes))


def combinations_of(data: pd.DataFrame, keys: Sequence[str], persons: pd.Series | None = None) -> Combinations:
    """Find the distinct combinations of some columns.

    Parameters
    ----------
    data : DataFrame
        Records.
    keys : sequence of str
        Columns; a missing value is a blank.
    persons : Series, optional
        Whose record it is, index as in `data`; by default, and where it is missing, each record is a person of its own.

    Returns
    -------
    Combinations
    """
    n = len(data)
    columns = [pd.factorize(data[key].astype("str"))[0].astype(np.int64) for key in keys]
    records = np.column_stack(columns) if columns else np.zeros((n, 0), dtype=np.int64)
    codes, of_record = _distinct(records)
    who = np.arange(n)
    if persons is not None:
        named = pd.factorize(persons.reindex(data.index))[0]
        who = np.where(named < 0, n + who, named)
        who = pd.factorize(who)[0]
    pairs = pd.DataFrame({"place": of_record, "who": who}).drop_duplicates()
    return Combinations(codes, of_record, who, pairs["place"].to_numpy(), pairs["who"].to_numpy())


def _distinct(records: Codes) -> tuple[Codes, Codes]:
    """Distinct rows and the place of each row among them."""
    number = np.zeros(len(records), dtype=np.int64)
    for column in records.T:
        number = pd.factorize(number * (column.max(initial=-1) + 2) + column + 1)[0].astype(np.int64)
    _, first = np.unique(number, return_index=True)
    return records[first], number


def _numbers(rows: Codes, others: Codes) -> tuple[Codes, Codes]:
    """One number for each row of two arrays, equal where the rows are."""
    both = _distinct(np.concatenate([rows, others]))[1]
    return both[: len(rows)], both[len(rows) :]


def _sums(codes: Codes, weights: Codes) -> Codes:
    """Sum of the weights of all combinations that fit each one, pattern of blanks by pattern of blanks."""
    patterns, of = np.unique(codes >= 0, axis=0, return_inverse=True)
    of = of.ravel()
    groups = [np.flatnonzero(of == place) for place in range(len(patterns))]
    total = np.zeros(len(codes), dtype=np.int64)
    for a, mine in enumerate(groups):
        for b, theirs in enumerate(groups):
            common = np.flatnonzero(patterns[a] & patterns[b])
            own, other = _numbers(codes[np.ix_(mine, common)], codes[np.ix_(theirs, common)])
            size = int(max(own.max(initial=0), other.max(initial=0))) + 1
            held = np.zeros(size, dtype=np.int64)
            np.add.at(held, other, weights[theirs])
            total[mine] += held[own]
    return total


def fitting(combinations: Combinations) -> Codes:
    """Number of persons who fit each combination: whose values are the same wherever neither of the two is blank.

    Parameters
    ----------
    combinations : Combinations
        From `combinations_of`.

    Returns
    -------
    (d,) int array

    Notes
    -----
    A blank counts as a match of anything, as in sdcMicro with ``alpha = 1`` and in mu-Argus: who looks for a person in
    the file cannot rule a record out by a value that it does not show.
    """
    codes = combinations.codes
    if not len(codes):
        return np.zeros(0, dtype=np.int64)
    total = _sums(codes, combinations.persons)
    if (codes < 0).any():
        total -= _counted_again(combinations)
    return total


def _counted_again(combinations: Combinations) -> Codes:
    """Persons whom `_sums` counts in several of their combinations that fit one; each is to be counted once."""
    pairs = pd.DataFrame({"who": combinations.who, "place": combinations.place})
    pairs = pairs[pairs["who"].duplicated(keep=False)].sort_values("who", kind="stable")
    codes = combinations.codes
    again = np.zeros(len(codes), dtype=np.int64)
    if not len(pairs):
        return again
    theirs = codes[pairs["place"].to_numpy()]
    starts = np.flatnonzero(np.r_[True, np.diff(pairs["who"].to_numpy()) != 0])
    step = max(AT_ONCE // len(theirs), 1)
    for start in range(0, len(codes), step):
        mine = codes[start : start + step]
        fits = np.ones((len(mine), len(theirs)), dtype=bool)
        for j in range(codes.shape[1]):
            a, b = mine[:, j, None], theirs[None, :, j]
            fits &= (a == b) | (a < 0) | (b < 0)
        times = np.add.reduceat(fits.astype(np.int64), starts, axis=1)
        again[start : start + step] = np.maximum(times - 1, 0).sum(axis=1)
    return again


def fitting_among(data: pd.DataFrame, persons: pd.Series, among: NDArray[np.bool_]) -> Codes:
    """Number of persons of some records who fit each record.

    Parameters
    ----------
    data : DataFrame
        Records; a missing value fits any other.
    persons : Series
        Whose record it is.
    among : (n,) bool array
        Records whose persons are counted.

    Returns
    -------
    (n,) int array
    """
    held = combinations_of(data, [str(name) for name in data])
    counted = pd.DataFrame({"place": held.of_record, "who": persons.to_numpy()})[among].drop_duplicates()
    weights = np.bincount(counted["place"], minlength=len(held.codes))
    return _sums(held.codes, weights)[held.of_record]
