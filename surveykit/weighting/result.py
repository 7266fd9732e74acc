"""The result of a weighting plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, get_args

import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.display import NamedTable, Presentation, Shown, Words, facts
from surveykit.errors import DataError, choose
from surveykit.language import Language
from surveykit.weighting.binding.step import Balancing
from surveykit.weighting.inference import RESIDENTS, probability_label
from surveykit.weighting.inputs.groups import flat_steps
from surveykit.weighting.inputs.outcome import StepRecord
from surveykit.weighting.plan.compiled import CompiledPlan
from surveykit.weighting.plan.definition import WeightingPlan, plan_mapping
from surveykit.weighting.quality.diagnostics import domain_summary, weight_histogram, weight_summary
from surveykit.weighting.variance.final_weights import FinalWeights

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from surveykit.display import Presentation
    from surveykit.weighting.plan.compiled import CompiledPlan

Chart = Literal["weights", "margins"]


@dataclass(frozen=True, eq=False, repr=False)
class Diagnostics:
    """What the weights cost and which margins they meet.

    Attributes
    ----------
    overall : dict of str to float
        See `weight_summary`.
    domains : DataFrame
        See `domain_summary`.
    margins : DataFrame
        Margins of all calibrating steps, with base and final weights; see `margin_table`.
    totals : DataFrame
        Totals of calibration steps (numeric ones and ridge included) with base and final weights.
    history : dict of int to tuple of float
        Largest relative margin error at each iteration, by step.
    """

    overall: dict[str, float]
    domains: pd.DataFrame
    margins: pd.DataFrame
    totals: pd.DataFrame
    history: dict[int, tuple[float, ...]]


@dataclass(frozen=True, eq=False, repr=False)
class WeightingResult(Shown):
    """Final weights, how they came about, and a design that is ready to estimate from.

    Attributes
    ----------
    design : SurveyDesign
        Over all sampled rows; rows without final weight have weight 0.
    table : DataFrame
        Unit, base weight, factor of each step, final weight.
    log : tuple of StepRecord
        One record for each step.
    plan : WeightingPlan
        The plan.
    compiled : CompiledPlan
        The plan bound to the rows: a function from base weights to final weights.
    domain_columns : tuple of str
        Columns by which diagnostics are given.
    final_weights : FinalWeights
        The weights with their credits, apart from any table, as a file keeps them.
    """

    design: SurveyDesign
    table: pd.DataFrame
    log: tuple[StepRecord, ...]
    plan: WeightingPlan
    compiled: CompiledPlan
    domain_columns: tuple[str, ...]
    final_weights: FinalWeights

    @property
    def label(self) -> str:
        """What kind of inference the weights allow: as the plan declares it, and model-based after participation."""
        return result_label(self.plan)

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Cost and spread of the weights, and the margins before and after."""
        final = self.design.weights
        base, tables, totals = self.compiled.base, [], []
        for group, step in flat_steps(self.compiled.steps):
            if isinstance(step, Balancing):
                balance = step.balance(base, final)
                tables += [] if balance.margins is None else [_of_group(balance.margins, group)]
                totals += [] if balance.totals is None else [_of_group(balance.totals, group)]
        return Diagnostics(
            weight_summary(final),
            domain_summary(self.design.data, final, self.domain_columns),
            pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(),
            pd.concat(totals, ignore_index=True) if totals else pd.DataFrame(),
            {record.step: record.history for record in self.log if record.history},
        )

    def log_table(self) -> pd.DataFrame:
        """Return the log as a table, one row for each step."""
        columns: tuple[str, ...] = ("step", "kind", "rows_before", "rows_after", "total_before", "total_after")
        columns += ("factor_min", "factor_max")
        rows: list[dict[str, Any]] = [{name: getattr(record, name) for name in columns} for record in self.log]
        for row, record in zip(rows, self.log, strict=True):
            row["excluded"] = "; ".join(f"{reason}: {count}" for reason, count in record.excluded.items())
            row["margin_error"] = record.history[-1] if record.history else None
            row["notes"] = "; ".join(record.notes)
        return pd.DataFrame(rows)

    def to_payload(self) -> dict[str, Any]:
        """Return plan, log and diagnostics as plain values, for manifests and reports."""
        diagnostics = self.diagnostics
        return {
            "plan": dict(plan_mapping(self.plan)),
            "label": self.label,
            "log": [record.to_dict() for record in self.log],
            "overall": diagnostics.overall,
            "domains": diagnostics.domains.to_dict(orient="records"),
            "margins": diagnostics.margins.to_dict(orient="records"),
            "totals": diagnostics.totals.to_dict(orient="records"),
        }

    def __repr__(self) -> str:
        overall = self.diagnostics.overall
        head = (
            f"<WeightingResult: {overall['n']:.0f} weighted rows, sum {overall['total']:.6g}, "
            f"Kish deff {overall['deff_kish']:.3f}, n_eff {overall['n_eff']:.0f}, {self.label}>"
        )
        return "\n".join([head, *(f"  {record!r}" for record in self.log)])

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        found = self.diagnostics
        tables = [
            NamedTable(("权数概况", "Weights"), facts(found.overall)),
            NamedTable(("各步骤", "Steps"), self.log_table()),
        ]
        more: tuple[tuple[Words, pd.DataFrame], ...] = (
            (("边际", "Margins"), found.margins),
            (("总量", "Totals"), found.totals),
            (("各子总体", "Domains"), found.domains),
        )
        tables += [NamedTable(name, table) for name, table in more if len(table)]
        tables += [NamedTable(("框的覆盖", "Coverage of the frame"), r.cells) for r in self.log if r.kind == "coverage"]
        for step, errors in found.history.items():
            history = pd.DataFrame({"iteration": range(len(errors)), "margin_error": errors})
            kind = next(record.kind for record in self.log if record.step == step)
            tables.append(NamedTable((f"第{step}步（{kind}）的收敛过程", f"History of step {step} ({kind})"), history))
        figure = weight_histogram(self.design.weights)
        return Presentation(("加权", "Weighting"), tuple(tables), ((f"推断性质：{self.label}", self.label),), figure)

    def _draw(
        self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, *, what: Chart = "weights"
    ) -> Axes:
        """Draw the distribution of the final weights, or the margins before and after.

        Parameters
        ----------
        what : {"weights", "margins"}
            What to draw.
        """
        choose("what", what, get_args(Chart))
        from surveykit.display import charts
        from surveykit.display.style import label_of

        zh = language == "zh"
        if what == "weights":
            weights = self.design.weights
            used = weights[weights > 0]
            axis, side = ("最终权数 ÷ 平均权数", "答卷数") if zh else ("final weight / mean weight", "respondents")
            return charts.histogram(used / used.mean(), ax, axis=axis, side=side)
        margins = self.diagnostics.margins
        if not len(margins):
            raise DataError("plot: the plan meets no margins: draw what='weights'")
        rows = margins.assign(
            label=[
                f"{label_of(m, labels)} · {label_of(level, labels)}"
                for m, level in zip(margins["margin"], margins["level"], strict=True)
            ],
            before=margins["share_before"],
            after=margins["share_after"],
            target=margins["share_population"],
        )
        names = ("加权前", "加权后", "目标") if zh else ("before", "after", "target")
        return charts.before_after_chart(rows, ax, axis="占比" if zh else "share", names=names)


def result_label(plan: WeightingPlan) -> str:
    """Return what kind of inference the weights of a plan allow.

    Examples
    --------
    >>> result_label(WeightingPlan.model_validate({"steps": [{"kind": "base"}], "sampled_from": "platform users"}))
    'probability sample of platform users'
    """
    modelled = any(step.models_participation for step in plan.steps)
    if modelled or plan.result_label != "probability sample":
        return RESIDENTS
    return probability_label(plan.sampled_from)


def _of_group(table: pd.DataFrame, group: str) -> pd.DataFrame:
    if group:
        table.insert(0, "group", group)
    return table
