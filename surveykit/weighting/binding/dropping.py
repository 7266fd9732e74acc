"""Rows that leave the weighting: known to be out of the population."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.inputs.statuses import Statuses
from surveykit.weighting.variance.packing import packed


@packed
@dataclass(frozen=True, slots=True, eq=False)
class DropCredit:
    """Rows that leave the weighting, such as known ineligible units: their weight becomes 0."""

    dropped: Mask
    name: str = "ineligible units"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        return np.where(self.dropped[:, None], 0.0, z)


@dataclass(frozen=True, slots=True, eq=False)
class DropRows:
    """Give weight 0 to rows that are out of the population."""

    rows: Mask
    reason: str
    kind: str = "ineligible"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        return Outcome(np.where(self.rows, 0.0, weights), DropCredit(self.rows))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say how many rows left."""
        return Description(pd.DataFrame(), excluded={self.reason: int((self.rows & (before > 0)).sum())})


def ineligible_step(statuses: Statuses) -> DropRows:
    """Return the step that takes ineligible units out of the weighting."""
    return DropRows(statuses.ineligible, "known to be ineligible")
