"""The weighting plan: a list of steps from inclusion probabilities to final weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, Literal, Union

from pydantic import Field, PlainValidator, SerializeAsAny, TypeAdapter

from surveykit.design.survey_design import LonelyPsu
from surveykit.weighting.binding.step import Step
from surveykit.weighting.inputs.definitions import Definition
from surveykit.weighting.inputs.statuses import Dispositions
from surveykit.weighting.steps import STEPS

__all__ = ["WeightingPlan", "plan_mapping"]


def _read_step(value: Any) -> Step:
    """Read a step of any kind that is listed now."""
    return _reader(tuple(STEPS.values())).validate_python(value)


@lru_cache(maxsize=4)
def _reader(kinds: tuple[type[Step], ...]) -> TypeAdapter[Step]:
    return TypeAdapter(_one_of(kinds))


def _one_of(kinds: tuple[type[Step], ...]) -> Any:
    return Annotated[Union[kinds], Field(discriminator="kind")]  # noqa: UP007


_Step = Annotated[
    SerializeAsAny[Step], PlainValidator(_read_step, json_schema_input_type=_one_of(tuple(STEPS.values())))
]


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
    finite_population : {"respondents", "sample", "none", "first_stage"}
        Sampling fraction of each stratum in the variance: respondents over population, which is right for simple
        random sampling when response is random within strata; sampled units over population, which leaves out a part
        of the variance of nonresponse; or none, which is conservative. ``"first_stage"`` is for a draw in stages: the
        units of the first stage count as drawn without replacement with their probabilities (Brewer's form), those
        inside them as drawn with replacement; it needs ``psu`` and the column ``inclusion_probability_1``.
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

    steps: tuple[_Step, ...] = Field(min_length=1)
    id: str = "weighting"
    title: dict[str, str] = Field(default_factory=dict)
    note: str = ""
    unit: str = "unit_id"
    strata: str | None = "stratum"
    psu: str | None = None
    lonely_psu: LonelyPsu = "fail"
    dispositions: Dispositions = Dispositions()
    finite_population: Literal["respondents", "sample", "none", "first_stage"] = "respondents"
    result_label: Literal["probability sample", "adjusted, model-based", "adjusted to residents, model-based"] = (
        "probability sample"
    )
    sampled_from: str = ""

    def margin_files(self) -> tuple[str, ...]:
        """Files of margins, in the order of their first mention; whoever runs the plan opens them."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.margin_files()))

    def table_files(self) -> tuple[str, ...]:
        """Other tables that steps ask for by name: counts of the frame, cells of the population."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.tables().values()))


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
