"""Raking: weights brought to several margins in turn, until all hold."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from surveykit.errors import Problem
from surveykit.weighting.arrays.cells import indicator_matrix
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.raking import RakingMargin, rake_weights
from surveykit.weighting.binding.margin_step import MarginStep, margin_table
from surveykit.weighting.binding.step import Balance, Binding, Place
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, margin_part, stack_parts
from surveykit.weighting.inputs.margins import resolve_margins
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.variance.credits import CalibrationCredit


class RakingStep(MarginStep):
    """Weights raked to several margins."""

    kind: Literal["raking"]

    @property
    def meets_totals(self) -> bool:
        """The margins hold exactly."""
        return True

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        own = []
        if not self.margins:
            todo = "add a list of variables with files"
            own.append(Problem("raking needs margins", todo, (*place.path, "margins")))
        return own + super().check(place)

    def bind(self, binding: Binding, weights: Array) -> MeetMargins:
        """Bind the step to rows."""
        margins = resolve_margins(self, binding.margins, binding.table, weights > 0, binding.group)
        return MeetMargins(margins, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class MeetMargins:
    """Rake to fixed totals."""

    margins: tuple[RakingMargin, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "raking"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        used = weights > 0
        reduced = [RakingMargin(m.name, m.codes[used], m.totals, m.levels) for m in self.margins]
        solution = rake_weights(weights[used], reduced)
        factors = np.ones_like(weights)
        factors[used] = solution.factors
        codes, sizes = [m.codes for m in self.margins], [m.totals.shape[0] for m in self.margins]
        credit = CalibrationCredit(indicator_matrix(codes, sizes), weights, factors, factors, name="raking")
        return Outcome(weights * factors, credit, solution.history)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return each margin before and after."""
        return Description(margin_table(self.margins, before, outcome.weights), settings=self.settings)

    def balance(self, before: Array, after: Array) -> Balance:
        """Return the margins with base and final weights."""
        return Balance(margins=margin_table(self.margins, before, after))

    def exact_totals(self) -> Auxiliaries:
        """Return the totals of all margins."""
        return stack_parts([margin_part(margin) for margin in self.margins])
