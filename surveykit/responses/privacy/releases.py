"""A memory of the files that were released: what one of them adds to another about the same persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.responses.privacy.matching import combinations_of, fitting_among
from surveykit.responses.privacy.risk import class_sizes

__all__ = ["Release", "refuse_joinable"]

PERSON = "person"
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Release:
    """A public file with the persons behind its records: as personal as the answers themselves, never published.

    Attributes
    ----------
    name : str
        What messages call it.
    keys : tuple of str
        Its key variables.
    table : DataFrame
        `person` (a token, or the number of a record without one) and the columns that were published.
    """

    name: str
    keys: tuple[str, ...]
    table: pd.DataFrame

    @property
    def columns(self) -> list[str]:
        """Columns that were published."""
        return [str(name) for name in self.table if name != PERSON]


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    """Index by person and the number of the record among theirs."""
    nth = table.groupby(PERSON).cumcount().rename("nth")
    return table.set_index([pd.Index(table[PERSON]), pd.Index(nth)]).drop(columns=PERSON)


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({name: table[name].astype("str") for name in table}, index=table.index)


def refuse_joinable(new: Release, earlier: Sequence[Release], k: int) -> None:
    """Refuse a file that could be joined with an earlier one and would then say more of somebody.

    Parameters
    ----------
    new : Release
        What is to be published.
    earlier : sequence of Release
        What was.
    k : int
        Persons that must fit.

    Raises
    ------
    DataError
        For an earlier file with some of the same persons. It tells how many of them can be joined, by how many columns,
        and what the new file would add; never who they are.

    Notes
    -----
    A record can be joined if fewer than `k` persons of the earlier file have the same values as it in all columns that
    both files show, a blank key fitting any. The file is refused if a record that can be joined shows a column that the
    earlier file does not, a value that is blank there, or another value (another range); or if fewer than `k` persons
    fit it by the keys of both files together. A file that says no more than an earlier one, or whose records cannot be
    joined, is no risk beyond its own.
    """
    after = _texts(_numbered(new.table))
    if any(_is_within(after, new.keys, release, k) for release in earlier):
        return
    for release in earlier:
        before = _texts(_numbered(release.table))
        both = after.index.intersection(before.index)
        if not len(both):
            continue
        keys = list(dict.fromkeys((*release.keys, *new.keys)))
        joined, shared = _joinable(after.loc[both], before, set(keys), k)
        more = {name: where & joined for name, where in _says_more(after.loc[both], before.loc[both]).items()}
        rare = joined & _rare_together(after.loc[both], before.loc[both], keys, k)
        if not rare.any() and not any(where.any() for where in more.values()):
            continue
        told = [f"{name} of {int(where.sum()):,}" for name, where in more.items() if where.any()]
        if rare.any():
            told.append(f"a combination of {first_few(keys)} that fewer than {k} persons fit, of {int(rare.sum()):,}")
        worst = np.any([rare, *more.values()], axis=0)
        raise DataError(
            f"{int(worst.sum()):,} of {len(both):,} records of persons who are in {release.name} as well could be "
            f"joined with it by {len(shared)} columns that both show, and the two would then say more than that file "
            f"does: {first_few(told)}. Its key variables were {first_few(release.keys)}. Publish one file that holds "
            "all, keep to the earlier keys and columns, or leave out columns until the records can no longer be joined"
        )


def _is_within(after: pd.DataFrame, keys: Sequence[str], release: Release, k: int) -> bool:
    """Whether an earlier file says all of this already and protects its keys as well."""
    before = _texts(_numbered(release.table))
    if not after.index.isin(before.index).all():
        return False
    own = before.loc[after.index]
    rare = _rare_together(after, own, list(dict.fromkeys((*release.keys, *keys))), k)
    return not rare.any() and not any(where.any() for where in _says_more(after, own).values())


def _rare_together(after: pd.DataFrame, before: pd.DataFrame, keys: Sequence[str], k: int) -> Bools:
    """Which persons fewer than k fit by the keys of both files, each with what either file shows."""
    joined = {}
    for name in keys:
        parts = [table[name] for table in (before, after) if name in table]
        joined[name] = parts[0] if len(parts) == 1 else parts[0].where(parts[0].notna(), parts[1])
    table = pd.DataFrame(joined).reset_index(drop=True)
    persons = pd.Series(after.index.get_level_values(0))
    return class_sizes(table, keys, persons) < k


def _says_more(after: pd.DataFrame, before: pd.DataFrame) -> dict[str, Bools]:
    more = {}
    for name in map(str, after):
        there = after[name].notna().to_numpy(dtype=bool)
        if name in before:
            there = there & (before[name].isna() | (before[name] != after[name])).to_numpy(dtype=bool)
        more[name] = there
    return more


def _joinable(after: pd.DataFrame, before: pd.DataFrame, keys: set[str], k: int) -> tuple[Bools, list[str]]:
    """Which records fewer than k persons of the earlier file fit, by the columns that hold the same in both."""
    own = before.loc[after.index]
    shared = [
        str(name)
        for name in after
        if name in own and not ((own[name] != after[name]) & own[name].notna() & after[name].notna()).any()
    ]
    blank = [name for name in shared if name in keys]
    rest = [name for name in shared if name not in keys]
    whole = pd.concat([before[shared], after[shared]], ignore_index=True)
    # Outside the keys a missing answer is an answer like others: nothing was blanked there.
    group = combinations_of(whole, rest).of_record
    people = pd.Series([*before.index.get_level_values(0), *after.index.get_level_values(0)])
    earlier = np.arange(len(whole)) < len(before)
    fits = fitting_among(whole[blank].assign(**{"\x00rest": group}), people, earlier)[len(before) :]
    return np.asarray(fits < k), shared
