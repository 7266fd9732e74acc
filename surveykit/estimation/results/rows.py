"""The rows of a result with their joint covariance, and how a row is named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveykit.estimation.kernel.row_units import RowUnits
from surveykit.estimation.results.row_keys import find_row, row_labels

__all__ = ["COLUMNS_AFTER", "COLUMNS_BEFORE", "EstimateRows"]

COLUMNS_BEFORE = ("statistic", "variable", "level")
COLUMNS_AFTER = (
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "df",
    "deff",
    "n",
    "n_eff",
    "reliability",
)


@dataclass(frozen=True, eq=False, repr=False)
class EstimateRows:
    """What `Estimates` hold and what is computed from it alone; see there for the attributes."""

    table: pd.DataFrame
    covariance: np.ndarray
    recipe: dict[str, Any]
    conf_level: float = 0.95
    design_df: float = float("inf")
    replicates: np.ndarray | None = None
    influence: tuple[Any, ...] | None = field(default=None)
    units: RowUnits | None = field(default=None)

    @property
    def estimates(self) -> np.ndarray:
        """The estimates as an array, shape (k,)."""
        return self.table["estimate"].to_numpy(dtype=float)

    @property
    def labels(self) -> tuple[str, ...]:
        """One text per row: variable, level and domain values, for example ``"sch.wide=Yes:E"``."""
        return row_labels(self.table, self.recipe.get("by", []))

    def position(self, key: Any) -> int:
        """Return the number of the row that a key names, counted from 0.

        Parameters
        ----------
        key : any
            A label; or the value of a level, a domain column or a variable, where only one row has it; or a tuple of
            values, ``(domain, domain)``, ``(variable, level)``, ``(variable, domain)``, ``(level, domain)`` or
            ``(variable, level, domain)``, with one value per domain column. Numbers are values too: with districts
            coded 1, 2, 3 the key 1 is district 1; 1, 1.0, ``np.int64(1)`` and "1" are the same code, unless the
            column holds both. ``Row(0)`` is the first row, ``Row(-1)`` the last.

        Raises
        ------
        DataError
            When no row or more than one row fits; a value that is both a level and a domain is named as such.

        Examples
        --------
        >>> from surveykit.design import SurveyDesign
        >>> from surveykit.estimation import survey_prop
        >>> data = {"q": [1, 2, 2, 2], "district": [1, 1, 2, 2], "w": [1] * 4}
        >>> shares = survey_prop(SurveyDesign(data, weights="w"), "q", by="district")
        >>> shares.position((1, 2)), shares.labels[1]
        (1, 'q=1:2')
        """
        return find_row(self.table, self.recipe.get("by", []), key)

    def __len__(self) -> int:
        return len(self.table)
