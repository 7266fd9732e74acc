"""Compiled steps about a frame that is not the population: coverage, participation weights, estimators that follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from surveykit.weighting.arrays.credited import KeptInfluence
from surveykit.weighting.arrays.credits import Mask
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.participation import Patterns, fit_participation
from surveykit.weighting.arrays.raking import RakingMargin
from surveykit.weighting.binding.margin_step import margin_table
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.inputs.outcome import Description, Outcome
from surveykit.weighting.models.coverage import compare_shares
from surveykit.weighting.plan.residents import ResidentsStep


@dataclass(frozen=True, slots=True, eq=False)
class ReportCoverage:
    """Say what the frame covers of a population; weights stay as they are.

    Attributes
    ----------
    margins : tuple of RakingMargin
        The population's totals, with codes of the rows of ``counts``.
    counts : array, optional
        Sizes of the rows of a table of the frame; None when the frame is estimated by the weights.
    ineligible : bool array, shape (n,)
        Sampled rows that are out of the population.
    """

    margins: tuple[RakingMargin, ...]
    counts: Array | None
    ineligible: Mask
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "coverage"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights as they are."""
        return Outcome(weights, KeptInfluence(self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return frame and population, level by level."""
        sizes = np.where(self.ineligible, 0.0, before) if self.counts is None else self.counts
        cells = pd.concat([_compare(margin, sizes) for margin in self.margins], ignore_index=True)
        note = "frame: counted in the table of the frame"
        if self.counts is None:
            note = f"frame: estimated by the weights of {int((sizes > 0).sum())} sampled units, without ineligible ones"
        return Description(cells, (note,), {}, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class ParticipationCredit:
    """Division by participation probabilities that solve sum(d x) = sum(N pi x).

    Attributes
    ----------
    patterns : Patterns
        Predictors of the distinct patterns, and the pattern of each row.
    weights : array, shape (n,)
        Weights before the step.
    probability : array, shape (g,)
        Probability of each pattern.
    information : array, shape (p, p)
        sum(N pi (1 - pi) x x').
    """

    patterns: Patterns
    weights: Array
    probability: Array
    information: Array
    name: str = "residents"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        code, x = self.patterns.respondent, self.patterns.x
        held = np.column_stack([np.bincount(code, weights=column, minlength=x.shape[0]) for column in z.T])
        pull = x.T @ (held * (1.0 - self.probability)[:, None])
        slope = np.linalg.pinv(self.information, rcond=1e-12, hermitian=True) @ pull
        out: Array = z - self.weights[:, None] * (x @ slope)[code]
        return out


@dataclass(frozen=True, slots=True, eq=False)
class PseudoParticipation:
    """Divide by the participation probability of the pseudo-likelihood (Chen, Li and Wu 2020)."""

    patterns: Patterns
    sizes: Array
    margins: tuple[RakingMargin, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "residents"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights after the step."""
        size = self.patterns.x.shape[0]
        have = np.bincount(self.patterns.respondent, weights=weights, minlength=size)
        want = np.bincount(self.patterns.cell, weights=self.sizes, minlength=size)
        p = fit_participation(self.patterns.x, have, want)
        information = (self.patterns.x * (want * p * (1.0 - p))[:, None]).T @ self.patterns.x
        after = weights / p[self.patterns.respondent]
        return Outcome(after, ParticipationCredit(self.patterns, weights, p, information))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return each predictor before and after, against the cells of residents."""
        cells = margin_table(self.margins, before, outcome.weights)
        return Description(cells, (RESIDENTS, "totals of the cells are not met exactly"), {}, self.settings)


@dataclass(frozen=True, slots=True, eq=False)
class CarryOver:
    """Leave the weights alone and hold what an estimator of residents needs.

    Attributes
    ----------
    step : ResidentsStep
        What the plan asks for.
    population : DataFrame
        Cells of residents.
    margins : tuple of RakingMargin
        Totals of the cells by each predictor, for the log.
    """

    step: ResidentsStep
    population: pd.DataFrame
    margins: tuple[RakingMargin, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    kind: str = "residents"

    def run(self, weights: Array, multiplicity: Array | None = None) -> Outcome:
        """Return the weights as they are."""
        return Outcome(weights, KeptInfluence(self.kind))

    def describe(self, before: Array, outcome: Outcome) -> Description:
        """Return the weighted sample against the cells of residents."""
        cells = margin_table(self.margins, before, outcome.weights)
        note = (
            f"an estimator, not weights: ask result.residents(outcome); its results are {RESIDENTS}, while these "
            "weights describe whom the sample was drawn from"
        )
        return Description(cells, (note,), {}, self.settings)


def _compare(margin: RakingMargin, sizes: Array) -> pd.DataFrame:
    inside = margin.codes >= 0
    have = np.bincount(margin.codes[inside], weights=sizes[inside], minlength=margin.totals.shape[0])
    return compare_shares(margin.name, margin.levels, have, margin.totals)
