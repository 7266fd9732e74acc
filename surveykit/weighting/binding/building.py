"""From a step of the plan to a step bound to the rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.adjusting.ridge import ridge_size
from surveykit.weighting.arrays.credits import Mask
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.propensity import predictor_matrix
from surveykit.weighting.arrays.raking import check_levels, check_margin_totals
from surveykit.weighting.binding.margin_step import DropRows, MeetMargins, Normalise, Redistribute, Trim
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, margin_part, numeric_part, side_by_side, stack_parts
from surveykit.weighting.inputs.classes import ClassRules, make_classes
from surveykit.weighting.inputs.groups import ByGroups, Group, find_groups, flat_steps, in_each
from surveykit.weighting.inputs.margins import MarginTables, check_groups, resolve_margins, total_of
from surveykit.weighting.inputs.outcome import CompiledStep
from surveykit.weighting.inputs.statuses import Statuses
from surveykit.weighting.inputs.tree import grow_classes
from surveykit.weighting.plan.definition import (
    CalibrationStep,
    ClassLimits,
    CoverageStep,
    MarginSet,
    NonresponseStep,
    NormalisationStep,
    PlanStep,
    PoststratificationStep,
    RakingStep,
    ResidentsStep,
    TrimmingStep,
    UnknownEligibilityStep,
)
from surveykit.weighting.steps.binding_residents import build_coverage, build_residents
from surveykit.weighting.steps.calibration import ApproachTotals, MeetTotals, TrimKeepingTotals
from surveykit.weighting.steps.nonresponse import (
    InversePropensity,
    ModelledResponse,
    PropensityClasses,
    SampleCalibration,
)


@dataclass(frozen=True, slots=True, eq=False)
class Binding:
    """What a step is bound to: the table, the margins, the dispositions and the steps before it."""

    table: pd.DataFrame
    margins: MarginTables
    statuses: Statuses
    before: tuple[CompiledStep, ...] = ()
    group: Group | None = None


def build_step(step: PlanStep, binding: Binding, weights: Array) -> Iterator[CompiledStep]:
    """Yield the compiled steps that a step of the plan stands for, given the weights before it."""
    statuses = binding.statuses
    _check_order(step, statuses, weights)
    waits = isinstance(step, UnknownEligibilityStep | CoverageStep)
    if not waits and (statuses.ineligible & (weights > 0)).any():
        yield DropRows(statuses.ineligible, "known to be ineligible")
        weights = np.where(statuses.ineligible, 0.0, weights)
    yield _grouped(step, binding, weights) if _groups_of(step) else _bind(step, binding, weights)


def _groups_of(step: PlanStep) -> tuple[str, ...]:
    if isinstance(step, MarginSet):
        return step.by
    return step.by if isinstance(step, NonresponseStep) and step.method != "classes" else ()


def _grouped(step: PlanStep, binding: Binding, weights: Array) -> ByGroups:
    groups = find_groups(binding.table, _groups_of(step), weights > 0)
    if isinstance(step, MarginSet):
        check_groups(step, binding.margins, groups)
    if isinstance(step, CalibrationStep) and step.cluster is not None:
        _one_group_each(binding.table[step.cluster], step.cluster, groups)
    made = in_each(
        groups,
        lambda at: _bind(step, replace(binding, group=groups[at]), np.where(groups[at].rows, weights, 0.0)),
    )
    return ByGroups(groups, tuple(made), _settings(step))


def _one_group_each(cluster: pd.Series, name: str, groups: tuple[Group, ...]) -> None:
    lying = pd.concat([cluster[group.rows].dropna().drop_duplicates() for group in groups])
    split = lying[lying.duplicated()].drop_duplicates()
    if len(split):
        raise DataError(
            f"{len(split)} households of {name!r} lie in several groups ({first_few(split.tolist())}) and cannot get "
            "one weight; make groups of whole households"
        )


def _bind(step: PlanStep, binding: Binding, weights: Array) -> CompiledStep:
    if isinstance(step, UnknownEligibilityStep):
        return _unknown(step, binding, weights)
    if isinstance(step, NonresponseStep):
        return _nonresponse(step, binding, weights)
    if isinstance(step, RakingStep | PoststratificationStep):
        margins = resolve_margins(step, binding.margins, binding.table, weights > 0, binding.group)
        return MeetMargins(step.kind, margins, _settings(step))
    if isinstance(step, CalibrationStep):
        return _calibration(step, binding, weights)
    if isinstance(step, TrimmingStep):
        return _trimming(step, binding, weights)
    if isinstance(step, NormalisationStep):
        return Normalise(float((weights > 0).sum()) if step.total is None else step.total)
    if isinstance(step, CoverageStep):
        return build_coverage(step, binding.margins, binding.table, (weights > 0, binding.statuses.ineligible))
    if isinstance(step, ResidentsStep):
        return build_residents(step, binding.margins, binding.table, weights > 0, binding.group)
    raise DataError(f"the step {step.kind!r} cannot be run here")


def _check_order(step: PlanStep, statuses: Statuses, weights: Array) -> None:
    if isinstance(step, UnknownEligibilityStep | CoverageStep):
        return
    waiting = [(statuses.unknown, "are of unknown eligibility", "unknown_eligibility")]
    if not isinstance(step, NonresponseStep):
        waiting.append((statuses.nonrespondents, "did not respond", "nonresponse"))
    for rows, what, kind in waiting:
        count = int((rows & (weights > 0)).sum())
        if count:
            raise DataError(
                f"{count} of {int((weights > 0).sum())} sampled units {what} and still carry weight at the step "
                f"{step.kind}; put a step {kind} before it"
            )


def ineligible_step(statuses: Statuses) -> DropRows:
    """Return the step that takes ineligible units out of the weighting."""
    return DropRows(statuses.ineligible, "known to be ineligible")


def _unknown(step: UnknownEligibilityStep, binding: Binding, weights: Array) -> Redistribute:
    known = ~binding.statuses.unknown
    classes = make_classes(binding.table, step.by, weights > 0, known, weights, _rules(step))
    return Redistribute("unknown_eligibility", classes, known, "eligibility unknown", _settings(step))


def _nonresponse(step: NonresponseStep, binding: Binding, weights: Array) -> CompiledStep:
    table, statuses, rules = binding.table, binding.statuses, _rules(step)
    part: Mask = (weights > 0) & (statuses.respondents | statuses.nonrespondents)
    heard = statuses.respondents
    if step.method in ("classes", "tree"):
        if step.method == "classes":
            classes = make_classes(table, step.by, part, heard, weights, rules)
        else:
            classes = grow_classes(table, (step.predictors, step.numeric), part, heard, weights, rules)
        return Redistribute("nonresponse", classes, heard, "did not respond", _settings(step))
    x = predictor_matrix(table, step.predictors, step.numeric, part)
    model = ModelledResponse(x, part, heard, rules, _settings(step))
    if step.method == "calibration":
        return SampleCalibration(model)
    return PropensityClasses(model, step.quantiles) if step.quantiles else InversePropensity(model)


def _calibration(step: CalibrationStep, binding: Binding, weights: Array) -> CompiledStep:
    used = weights > 0
    margins = resolve_margins(step, binding.margins, binding.table, used, binding.group)
    if not step.penalties:
        check_margin_totals([(margin.name, margin.totals) for margin in margins])
        for margin in margins:
            check_levels(margin, np.where(margin.codes >= 0, weights, 0.0))
    parts = [margin_part(margin) for margin in margins]
    parts += [numeric_part(binding.table, i.variable, total_of(i.total, binding.group), used) for i in step.numeric]
    auxiliaries = stack_parts(parts)
    if step.penalties:
        penalties = np.concatenate(
            [np.full(part.totals.shape, float(step.penalties.get(part.name, 0.0))) for part in parts]
        )
        return ApproachTotals(auxiliaries, penalties, ridge_size(auxiliaries, weights, penalties), _settings(step))
    clusters = None if step.cluster is None else binding.table[step.cluster]
    return MeetTotals(auxiliaries, step.distance, step.bounds, clusters, _settings(step))


def _trimming(step: TrimmingStep, binding: Binding, weights: Array) -> CompiledStep:
    used = weights[weights > 0]
    unit = {"weight": 1.0, "mean": float(used.mean()), "median": float(np.median(used))}[step.relative_to]
    lower, upper = (step.lower or 0.0) * unit, np.inf if step.upper is None else step.upper * unit
    if not step.keep_margins:
        return Trim(lower, upper, _settings(step))
    last = next(made for made in reversed(binding.before) if isinstance(made, MeetMargins | MeetTotals | ByGroups))
    return TrimKeepingTotals(_totals(last), lower, upper, _settings(step))


def _totals(step: CompiledStep) -> Auxiliaries:
    parts = []
    for group, own in flat_steps([step]):
        assert isinstance(own, MeetMargins | MeetTotals)
        stem = f"{group}: " if group else ""
        made = own.auxiliaries if isinstance(own, MeetTotals) else stack_parts([margin_part(m) for m in own.margins])
        parts.append(made._replace(names=tuple(stem + name for name in made.names)))
    return side_by_side(parts)


def _rules(step: ClassLimits) -> ClassRules:
    return ClassRules(step.minimum, step.maximum_factor, step.merge)


def _settings(step: Any) -> dict[str, Any]:
    out: dict[str, Any] = step.model_dump(mode="json", exclude_defaults=True)
    return out
