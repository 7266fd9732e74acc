"""Tables of any kind in, columns as numpy arrays out."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design.alignment import aligned, frame_of_columns
from surveykit.errors import DataError, DesignError, first_few

__all__ = ["as_frame", "categories", "holds_numbers", "numeric_column", "require_columns", "same_rows"]

NUMBERS = (bool, int, float, Decimal, np.number, np.bool_)


def as_frame(data: Any) -> pd.DataFrame:
    """Return the table as a pandas DataFrame that later changes of the caller's table do not reach.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table, or mapping of columns
        The table; row labels of a pandas table are kept, so that values with labels can be matched to its rows.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    DataError
        When `data` is no table, or two columns have one name.

    Examples
    --------
    >>> as_frame({"a": [1, 2]}).shape
    (2, 1)
    """
    if isinstance(data, pd.DataFrame):
        frame = data.copy(deep=False)
    elif hasattr(data, "collect") and hasattr(data, "lazy") and hasattr(data.collect(), "to_pandas"):
        frame = data.collect().to_pandas()
    elif hasattr(data, "to_pandas"):
        frame = data.to_pandas()
    elif isinstance(data, dict):
        frame = frame_of_columns(data)
    else:
        raise DataError(
            f"The data is a {type(data).__name__}, not a table: pass a pandas or polars DataFrame, a pyarrow Table "
            "or a mapping of columns."
        )
    repeated = frame.columns[frame.columns.duplicated()].unique()
    if len(repeated):
        raise DataError(f"The table has columns of the same name ({first_few(repeated)}): rename them.")
    return frame


def same_rows(data: Any, index: pd.Index) -> pd.DataFrame:
    """Return a table with the rows of another: matched by row labels where it has such, else by position.

    Raises
    ------
    DesignError
        When the number of rows or the row labels differ.
    """
    frame = as_frame(data)
    if len(frame) != len(index):
        raise DesignError(f"The new table has {len(frame)} rows, the design {len(index)}: rows must stay the same.")
    if isinstance(data, pd.DataFrame) or (isinstance(data, dict) and _labelled(data)):
        matched: pd.DataFrame = aligned(frame, index, "the new table")
        return matched
    return frame.set_axis(index, axis=0)


def _labelled(columns: dict[Any, Any]) -> bool:
    return any(isinstance(column, pd.Series) for column in columns.values())


def require_columns(frame: pd.DataFrame, names: Iterable[str], role: str = "needed") -> None:
    """Raise `DataError` naming the columns of `names` that the table does not have."""
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise DataError(
            f"Unknown columns ({role}) {first_few(absent)}. The table has {first_few(map(str, frame.columns), 12)}: "
            "check the spelling."
        )


def numeric_column(frame: pd.DataFrame, name: str) -> np.ndarray:
    """Return a numeric or boolean column as floats, missing values as NaN.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    name : str
        A column of numbers (decimals of Python, Arrow and polars too) or booleans, nullable or not.

    Returns
    -------
    numpy.ndarray, shape (n,)
        Floats; a view of the column where that is possible, so do not write to it.

    Raises
    ------
    DataError
        When the column is unknown, holds text or holds infinite values.
    """
    require_columns(frame, [name])
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        raise DataError(
            f"Column {name!r} is categorical, but a number is needed: use Prop(...) or survey_prop for its levels."
        )
    if column.dtype == object or pd.api.types.is_string_dtype(column.dtype):
        values = _numbers_of_objects(column, name)
    elif pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    else:
        raise DataError(f"Column {name!r} has type {column.dtype}, but a number is needed.")
    if np.isfinite(values.sum()):
        return values
    infinite = np.flatnonzero(np.isinf(values))
    if infinite.size:
        raise DataError(
            f"Column {name!r} has infinite values in rows {first_few(infinite.tolist())}: mend or blank them."
        )
    return values


def _numbers_of_objects(column: pd.Series, name: str) -> np.ndarray:
    present = column.dropna()
    wrong = [value for value in present if not isinstance(value, NUMBERS)]
    if wrong:
        raise DataError(
            f"Column {name!r} holds text where a number is needed ({first_few(dict.fromkeys(map(str, wrong)))}): "
            "make it numeric, or use Prop(...) or survey_prop for a rate."
        )
    values = np.full(len(column), np.nan)
    values[column.notna().to_numpy()] = [float(value) for value in present]
    return values


def holds_numbers(column: pd.Series) -> bool:
    """Whether a column holds numbers, decimals in a column of objects included; booleans are none."""
    if column.dtype == object:
        present = column.dropna()
        return bool(len(present)) and all(
            isinstance(value, NUMBERS) and not isinstance(value, (bool, np.bool_)) for value in present
        )
    return bool(pd.api.types.is_numeric_dtype(column.dtype)) and not pd.api.types.is_bool_dtype(column.dtype)


def categories(frame: pd.DataFrame, name: str) -> tuple[np.ndarray, list[Any]]:
    """Return integer codes (-1 missing) and the levels of a column.

    Levels are sorted. Those of a pandas categorical (a polars Enum, an Arrow dictionary) are its categories in their
    order, also the ones without a row: they were declared. Whole numbers have no decimals, whatever the type of the
    column: 1.0 is the level 1, so that a missing value does not rename the codes of a column.

    Parameters
    ----------
    frame : pandas.DataFrame
        The table.
    name : str
        Any column.

    Returns
    -------
    codes : numpy.ndarray of int64, shape (n,)
        Position in `levels`, -1 where the value is missing.
    levels : list
        Plain Python values.
    """
    require_columns(frame, [name])
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.cat.codes, dtype=np.int64), _plain_levels(column.cat.categories)
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and len(column):
        values = column.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < max(len(values), 1_000):
            codes = np.asarray(values - low, dtype=np.int64)
            used = np.bincount(codes, minlength=high - low + 1) > 0
            found = (np.flatnonzero(used) + low).tolist()
            return (codes if used.all() else (np.cumsum(used) - 1)[codes]), found
    raw, unique = pd.factorize(column, use_na_sentinel=True)
    levels = _plain_levels(unique)
    try:
        order = sorted(range(len(levels)), key=lambda i: levels[i])
    except TypeError:
        order = sorted(range(len(levels)), key=lambda i: (type(levels[i]).__name__, str(levels[i])))
    rank = np.full(len(levels) + 1, -1, dtype=np.int64)
    rank[np.asarray(order, dtype=np.int64)] = np.arange(len(levels))
    return rank[raw], [levels[i] for i in order]


def _plain_levels(values: Iterable[Any]) -> list[Any]:
    """Return plain Python values; numbers are whole where all of them are."""
    levels = [value.item() if isinstance(value, np.generic) else value for value in values]
    numbers: list[Any] = [level for level in levels if isinstance(level, (float, Decimal))]
    whole = all(level % 1 == 0 and abs(level) < 2**53 for level in numbers)
    return [
        level if not isinstance(level, (float, Decimal)) else (int(level) if whole else float(level))
        for level in levels
    ]
