"""Weighting classes: redistribution of weight inside classes, and merging of classes that are too thin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import Codes, level_text
from surveykit.weighting.arrays.distances import Array, Mask


class ClassRules(NamedTuple):
    """When a class is too thin: fewer receivers than ``minimum``, or a factor above ``maximum_factor``."""

    minimum: int = 1
    maximum_factor: float = np.inf
    merge: bool = False


class Classes(NamedTuple):
    """Classes of the rows: ``codes`` (n,), -1 outside, their ``labels``, and a note for each merge."""

    codes: Codes
    labels: tuple[str, ...]
    notes: tuple[str, ...]


def class_factors(classes: Codes, receivers: Mask, weights: Array) -> Array:
    """Factor of each class that hands the weight of all its rows to its receivers.

    Parameters
    ----------
    classes : int array, shape (n,)
        Class of each row, -1 for rows that take no part.
    receivers : bool array, shape (n,)
        Rows that keep a weight.
    weights : array, shape (n,)
        Weights, at least 0.

    Returns
    -------
    array, shape (classes,)
        Sum of weights over sum of receivers' weights; 1 where the class holds no weight at all.

    Raises
    ------
    DataError
        If a class has weight but no receiver.

    Examples
    --------
    >>> import numpy as np
    >>> class_factors(np.array([0, 0, 1]), np.array([True, False, True]), np.ones(3)).tolist()
    [2.0, 1.0]
    """
    inside = classes >= 0
    size = int(classes.max(initial=-1)) + 1
    total = np.bincount(classes[inside], weights=weights[inside], minlength=size)
    taking = inside & receivers
    kept = np.bincount(classes[taking], weights=weights[taking], minlength=size)
    empty = (total > 0) & (kept <= 0)
    if empty.any():
        raise DataError(
            f"weighting classes without respondents ({first_few(np.flatnonzero(empty).tolist())}); "
            "merge them with neighbours"
        )
    return np.divide(total, kept, out=np.ones(size), where=kept > 0)


def make_classes(
    table: pd.DataFrame, by: tuple[str, ...], part: Mask, receivers: Mask, weights: Array, rules: ClassRules
) -> Classes:
    """Cross the columns ``by`` into classes and merge those that are too thin.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the columns ``by``, known for respondents and nonrespondents alike.
    by : tuple of str
        Columns to cross, from the one that must never be merged across to the one that may be first.
    part, receivers : bool array, shape (n,)
        Rows that take part, and those of them that keep a weight.
    weights : array, shape (n,)
        Weights before the step.
    rules : ClassRules
        When a class is too thin, and whether it may be merged.

    Returns
    -------
    Classes

    Raises
    ------
    DataError
        If a column is missing in a row that takes part, or a class is too thin and may not be merged.

    Notes
    -----
    A thin class is merged with its neighbour in the order of the levels of the last column, inside the same levels
    of the other columns; the neighbour with fewer receivers is taken. If a whole group is thin, its neighbour group is.
    """
    columns = [_column(table, name, part) for name in by]
    keys = list(zip(*(column[part].tolist() for column in columns), strict=True)) if by else [()] * int(part.sum())
    levels = sorted(set(keys), key=lambda key: tuple(_natural(value) for value in key))
    position = {key: index for index, key in enumerate(levels)}
    codes = np.full(len(table), -1, dtype=np.int64)
    codes[part] = [position[key] for key in keys]
    groups = [[index] for index in range(len(levels))]
    merged, notes = _merge(groups, levels, _counts(codes, receivers, weights, len(levels)), rules)
    renumber = np.empty(len(levels) + 1, dtype=np.int64)
    renumber[-1] = -1
    for new, members in enumerate(merged):
        renumber[members] = new
    labels = tuple(" + ".join(_label(by, levels[member]) for member in members) for members in merged)
    return Classes(renumber[codes], labels, tuple(notes))


class _Counts(NamedTuple):
    receivers: Array
    total: Array
    kept: Array


def _counts(codes: Codes, receivers: Mask, weights: Array, size: int) -> _Counts:
    inside, taking = codes >= 0, (codes >= 0) & receivers
    return _Counts(
        np.bincount(codes[taking & (weights > 0)], minlength=size).astype(float),
        np.bincount(codes[inside], weights=weights[inside], minlength=size),
        np.bincount(codes[taking], weights=weights[taking], minlength=size),
    )


def _merge(
    groups: list[list[int]], levels: list[tuple[str, ...]], counts: _Counts, rules: ClassRules
) -> tuple[list[list[int]], list[str]]:
    notes: list[str] = []
    while True:
        thin = [index for index, members in enumerate(groups) if _thin(members, counts, rules)]
        if not thin:
            return groups, notes
        if not rules.merge or len(groups) == 1:
            raise DataError(_too_thin([groups[index] for index in thin], levels, counts, rules))
        index = min(thin, key=lambda at: (counts.receivers[groups[at]].sum(), at))
        other = _neighbour(groups, levels, counts, index)
        first, second = sorted((index, other))
        notes.append(f"merged {_name(groups[first], levels)} with {_name(groups[second], levels)}")
        groups = [*groups[:first], groups[first] + groups[second], *groups[first + 1 : second], *groups[second + 1 :]]


def _thin(members: list[int], counts: _Counts, rules: ClassRules) -> bool:
    total, kept = counts.total[members].sum(), counts.kept[members].sum()
    if total <= 0:
        return False
    return bool(counts.receivers[members].sum() < rules.minimum or kept <= 0 or total / kept > rules.maximum_factor)


def _neighbour(groups: list[list[int]], levels: list[tuple[str, ...]], counts: _Counts, index: int) -> int:
    near = [at for at in (index - 1, index + 1) if 0 <= at < len(groups)]
    own = levels[groups[index][0]]

    def shared(at: int) -> int:
        other = levels[groups[at][0]]
        return next((depth for depth, (a, b) in enumerate(zip(own, other, strict=True)) if a != b), len(own))

    return min(near, key=lambda at: (-shared(at), counts.receivers[groups[at]].sum(), at))


def _too_thin(thin: list[list[int]], levels: list[tuple[str, ...]], counts: _Counts, rules: ClassRules) -> str:
    named = []
    for members in thin[:5]:
        kept, total = counts.kept[members].sum(), counts.total[members].sum()
        factor = "no factor" if kept <= 0 else f"factor {total / kept:.3g}"
        named.append(f"{_name(members, levels)}: {int(counts.receivers[members].sum())} respondents, {factor}")
    return (
        f"{len(thin)} weighting classes are too thin (wanted: at least {rules.minimum} respondents, factor at most "
        f"{rules.maximum_factor:g}): {'; '.join(named)}. Set merge: true, use fewer classes, or relax the limits"
    )


def _column(table: pd.DataFrame, name: str, part: Mask) -> np.ndarray:
    if name not in table.columns:
        raise DataError(f"classes: there is no column {name!r}; there are {first_few(list(table.columns))}")
    values = level_text(table[name])
    missing = part & pd.isna(values)
    if missing.any():
        raise DataError(
            f"weighting classes: {name!r} is missing in {int(missing.sum())} rows "
            f"(rows {first_few(np.flatnonzero(missing).tolist())}); use columns known for all sampled units"
        )
    return values


def _natural(value: str) -> tuple[int, float, str]:
    try:
        return (0, float(value), value)
    except ValueError:
        return (1, 0.0, value)


def _label(by: tuple[str, ...], key: tuple[str, ...]) -> str:
    return ", ".join(f"{name}={value}" for name, value in zip(by, key, strict=True)) or "all"


def _name(members: list[int], levels: list[tuple[str, ...]]) -> str:
    return "+".join("/".join(levels[member]) or "all" for member in members)
