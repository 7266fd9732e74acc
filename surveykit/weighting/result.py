"""The result of a weighting plan."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from surveykit.design import SurveyDesign
from surveykit.display import Shown
from surveykit.weighting.adjusting.ridge import achieved_table
from surveykit.weighting.binding.margin_step import MeetMargins, margin_table
from surveykit.weighting.inference import RESIDENTS, probability_label
from surveykit.weighting.inputs.groups import flat_steps
from surveykit.weighting.inputs.outcome import StepRecord
from surveykit.weighting.plan.definition import ResidentsStep, WeightingPlan, plan_mapping
from surveykit.weighting.quality.diagnostics import domain_summary, weight_summary
from surveykit.weighting.steps.calibration import ApproachTotals, MeetTotals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from surveykit.display import Presentation
    from surveykit.display.content import Language
    from surveykit.weighting.apply import CompiledPlan
    from surveykit.weighting.models.residents import ResidentEstimates


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
    """

    design: SurveyDesign
    table: pd.DataFrame
    log: tuple[StepRecord, ...]
    plan: WeightingPlan
    compiled: CompiledPlan
    domain_columns: tuple[str, ...]

    @property
    def label(self) -> str:
        """What kind of inference the weights allow: as the plan declares it, and model-based after participation."""
        return result_label(self.plan)

    def residents(self, outcome: str, by: str | None = None, conf_level: float = 0.95) -> ResidentEstimates:
        """Estimate residents by the plan's last step, where that is an estimator; see `resident_estimates`."""
        from surveykit.weighting.resident_results import resident_estimates

        return resident_estimates(self, outcome, by, conf_level)

    @cached_property
    def diagnostics(self) -> Diagnostics:
        """Cost and spread of the weights, and the margins before and after."""
        final = self.design.weights
        base, tables, totals = self.compiled.base, [], []
        for group, step in flat_steps(self.compiled.steps):
            if isinstance(step, MeetMargins):
                tables.append(_of_group(margin_table(step.margins, base, final), group))
            elif isinstance(step, MeetTotals | ApproachTotals):
                reached = final @ step.auxiliaries.x
                totals.append(_of_group(achieved_table(step.auxiliaries, base, reached, step.penalties), group))
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
        from surveykit.weighting.showing import weighting_presentation

        return weighting_presentation(self)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        language: Language = "zh",
        labels: Mapping[str, str] | None = None,
        what: str = "weights",
    ) -> Axes:
        """Draw the distribution of the final weights, or the margins before and after.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; new axes when absent.
        language : {"zh", "en"}
            Of axis and legend.
        labels : mapping of str to str, optional
            Texts of codes.
        what : {"weights", "margins"}
            What to draw.

        Returns
        -------
        Axes
        """
        from surveykit.weighting.showing import plot_weighting

        return plot_weighting(self, ax, language, labels, what)


def result_label(plan: WeightingPlan) -> str:
    """Return what kind of inference the weights of a plan allow.

    Examples
    --------
    >>> result_label(WeightingPlan.model_validate({"steps": [{"kind": "base"}], "sampled_from": "platform users"}))
    'probability sample of platform users'
    """
    modelled = any(getattr(step, "distance", None) == "participation" for step in plan.steps)
    modelled = modelled or any(isinstance(step, ResidentsStep) and step.gives_weights for step in plan.steps)
    if modelled or plan.result_label != "probability sample":
        return RESIDENTS
    return probability_label(plan.sampled_from)


def _of_group(table: pd.DataFrame, group: str) -> pd.DataFrame:
    if group:
        table.insert(0, "group", group)
    return table
