"""Which person of a household is asked: a grid that the draw decides, or a birthday, and with what probability."""

from __future__ import annotations

from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, choose, first_few
from surveykit.files.person_methods import GridMethod, PersonMethod
from surveykit.sampling.frames.keys import permanent_key, uniform_numbers
from surveykit.sampling.plan.definition import HashName

__all__ = ["GRIDS", "kish_table", "person_grid", "person_probabilities"]

GRIDS = get_args(GridMethod)

KISH = {
    "A": (2, (1, 1, 1, 1, 1, 1)),
    "B1": (1, (1, 1, 1, 1, 2, 2)),
    "B2": (1, (1, 1, 1, 2, 2, 2)),
    "C": (2, (1, 1, 2, 2, 3, 3)),
    "D": (2, (1, 2, 2, 3, 4, 4)),
    "E1": (1, (1, 2, 3, 3, 3, 5)),
    "E2": (1, (1, 2, 3, 4, 5, 5)),
    "F": (2, (1, 2, 3, 4, 5, 6)),
}
"""Kish's eight tables: twelfths of the households that have each, and who is asked of 1, 2, ..., 6 or more."""


def _number(seed: str, unit: str, hash_name: HashName) -> float:
    """The household's own random number for the choice inside it, from 0 to below 1."""
    return float(uniform_numbers([permanent_key(f"{seed}/person", unit, hash_name)])[0])


def kish_table(seed: str, unit: str, hash_name: HashName = "md5") -> str:
    """Return the letter of Kish's table that a household has.

    Parameters
    ----------
    seed : str
        The plan's seed.
    unit : str
        The household.
    hash_name : {"md5", "sha256"}
        The plan's hash.

    Returns
    -------
    str
        ``"A"``, ``"B1"``, ``"B2"``, ``"C"``, ``"D"``, ``"E1"``, ``"E2"`` or ``"F"``, by a sixth or a twelfth of the
        households.

    Examples
    --------
    >>> kish_table("s", "h1") in {"A", "B1", "B2", "C", "D", "E1", "E2", "F"}
    True
    """
    choose("hash_name", hash_name, get_args(HashName))
    twelfth = _number(seed, unit, hash_name) * 12
    reached = 0
    for letter, (share, _) in KISH.items():
        reached += share
        if twelfth < reached:
            return letter
    return "F"


def person_grid(
    method: GridMethod, seed: str, unit: str, *, most: int = 10, hash_name: HashName = "md5"
) -> tuple[int, ...]:
    """Return who is asked in a household of 1, 2, ... eligible persons, listed in the agreed order.

    Parameters
    ----------
    method : {"kish", "kish_1949"}
        ``"kish"``: a row of its own for each household, in which each of k persons has the chance 1/k exactly;
        ``"kish_1949"``: one of Kish's eight tables, whose last column is for six and more.
    seed : str
        The plan's seed.
    unit : str
        The household.
    most : int
        Columns of a row of its own.
    hash_name : {"md5", "sha256"}
        The plan's hash.

    Returns
    -------
    tuple of int
        Position in the list for each number of persons.

    Notes
    -----
    Both follow from the hash of ``seed/person:unit``, as the draw itself does, so that anyone can check who should have
    been asked. Kish (1949), Journal of the American Statistical Association 44, 380-387, table 1.

    Examples
    --------
    >>> person_grid("kish", "s", "h1", most=3)
    (1, 2, 3)
    """
    choose("method", method, GRIDS)
    choose("hash_name", hash_name, get_args(HashName))
    if method == "kish_1949":
        return KISH[kish_table(seed, unit, hash_name)][1]
    number = _number(seed, unit, hash_name)
    return tuple(1 + int(number * size) for size in range(1, most + 1))


def person_probabilities(
    method: PersonMethod, eligible: ArrayLike, selected: ArrayLike | None = None
) -> NDArray[np.float64]:
    """Return with what probability the person who was asked was chosen in the household.

    Parameters
    ----------
    method : {"kish", "kish_1949", "next_birthday", "last_birthday", "all"}
        How the person was chosen; ``"all"`` asks everyone.
    eligible : array_like, shape (n,)
        Eligible persons of each household, whole numbers of at least 1.
    selected : array_like, shape (n,), optional
        Position of the person in the list; Kish's tables need it, since their chances differ a little in households of
        five.

    Returns
    -------
    numpy.ndarray, shape (n,)
        1 / eligible, 1 for ``"all"``, and the share of Kish's tables that name this person; households of more than six
        have the chances of six, and persons from the seventh on none.

    Raises
    ------
    DataError
        If a number is none, or a person could not have been chosen.

    Examples
    --------
    >>> person_probabilities("kish", [1, 4]).tolist()
    [1.0, 0.25]
    >>> person_probabilities("kish_1949", [5, 5], [1, 3]).round(4).tolist()
    [0.1667, 0.25]
    """
    choose("method", method, get_args(PersonMethod))
    size = np.asarray(eligible, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(size) & (size >= 1) & (size == np.floor(size))))
    if len(wrong):
        raise DataError(
            f"eligible persons must be whole numbers of at least 1; wrong in rows {first_few(wrong.tolist())}"
        )
    if method == "all":
        return np.ones(len(size))
    if method != "kish_1949":
        return np.asarray(1.0 / size)
    if selected is None:
        raise DataError("Kish's tables give persons different chances: say which person was asked (selected)")
    chosen = np.asarray(selected, dtype=float)
    column = np.minimum(size, 6)
    shares = np.zeros((7, 7))
    for share, row in KISH.values():
        for persons, person in enumerate(row, start=1):
            shares[persons, person] += share / 12
    bad = np.flatnonzero(~(np.isfinite(chosen) & (chosen >= 1) & (chosen <= column) & (chosen == np.floor(chosen))))
    if len(bad):
        raise DataError(
            f"the person asked could not have been chosen by Kish's tables in rows {first_few(bad.tolist())}"
        )
    return np.asarray(shares[column.astype(np.int64), chosen.astype(np.int64)])
