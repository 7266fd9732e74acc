"""Running a weighting plan on a linked sample."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.inputs.outcome import Outcome, StepRecord, record_step
from surveykit.weighting.inputs.statuses import Statuses
from surveykit.weighting.plan.compiled import CompiledPlan, compile_plan
from surveykit.weighting.plan.definition import WeightingPlan
from surveykit.weighting.result import WeightingResult, result_label
from surveykit.weighting.steps.base import BaseStep
from surveykit.weighting.variance.credits import ChainCredit, Credit
from surveykit.weighting.variance.final_weights import FinalWeights, digest_of

NEXT_TO_NONE = 1e-12
"""A sampling fraction that is next to none: drawn with replacement, as the variance sees it."""


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
        if outcome.weights is weights:  # the step only reports
            continue
        factors[_unique(f"factor_{step.kind}", factors)] = np.divide(
            outcome.weights, weights, out=np.zeros_like(weights), where=weights != 0
        )
        outcomes.append(outcome)
        weights = outcome.weights
    units = linked_table[plan.unit] if plan.unit in linked_table.columns else pd.Series(np.arange(len(linked_table)))
    credit = _credit(plan, tuple(outcome.credit for outcome in outcomes))
    final = _final_weights(plan, linked_table, compiled, weights, credit)
    table = pd.DataFrame(
        {plan.unit: units.to_numpy(), "base_weight": compiled.base, **factors, "final_weight": weights}
    )
    wanted = domains if domains is not None else _domains(plan, linked_table)
    return WeightingResult(final.design(linked_table), table, tuple(log), plan, compiled, wanted, final)


def _base_record(plan: WeightingPlan, compiled: CompiledPlan) -> StepRecord:
    statuses, base = compiled.statuses, compiled.base
    counts = statuses.table(base)
    first = plan.steps[0]
    assert isinstance(first, BaseStep)
    total, rows = float(base.sum()), int((base > 0).sum())
    return StepRecord(1, "base", {"column": first.column}, counts, total, total, len(base), rows, 1.0, 1.0)


def _credit(plan: WeightingPlan, credits: tuple[Credit, ...]) -> ChainCredit | None:
    label = result_label(plan)
    return ChainCredit(credits, label if label == RESIDENTS else "") if credits else None


def _final_weights(
    plan: WeightingPlan,
    table: pd.DataFrame,
    compiled: CompiledPlan,
    weights: Array,
    credit: ChainCredit | None,
) -> FinalWeights:
    strata = plan.strata if plan.strata is not None and plan.strata in table.columns else None
    fraction: Array | None = None
    inner: tuple[str | None, Array | None] = (None, None)
    if plan.finite_population == "first_stage":
        fraction, inside = _first_stage(plan, table)
        inner = (plan.unit, inside)
    elif plan.finite_population != "none":
        fraction = _fractions(plan, table, compiled.base, compiled.statuses, strata)
    unit = plan.unit if plan.unit in table.columns else None
    rows, design = digest_of(table, unit), (strata, plan.psu, plan.lonely_psu)
    return FinalWeights(unit, rows, compiled.base, weights, *design, fraction, credit, *inner)


def _first_stage(plan: WeightingPlan, table: pd.DataFrame) -> tuple[Array, Array]:
    """Fractions at the first stage and inside its units.

    A unit inside a certain cluster is itself a unit of the first stage, drawn with replacement, and nothing varies in
    it; inside other clusters units are drawn with replacement, and the only unit of one leaves nothing to vary.
    """
    name = "inclusion_probability_1"
    lacking = [column for column in (name, plan.unit) if column not in table.columns]
    if lacking:
        raise DataError(
            f"finite_population 'first_stage' needs the columns {first_few(lacking)}: weight a sample drawn in "
            "stages, or write 'none'"
        )
    values = pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float)
    bad = ~(np.isfinite(values) & (values > 0) & (values <= 1))
    if bad.any():
        raise DataError(f"{name!r} must lie above 0 and at most 1; mend rows {first_few(np.flatnonzero(bad).tolist())}")
    certain = values >= 1.0 - 1e-12
    whole = certain | _alone(plan, table, values)
    return np.where(certain, NEXT_TO_NONE, values), np.where(whole, 1.0, NEXT_TO_NONE)


def _alone(plan: WeightingPlan, table: pd.DataFrame, first: Array) -> Array:
    """Rows that are the only unit of their cluster, in the sample and in the cluster itself: nothing varies inside."""
    if "inclusion_probability" not in table.columns or plan.psu is None:
        return np.zeros(len(table), dtype=bool)
    inside = pd.to_numeric(table["inclusion_probability"], errors="coerce").to_numpy(dtype=float) / first
    size = table.groupby(plan.psu, observed=True)[plan.psu].transform("size").to_numpy()
    return np.asarray((inside >= 1.0 - 1e-9) & (size == 1))


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
    names = dict.fromkeys(name for step in plan.steps for name in step.domains())
    return tuple(name for name in names if name in table.columns)


def _unique(name: str, taken: dict[str, Array]) -> str:
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name}_{number}", number + 1
    return wanted
