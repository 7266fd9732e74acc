"""From a step of a plan to the compiled steps that it stands for: order, ineligible units, groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from surveykit.errors import DataError
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.dropping import ineligible_step
from surveykit.weighting.binding.step import Binding, Step
from surveykit.weighting.inputs.groups import ByGroups, find_groups, in_each
from surveykit.weighting.inputs.outcome import CompiledStep
from surveykit.weighting.inputs.statuses import Statuses


def build_step(step: Step, binding: Binding, weights: Array) -> Iterator[CompiledStep]:
    """Yield the compiled steps that a step of the plan stands for, given the weights before it."""
    statuses = binding.statuses
    _check_order(step, statuses, weights)
    if step.needs and (statuses.ineligible & (weights > 0)).any():
        yield ineligible_step(statuses)
        weights = np.where(statuses.ineligible, 0.0, weights)
    yield _grouped(step, binding, weights) if step.group_columns() else step.bind(binding, weights)


def _grouped(step: Step, binding: Binding, weights: Array) -> ByGroups:
    groups = find_groups(binding.table, step.group_columns(), weights > 0)
    step.check_groups(binding, groups)
    made = in_each(
        groups,
        lambda at: step.bind(replace(binding, group=groups[at]), np.where(groups[at].rows, weights, 0.0)),
    )
    return ByGroups(groups, tuple(made), step.settings)


def _check_order(step: Step, statuses: Statuses, weights: Array) -> None:
    waiting = (
        (statuses.unknown, "are of unknown eligibility", "unknown_eligibility"),
        (statuses.nonrespondents, "did not respond", "nonresponse"),
    )
    for rows, what, kind in waiting:
        count = int((rows & (weights > 0)).sum()) if kind in step.needs else 0
        if count:
            raise DataError(
                f"{count} of {int((weights > 0).sum())} sampled units {what} and still carry weight at the step "
                f"{step.kind}; put a step {kind} before it"
            )
