"""Calibration: to margins and numeric totals, exact or ridge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from surveykit.errors import DataError, Problem, first_few
from surveykit.weighting.adjusting.calibrate import (
    Bounds,
    Prepared,
    bounds_note,
    integrate,
    refuse_negative,
    solve_prepared,
)
from surveykit.weighting.adjusting.ridge import achieved_table, refuse_below_zero, ridge_size, solve_ridge
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Distance
from surveykit.weighting.arrays.raking import check_levels, check_margin_totals
from surveykit.weighting.binding.margin_step import MarginStep
from surveykit.weighting.binding.step import Balance, Binding, Path, Place, Wanted
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, margin_part, numeric_part, stack_parts
from surveykit.weighting.inputs.definitions import NumericTotal
from surveykit.weighting.inputs.groups import Group
from surveykit.weighting.inputs.margins import resolve_margins, total_of
from surveykit.weighting.inputs.outcome import CompiledStep, Description, Outcome
from surveykit.weighting.variance.credits import CalibrationCredit


class CalibrationStep(MarginStep):
    """Weights calibrated to margins and numeric totals.

    Attributes
    ----------
    numeric : tuple of NumericTotal
        Numeric auxiliaries.
    distance : {"linear", "raking", "exponential", "logit"}
        Distance from the weights before.
    bounds : tuple of two floats, optional
        Limits of the factor.
    cluster : str, optional
        Column of households, within which weights stay equal (integrative calibration).
    penalties : dict of str to float, optional
        Ridge calibration: margin or numeric variable and its penalty; 0 means exact, larger means looser.
    """

    kind: Literal["calibration"]
    numeric: tuple[NumericTotal, ...] = ()
    distance: Distance = "linear"
    bounds: tuple[float, float] | None = None
    cluster: str | None = None
    penalties: dict[str, float] | None = None

    @property
    def meets_totals(self) -> bool:
        """Totals hold exactly but for a ridge."""
        return not self.penalties

    @property
    def models_participation(self) -> bool:
        """The distance "participation" divides by a probability to take part."""
        return self.distance == "participation"

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        problems, at = super().check(place), place.path
        for position, item in enumerate(self.numeric):
            if isinstance(item.total, dict) != bool(self.by):
                what = f"the total of {item.variable!r} must be " + ("one for each group" if self.by else "one number")
                problems.append(Problem(what, "write it so", (*at, "numeric", position, "total")))
        if not self.margins and not self.numeric:
            problems.append(Problem("calibration needs margins or numeric totals", "add some", at))
        if self.bounds is not None and not self.bounds[0] < 1 < self.bounds[1]:
            what = f"bounds {self.bounds[0]:g} to {self.bounds[1]:g} do not hold 1 between them"
            problems.append(Problem(what, "use a lower bound below 1 and an upper bound above 1", (*at, "bounds")))
        if self.distance == "logit" and self.bounds is None:
            problems.append(Problem("the logit distance needs bounds", "add bounds: [lower, upper]", (*at, "bounds")))
        return problems + self._ridge(at)

    def _ridge(self, at: Path) -> list[Problem]:
        problems = []
        names = {margin.label for margin in self.margins} | {item.variable for item in self.numeric}
        for name, value in (self.penalties or {}).items():
            if name not in names:
                problems.append(Problem(f"{name!r} is no margin of this step", "correct it", (*at, "penalties", name)))
            if not value >= 0:
                problems.append(Problem(f"penalty {value:g} is below 0", "use 0 for exact", (*at, "penalties", name)))
        if self.penalties and (self.bounds is not None or self.distance != "linear"):
            problems.append(Problem("ridge calibration is linear and unbounded", "drop bounds", (*at, "penalties")))
        return problems

    def columns(self, at: Path) -> Wanted:
        """Return the columns of groups, margins, numeric auxiliaries and households."""
        wanted = super().columns(at)
        wanted += [(item.variable, (*at, "numeric", position)) for position, item in enumerate(self.numeric)]
        return wanted + ([(self.cluster, (*at, "cluster"))] if self.cluster else [])

    def check_groups(self, binding: Binding, groups: tuple[Group, ...]) -> None:
        """Refuse groups without totals or rows, and households in several groups."""
        super().check_groups(binding, groups)
        if self.cluster is None:
            return
        cluster = binding.table[self.cluster]
        lying = pd.concat([cluster[group.rows].dropna().drop_duplicates() for group in groups])
        split = lying[lying.duplicated()].drop_duplicates()
        if len(split):
            raise DataError(
                f"{len(split)} households of {self.cluster!r} lie in several groups ({first_few(split.tolist())}) and "
                "cannot get one weight; make groups of whole households"
            )

    def bind(self, binding: Binding, weights: Array) -> CompiledStep:
        """Bind the step to rows."""
        used = weights > 0
        margins = resolve_margins(self, binding.margins, binding.table, used, binding.group)
        if not self.penalties:
            check_margin_totals([(margin.name, margin.totals) for margin in margins])
            for margin in margins:
                check_levels(margin, np.where(margin.codes >= 0, weights, 0.0))
        parts = [margin_part(margin) for margin in margins]
        parts += [numeric_part(binding.table, i.variable, total_of(i.total, binding.group), used) for i in self.numeric]
        auxiliaries = stack_parts(parts)
        if self.penalties:
            penalties = np.concatenate(
                [np.full(part.totals.shape, float(self.penalties.get(part.name, 0.0))) for part in parts]
            )
            return ApproachTotals(auxiliaries, penalties, ridge_size(auxiliaries, weights, penalties), self.settings)
        clusters = None if self.cluster is None else binding.table[self.cluster]
        return MeetTotals(auxiliaries, self.distance, self.bounds, clusters, self.settings)


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

    def balance(self, before: Array, after: Array) -> Balance:
        """Return the totals with base and final weights."""
        reached, zero = after @ self.auxiliaries.x, np.zeros(self.auxiliaries.totals.shape)
        return Balance(totals=achieved_table(self.auxiliaries, before, reached, zero))

    def exact_totals(self) -> Auxiliaries:
        """Return the totals."""
        return self.auxiliaries


@dataclass(frozen=True, slots=True, eq=False)
class ApproachTotals:
    """Ridge calibration: totals with a penalty are met approximately."""

    auxiliaries: Auxiliaries
    penalties: Array
    ridge: Array
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "calibration"

    def balance(self, before: Array, after: Array) -> Balance:
        """Return the totals with base and final weights."""
        reached = after @ self.auxiliaries.x
        return Balance(totals=achieved_table(self.auxiliaries, before, reached, self.penalties))

    def exact_totals(self) -> None:
        """No total need hold exactly."""
        return

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
