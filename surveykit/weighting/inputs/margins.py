"""Population margins: from the forms in which people give them to codes of rows and totals of levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import code_levels, level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.raking import RakingMargin
from surveykit.weighting.inputs.definitions import MarginDefinition, MarginSet
from surveykit.weighting.inputs.groups import Group

Totals = dict[tuple[str, ...], float]
MarginTables = Mapping[str, pd.DataFrame]


def read_totals(totals: object, variables: tuple[str, ...], what: str) -> Totals:
    """Read the totals of one margin.

    Parameters
    ----------
    totals : mapping, Series or DataFrame
        Mapping of level to total (of tuples for crossed variables); a Series with levels as index; or a DataFrame with
        the column ``population`` and the levels in the variables' columns or, for one variable, in ``level``. Rows of
        other variables in a ``variable`` column are skipped. Beside the variables' columns, a single further column
        holds the totals whatever its name.
    variables : tuple of str
        Variables of the margin.
    what : str
        Name of the margin, for messages.

    Returns
    -------
    dict of tuple of str to float
        Levels as text, in the order given.

    Raises
    ------
    DataError
        If levels repeat, or totals are missing, infinite or below 0.

    Examples
    --------
    >>> read_totals({"E": 4421, "H": 755}, ("stype",), "stype")
    {('E',): 4421.0, ('H',): 755.0}
    """
    if isinstance(totals, pd.DataFrame):
        keys, values = _from_frame(totals, variables, what)
    elif isinstance(totals, pd.Series | Mapping):
        items = list(totals.items())
        keys = [key if isinstance(key, tuple) else (key,) for key, _ in items]
        values = [value for _, value in items]
    else:
        raise DataError(f"margin {what!r}: give totals as mapping, Series or DataFrame, not {type(totals).__name__}")
    wrong = [key for key in keys if len(key) != len(variables)]
    if wrong:
        raise DataError(f"margin {what!r} crosses {len(variables)} variables, these levels do not: {first_few(wrong)}")
    columns = [level_text([key[position] for key in keys]).tolist() for position in range(len(variables))]
    named = list(zip(*columns, strict=True))
    twice = [key for key in dict.fromkeys(named) if named.count(key) > 1]
    if twice:
        raise DataError(f"margin {what!r} names levels more than once ({first_few(twice)}); keep one row for each")
    try:
        numbers = np.array(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"margin {what!r}: totals must be numbers; {error}") from error
    bad = ~np.isfinite(numbers) | (numbers < 0)
    if bad.any():
        levels = [named[index] for index in np.flatnonzero(bad)]
        raise DataError(f"margin {what!r}: totals must be numbers of at least 0; mend the levels {first_few(levels)}")
    return dict(zip(named, numbers.tolist(), strict=True))


def _from_frame(
    frame: pd.DataFrame, variables: tuple[str, ...], what: str
) -> tuple[list[tuple[object, ...]], list[object]]:
    total = "population"
    if total not in frame.columns:
        rest = [name for name in frame.columns if name not in (*variables, "level", "variable")]
        if len(rest) != 1 or not set(variables) <= set(frame.columns):
            raise DataError(f"margin {what!r}: no column 'population'; there are {first_few(list(frame.columns))}")
        total = rest[0]
    if len(variables) == 1 and "variable" in frame.columns and (frame["variable"] == variables[0]).any():
        frame = frame[frame["variable"] == variables[0]]
    columns = list(variables) if set(variables) <= set(frame.columns) else ["level"] if len(variables) == 1 else []
    if not columns or not set(columns) <= set(frame.columns):
        raise DataError(
            f"margin {what!r}: the table needs the columns {first_few(list(variables))} (or 'level') and 'population'; "
            f"it has {first_few(list(frame.columns))}"
        )
    keys = list(zip(*(frame[name].tolist() for name in columns), strict=True))
    return keys, frame[total].tolist()


def code_margin(
    table: pd.DataFrame,
    variables: tuple[str, ...],
    totals: Totals,
    used: Mask,
    *,
    name: str,
    groups: Mapping[str, tuple[str, ...]] | None = None,
) -> RakingMargin:
    """Code the rows of a table by the levels of a margin.

    Parameters
    ----------
    table : DataFrame, n rows
        Holds the variables.
    variables : tuple of str
        One variable, or several that are crossed.
    totals : dict
        From `read_totals`.
    used : bool array, shape (n,)
        Rows with weight; the others are coded -1.
    name : str
        Name of the margin.
    groups : mapping of str to tuple of str, optional
        Codes of the data that each level of the margin holds; one variable only.

    Returns
    -------
    RakingMargin

    Raises
    ------
    DataError
        If a variable is absent or missing in a used row, or levels and groups do not fit.
    """
    columns = []
    for variable in variables:
        if variable not in table.columns:
            raise DataError(f"margin {name!r}: no column {variable!r}; there are {first_few(list(table.columns))}")
        columns.append(table[variable])
    levels = tuple("/".join(key) for key in totals)
    values: object = columns[0]
    if len(columns) > 1:
        texts = [level_text(column) for column in columns]
        values = np.array([None if None in key else "/".join(key) for key in zip(*texts, strict=True)], dtype=object)
    if groups is not None:
        values = _grouped(columns[0], groups, totals, used, name)
    codes = code_levels(values, levels, used=used, what=name)
    return RakingMargin(name, codes, np.array(list(totals.values()), dtype=float), levels)


def _grouped(
    column: pd.Series, groups: Mapping[str, tuple[str, ...]], totals: Totals, used: Mask, name: str
) -> np.ndarray:
    known = {key[0] for key in totals}
    if known != set(groups):
        raise DataError(
            f"margin {name!r}: groups and totals name different levels "
            f"(only in groups: {sorted(set(groups) - known)}; only in the totals: {sorted(known - set(groups))})"
        )
    owner = {code: level for level, codes in groups.items() for code in codes}
    text = level_text(column)
    stray = sorted({str(value) for value in text[used] if value is not None and value not in owner})
    if stray:
        raise DataError(f"margin {name!r}: codes of the data in no group: {first_few(stray)}; add them to a group")
    return np.array([owner.get(value) for value in text], dtype=object)


def resolve_margins(
    step: MarginSet, tables: MarginTables, table: pd.DataFrame, used: Mask, group: Group | None = None
) -> tuple[RakingMargin, ...]:
    """Find and code all margins of a step, scaled when they are declared as shares; those of one group in a step by.

    Raises
    ------
    DataError
        If a margin was not handed over or lacks the group, shares have no size to be scaled to, or counts add up to
        less than the rows that stand for them.
    """
    return tuple(_resolve(step, margin, tables, table, used, group) for margin in step.margins)


def margin_source(margin: MarginDefinition, tables: MarginTables) -> object:
    """Return what a margin's totals are read from: the plan itself, or a table that was handed over.

    Raises
    ------
    DataError
        If the table was not handed over; names the key that it should have.
    """
    if margin.totals is not None:
        return margin.totals
    keys = [key for key in (margin.name, margin.file, margin.label, *margin.variables) if key is not None]
    found = next((key for key in keys if key in tables), None)
    if found is None:
        raise DataError(
            f"margin {margin.label!r} was not handed over: pass margins={{{keys[0]!r}: table}}; "
            f"there are {first_few(list(tables))}"
        )
    return tables[found]


def groups_of_margin(source: object, columns: tuple[str, ...], name: str) -> dict[str, object]:
    """Split the totals of a margin by groups: group to what `read_totals` reads.

    Raises
    ------
    DataError
        If the table lacks a column of the groups.
    """
    if not isinstance(source, pd.DataFrame):
        return dict(source) if isinstance(source, Mapping) else {}
    lacking = [column for column in columns if column not in source.columns]
    if lacking:
        raise DataError(
            f"margin {name!r}: a step by {', '.join(columns)} needs these columns in the margin's table too; "
            f"it lacks {first_few(lacking)}"
        )
    texts = [level_text(source[column]).tolist() for column in columns]
    keys = np.array(["/".join(map(str, key)) for key in zip(*texts, strict=True)], dtype=object)
    return {str(key): source[keys == key].drop(columns=list(columns)) for key in dict.fromkeys(keys.tolist())}


def check_groups(step: MarginSet, tables: MarginTables, groups: Sequence[Group]) -> None:
    """Refuse groups with totals but no rows, and groups with rows but no totals.

    Raises
    ------
    DataError
        Naming margin and groups.
    """
    have = {group.key for group in groups}
    for margin in step.margins:
        known = set(groups_of_margin(margin_source(margin, tables), step.by, margin.label))
        if known != have:
            raise DataError(
                f"margin {margin.label!r} by {', '.join(step.by)}: groups with rows but no totals "
                f"{first_few(sorted(have - known))}, with totals but no rows {first_few(sorted(known - have))}; give "
                "totals for each group that has rows, and merge groups without rows with their neighbours"
            )


def total_of(total: float | Mapping[str, float], group: Group | None) -> float:
    """Return a numeric total, or the group's own.

    Raises
    ------
    DataError
        If the group has none.
    """
    if not isinstance(total, Mapping):
        return total
    if group is None or group.key not in total:
        raise DataError(f"a numeric auxiliary has totals for {first_few(sorted(total))} only; add this group's")
    return total[group.key]


def _resolve(
    step: MarginSet,
    margin: MarginDefinition,
    tables: MarginTables,
    table: pd.DataFrame,
    used: Mask,
    group: Group | None,
) -> RakingMargin:
    source = margin_source(margin, tables)
    size = step.population_size
    if group is not None:
        by_group = groups_of_margin(source, group.columns, margin.label)
        if group.key not in by_group:
            raise DataError(f"margin {margin.label!r} has no totals for it; add them, or leave these rows out")
        source = by_group[group.key]
    if isinstance(size, dict):
        size = size.get("" if group is None else group.key)
    totals = read_totals(source, margin.variables, margin.label)
    coded = code_margin(table, margin.variables, totals, used, name=margin.label, groups=margin.groups)
    total = float(coded.totals.sum())
    if step.totals == "counts":
        if total < (1 - 1e-9) * float(used.sum()):
            raise DataError(
                f"margin {margin.label!r}: counts add up to {total:.6g}, fewer than the {int(used.sum())} rows with "
                "weight that stand for them; if these are shares, declare totals: shares with a population_size"
            )
        return coded
    if size is None or total <= 0:
        raise DataError(f"margin {margin.label!r}: shares need a population_size and a sum above 0")
    return RakingMargin(coded.name, coded.codes, coded.totals / total * size, coded.levels)


def named_table(tables: MarginTables, name: str, what: str) -> pd.DataFrame:
    """Return a table that a step names.

    Raises
    ------
    DataError
        If it was not handed over; names the key that it should have.
    """
    if name not in tables:
        raise DataError(f"{what} {name!r} was not handed over: pass margins={{{name!r}: table}}")
    return tables[name]


def read_sizes(table: pd.DataFrame, column: str, name: str) -> Array:
    """Return the sizes of the rows of a table (n,).

    Raises
    ------
    DataError
        If the column is absent, or holds something else; names rows.
    """
    if column not in table.columns:
        raise DataError(f"{name!r} has no column {column!r}; there are {first_few(list(table.columns))}")
    sizes = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(sizes) | (sizes < 0)
    if bad.any():
        raise DataError(
            f"{name!r}: {column!r} must hold numbers of at least 0; mend {int(bad.sum())} rows "
            f"({first_few(np.flatnonzero(bad).tolist())})"
        )
    return sizes
