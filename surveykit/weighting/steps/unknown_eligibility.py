"""Unknown eligibility: weight of units of which nobody knows whether they belong to the population."""

from __future__ import annotations

from typing import ClassVar, Literal

from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.class_step import ClassStep, Redistribute
from surveykit.weighting.binding.step import Binding
from surveykit.weighting.inputs.classes import make_classes


class UnknownEligibilityStep(ClassStep):
    """Weight of units of unknown eligibility, spread over those known to be eligible or ineligible."""

    kind: Literal["unknown_eligibility"]

    needs: ClassVar[tuple[str, ...]] = ()

    def bind(self, binding: Binding, weights: Array) -> Redistribute:
        """Bind the step to rows."""
        known = ~binding.statuses.unknown
        classes = make_classes(binding.table, self.by, weights > 0, known, weights, self.rules)
        return Redistribute("unknown_eligibility", classes, known, "eligibility unknown", self.settings)
