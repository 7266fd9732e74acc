"""The weighting plan: a list of steps from inclusion probabilities to final weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from surveykit.weighting.arrays.distances import Distance
from surveykit.weighting.inputs.definitions import Definition, MarginDefinition, MarginSet, NumericTotal
from surveykit.weighting.plan.residents import CoverageStep, ResidentsStep


class BaseStep(Definition):
    """Weights of the draw: a column of weights, or of inclusion probabilities to be inverted."""

    kind: Literal["base"]
    weight: str = "base_weight"
    probability: str | None = None


class ClassLimits(Definition):
    """Columns that are crossed into weighting classes, and when a class is too thin."""

    by: tuple[str, ...] = ()
    minimum: int = Field(default=1, ge=1)
    maximum_factor: float = Field(default=float("inf"), ge=1)
    merge: bool = False

    @field_validator("by", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value


class UnknownEligibilityStep(ClassLimits):
    """Weight of units of unknown eligibility, spread over those known to be eligible or ineligible."""

    kind: Literal["unknown_eligibility"]


class NonresponseStep(ClassLimits):
    """Weight of eligible nonrespondents, handed to respondents.

    Attributes
    ----------
    method : str
        ``classes`` crosses ``by``; ``propensity`` fits a logistic regression on ``predictors`` (as categories unless
        named in ``numeric``) and divides by the propensity, or makes ``quantiles`` classes of it; ``tree`` splits on
        ``predictors`` into classes of at least ``minimum`` respondents; ``calibration`` calibrates respondents to the
        sample's totals of ``predictors``.
    by : str or tuple of str
        The classes; with the other methods, groups in each of which the model is fitted on its own.
    """

    kind: Literal["nonresponse"]
    method: Literal["classes", "propensity", "tree", "calibration"] = "classes"
    predictors: tuple[str, ...] = ()
    numeric: tuple[str, ...] = ()
    quantiles: int = Field(default=5, ge=0)


class PoststratificationStep(MarginSet):
    """Weights scaled to the totals of one margin."""

    kind: Literal["poststratification"]


class RakingStep(MarginSet):
    """Weights raked to several margins."""

    kind: Literal["raking"]


class CalibrationStep(MarginSet):
    """Weights calibrated to margins and numeric totals.

    Attributes
    ----------
    numeric : tuple of NumericTotal
        Numeric auxiliaries.
    distance : {"linear", "raking", "exponential", "logit"}
        Distance from the weights before.
    bounds : tuple of two floats, optional
        Limits of the factor.
    cluster : str, optional
        Column of households, within which weights stay equal (integrative calibration).
    penalties : dict of str to float, optional
        Ridge calibration: margin or numeric variable and its penalty; 0 means exact, larger means looser.
    """

    kind: Literal["calibration"]
    numeric: tuple[NumericTotal, ...] = ()
    distance: Distance = "linear"
    bounds: tuple[float, float] | None = None
    cluster: str | None = None
    penalties: dict[str, float] | None = None


class TrimmingStep(Definition):
    """Weights cut off at limits.

    Attributes
    ----------
    lower, upper : float, optional
        Limits, in units of ``relative_to``.
    relative_to : {"weight", "mean", "median"}
        Whether limits are weights, or multiples of the mean or median weight.
    keep_margins : bool
        Calibrate again to the margins of the last calibrating step, with the limits as bounds.
    """

    kind: Literal["trimming"]
    lower: float | None = Field(default=None, ge=0)
    upper: float | None = Field(default=None, gt=0)
    relative_to: Literal["weight", "mean", "median"] = "weight"
    keep_margins: bool = False


class NormalisationStep(Definition):
    """Weights scaled to sum to the number of respondents, or to a total."""

    kind: Literal["normalisation"]
    to: Literal["respondents", "total"] = "respondents"
    total: float | None = Field(default=None, gt=0)


__all__ = [
    "BaseStep",
    "CalibrationStep",
    "ClassLimits",
    "CoverageStep",
    "Dispositions",
    "MarginDefinition",
    "MarginSet",
    "NonresponseStep",
    "NormalisationStep",
    "NumericTotal",
    "PlanStep",
    "PoststratificationStep",
    "RakingStep",
    "ResidentsStep",
    "TrimmingStep",
    "UnknownEligibilityStep",
    "WeightingPlan",
    "plan_mapping",
]

PlanStep = Annotated[
    BaseStep
    | UnknownEligibilityStep
    | NonresponseStep
    | PoststratificationStep
    | RakingStep
    | CalibrationStep
    | TrimmingStep
    | NormalisationStep
    | CoverageStep
    | ResidentsStep,
    Field(discriminator="kind"),
]


class Dispositions(Definition):
    """Which disposition codes mean what; a code that is not listed is an error."""

    column: str = "disposition"
    respondents: tuple[str, ...] = ("I", "P")
    nonrespondents: tuple[str, ...] = ("R", "NC", "O")
    unknown: tuple[str, ...] = ("UH", "UO")
    ineligible: tuple[str, ...] = ("NE",)


class WeightingPlan(Definition):
    """From inclusion probabilities to final weights, step by step.

    Attributes
    ----------
    steps : tuple of steps
        In order; the first is ``base``.
    id, title, note : optional
        For people.
    unit : str
        Column that identifies the sampled unit.
    strata, psu : str, optional
        Columns of the sampling design; ``strata`` is used when the table has it.
    lonely_psu : {"fail", "certainty", "adjust", "average"}
        What a stratum with one sampled unit contributes to the variance; see `SurveyDesign`.
    dispositions : Dispositions
        Codes of response outcomes. A table without the column holds respondents only.
    finite_population : {"respondents", "sample", "none"}
        Sampling fraction of each stratum in the variance: respondents over population, which is right for simple
        random sampling when response is random within strata; sampled units over population, which leaves out a part
        of the variance of nonresponse; or none, which is conservative.
    result_label : str
        ``probability sample`` when the weights describe the population the sample was drawn from;
        ``adjusted, model-based`` when a step carries it over to another population, such as residents. Steps that
        model who takes part always give the second.
    sampled_from : str
        Whom the sample was drawn from, for example ``platform users``; part of the label of results.

    Examples
    --------
    >>> plan = WeightingPlan.model_validate(
    ...     {"steps": [{"kind": "base"}, {"kind": "nonresponse", "by": ["district"], "minimum": "10"}]}
    ... )
    >>> plan.steps[1].minimum
    10
    """

    steps: tuple[PlanStep, ...] = Field(min_length=1)
    id: str = "weighting"
    title: dict[str, str] = Field(default_factory=dict)
    note: str = ""
    unit: str = "unit_id"
    strata: str | None = "stratum"
    psu: str | None = None
    lonely_psu: Literal["fail", "certainty", "adjust", "average"] = "fail"
    dispositions: Dispositions = Dispositions()
    finite_population: Literal["respondents", "sample", "none"] = "respondents"
    result_label: Literal["probability sample", "adjusted, model-based", "adjusted to residents, model-based"] = (
        "probability sample"
    )
    sampled_from: str = ""

    def margin_files(self) -> tuple[str, ...]:
        """Files of margins, in the order of their first mention; whoever runs the plan opens them."""
        files = [
            margin.file
            for step in self.steps
            if isinstance(step, MarginSet)
            for margin in step.margins
            if margin.file is not None
        ]
        return tuple(dict.fromkeys(files))

    def table_files(self) -> tuple[str, ...]:
        """Other tables that steps ask for by name: counts of the frame, cells of the population."""
        asked = [getattr(step, name, None) for step in self.steps for name in ("frame", "cells")]
        return tuple(dict.fromkeys(str(name) for name in asked if name is not None))


def plan_mapping(plan: WeightingPlan) -> Mapping[str, Any]:
    """Return the plan as plain values, for records and reports.

    Examples
    --------
    >>> plan_mapping(WeightingPlan.model_validate({"steps": [{"kind": "base"}]}))["steps"][0]["kind"]
    'base'
    """
    return plan.model_dump(mode="json", exclude_defaults=True) | {
        "steps": [step.model_dump(mode="json", exclude_defaults=True) | {"kind": step.kind} for step in plan.steps]
    }
