"""Values that carry row labels are matched to the rows of a table by these labels, or refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DesignError, first_few

__all__ = ["aligned", "aligned_or_numbered", "as_values", "frame_of_columns"]


def aligned(given: Any, index: pd.Index, role: str) -> Any:
    """Return a pandas object with its rows in the order of a table; anything else as it is.

    Parameters
    ----------
    given : any
        A Series or DataFrame is matched by its row labels; what has no labels is taken by position.
    index : pandas.Index
        Row labels of the table.
    role : str
        What `given` is, for messages.

    Returns
    -------
    any

    Raises
    ------
    DesignError
        When the labels are not those of the table, or repeat in another order.

    Examples
    --------
    >>> aligned(pd.Series([1, 2], index=["b", "a"]), pd.Index(["a", "b"]), "weights").tolist()
    [2, 1]
    """
    if not isinstance(given, (pd.Series, pd.DataFrame)) or given.index.equals(index):
        return given
    absent = index[~index.isin(given.index)]
    foreign = given.index[~given.index.isin(index)]
    if len(absent) or len(foreign):
        raise DesignError(
            f"The labels of {role} are not those of the design: absent are {first_few(absent.tolist())}; "
            f"unknown to the design are {first_few(foreign.tolist())}. Give it the row labels of the design's table, "
            "or pass .to_numpy() if its values are in the order of the design."
        )
    if not (given.index.is_unique and index.is_unique):
        repeated = given.index[given.index.duplicated()].append(index[index.duplicated()]).unique()
        raise DesignError(
            f"The labels of {role} are in another order than those of the design, and some repeat "
            f"({first_few(repeated.tolist())}), so that rows cannot be matched. Make the labels unique, or pass "
            ".to_numpy() if its values are in the order of the design."
        )
    return given.reindex(index)


def aligned_or_numbered(given: Any, labels: pd.Index | None, role: str) -> Any:
    """Return a Series or DataFrame in the order of the labels; one that is numbered 0, 1, 2, ... keeps its order.

    Raises
    ------
    DesignError
        When its labels are neither those asked for nor such numbers.
    """
    if not isinstance(given, (pd.Series, pd.DataFrame)):
        return given
    numbers = pd.RangeIndex(len(given))
    if labels is not None and not given.index.equals(labels):
        known = given.index.isin(labels).all() and len(given) == len(labels)
        if not known and given.index.equals(numbers):
            return given
    return aligned(given, numbers if labels is None else labels, role)


def as_values(given: Any) -> list[Any]:
    """Return one or several values as a list: a list, tuple, set, range, array, Series or Index is several."""
    if isinstance(given, (list, tuple, set, frozenset, range, np.ndarray, pd.Series, pd.Index)):
        return [value.item() if isinstance(value, np.generic) else value for value in np.atleast_1d(_array(given))]
    return [given]


def _array(given: Any) -> np.ndarray:
    if isinstance(given, (np.ndarray, pd.Series, pd.Index)):
        return np.asarray(given)
    listed = list(given)
    out = np.empty(len(listed), dtype=object)
    out[:] = listed
    return out


def frame_of_columns(columns: dict[Any, Any]) -> pd.DataFrame:
    """Return the table of a mapping of columns; Series among them must have the same row labels.

    Raises
    ------
    DesignError
        When the labels of two Series differ, or their orders differ and a column without labels is among them.
    """
    series = {name: column for name, column in columns.items() if isinstance(column, pd.Series)}
    if not series:
        return pd.DataFrame(columns)
    first = next(iter(series.values())).index
    permuted = [name for name, column in series.items() if not column.index.equals(first)]
    plain = [name for name, column in columns.items() if name not in series and not np.isscalar(column)]
    if permuted and plain:
        raise DesignError(
            f"The columns {first_few(permuted)} have their row labels in another order than the first column with "
            f"labels, and {first_few(plain)} have none: pass a DataFrame, so that it is clear which values belong "
            "to one row."
        )
    whole = {name: aligned(column, first, f"column {name!r}") for name, column in columns.items()}
    return pd.DataFrame(whole, index=first)
