"""Post-stratification: weights scaled to the totals of one margin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from surveykit.errors import Problem
from surveykit.weighting.adjusting.poststratify import group_factors
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.raking import RakingMargin, check_levels
from surveykit.weighting.binding.margin_step import MarginStep, margin_table
from surveykit.weighting.binding.step import Balance, Binding, Place
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, margin_part, stack_parts
from surveykit.weighting.inputs.margins import resolve_margins
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.variance.credits import GroupTotalCredit


class PoststratificationStep(MarginStep):
    """Weights scaled to the totals of one margin."""

    kind: Literal["poststratification"]

    @property
    def meets_totals(self) -> bool:
        """The margins hold exactly."""
        return True

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        own = []
        if len(self.margins) != 1:
            what = f"post-stratification needs exactly one margin, not {len(self.margins)}"
            todo = "cross the variables in one margin, or use raking"
            own.append(Problem(what, todo, (*place.path, "margins")))
        return own + super().check(place)

    def bind(self, binding: Binding, weights: Array) -> MeetMargin:
        """Bind the step to rows."""
        margins = resolve_margins(self, binding.margins, binding.table, weights > 0, binding.group)
        return MeetMargin(margins[0], self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class MeetMargin:
    """Scale the weights of each level to its total."""

    margin: RakingMargin
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "poststratification"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        margin = self.margin
        check_levels(margin, np.where(margin.codes >= 0, weights, 0.0))
        after = weights * group_factors(margin, weights)
        return Outcome(after, GroupTotalCredit(margin.codes, weights))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the margin before and after."""
        return Description(margin_table((self.margin,), before, outcome.weights), settings=self.settings)

    def balance(self, before: Array, after: Array) -> Balance:
        """Return the margin with base and final weights."""
        return Balance(margins=margin_table((self.margin,), before, after))

    def exact_totals(self) -> Auxiliaries:
        """Return the totals of the levels."""
        return stack_parts([margin_part(self.margin)])
