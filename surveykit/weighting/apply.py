"""Running a weighting plan on a linked sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, DefinitionError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.credited import KeptInfluence
from surveykit.weighting.arrays.credits import ChainCredit
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.binding.building import Binding, build_step, ineligible_step
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.inputs.outcome import CompiledStep, Outcome, StepRecord, record_step
from surveykit.weighting.inputs.statuses import Statuses, read_statuses
from surveykit.weighting.plan.checks import check_weighting_plan
from surveykit.weighting.plan.definition import BaseStep, WeightingPlan
from surveykit.weighting.result import WeightingResult, result_label


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


def apply_weighting(
    plan: WeightingPlan,
    linked_table: pd.DataFrame,
    margins: Mapping[str, pd.DataFrame] | None = None,
    *,
    domains: tuple[str, ...] | None = None,
) -> WeightingResult:
    """Run a weighting plan: base weights, unknown eligibility, nonresponse, calibration, trimming.

    Parameters
    ----------
    plan : WeightingPlan
        What to do.
    linked_table : DataFrame
        One row for each sampled unit: base weight, disposition, what is known for all, and the answers. Without the
        disposition column every row is a respondent.
    margins : mapping of str to DataFrame, optional
        Population margins, by name, file or variable of the plan: columns ``level`` (or the variables) and
        ``population``; and the tables that the steps ``coverage`` and ``residents`` name as ``frame`` and ``cells``.
    domains : tuple of str, optional
        Columns by which diagnostics are given; the variables of classes and margins when left out.

    Returns
    -------
    WeightingResult
        With ``design`` (all sampled rows, weight 0 for those without final weight; all steps credited), ``table``,
        ``log`` and ``diagnostics``.

    Raises
    ------
    DefinitionError
        If the plan contradicts itself or names columns that are not there; all problems at once.
    DataError
        If the table or the margins do not fit.
    ConvergenceError
        If margins cannot be met; weights are never returned without.

    Notes
    -----
    The variance treats the weights as the function of the base weights that they are: influence values are carried
    back from the last step to the first (docs/methods/weighting.md, "Variance").

    Examples
    --------
    >>> plan = WeightingPlan.model_validate({"steps": [{"kind": "base"}, {"kind": "nonresponse", "by": ["d"]}]})
    >>> table = pd.DataFrame({"unit_id": ["a", "b"], "d": ["x", "x"], "base_weight": 10.0, "disposition": ["I", "R"]})
    >>> apply_weighting(plan, table).design.weights.tolist()
    [20.0, 0.0]
    """
    compiled = compile_plan(plan, linked_table, margins or {})
    weights, log, outcomes = compiled.base, [_base_record(plan, compiled)], []
    factors: dict[str, Array] = {}
    for number, step in enumerate(compiled.steps, start=2):
        outcome: Outcome = step.run(weights)
        log.append(record_step(number, step, weights, outcome))
        if isinstance(outcome.credit, KeptInfluence):
            continue
        factors[_unique(f"factor_{step.kind}", factors)] = np.divide(
            outcome.weights, weights, out=np.zeros_like(weights), where=weights != 0
        )
        outcomes.append(outcome)
        weights = outcome.weights
    design = _design(plan, linked_table, compiled.base, compiled.statuses)
    label = result_label(plan)
    if outcomes:
        credits = tuple(outcome.credit for outcome in outcomes)
        design = design.adjusted(weights, ChainCredit(credits, label if label == RESIDENTS else ""))
    units = linked_table[plan.unit] if plan.unit in linked_table.columns else pd.Series(np.arange(len(linked_table)))
    table = pd.DataFrame(
        {plan.unit: units.to_numpy(), "base_weight": compiled.base, **factors, "final_weight": weights}
    )
    wanted = domains if domains is not None else _domains(plan, linked_table)
    return WeightingResult(design, table, tuple(log), plan, compiled, wanted)


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
    base = _base_weights(first, table)
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


def _base_weights(step: BaseStep, table: pd.DataFrame) -> Array:
    column = step.probability or step.weight
    if column not in table.columns:
        raise DataError(f"base weights: there is no column {column!r}; there are {first_few(list(table.columns))}")
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    low = 0.0 if step.probability is None else np.finfo(float).tiny
    bad = ~np.isfinite(values) | (values < low) | ((values > 1) if step.probability else False)
    if bad.any():
        wanted = "probabilities above 0 and at most 1" if step.probability else "numbers of at least 0"
        raise DataError(
            f"base weights: {column!r} must hold {wanted}; mend {int(bad.sum())} rows "
            f"({first_few(np.flatnonzero(bad).tolist())})"
        )
    return 1.0 / values if step.probability else values


def _base_record(plan: WeightingPlan, compiled: CompiledPlan) -> StepRecord:
    statuses, base = compiled.statuses, compiled.base
    counts = statuses.table(base)
    column = getattr(plan.steps[0], "probability", None) or getattr(plan.steps[0], "weight", "")
    total, rows = float(base.sum()), int((base > 0).sum())
    return StepRecord(1, "base", {"column": column}, counts, total, total, len(base), rows, 1.0, 1.0)


def _design(plan: WeightingPlan, table: pd.DataFrame, base: Array, statuses: Statuses) -> SurveyDesign:
    strata = plan.strata if plan.strata is not None and plan.strata in table.columns else None
    fraction: Array | None = None
    if plan.finite_population != "none":
        fraction = _fractions(plan, table, base, statuses, strata)
    return SurveyDesign(
        table,
        weights=base,
        strata=strata,
        psu=plan.psu,
        sampling_fraction=fraction,
        lonely_psu=plan.lonely_psu,
    )


def _fractions(
    plan: WeightingPlan, table: pd.DataFrame, base: Array, statuses: Statuses, strata: str | None
) -> Array | None:
    if plan.psu is not None:
        return None
    codes = np.zeros(len(table), dtype=np.int64) if strata is None else pd.factorize(level_text(table[strata]))[0]
    population = np.bincount(codes, weights=base)
    counted = np.ones(len(base)) if plan.finite_population == "sample" else (~statuses.silent).astype(float)
    counted = np.where(base > 0, counted, 0.0)
    rows = np.bincount(codes, weights=counted)
    fraction = np.clip(np.divide(rows, population, out=np.zeros_like(rows), where=population > 0), 1e-12, 1.0)
    return fraction[codes]


def _domains(plan: WeightingPlan, table: pd.DataFrame) -> tuple[str, ...]:
    names: list[str] = []
    for step in plan.steps:
        names += list(getattr(step, "by", ()))
        names += [name for margin in getattr(step, "margins", ()) for name in margin.variables]
    return tuple(name for name in dict.fromkeys(names) if name in table.columns)


def _unique(name: str, taken: dict[str, Array]) -> str:
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name}_{number}", number + 1
    return wanted
