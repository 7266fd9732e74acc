"""Compiled calibration: to margins and numeric totals, exact or ridge, and again under limits of the weight."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveykit.weighting.adjusting.calibrate import (
    Bounds,
    Prepared,
    WeightBounds,
    bounds_note,
    integrate,
    refuse_negative,
    solve_prepared,
)
from surveykit.weighting.adjusting.ridge import achieved_table, refuse_below_zero, solve_ridge
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.credits import CalibrationCredit
from surveykit.weighting.arrays.distances import Array, Distance
from surveykit.weighting.binding.margin_step import limit_table
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.inputs.auxiliaries import Auxiliaries
from surveykit.weighting.inputs.outcome import Description, Outcome


@dataclass(frozen=True, slots=True, eq=False)
class MeetTotals:
    """Calibrate to margins and numeric totals.

    Attributes
    ----------
    auxiliaries : Auxiliaries
        Auxiliaries of all rows and their totals.
    distance, bounds
        As in `calibrate`.
    clusters : array of text, shape (n,), optional
        Households whose rows get one weight.
    settings : dict
        What the plan asked for.
    """

    auxiliaries: Auxiliaries
    distance: Distance = "linear"
    bounds: Bounds = None
    clusters: Any = None
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "calibration"

    @property
    def penalties(self) -> Array:
        """All totals are exact."""
        return np.zeros(self.auxiliaries.totals.shape)

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        used = weights > 0
        problem = Prepared(self.auxiliaries, weights, np.ones_like(weights))
        if self.clusters is not None:
            problem = integrate(problem, level_text(self.clusters), used)
        solution = solve_prepared(problem, used, self.distance, self.bounds, certify=multiplicity is None)
        after = np.where(used, problem.weights * solution.factors, weights)
        refuse_negative(problem, after, used, self.distance)
        x, weighted = problem.auxiliaries.x, problem.weights
        credit = CalibrationCredit(x, weighted, solution.factors, solution.slopes, name=self.kind)
        return Outcome(after, credit, solution.history)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the totals before and after."""
        reached = outcome.weights @ self.auxiliaries.x
        zero = np.zeros(reached.shape)
        notes: tuple[str, ...] = (RESIDENTS,) if self.distance == "participation" else ()
        problem, used = Prepared(self.auxiliaries, before, np.ones_like(before)), before > 0
        if self.clusters is not None:
            problem = integrate(problem, level_text(self.clusters), used)
        notes += bounds_note(problem, used, self.bounds)
        return Description(achieved_table(self.auxiliaries, before, reached, zero), notes, settings=self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class ApproachTotals:
    """Ridge calibration: totals with a penalty are met approximately."""

    auxiliaries: Auxiliaries
    penalties: Array
    ridge: Array
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "calibration"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        solution = solve_ridge(self.auxiliaries, weights, self.ridge)
        after = weights * solution.factors
        refuse_below_zero(after, weights > 0)
        ones = np.ones_like(weights)
        credit = CalibrationCredit(
            self.auxiliaries.x, weights, solution.factors, ones, ridge=solution.ridge, name="ridge calibration"
        )
        return Outcome(after, credit)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the totals asked for and reached."""
        reached = outcome.weights @ self.auxiliaries.x
        notes = ("totals with a penalty are met approximately: see relative_error",)
        return Description(achieved_table(self.auxiliaries, before, reached, self.penalties), notes, {}, self.settings)


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
