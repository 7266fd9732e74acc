"""From a step of the plan to a step bound to the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from surveykit.errors import DataError
from surveykit.weighting.classes import ClassRules, make_classes
from surveykit.weighting.compiled import DropRows, MeetMargins, Normalise, Redistribute, Trim
from surveykit.weighting.distances import Array
from surveykit.weighting.margins import MarginTables, resolve_margins
from surveykit.weighting.plan import (
    ClassLimits,
    NonresponseStep,
    NormalisationStep,
    PlanStep,
    PoststratificationStep,
    RakingStep,
    TrimmingStep,
    UnknownEligibilityStep,
    WeightingPlan,
)
from surveykit.weighting.records import CompiledStep
from surveykit.weighting.statuses import Statuses


def build_step(
    step: PlanStep,
    plan: WeightingPlan,
    table: pd.DataFrame,
    margins: MarginTables,
    statuses: Statuses,
    weights: Array,
    before: tuple[CompiledStep, ...],
) -> Iterator[CompiledStep]:
    """Yield the compiled steps that a step of the plan stands for, given the weights before it."""
    if isinstance(step, UnknownEligibilityStep):
        yield _unknown(step, table, statuses, weights)
    elif isinstance(step, NonresponseStep):
        if (statuses.ineligible & (weights > 0)).any():
            yield DropRows(statuses.ineligible, "known to be ineligible")
        yield _nonresponse(step, table, statuses, weights)
    elif isinstance(step, RakingStep | PoststratificationStep):
        active = np.where(statuses.ineligible, 0.0, weights)
        if (statuses.ineligible & (weights > 0)).any():
            yield DropRows(statuses.ineligible, "known to be ineligible")
        settings = step.model_dump(mode="json", exclude_defaults=True)
        yield MeetMargins(step.kind, resolve_margins(step, margins, table, active > 0), settings)
    elif isinstance(step, TrimmingStep):
        yield Trim(step.lower or 0.0, np.inf if step.upper is None else step.upper, step.relative_to)
    elif isinstance(step, NormalisationStep):
        yield Normalise(step.total)
    else:
        raise DataError(f"the step {step.kind!r} cannot be run here")


def ineligible_step(statuses: Statuses) -> DropRows:
    """Return the step that takes ineligible units out of the weighting."""
    return DropRows(statuses.ineligible | statuses.unknown, "ineligible or of unknown eligibility")


def _unknown(step: UnknownEligibilityStep, table: pd.DataFrame, statuses: Statuses, weights: Array) -> Redistribute:
    part = weights > 0
    classes = make_classes(table, step.by, part, ~statuses.unknown, weights, _rules(step))
    settings = step.model_dump(mode="json", exclude_defaults=True)
    return Redistribute("unknown_eligibility", classes, ~statuses.unknown, "eligibility unknown", settings)


def _nonresponse(step: NonresponseStep, table: pd.DataFrame, statuses: Statuses, weights: Array) -> CompiledStep:
    part = (weights > 0) & (statuses.respondents | statuses.nonrespondents)
    settings = step.model_dump(mode="json", exclude_defaults=True)
    classes = make_classes(table, step.by, part, statuses.respondents, weights, _rules(step))
    return Redistribute("nonresponse", classes, statuses.respondents, "did not respond", settings)


def _rules(step: ClassLimits) -> ClassRules:
    return ClassRules(step.minimum, step.maximum_factor, step.merge)
