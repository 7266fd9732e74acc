"""Blank figures of published tables that rest on few people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few

__all__ = ["suppress_small_cells"]


def suppress_small_cells(
    table: pd.DataFrame,
    values: Sequence[str],
    *,
    count: str = "n",
    minimum: int = 5,
    within: Sequence[str] = (),
) -> pd.DataFrame:
    """Blank figures that rest on few people, and one more where the missing one could be worked out.

    Parameters
    ----------
    table : DataFrame
        One row per cell of a published table.
    values : sequence of str
        Columns to blank.
    count : str
        Column with the unweighted number of people.
    minimum : int
        Cells with 1 to ``minimum - 1`` people are suppressed.
    within : sequence of str
        Columns whose combinations have a published total: where one cell alone would be blanked, the next smallest
        is blanked too.

    Returns
    -------
    DataFrame
        The table with a column `suppressed` ("", "small" or "complement"); the count of suppressed cells is blanked.

    Raises
    ------
    DataError
        If a column is not there.
    """
    absent = [name for name in (*values, count, *within) if name not in table]
    if absent:
        raise DataError(f"the table has no column {first_few(absent)}")
    people = pd.to_numeric(table[count]).to_numpy(dtype=float)
    small = (people > 0) & (people < minimum)
    reason = np.where(small, "small", "").astype(object)
    groups = table.groupby(list(within), sort=False).ngroup().to_numpy() if within else np.zeros(len(table), dtype=int)
    for group in np.unique(groups[small]) if within else []:
        here = np.flatnonzero(groups == group)
        if small[here].sum() == 1:
            others = here[~small[here] & (people[here] > 0)]
            if len(others):
                reason[others[np.argmin(people[others])]] = "complement"
    blank = reason != ""
    result = table.assign(suppressed=pd.Series(reason, index=table.index).astype("str"))
    for name in dict.fromkeys((*values, count)):
        result[name] = result[name].mask(blank)
    return result
