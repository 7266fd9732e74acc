"""Compiled nonresponse steps that fit a model: response propensities and calibration to the sample."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.weighting.arrays.credits import CalibrationCredit, Mask, PropensityCredit
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.propensity import fit_logistic, quantile_classes
from surveykit.weighting.arrays.solver import DistanceChoice, Target, solve_calibration
from surveykit.weighting.binding.margin_step import Redistribute
from surveykit.weighting.inputs.classes import Classes, ClassRules, make_classes
from surveykit.weighting.inputs.outcome import Description, Outcome, cell_table


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
