"""Population margins: every table says its total, and its levels add up to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.errors import DefinitionError, Problem

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["TOTAL", "without_total"]

TOTAL = "total"


def without_total(table: pd.DataFrame) -> pd.DataFrame:
    """Check that the levels of each variable add up to its row ``total``, and return the levels alone.

    Parameters
    ----------
    table : pandas.DataFrame
        A margin as `read_table` gives it: variable, level, population.

    Returns
    -------
    pandas.DataFrame
        The table without total rows; ``attrs`` hold file and lines.

    Raises
    ------
    DefinitionError
        A variable has no total row, or its levels do not add up.
    """
    file, lines = table.attrs["file"], table.attrs["lines"]
    problems = []
    for variable, rows in table.groupby("variable", sort=False):
        total = rows[rows["level"] == TOTAL]
        if total.empty:
            todo = f"add a row with level {TOTAL!r} and the total of the source, so that slips are noticed"
            problems.append(Problem(f"{variable} has no total", todo, file=file, line=lines[rows.index[-1]]))
            continue
        stated, summed = total["population"].iloc[0], rows.loc[rows["level"] != TOTAL, "population"].sum()
        if stated != summed:
            what = f"the levels of {variable} add up to {summed:,}, the total says {stated:,} ({summed - stated:+,})"
            todo = "correct the level or the total"
            problems.append(Problem(what, todo, file=file, line=lines[total.index[0]]))
    if problems:
        raise DefinitionError(problems)
    keep = table["level"] != TOTAL
    levels = table[keep].reset_index(drop=True)
    levels.attrs = {"file": file, "lines": [line for line, kept in zip(lines, keep, strict=True) if kept]}
    return levels
