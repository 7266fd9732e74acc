"""Normalisation: weights scaled to the number of respondents, or to a total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from surveykit.errors import DataError, Problem
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.step import Binding, Place, Step
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.variance.credits import GroupTotalCredit


class NormalisationStep(Step):
    """Weights scaled to sum to the number of respondents, or to a total."""

    kind: Literal["normalisation"]
    to: Literal["respondents", "total"] = "respondents"
    total: float | None = Field(default=None, gt=0)

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        if (self.to == "total") == (self.total is not None):
            return []
        return [Problem("to: total and a total belong together", "give both or neither", (*place.path, "total"))]

    def bind(self, binding: Binding, weights: Array) -> Normalise:
        """Bind the step to rows."""
        return Normalise(float((weights > 0).sum()) if self.total is None else self.total)


@dataclass(frozen=True, slots=True, eq=False)
class Normalise:
    """Scale weights to a total."""

    total: float
    kind: str = "normalisation"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        used = weights > 0
        reached = float(weights.sum())
        if reached <= 0:
            raise DataError("normalisation: there is no weight to scale; check the steps before it")
        groups = np.where(used, 0, -1)
        return Outcome(weights * (self.total / reached), GroupTotalCredit(groups, weights, "normalisation"))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return nothing beyond the totals."""
        return Description(pd.DataFrame(), settings={"total": self.total})
