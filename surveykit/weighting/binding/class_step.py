"""Steps that hand weight over inside classes: their limits, and the redistribution."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import Field, field_validator

from surveykit.weighting.arrays.cells import Codes
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.binding.step import Path, Step, Wanted
from surveykit.weighting.inputs.classes import Classes, ClassRules, class_factors
from surveykit.weighting.inputs.outcome import Description, Outcome, cell_table
from surveykit.weighting.variance.credits import group_sums, over
from surveykit.weighting.variance.packing import packed


class ClassStep(Step):
    """Columns that are crossed into weighting classes, and when a class is too thin."""

    by: tuple[str, ...] = ()
    minimum: int = Field(default=1, ge=1)
    maximum_factor: float = Field(default=float("inf"), ge=1)
    merge: bool = False

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @property
    def rules(self) -> ClassRules:
        """When a class is too thin, and what happens then."""
        return ClassRules(self.minimum, self.maximum_factor, self.merge)

    def columns(self, at: Path) -> Wanted:
        """Return the columns of the classes."""
        return [(name, (*at, "by", position)) for position, name in enumerate(self.by)]

    def domains(self) -> tuple[str, ...]:
        """Return the columns of the classes."""
        return self.by


@packed
@dataclass(frozen=True, slots=True, eq=False)
class RedistributionCredit:
    """Weights of givers handed to receivers of the same class (nonresponse, unknown eligibility).

    Attributes
    ----------
    classes : int array, shape (n,)
        Class of each row, -1 for rows that take no part and keep their weight.
    receivers : bool array, shape (n,)
        Rows that receive; the other rows of the classes end with weight 0.
    weights : array, shape (n,)
        Weights before the step.
    name : str
        Name of the step.
    """

    classes: Codes
    receivers: Mask
    weights: Array
    name: str = "nonresponse"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        inside = self.classes >= 0
        codes = np.where(inside, self.classes, 0)
        given = np.where(inside, self.weights, 0.0)
        kept = np.where(self.receivers, given, 0.0)
        size = int(codes.max(initial=0)) + 1
        all_sum = np.bincount(codes, weights=given, minlength=size)
        kept_sum = np.bincount(codes, weights=kept, minlength=size)
        share = over(given, all_sum[codes]) - over(kept, kept_sum[codes])
        taking = np.where((inside & self.receivers)[:, None], z, 0.0)
        kept_z = np.where((inside & ~self.receivers)[:, None], 0.0, z)
        out: Array = kept_z + share[:, None] * group_sums(taking, codes, size)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Redistribute:
    """Hand the weight of classes to their receivers."""

    kind: str
    classes: Classes
    receivers: Mask
    reason: str
    settings: dict[str, Any] = field(default_factory=dict)

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        codes = self.classes.codes
        inside = codes >= 0
        factors = class_factors(codes, self.receivers, weights)
        after = np.where(inside, np.where(self.receivers, weights * factors[np.where(inside, codes, 0)], 0.0), weights)
        return Outcome(after, RedistributionCredit(codes, self.receivers, weights, self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the classes with their factors."""
        codes = self.classes.codes
        lost = int(((codes >= 0) & ~self.receivers & (before > 0)).sum())
        cells = cell_table(self.classes.labels, codes, before, outcome.weights, self.receivers)
        if self.kind == "nonresponse":
            cells["response_rate"] = 1.0 / cells["factor"]
        return Description(cells, self.classes.notes, {self.reason: lost}, self.settings)
