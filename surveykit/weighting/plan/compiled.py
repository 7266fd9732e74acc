"""A plan bound to the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.errors import DataError, DefinitionError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.building import build_step
from surveykit.weighting.binding.dropping import ineligible_step
from surveykit.weighting.binding.step import Binding
from surveykit.weighting.inputs.outcome import CompiledStep
from surveykit.weighting.inputs.statuses import Statuses, read_statuses
from surveykit.weighting.plan.checks import check_weighting_plan
from surveykit.weighting.plan.definition import WeightingPlan
from surveykit.weighting.steps.base import BaseStep


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPlan:
    """A plan bound to one table: a function from base weights to final weights."""

    steps: tuple[CompiledStep, ...]
    base: Array
    statuses: Statuses

    def weights(self, base: Array) -> Array:
        """Run all steps on other base weights, for example those of a replicate."""
        multiplicity = np.divide(base, self.base, out=np.zeros_like(base), where=self.base > 0)
        for step in self.steps:
            base = step.run(base, multiplicity).weights
        return base


def compile_plan(plan: WeightingPlan, table: pd.DataFrame, margins: Mapping[str, pd.DataFrame]) -> CompiledPlan:
    """Bind a plan to a table, checking everything that can be checked before weights move."""
    problems = check_weighting_plan(plan, set(table.columns))
    if problems:
        raise DefinitionError(problems)
    if not len(table):
        raise DataError("the linked table has no rows: draw a sample and link its responses first")
    statuses = read_statuses(plan.dispositions, table)
    first = plan.steps[0]
    assert isinstance(first, BaseStep)
    base = first.read(table)
    steps: list[CompiledStep] = []
    weights = base
    for step in plan.steps[1:]:
        for compiled in build_step(step, Binding(table, margins, statuses, tuple(steps)), weights):
            steps.append(compiled)
            weights = compiled.run(weights).weights
    if (statuses.ineligible & (weights > 0)).any():
        steps.append(ineligible_step(statuses))
        weights = steps[-1].run(weights).weights
    for rows, what, kind in (
        (statuses.unknown, "are of unknown eligibility", "unknown_eligibility"),
        (statuses.nonrespondents, "did not respond", "nonresponse"),
    ):
        count = int((rows & (weights > 0)).sum())
        if count:
            raise DataError(f"{count} sampled units {what} and still carry weight at the end; add a step {kind}")
    return CompiledPlan(tuple(steps), base, statuses)
