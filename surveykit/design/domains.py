"""Domains: which rows count, and into which cell; the design itself is never cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd

from surveykit.design.tables import categories, require_columns
from surveykit.errors import DataError, first_few

__all__ = ["Domains", "HasData", "column_codes", "level_position", "make_domains", "where_mask"]


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
        What counts; rows with a missing value do not.

    Raises
    ------
    DataError
        For unknown columns or levels, and arrays that are not boolean or of another length.
    """
    if where is None:
        return None
    if isinstance(where, str):
        require_columns(frame, [where], "where")
        where = frame[where]
    if isinstance(where, tuple) and len(where) == 2 and isinstance(where[0], str):
        return _level_mask(frame, where[0], where[1])
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
    wanted = list(level) if isinstance(level, (list, tuple, set, frozenset)) else [level]
    mask = np.zeros(codes.size, dtype=bool)
    for value in wanted:
        mask |= codes == level_position(levels, value, column)
    return mask


def level_position(levels: Sequence[Any], value: Any, column: str) -> int:
    """Return the position of a level; text and numbers that print alike are the same level."""
    for i, level in enumerate(levels):
        if level == value and isinstance(level, bool) == isinstance(value, bool):
            return i
    for i, level in enumerate(levels):
        if str(level) == str(value):
            return i
    number = _as_number(value)
    for i, level in enumerate(levels):
        if number is not None and isinstance(level, (int, float)) and not isinstance(level, bool) and level == number:
            return i
    raise DataError(
        f"Column {column!r} has no level {value!r}. Its levels are {first_few(levels, 12)}: check the spelling."
    )


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
        Domain columns; the cells are the combinations that occur in the data, whether or not within `where`.
    where : see `where_mask`

    Returns
    -------
    Domains
    """
    columns = tuple([by] if isinstance(by, str) else (by or ()))
    mask = where_mask(design.data, where)
    if mask is not None:
        whole = _whole_domains(design, columns)
        return Domains(columns, whole.cells, np.where(mask, 0 if whole.code is None else whole.code, -1))
    return _whole_domains(design, columns)


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
        present = np.flatnonzero(np.bincount(joint[joint >= 0], minlength=len(cells) * len(levels)))
        renumber = np.full(len(cells) * len(levels) + 1, -1, dtype=np.int64)
        renumber[present] = np.arange(present.size)
        cells = [(*cells[p // len(levels)], levels[p % len(levels)]) for p in present.tolist()]
        code = renumber[joint]
    if not cells:
        raise DataError(f"The domain columns {first_few(columns)} are missing in every row: nothing to estimate.")
    return code, cells
