"""The simulation plan: who is on the synthetic frame, what they would answer, how they respond."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt

from surveykit.errors import Problem
from surveykit.questionnaire.definition.models import DontKnow
from surveykit.simulation.community_plan import CommunityFrame, check_communities

__all__ = ["AnswerModel", "Factor", "Fieldwork", "FrameModel", "RateDefinition", "SimulationPlan", "check_simulation"]

Share = Annotated[float, Field(ge=0, le=1)]
AnswerKind = Literal["frame", "ordered", "choice", "multi", "text"]
Population = Literal["platform", "residents"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Registered(_Model):
    """First and last day of registration on the platform."""

    first: date
    last: date


class FrameModel(_Model):
    """Makeup of the platform's users.

    Attributes
    ----------
    units : int
        Number of users.
    id_prefix : str
        Letter before the number in `unit_id`.
    registered : Registered
        Range of registration days.
    district_uptake : mapping of str to float
        Users per resident of a district, relative to the others; a district that is not named has 1.
    urban : mapping of str to float
        Share of a district's users who live in its urban part; `default` for the others.
    age_group, sex : mapping of str to float
        Shares over all users.
    age_by_district : float
        How much older users are where uptake is low: added to the log share of each age step
        per unit of ``-log(uptake)``.
    """

    units: PositiveInt
    id_prefix: str = "u"
    registered: Registered
    district_uptake: Mapping[str, float] = Field(default_factory=dict)
    urban: Mapping[str, Share] = Field(default_factory=dict)
    age_group: Mapping[str, Share]
    sex: Mapping[str, Share]
    age_by_district: float = 0.0


class Residents(_Model):
    """How residents are split into the plan's cells where a census margin is coarser.

    Attributes
    ----------
    age_group, sex : mapping of str to float
        Shares of adult residents; used within a coarser census group, or alone where there is no margin.
    margins : mapping of str to str
        Name of the margin that holds a variable, where it differs from the variable's.
    groups : mapping
        Codes that a margin's level covers, by variable and level, for example
        ``{"age_group": {"15-59": ["1", "2", "3"], "60+": ["4"]}}``.
    """

    age_group: Mapping[str, Share]
    sex: Mapping[str, Share]
    margins: Mapping[str, str] = Field(default_factory=dict)
    groups: Mapping[str, Mapping[str, tuple[str, ...]]] = Field(default_factory=dict)


class Factor(_Model):
    """Effects on the log-odds scale by district, age group and sex; a level that is not named has 0."""

    district: Mapping[str, float] = Field(default_factory=dict)
    age_group: Mapping[str, float] = Field(default_factory=dict)
    sex: Mapping[str, float] = Field(default_factory=dict)


class AnswerModel(_Model):
    """How one question (or one grid row) would be answered.

    Attributes
    ----------
    id : str
        Column of the coded data; for a multiple-choice item its id.
    kind : str
        "frame": copied from the frame; "ordered": cumulative logit; "choice": fixed shares;
        "multi": each option by itself; "text": one of some phrases.
    shares : mapping of str to float
        Shares of the codes where all effects are zero. For "ordered" from the least to the most
        favourable; effects move answers to the later codes.
    factor : str, optional
        Name of a factor in the plan.
    weight : float
        Multiplier of the factor's effects.
    shift : float
        Added to the log-odds.
    loading : float
        Correlation of the latent answer with the person's general attitude, from -1 to 1.
    dont_know, refused, blank : float
        Shares of those asked who choose a special answer or leave the question blank.
    phrases : tuple of str
        For "text": what is written by those who write something.
    """

    id: str
    kind: AnswerKind
    shares: Mapping[str, Share] = Field(default_factory=dict)
    factor: str | None = None
    weight: float = 1.0
    shift: float = 0.0
    loading: Annotated[float, Field(gt=-1, lt=1)] = 0.0
    dont_know: Share = 0.0
    refused: Share = 0.0
    blank: Share = 0.0
    phrases: tuple[str, ...] = ()


class RateDefinition(_Model):
    """A rate whose true value the plan knows.

    Attributes
    ----------
    id : str
        Name of the rate.
    items : mapping of str to tuple of str
        Codes that count, by column; all must hold.
    base : mapping of str to tuple of str
        Codes that bring a person into the base, by column; empty for all eligible.
    dont_know : str
        Whether "don't know" (and refused) to one of `items` stays in the base.
    """

    id: str
    items: Mapping[str, tuple[str, ...]]
    base: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    dont_know: DontKnow = "in_base"


class Fieldwork(_Model):
    """How sampled people respond.

    Attributes
    ----------
    start : datetime
        Opening, with time zone.
    days : int
        Days until closing.
    response : mapping of str to mapping of str to float
        Log-odds of responding: ``base`` under "all" plus effects by variable and level.
    consent_refused, break_off, speeders, duplicates : float
        Shares of those who open the form.
    seconds_per_question, seconds_sigma : float
        Median time for one asked column and the standard deviation of the log of the total.
    """

    start: datetime
    days: PositiveInt = 14
    response: Mapping[str, Mapping[str, float]]
    consent_refused: Share = 0.0
    break_off: Share = 0.0
    speeders: Share = 0.0
    duplicates: Share = 0.0
    seconds_per_question: float = Field(default=9.0, gt=0)
    seconds_sigma: float = Field(default=0.35, ge=0)


class SimulationPlan(_Model):
    """A synthetic population, its answers and its behaviour, with known truth.

    Attributes
    ----------
    id, title, questionnaire, seed : str
        Name of the plan, titles by language, id of the questionnaire, and the seed as text.
    specials : mapping
        Codes of "don't know" and "refused" in the questionnaire.
    frame : FrameModel
        Makeup of the platform's users.
    residents : Residents
        Makeup of the adult residents.
    factors : mapping of str to Factor
        Effects shared by several questions.
    answers : tuple of AnswerModel
        One model per column.
    rates : tuple of RateDefinition
        Rates whose truth is wanted.
    fieldwork : Fieldwork
        Response behaviour.
    communities : CommunityFrame, optional
        Makeup of the residents and their communities, for a study whose frame lists residents.
    """

    id: str
    title: Mapping[str, str]
    questionnaire: str
    seed: str
    specials: Mapping[str, str] = Field(default_factory=lambda: {"dk": "98", "rf": "99"})
    frame: FrameModel
    residents: Residents
    factors: Mapping[str, Factor] = Field(default_factory=dict)
    answers: tuple[AnswerModel, ...]
    rates: tuple[RateDefinition, ...] = ()
    fieldwork: Fieldwork
    communities: CommunityFrame | None = None


def _check_shares(shares: Mapping[str, float], path: tuple[str | int, ...]) -> list[Problem]:
    total = sum(shares.values())
    if abs(total - 1) <= 1e-6:
        return []
    return [Problem(f"the shares add up to {total:.6g}", "make them add up to 1", path)]


def check_simulation(plan: SimulationPlan) -> list[Problem]:
    """Find what the shape of a simulation plan cannot show.

    Parameters
    ----------
    plan : SimulationPlan
        The plan.

    Returns
    -------
    list of Problem
        Shares that do not add up, factors and columns that do not exist, ids used twice; empty when all is well.
    """
    problems = _check_shares(plan.frame.age_group, ("frame", "age_group"))
    problems += _check_shares(plan.frame.sex, ("frame", "sex"))
    problems += _check_shares(plan.residents.age_group, ("residents", "age_group"))
    problems += _check_shares(plan.residents.sex, ("residents", "sex"))
    if plan.frame.registered.last < plan.frame.registered.first:
        problems.append(Problem("the last day is before the first", "swap them", ("frame", "registered")))
    if plan.fieldwork.start.tzinfo is None:
        problems.append(Problem("the opening has no time zone", "end it with +08:00", ("fieldwork", "start")))
    if plan.communities is not None:
        problems += check_communities(plan.communities, plan.factors)
    seen: set[str] = set()
    for i, answer in enumerate(plan.answers):
        path = ("answers", i)
        if answer.id in seen:
            problems.append(Problem(f"{answer.id!r} is modelled twice", "keep one", path))
        seen.add(answer.id)
        if answer.kind in ("ordered", "choice"):
            problems += _check_shares(answer.shares, (*path, "shares"))
        if answer.factor is not None and answer.factor not in plan.factors:
            problems.append(Problem(f"no factor {answer.factor!r}", "define it under factors", (*path, "factor")))
        if answer.kind == "text" and not answer.phrases:
            problems.append(Problem("no phrases", "list what people write", (*path, "phrases")))
    for i, rate in enumerate(plan.rates):
        for part in ("items", "base"):
            for column in getattr(rate, part):
                if column not in seen:
                    what = f"{column!r} has no answer model"
                    problems.append(Problem(what, "add it under answers", ("rates", i, part, column)))
    return problems
