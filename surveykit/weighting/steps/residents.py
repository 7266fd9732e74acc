"""Residents: from the users of a platform to residents, by a model of who takes part or of what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from surveykit.errors import Problem
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.participation import Patterns, fit_participation
from surveykit.weighting.arrays.patterns import make_patterns
from surveykit.weighting.arrays.raking import RakingMargin, check_levels, check_margin_totals
from surveykit.weighting.binding.margin_step import MarginStep, margin_table
from surveykit.weighting.binding.step import Binding, Path, Place, Wanted
from surveykit.weighting.inference import RESIDENTS, ResidentFamily, ResidentMethod
from surveykit.weighting.inputs.auxiliaries import Part, margin_part, numeric_part, stack_parts
from surveykit.weighting.inputs.margins import Totals, code_margin, named_table, read_sizes, resolve_margins
from surveykit.weighting.inputs.outcome import CompiledStep, Description, Outcome
from surveykit.weighting.steps.calibration import MeetTotals
from surveykit.weighting.variance.credited import KeptInfluence
from surveykit.weighting.variance.packing import packed

packed(Patterns)

WEIGHTING_METHODS = ("calibrated", "pseudo_likelihood")
"""Methods that end in weights; the others end in an estimator."""


class ResidentsStep(MarginStep):
    """From the users of a platform to residents, by a model of who takes part or of what they answer.

    Attributes
    ----------
    method : str
        ``calibrated`` and ``pseudo_likelihood`` end in weights. ``model``, ``nearest``, ``pmm`` (mass imputation),
        ``doubly_robust`` and ``multilevel`` (multilevel regression with post-stratification) depend on the outcome:
        they leave the weights alone, must be the last step, and are asked by `resident_estimates`.
    margins : tuple of MarginDefinition
        For ``calibrated``: margins of residents, in place of cells.
    cells : str, optional
        Name of a table of cells of residents: the predictors and their sizes. All other methods need it.
    counts : str
        Column of sizes in the table of cells.
    predictors, numeric : tuple of str
        Categorical and numeric columns that respondents and cells share; the fixed effects of ``multilevel``.
    random : tuple of tuple of str
        Random effects of ``multilevel``; columns in one tuple are crossed.
    family, donors, replicates, seed, reference_sample
        As in `ResidentModel`.
    scale, draws
        As in `MultilevelModel`.
    """

    kind: Literal["residents"]
    method: Literal[ResidentMethod, "multilevel"] = "calibrated"
    cells: str | None = None
    counts: str = "population"
    predictors: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    random: tuple[tuple[str, ...], ...] = ()
    family: ResidentFamily = "binomial"
    donors: int = Field(default=5, ge=1)
    replicates: int = Field(default=200, ge=2)
    seed: int = 1
    reference_sample: bool = False
    scale: float = Field(default=1.0, gt=0)
    draws: int = Field(default=2000, ge=2)

    @property
    def gives_weights(self) -> bool:
        """Whether the step ends in weights."""
        return self.method in WEIGHTING_METHODS

    @property
    def meets_totals(self) -> bool:
        """Calibrated weights meet the totals of residents."""
        return self.method == "calibrated"

    @property
    def models_participation(self) -> bool:
        """Weights that the step gives rest on a model of who takes part."""
        return self.gives_weights

    def check(self, place: Place) -> list[Problem]:
        """Find what the step lacks for its method, and steps that follow an estimator."""
        problems, at = super().check(place), place.path
        effects = bool(self.predictors or self.numeric or self.random)
        if self.method == "calibrated" and bool(self.margins) == (self.cells is not None):
            problems.append(Problem("the method calibrated needs margins or cells", "give one of the two", at))
        if self.method != "calibrated" and self.margins:
            what = f"the method {self.method} needs cells of residents, not margins"
            problems.append(Problem(what, "name a table of cells, or use calibrated", (*at, "margins")))
        if self.method != "calibrated" and self.cells is None:
            what = f"the method {self.method} needs cells of residents"
            problems.append(Problem(what, "name a table with the predictors and their counts", (*at, "cells")))
        if self.cells is not None and not effects:
            problems.append(Problem("cells need predictors", "name the columns that cells and sample share", at))
        if self.method != "multilevel" and self.random:
            what = f"the method {self.method} has no random effects"
            problems.append(Problem(what, "use predictors, or method: multilevel", (*at, "random")))
        if self.method == "multilevel" and self.numeric:
            problems.append(Problem("multilevel takes categories only", "make classes of it", (*at, "numeric")))
        if self.by and self.cells is not None:
            problems.append(Problem("cells are not used by groups", "add the groups to the predictors", (*at, "by")))
        if not self.gives_weights and not place.is_last:
            what = f"the method {self.method} gives an estimator, not weights, so no step can follow"
            problems.append(Problem(what, "make it the last step", at))
        return problems

    def columns(self, at: Path) -> Wanted:
        """Return the columns of groups, margins and predictors."""
        return super().columns(at) + [(name, (*at, "predictors")) for name in dict.fromkeys(self._effects)]

    def tables(self) -> dict[str, str]:
        """Return the table of cells."""
        return {} if self.cells is None else {"cells": self.cells}

    def number_columns(self) -> tuple[str, ...]:
        """Return the sizes of the cells and the numeric predictors."""
        return (self.counts, *self.numeric)

    def bind(self, binding: Binding, weights: Array) -> CompiledStep:
        """Bind the step to weights where the method gives some, else to an estimator."""
        tables, table, used = binding.margins, binding.table, weights > 0
        if self.cells is None:
            margins = resolve_margins(self, tables, table, used, binding.group)
            return _calibrated([margin_part(margin) for margin in margins], margins, used, self.settings)
        cells = named_table(tables, self.cells, "cells of residents")
        sizes = read_sizes(cells, self.counts, self.cells)
        columns = tuple(dict.fromkeys([*self.predictors, *(name for names in self.random for name in names)]))
        patterns = make_patterns(table, cells, columns, self.numeric, used)
        margins = tuple(_margin(table, cells, sizes, name, used) for name in columns)
        if self.method == "calibrated":
            parts = [margin_part(margin) for margin in margins]
            for name in self.numeric:
                total = float(sizes @ pd.to_numeric(cells[name]).to_numpy(dtype=float))
                parts.append(numeric_part(table, name, total, used))
            return _calibrated(parts, margins, used, self.settings)
        if self.method == "pseudo_likelihood":
            return PseudoParticipation(patterns, sizes, margins, self.settings)
        return CarryOver(self, cells, margins, self.settings)

    @property
    def _effects(self) -> tuple[str, ...]:
        return (*self.predictors, *self.numeric, *(name for names in self.random for name in names))


def _calibrated(
    parts: list[Part], margins: tuple[RakingMargin, ...], used: Mask, settings: dict[str, Any]
) -> MeetTotals:
    check_margin_totals([(margin.name, margin.totals) for margin in margins])
    for margin in margins:
        check_levels(margin, np.where(margin.codes >= 0, used.astype(float), 0.0))
    return MeetTotals(stack_parts(parts), "participation", settings=settings, kind="residents")


def _margin(table: pd.DataFrame, cells: pd.DataFrame, sizes: Array, name: str, used: Mask) -> RakingMargin:
    sums = pd.Series(sizes).groupby(pd.Series(level_text(cells[name]), dtype=object)).sum()
    totals: Totals = {(str(level),): float(total) for level, total in sums.items()}
    return code_margin(table, (name,), totals, used, name=name)


@packed
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
            f"an estimator, not weights: ask resident_estimates(result, outcome); its results are {RESIDENTS}, while "
            "these weights describe whom the sample was drawn from"
        )
        return Description(cells, (note,), {}, self.settings)
