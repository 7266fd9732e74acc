"""Domains: which rows count, and into which cell; the design itself is never cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from surveykit.design.alignment import aligned, as_values
from surveykit.design.tables import categories, require_columns
from surveykit.errors import DataError, first_few

__all__ = [
    "Domains",
    "HasData",
    "column_codes",
    "domain_columns",
    "level_position",
    "level_positions",
    "make_domains",
    "where_mask",
]


class HasData(Protocol):
    """A design: data, and a place for codes once made."""

    @property
    def data(self) -> pd.DataFrame:
        """The table."""
        ...

    @property
    def cache(self) -> dict[Any, Any]:
        """Codes by column."""
        ...


def column_codes(design: HasData, name: str) -> tuple[np.ndarray, list[Any]]:
    """Return codes (-1 missing) and levels of a column, made once per design; see `categories`."""
    key = ("categories", name)
    if key not in design.cache:
        design.cache[key] = categories(design.data, name)
    codes, levels = design.cache[key]
    return codes, levels


@dataclass(frozen=True, eq=False)
class Domains:
    """Cells that rows fall into.

    Attributes
    ----------
    columns : tuple of str
        The domain columns; empty for one domain of everything.
    cells : tuple of tuple
        Values of the domain columns in each cell, in sorted order.
    code : numpy.ndarray or None, shape (n,)
        Cell of each row, -1 = in none; None = every row in the one cell.
    cache : dict
        Counts and totals of the cells, made once for the weights of the design that made the domains.
    """

    columns: tuple[str, ...]
    cells: tuple[tuple[Any, ...], ...]
    code: np.ndarray | None
    cache: dict[Any, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.cells)


def where_mask(frame: pd.DataFrame, where: Any) -> np.ndarray | None:
    """Return a boolean row mask, or None for all rows.

    Parameters
    ----------
    frame : pandas.DataFrame
        The data of the design.
    where : None, (column, level), (column, list of levels), boolean array or boolean column name
        What counts; rows with a missing value do not. A Series is matched to the rows by its labels, an array by
        position.

    Raises
    ------
    DataError
        For unknown columns or levels, arrays that are not boolean or of another length, and a Series with other
        row labels than the data.
    """
    if where is None:
        return None
    if isinstance(where, str):
        require_columns(frame, [where], "where")
        where = frame[where]
    if isinstance(where, tuple) and len(where) == 2 and isinstance(where[0], str):
        return _level_mask(frame, where[0], where[1])
    where = aligned(where, frame.index, "where")
    series = pd.Series(where if isinstance(where, pd.Series) else np.asarray(where))
    if len(series) != len(frame):
        raise DataError(f"where has {len(series)} values for {len(frame)} rows: pass one boolean per row.")
    if series.dtype == object and all(isinstance(v, (bool, np.bool_)) or pd.isna(v) for v in series):
        series = series.astype("boolean")
    if not pd.api.types.is_bool_dtype(series.dtype):
        raise DataError(
            f"where has type {series.dtype}: pass (column, level), (column, [levels]) or one boolean per row."
        )
    return np.asarray(series.to_numpy(dtype=bool, na_value=False))


def _level_mask(frame: pd.DataFrame, column: str, level: Any) -> np.ndarray:
    codes, levels = categories(frame, column)
    return np.isin(codes, level_positions(levels, level, column))


def level_position(levels: Sequence[Any], value: Any, column: str) -> int:
    """Return the position of a level; text and numbers that print alike are the same level."""
    return level_positions(levels, [value], column)[0]


def level_positions(levels: Sequence[Any], values: Any, column: str) -> list[int]:
    """Return the positions of one or several levels, each once, in the order of `levels`.

    Raises
    ------
    DataError
        When there is no value, or some are no levels: all of these are named.
    """
    wanted = as_values(values)
    if not wanted:
        raise DataError(f"There is no level of column {column!r} in the list: name at least one.")
    found = [_find_level(levels, value) for value in wanted]
    unknown = [value for value, position in zip(wanted, found, strict=True) if position is None]
    if unknown:
        named = repr(unknown[0]) if len(unknown) == 1 else first_few(unknown)
        raise DataError(
            f"Column {column!r} has no level {named}. Its levels are {first_few(levels, 12)}: check the spelling."
        )
    return sorted({position for position in found if position is not None})


def _find_level(levels: Sequence[Any], value: Any) -> int | None:
    for i, level in enumerate(levels):
        if level == value and isinstance(level, bool) == isinstance(value, (bool, np.bool_)):
            return i
    for i, level in enumerate(levels):
        if str(level) == str(value):
            return i
    number = _as_number(value)
    for i, level in enumerate(levels):
        if number is not None and isinstance(level, (int, float)) and not isinstance(level, bool) and level == number:
            return i
    return None


def _as_number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def make_domains(design: HasData, by: str | Sequence[str] | None, where: Any) -> Domains:
    """Return the cells of `by` within `where`.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    by : str, list of str or None
        Domain columns; the cells are the combinations that occur in the data, whether or not within `where`, and the
        declared levels that no row has (see `categories`), with each combination of the other columns that occurs.
    where : see `where_mask`

    Returns
    -------
    Domains

    Raises
    ------
    DataError
        For unknown or repeated columns, values in place of names, and columns that are missing in every row.
    """
    columns = domain_columns(by)
    mask = where_mask(design.data, where)
    if mask is not None:
        whole = _whole_domains(design, columns)
        return Domains(columns, whole.cells, np.where(mask, 0 if whole.code is None else whole.code, -1))
    return _whole_domains(design, columns)


def domain_columns(by: Any) -> tuple[Any, ...]:
    """Return the names of domain columns: none, one name or a list of names.

    Raises
    ------
    DataError
        When `by` holds values and not names, or a name twice.
    """
    if by is None:
        return ()
    if isinstance(by, (pd.Series, pd.DataFrame, np.ndarray)):
        raise DataError(
            f"by is a {type(by).__name__}, but names of columns are needed: add the values to the data of the design "
            "(with_data) and pass the name of the column."
        )
    columns = tuple(by) if isinstance(by, (list, tuple)) else (by,)
    repeated = [name for i, name in enumerate(columns) if name in columns[:i]]
    if repeated:
        raise DataError(f"by names columns twice ({first_few(repeated)}): name each once.")
    return columns


def _whole_domains(design: HasData, columns: tuple[str, ...]) -> Domains:
    key = ("domains", columns)
    if key not in design.cache:
        if columns:
            require_columns(design.data, columns, "by")
            code, cells = _crossed(design, columns)
            design.cache[key] = Domains(columns, tuple(cells), code)
        else:
            design.cache[key] = Domains((), ((),), None)
    found: Domains = design.cache[key]
    return found


def _crossed(design: HasData, columns: Sequence[str]) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    code, levels = column_codes(design, columns[0])
    cells: list[tuple[Any, ...]] = [(level,) for level in levels]
    for name in columns[1:]:
        part, levels = column_codes(design, name)
        joint = np.where((code >= 0) & (part >= 0), code * len(levels) + part, -1)
        kept = np.bincount(joint[joint >= 0], minlength=len(cells) * len(levels)) > 0
        kept = kept.reshape(len(cells), len(levels))
        empty = np.bincount(part[part >= 0], minlength=len(levels)) == 0
        unmet = np.bincount(code[code >= 0], minlength=len(cells)) == 0
        kept |= unmet[:, None] | empty
        present = np.flatnonzero(kept.ravel())
        renumber = np.full(len(cells) * len(levels) + 1, -1, dtype=np.int64)
        renumber[present] = np.arange(present.size)
        cells = [(*cells[p // len(levels)], levels[p % len(levels)]) for p in present.tolist()]
        code = renumber[joint]
    if not cells or code.max(initial=-1) < 0:
        raise DataError(f"The domain columns {first_few(columns)} are missing in every row: nothing to estimate.")
    return code, cells
