"""The first step of every plan: weights of the draw, or inclusion probabilities to be inverted."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.step import Path, Step, Wanted


class BaseStep(Step):
    """Weights of the draw: a column of weights, or of inclusion probabilities to be inverted."""

    kind: Literal["base"]
    weight: str = "base_weight"
    probability: str | None = None

    needs: ClassVar[tuple[str, ...]] = ()

    @property
    def column(self) -> str:
        """The column that is read."""
        return self.probability or self.weight

    def columns(self, at: Path) -> Wanted:
        """Return the column that is read."""
        return [(self.column, (*at, "probability" if self.probability else "weight"))]

    def read(self, table: pd.DataFrame) -> Array:
        """Return the base weights (n,).

        Raises
        ------
        DataError
            If the column is absent, or holds something else; names rows.
        """
        column = self.column
        if column not in table.columns:
            raise DataError(f"base weights: there is no column {column!r}; there are {first_few(list(table.columns))}")
        values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
        low = 0.0 if self.probability is None else np.finfo(float).tiny
        bad = ~np.isfinite(values) | (values < low) | ((values > 1) if self.probability else False)
        if bad.any():
            wanted = "probabilities above 0 and at most 1" if self.probability else "numbers of at least 0"
            raise DataError(
                f"base weights: {column!r} must hold {wanted}; mend {int(bad.sum())} rows "
                f"({first_few(np.flatnonzero(bad).tolist())})"
            )
        return 1.0 / values if self.probability else values
