"""Trimming: weights cut off at limits, with or without the margins that a step before it met."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from surveykit.errors import Problem
from surveykit.weighting.adjusting.calibrate import Prepared, WeightBounds, bounds_note, solve_prepared
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.trimming import spread_trim
from surveykit.weighting.binding.step import Balancing, Binding, Place, Step
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, side_by_side
from surveykit.weighting.inputs.groups import flat_steps
from surveykit.weighting.inputs.outcome import CompiledStep, Description, Outcome
from surveykit.weighting.variance.credits import CalibrationCredit, TrimmingCredit


class TrimmingStep(Step):
    """Weights cut off at limits.

    Attributes
    ----------
    lower, upper : float, optional
        Limits, in units of ``relative_to``.
    relative_to : {"weight", "mean", "median"}
        Whether limits are weights, or multiples of the mean or median weight.
    keep_margins : bool
        Calibrate again to the margins of the last calibrating step, with the limits as bounds.
    """

    kind: Literal["trimming"]
    lower: float | None = Field(default=None, ge=0)
    upper: float | None = Field(default=None, gt=0)
    relative_to: Literal["weight", "mean", "median"] = "weight"
    keep_margins: bool = False

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        problems, at = [], place.path
        if self.lower is None and self.upper is None:
            problems.append(Problem("trimming needs a limit", "give lower, upper or both", at))
        if self.lower is not None and self.upper is not None and self.lower >= self.upper:
            problems.append(Problem("the lower limit is not below the upper one", "exchange them", (*at, "lower")))
        if self.keep_margins and not any(before.meets_totals for before in place.before):
            what = "keep_margins needs a calibrating step (not ridge) before it"
            todo = "put raking, calibration or poststratification first"
            problems.append(Problem(what, todo, (*at, "keep_margins")))
        return problems

    def bind(self, binding: Binding, weights: Array) -> CompiledStep:
        """Bind the step to rows."""
        used = weights[weights > 0]
        unit = {"weight": 1.0, "mean": float(used.mean()), "median": float(np.median(used))}[self.relative_to]
        lower, upper = (self.lower or 0.0) * unit, np.inf if self.upper is None else self.upper * unit
        if not self.keep_margins:
            return Trim(lower, upper, self.settings)
        kept = (_exact_totals(made) for made in reversed(binding.before))
        return TrimKeepingTotals(next(found for found in kept if found is not None), lower, upper, self.settings)


def _exact_totals(step: CompiledStep) -> Auxiliaries | None:
    """Return the totals that a step meets exactly, those of its groups side by side; None if it does not."""
    parts = []
    for group, own in flat_steps([step]):
        made = own.exact_totals() if isinstance(own, Balancing) else None
        if made is None:
            return None
        stem = f"{group}: " if group else ""
        parts.append(made._replace(names=tuple(stem + name for name in made.names)))
    return side_by_side(parts)


@dataclass(frozen=True, slots=True, eq=False)
class Trim:
    """Cut off weights at limits; the sum is kept, margins are not."""

    lower: float
    upper: float
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "trimming"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        trimmed = spread_trim(weights, self.lower, self.upper, strict=True, multiplicity=multiplicity)
        return Outcome(trimmed.weights, TrimmingCredit(weights, trimmed.weights, trimmed.cut, trimmed.receivers))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say how many weights were cut off at which limits."""
        cells = limit_table(before, outcome.weights, self.lower, self.upper)
        return Description(cells, ("margins met before this step are not met after it",), {}, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class TrimKeepingTotals:
    """Bring weights inside limits while the totals stay met: calibration with bounds on the weight itself."""

    auxiliaries: Auxiliaries
    lower: float
    upper: float
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "trimming"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        used = weights > 0
        problem = Prepared(self.auxiliaries, weights, np.ones_like(weights))
        bounds = WeightBounds(self.lower, self.upper)
        solution = solve_prepared(problem, used, "linear", bounds, multiplicity, certify=multiplicity is None)
        fixed = used & (solution.slopes == 0)
        x, factors, slopes = self.auxiliaries.x, solution.factors, solution.slopes
        credit = CalibrationCredit(x, weights, factors, slopes, fixed=fixed, name="trimming")
        return Outcome(weights * solution.factors, credit, solution.history)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Say how many weights were outside which limits."""
        cells = limit_table(before, outcome.weights, self.lower, self.upper)
        problem, limits = Prepared(self.auxiliaries, before, np.ones_like(before)), WeightBounds(self.lower, self.upper)
        notes = ("margins are kept", *bounds_note(problem, before > 0, limits))
        return Description(cells, notes, {}, self.settings)


def limit_table(before: Array, after: Array, lower: float, upper: float) -> pd.DataFrame:
    """Count weights outside limits before a step, and at them after it."""
    used = before > 0
    return pd.DataFrame(
        {
            "cell": ["below", "above"],
            "limit": [lower, upper],
            "rows": [int((used & (before < lower)).sum()), int((used & (before > upper)).sum())],
            "rows_at_limit": [int((used & (after <= lower)).sum()), int((used & (after >= upper)).sum())],
        }
    )
