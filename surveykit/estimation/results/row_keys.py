"""From keys to rows of a result: keys are values of levels, domains and variables; a row number is written `Row`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["Row", "find_row", "row_labels"]


@dataclass(frozen=True)
class Row:
    """A row of a result by its number, where a key would be a value.

    Parameters
    ----------
    number : int
        Counted from 0; negative from the end.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> from surveykit.estimation import survey_mean
    >>> data = {"y": [1.0, 2, 4, 7], "district": [1, 1, 2, 2], "w": [1] * 4}
    >>> means = survey_mean(SurveyDesign(data, weights="w"), "y", by="district")
    >>> means.difference(2, 1).table["estimate"].tolist() == means.difference(Row(1), Row(0)).table["estimate"].tolist()
    True
    """

    number: int


def row_labels(table: pd.DataFrame, by: Sequence[str]) -> tuple[str, ...]:
    """Return one text per row: variable, level and domain values."""
    return tuple(
        ":".join([_name(variable, level), *map(str, domain)]) for variable, level, domain in _fields(table, by)
    )


def find_row(table: pd.DataFrame, by: Sequence[str], key: Any) -> int:
    """Return the row that a key names; see `Estimates.position`.

    Parameters
    ----------
    table : pandas.DataFrame
        Of the result.
    by : sequence of str
        Its domain columns.
    key : any
        See `Estimates.position`.

    Raises
    ------
    DataError
        When no row or more than one row fits.
    """
    if isinstance(key, Row):
        return _numbered(key.number, len(table))
    labels = row_labels(table, by)
    # Results put together have no value in the domain columns of the others.
    fields = [(v, level, tuple(d for d in domain if d != "")) for v, level, domain in _fields(table, by)]
    readings = _readings(fields, labels, key)
    # A value that every row has tells no rows apart: another reading is meant where there is one.
    telling = [rows for rows in readings.values() if 0 < len(rows) < len(table)] or list(readings.values())
    fits = sorted({row for rows in telling for row in rows})
    if len(fits) == 1:
        return fits[0]
    number = f" A row number is written Row({int(key)})." if isinstance(key, (int, np.integer)) else ""
    if not fits:
        raise DataError(f"For the key {key!r} no row fits. The rows are {first_few(labels, 12)}.{number}")
    means = ", ".join(name for name, rows in readings.items() if rows)
    raise DataError(
        f"For the key {key!r} more than one row fits, read as {means}: {first_few([labels[i] for i in fits], 12)}. "
        f"Name one by its label, or by a tuple such as (variable, level, domain).{number}"
    )


def _numbered(number: int, size: int) -> int:
    if not -size <= number < size:
        raise DataError(f"There is no row {number}: the table has {size} rows, counted from 0.")
    return int(number) % size


def _fields(table: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[Any, Any, tuple[Any, ...]]]:
    domain = list(zip(*(table[column].tolist() for column in by), strict=True)) if by else [()] * len(table)
    return zip(table["variable"].tolist(), table["level"].tolist(), domain, strict=True)


def _name(variable: Any, level: Any) -> str:
    return f"{variable}={level}" if level else str(variable)


def _readings(fields: list[tuple[Any, Any, tuple[Any, ...]]], labels: Sequence[str], key: Any) -> dict[str, list[int]]:
    """Return the rows that fit under each way to read a key."""
    exact = [i for i, label in enumerate(labels) if label == key]
    if exact:
        return {"label": exact}
    several = isinstance(key, tuple)
    parts = tuple(_plain(part) for part in key if part != "") if several else (_plain(key),)
    ways: dict[str, list[tuple[Any, ...]]] = {
        "domain": [domain for _, _, domain in fields],
        "level": [(level,) if level else () for _, level, _ in fields],
        "variable": [(variable,) for variable, _, _ in fields],
        "variable and level": [(variable, level) if level else () for variable, level, _ in fields],
        "variable and domain": [(variable, *domain) if domain else () for variable, _, domain in fields],
        "level and domain": [(level, *domain) if level and domain else () for _, level, domain in fields],
        "variable, level and domain": [(v, level, *domain) if level and domain else () for v, level, domain in fields],
        "name and domain": [(_name(v, level), *domain) if level and domain else () for v, level, domain in fields],
    }
    found = {name: _same(identities, parts) for name, identities in ways.items()}
    if not several and isinstance(key, str) and not found["domain"]:
        found["domain"] = [i for i, d in enumerate(ways["domain"]) if len(d) > 1 and ":".join(map(str, d)) == key]
    return found


def _same(identities: Sequence[tuple[Any, ...]], parts: tuple[Any, ...]) -> list[int]:
    """Return the rows whose parts have the values of a key: equal ones, else those that are written alike."""
    fit = [(i, identity) for i, identity in enumerate(identities) if identity and len(identity) == len(parts)]
    for position, part in enumerate(parts):
        there = [_plain(identity[position]) for _, identity in fit]
        equal = [j for j, value in enumerate(there) if _equal(value, part)]
        alike = equal or [j for j, value in enumerate(there) if _written(value) == _written(part)]
        alike = alike or [j for j, value in enumerate(there) if _is_number(value) and _equal(value, _number(part))]
        fit = [fit[j] for j in alike]
    return [i for i, _ in fit]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


def _equal(value: Any, part: Any) -> bool:
    """Whether two values are equal; a boolean is no number, and a number no text."""
    if isinstance(value, bool) != isinstance(part, bool):
        return False
    try:
        return bool(value == part)
    except (TypeError, ValueError):
        return False


def _written(value: Any) -> str:
    whole = _is_number(value) and value % 1 == 0
    return str(int(value)) if whole else str(value)


def _number(part: Any) -> Any:
    if isinstance(part, bool):
        return None
    try:
        return float(part)
    except (TypeError, ValueError):
        return None
