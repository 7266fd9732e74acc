"""How much of a population a frame covers, by group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.inputs.margins import Totals, read_totals


def coverage_table(frame: Any, population: dict[str, Any], *, counts: str | None = None) -> pd.DataFrame:
    """Compare a frame with a population, one variable after the other.

    Parameters
    ----------
    frame : DataFrame
        One row for each frame unit, or for each cell with its size in the column ``counts``.
    population : dict of str to totals
        Population counts of each level of each variable, as in `surveykit.weighting.poststratify`.
    counts : str, optional
        Column of cell sizes.

    Returns
    -------
    DataFrame
        variable, level, frame, population, coverage (frame over population), frame_share, population_share,
        ratio (of the shares: 1 is even coverage), standardised_difference (of the shares).

    Raises
    ------
    DataError
        If a variable is absent, or the frame has levels that the population does not know.

    Examples
    --------
    >>> frame = pd.DataFrame({"sex": ["m", "m", "m", "f"]})
    >>> coverage_table(frame, {"sex": {"m": 100, "f": 100}})["coverage"].tolist()
    [0.03, 0.01]
    """
    size = np.ones(len(frame)) if counts is None else np.asarray(frame[counts], dtype=float)
    parts = []
    for variable, totals in population.items():
        if variable not in frame.columns:
            raise DataError(
                f"coverage: the frame has no column {variable!r}; there are {sorted(map(str, frame.columns))}"
            )
        parts.append(_one(variable, level_text(frame[variable]), size, read_totals(totals, (variable,), variable)))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def _one(variable: str, text: Any, size: np.ndarray, totals: Totals) -> pd.DataFrame:
    levels = [key[0] for key in totals]
    counted = pd.Series(size).groupby(pd.Series(text, dtype=object), dropna=False).sum()
    stray = [str(level) for level in counted.index if level not in set(levels)]
    if stray:
        raise DataError(
            f"coverage: {variable!r} has frame units at levels that the population does not know: {stray[:5]}"
        )
    have = np.array([float(counted.get(level, 0.0)) for level in levels])
    return compare_shares(variable, levels, have, np.array(list(totals.values())))


def compare_shares(variable: str, levels: Sequence[str], have: np.ndarray, want: np.ndarray) -> pd.DataFrame:
    """Set the counts of a frame (k,) beside those of a population (k,): see `coverage_table`."""
    p, q = have / max(have.sum(), 1e-300), want / max(want.sum(), 1e-300)
    spread = np.sqrt((p * (1 - p) + q * (1 - q)) / 2)
    return pd.DataFrame(
        {
            "variable": variable,
            "level": list(levels),
            "frame": have,
            "population": want,
            "coverage": np.divide(have, want, out=np.full_like(have, np.nan), where=want > 0),
            "frame_share": p,
            "population_share": q,
            "ratio": np.divide(p, q, out=np.full_like(p, np.nan), where=q > 0),
            "standardised_difference": np.divide(p - q, spread, out=np.zeros_like(p), where=spread > 0),
        }
    )
