"""Tables of any kind in, columns as numpy arrays out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["as_frame", "categories", "numeric_column", "require_columns"]


def as_frame(data: Any) -> pd.DataFrame:
    """Return the table as a pandas DataFrame that later changes of the caller's table do not reach.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table, or mapping of columns
        The table; row labels of a pandas table are ignored.

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
        frame = pd.DataFrame(data)
    else:
        raise DataError(
            f"The data is a {type(data).__name__}, not a table: pass a pandas or polars DataFrame, a pyarrow Table "
            "or a mapping of columns."
        )
    repeated = frame.columns[frame.columns.duplicated()].unique()
    if len(repeated):
        raise DataError(f"The table has columns of the same name ({first_few(repeated)}): rename them.")
    return frame


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
        A column of numbers or booleans, nullable or not.

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
    wrong = [value for value in present if not isinstance(value, (bool, int, float, np.number, np.bool_))]
    if wrong:
        raise DataError(
            f"Column {name!r} holds text where a number is needed ({first_few(dict.fromkeys(map(str, wrong)))}): "
            "make it numeric, or use Prop(...) or survey_prop for a rate."
        )
    return pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)


def categories(frame: pd.DataFrame, name: str) -> tuple[np.ndarray, list[Any]]:
    """Return integer codes (-1 missing) and the levels of a column.

    Levels are sorted; those of a pandas categorical keep the order of their categories, without the unused ones.

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
        raw = np.asarray(column.cat.codes, dtype=np.int64)
        names: list[Any] = list(column.cat.categories)
        used = np.bincount(raw[raw >= 0], minlength=len(names)) > 0
        renumber = np.append(np.cumsum(used) - 1, -1)
        return renumber[raw], [_plain(level) for level, keep in zip(names, used, strict=True) if keep]
    if isinstance(column.dtype, np.dtype) and column.dtype.kind in "iu" and len(column):
        values = column.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < max(len(values), 1_000):
            codes = np.asarray(values - low, dtype=np.int64)
            used = np.bincount(codes, minlength=high - low + 1) > 0
            found = (np.flatnonzero(used) + low).tolist()
            return (codes if used.all() else (np.cumsum(used) - 1)[codes]), found
    raw, unique = pd.factorize(column, use_na_sentinel=True)
    levels = [_plain(level) for level in unique]
    try:
        order = sorted(range(len(levels)), key=lambda i: levels[i])
    except TypeError:
        order = sorted(range(len(levels)), key=lambda i: (type(levels[i]).__name__, str(levels[i])))
    rank = np.full(len(levels) + 1, -1, dtype=np.int64)
    rank[np.asarray(order, dtype=np.int64)] = np.arange(len(levels))
    return rank[raw], [levels[i] for i in order]


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
