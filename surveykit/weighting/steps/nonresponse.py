"""Nonresponse: weight of those who did not answer, by classes, trees, propensities or calibration to the sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from surveykit.errors import DataError, Problem, first_few
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.propensity import fit_logistic, predictor_matrix, quantile_classes
from surveykit.weighting.arrays.solver import DistanceChoice, Target, solve_calibration
from surveykit.weighting.binding.class_step import ClassStep, Redistribute
from surveykit.weighting.binding.step import Binding, Path, Place, Wanted
from surveykit.weighting.inputs.classes import Classes, ClassRules, make_classes
from surveykit.weighting.inputs.outcome import CompiledStep, Description, Outcome, cell_table
from surveykit.weighting.inputs.tree import grow_classes
from surveykit.weighting.variance.credits import CalibrationCredit
from surveykit.weighting.variance.packing import packed


class NonresponseStep(ClassStep):
    """Weight of eligible nonrespondents, handed to respondents.

    Attributes
    ----------
    method : str
        ``classes`` crosses ``by``; ``propensity`` fits a logistic regression on ``predictors`` (as categories unless
        named in ``numeric``) and divides by the propensity, or makes ``quantiles`` classes of it; ``tree`` splits on
        ``predictors`` into classes of at least ``minimum`` respondents; ``calibration`` calibrates respondents to the
        sample's totals of ``predictors``.
    by : str or tuple of str
        The classes; with the other methods, groups in each of which the model is fitted on its own.
    """

    kind: Literal["nonresponse"]
    method: Literal["classes", "propensity", "tree", "calibration"] = "classes"
    predictors: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    quantiles: int = Field(default=5, ge=0)

    needs: ClassVar[tuple[str, ...]] = ("unknown_eligibility",)

    def check(self, place: Place) -> list[Problem]:
        """Find what the step must say beyond its shape."""
        at = place.path
        if self.method == "classes":
            if self.predictors or self.numeric:
                return [Problem("classes are made of by, not of predictors", "use by", (*at, "predictors"))]
            return []
        problems = []
        if not self.predictors and not self.numeric:
            what = f"the method {self.method} needs predictors"
            problems.append(Problem(what, "name columns known for all sampled units", (*at, "predictors")))
        both = [name for name in self.by if name in (*self.predictors, *self.numeric)]
        if both:
            what = f"{first_few(both)} in by and in predictors: inside a group it does not vary"
            problems.append(Problem(what, "keep it in one of them", (*at, "by")))
        return problems

    def columns(self, at: Path) -> Wanted:
        """Return the columns of classes or groups, and the predictors."""
        return super().columns(at) + [(name, (*at, "predictors")) for name in (*self.predictors, *self.numeric)]

    def group_columns(self) -> tuple[str, ...]:
        """Return the columns of the groups in each of which the model is fitted."""
        return () if self.method == "classes" else self.by

    def bind(self, binding: Binding, weights: Array) -> CompiledStep:
        """Bind the step to rows."""
        table, statuses, rules = binding.table, binding.statuses, self.rules
        part: Mask = (weights > 0) & (statuses.respondents | statuses.nonrespondents)
        heard = statuses.respondents
        if self.method in ("classes", "tree"):
            if self.method == "classes":
                classes = make_classes(table, self.by, part, heard, weights, rules)
            else:
                classes = grow_classes(table, (self.predictors, self.numeric), part, heard, weights, rules)
            return Redistribute("nonresponse", classes, heard, "did not respond", self.settings)
        x = predictor_matrix(table, self.predictors, self.numeric, part)
        model = ModelledResponse(x, part, heard, rules, self.settings)
        if self.method == "calibration":
            return SampleCalibration(model)
        return PropensityClasses(model, self.quantiles) if self.quantiles else InversePropensity(model)


@dataclass(frozen=True, slots=True, eq=False)
class ModelledResponse:
    """What the steps below share: predictors ``x`` (n, p), rows that take part, who responded, and limits."""

    x: Array
    part: Mask
    responded: Mask
    rules: ClassRules
    settings: dict[str, Any] = field(default_factory=dict)

    def describe_rows(self, before: Array, after: Array) -> Description:
        """Cells of the step: one for all rows."""
        codes = np.where(self.part, 0, -1)
        lost = int((self.part & ~self.responded & (before > 0)).sum())
        cells = cell_table(("all",), codes, before, after, self.responded)
        return Description(cells, (), {"did not respond": lost}, self.settings)

    def check(self, factors: Array) -> None:
        """Refuse factors above the limit."""
        over = self.part & self.responded & (factors > self.rules.maximum_factor * (1 + 1e-9))
        if over.any():
            raise DataError(
                f"nonresponse: {int(over.sum())} respondents get a factor above {self.rules.maximum_factor:g} (largest "
                f"{factors[over].max():.4g}); use quantiles, fewer predictors, or a higher limit"
            )


@dataclass(frozen=True, slots=True, eq=False)
class InversePropensity:
    """Divide by the fitted response propensity."""

    model: ModelledResponse
    kind: str = "nonresponse"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        model = self.model
        used = np.where(model.part, weights, 0.0)
        fit = fit_logistic(model.x, model.responded.astype(float), used)
        propensity = np.where(model.part, fit.probability, 1.0)
        model.check(1.0 / propensity)
        after = np.where(model.part, np.where(model.responded, weights / propensity, 0.0), weights)
        return Outcome(after, PropensityCredit(model.x, weights, propensity, model.responded, model.part))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return totals of the step."""
        return self.model.describe_rows(before, outcome.weights)


