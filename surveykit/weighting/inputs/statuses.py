"""Dispositions of sampled units, read by the plan's lists; a code that no list knows is an error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.inputs.definitions import Definition


class Dispositions(Definition):
    """Which disposition codes mean what; a code that is not listed is an error."""

    column: str = "disposition"
    respondents: tuple[str, ...] = ("I", "P")
    nonrespondents: tuple[str, ...] = ("R", "NC", "O")
    unknown: tuple[str, ...] = ("UH", "UO")
    ineligible: tuple[str, ...] = ("NE",)


class Statuses(NamedTuple):
    """Who responded, who did not, whose eligibility is unknown and who is ineligible; each (n,)."""

    respondents: Mask
    nonrespondents: Mask
    unknown: Mask
    ineligible: Mask

    @property
    def silent(self) -> Mask:
        """Units about which nothing was learned: nonrespondents and those of unknown eligibility."""
        return self.nonrespondents | self.unknown

    def table(self, weights: Array) -> pd.DataFrame:
        """Rows and sums of weights of each status."""
        return pd.DataFrame(
            {
                "cell": list(self._fields),
                "rows": [int(mask.sum()) for mask in self],
                "total_before": [float(weights[mask].sum()) for mask in self],
            }
        )


def read_statuses(dispositions: Dispositions, table: pd.DataFrame) -> Statuses:
    """Read the disposition column.

    Parameters
    ----------
    dispositions : Dispositions
        Lists of codes.
    table : DataFrame
        Linked sample; without the column all rows are respondents.

    Returns
    -------
    Statuses

    Raises
    ------
    DataError
        If a code is missing or in no list, or nobody responded.

    Examples
    --------
    >>> read_statuses(Dispositions(), pd.DataFrame({"disposition": ["I", "NC"]})).respondents.tolist()
    [True, False]
    """
    if dispositions.column not in table.columns:
        none = np.zeros(len(table), dtype=bool)
        return Statuses(~none, none, none, none)
    codes = level_text(table[dispositions.column])
    listed = {
        kind: set(getattr(dispositions, kind)) for kind in ("respondents", "nonrespondents", "unknown", "ineligible")
    }
    every = set().union(*listed.values())
    stray = np.array([code not in every for code in codes], dtype=bool)
    if stray.any():
        unknown = sorted({"(missing)" if code is None else str(code) for code in codes[stray]})
        raise DataError(
            f"disposition codes that no list of the plan knows, in {int(stray.sum())} of {len(codes)} rows: "
            f"{first_few(unknown)}; add them to dispositions (respondents, nonrespondents, unknown or ineligible)"
        )
    masks = [np.array([code in listed[kind] for code in codes], dtype=bool) for kind in listed]
    if not masks[0].any():
        raise DataError(f"none of the {len(codes)} sampled units responded: there is nothing to weight")
    return Statuses(*masks)
