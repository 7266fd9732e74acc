"""Text of rows from distinct texts, and back, without a Python object for each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

__all__ = ["arrow_text", "distinct_cells", "take_text"]


def arrow_text(values: pa.Array | pa.ChunkedArray) -> pd.Series:
    """Text of Arrow as a column, without a copy by way of Python objects.

    Parameters
    ----------
    values : Array or ChunkedArray
        Text; null is missing.

    Returns
    -------
    Series of str
    """
    kind: Any = pd.StringDtype("pyarrow", na_value=np.nan)
    return pd.Series(kind.__from_arrow__(values))


def take_text(values: Sequence[str | None], places: NDArray[np.int64]) -> pd.Series:
    """Text of each row from the distinct texts; None is missing.

    Parameters
    ----------
    values : sequence of str or None
        Distinct texts.
    places : (n,) int array
        Which of them each row has.

    Returns
    -------
    Series of str
    """
    taken = pa.array(list(values), type=pa.large_string()).take(pa.array(places))
    return arrow_text(taken)


def distinct_cells(cells: pd.Series) -> tuple[list[str], NDArray[np.int64]]:
    """Distinct cells, and the place of each row's cell among them.

    Parameters
    ----------
    cells : Series
        Text or categorical.

    Returns
    -------
    tuple of list of str and (n,) int array
        A missing cell is "".
    """
    categorical = isinstance(cells.dtype, pd.CategoricalDtype)
    held = cells if categorical else cells.astype("str").fillna("").astype("category")
    places = held.cat.codes.to_numpy().astype(np.int64)
    distinct = [str(c) for c in held.cat.categories.to_numpy(dtype=object)]
    if (places < 0).any():
        places = np.where(places < 0, len(distinct), places)
        distinct.append("")
    return distinct, places