@dataclass(frozen=True, slots=True, eq=False)
class PropensityClasses:
    """Redistribute weight inside classes of the fitted response propensity; refitted whenever it runs."""

    model: ModelledResponse
    quantiles: int
    kind: str = "nonresponse"

    def classes(self, weights: Array) -> Classes:
        """Fit the propensities and cut them at their quantiles."""
        model = self.model
        used = np.where(model.part, weights, 0.0)
        fit = fit_logistic(model.x, model.responded.astype(float), used)
        codes = np.zeros(weights.shape, dtype=np.int64)
        rows = model.part & (weights > 0)
        codes[rows] = quantile_classes(fit.probability[rows], weights[rows], self.quantiles) + 1
        table = pd.DataFrame({"propensity class": codes})
        return make_classes(table, ("propensity class",), rows, model.responded, weights, model.rules)

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        return self._redistribute(weights).run(weights)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the classes with their factors."""
        return self._redistribute(before).describe(before, outcome)

    def _redistribute(self, weights: Array) -> Redistribute:
        classes = self.classes(weights)
        return Redistribute("nonresponse", classes, self.model.responded, "did not respond", self.model.settings)


@dataclass(frozen=True, slots=True, eq=False)
class SampleCalibration:
    """Calibrate respondents to the totals of the predictors in the whole sample, with exponential factors."""

    model: ModelledResponse
    kind: str = "nonresponse"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        model = self.model
        sampled = np.where(model.part, weights, 0.0)
        heard = model.part & model.responded & (weights > 0)
        target = Target(model.x[heard], sampled @ model.x)
        solution = solve_calibration(target, weights[heard], DistanceChoice("raking"))
        factors, slopes = np.where(model.part, 0.0, 1.0), np.zeros_like(weights)
        factors[heard], slopes[heard] = solution.factors, solution.slopes
        model.check(factors)
        dropped = model.part & ~model.responded
        credit = CalibrationCredit(model.x, weights, factors, slopes, sampled, dropped, name="nonresponse")
        return Outcome(weights * factors, credit, solution.history)

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return totals of the step."""
        return self.model.describe_rows(before, outcome.weights)


@packed
@dataclass(frozen=True, slots=True, eq=False)
class PropensityCredit:
    """Division by a response propensity from a weighted logistic regression.

    Attributes
    ----------
    x : array, shape (n, p)
        Predictors.
    weights : array, shape (n,)
        Weights before the step.
    propensity : array, shape (n,)
        Fitted probabilities of response.
    responded : bool array, shape (n,)
        Rows that responded.
    part : bool array, shape (n,)
        Rows in the regression; the others keep their weight.
    name : str
        Name of the step.
    """

    x: Array
    weights: Array
    propensity: Array
    responded: Mask
    part: Mask
    name: str = "nonresponse"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        base = np.where(self.part, self.weights, 0.0)
        information = (self.x * (base * self.propensity * (1 - self.propensity))[:, None]).T @ self.x
        answering = self.part & self.responded
        heard = np.where(answering[:, None], z, 0.0)
        pull = (self.x * np.where(answering, 1 - self.propensity, 0.0)[:, None]).T @ heard
        score = (self.x * (base * (self.responded - self.propensity))[:, None]) @ np.linalg.pinv(
            information, rcond=1e-12, hermitian=True
        )
        out: Array = np.where((self.part & ~self.responded)[:, None], 0.0, z) - score @ pull
        return out
