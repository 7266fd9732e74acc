"""The sampling plan: a frozen definition of the population, the frame, the strata, the size and the draw."""

from __future__ import annotations

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from surveykit.errors import Problem

__all__ = [
    "AllocationMethod",
    "Expected",
    "FrameSource",
    "HashName",
    "SamplingPlan",
    "Selection",
    "SelectionMethod",
    "SizeRule",
    "Stage",
    "check_sampling_plan",
    "plan_hash",
]

HashName = Literal["md5", "sha256"]
AllocationMethod = Literal["equal", "proportional", "neyman", "power", "kish"]
SelectionMethod = Literal[
    "srs",
    "systematic",
    "poisson",
    "sequential_poisson",
    "pareto",
    "sampford",
    "brewer",
    "systematic_pps",
    "ordered_pivotal",
    "chromy",
    "cube",
    "local_pivotal",
]
SIZED = ("poisson", "sequential_poisson", "pareto", "sampford", "brewer", "systematic_pps", "chromy")

NEEDS: dict[str, tuple[str, ...]] = {
    "equal": (),
    "proportional": (),
    "neyman": ("standard_deviation",),
    "power": ("standard_deviation", "mean", "measure"),
    "kish": ("standard_deviation",),
}
RESERVED = ("stratum", "inclusion_probability", "base_weight", "selection_order", "prn")


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FrameSource(_Frozen):
    """Where the frame lies and what identifies its units.

    Attributes
    ----------
    file : str, optional
        Parquet or CSV file, relative to the study; None when the frame is given as an object.
    id : str
        Column that identifies a unit: text or integers, unique, never missing, never floats.
    keep : tuple of str, optional
        Columns that the sample carries besides the id and the strata; all columns when left out.
    """

    file: str | None = None
    id: str
    keep: tuple[str, ...] | None = None


class SizeRule(_Frozen):
    """How many units are drawn: exactly one of ``per_stratum``, ``by_stratum`` and ``total`` is given.

    Attributes
    ----------
    per_stratum : int, optional
        The same number in every stratum.
    by_stratum : dict of str to int, optional
        The number for each stratum, by its name.
    total : int, optional
        The number over all strata, spread by ``allocation``.
    allocation : {"equal", "proportional", "neyman", "power", "kish"}
        How a total is spread; see `allocate`.
    standard_deviation, mean, measure, cost : str or dict of str to float, optional
        What the allocation needs of each stratum by its name, or a numeric column of the frame whose standard
        deviation, mean, sum or mean is taken.
    power, compromise : float
        Exponent of the power allocation; weight of the overall estimate in the Kish compromise.
    minimum, maximum : int, optional
        Bounds for each stratum when a total is spread. The default minimum of 2 allows a variance estimate.
    within : tuple of str
        Stratum columns for each combination of which the total holds, for example the same total in every district.
    """

    per_stratum: int | None = Field(default=None, ge=1)
    by_stratum: dict[str, int] | None = None
    total: int | None = Field(default=None, ge=1)
    allocation: AllocationMethod = "proportional"
    standard_deviation: str | dict[str, float] | None = None
    mean: str | dict[str, float] | None = None
    measure: str | dict[str, float] | None = None
    cost: str | dict[str, float] | None = None
    power: float = Field(default=0.5, ge=0, le=1)
    compromise: float = Field(default=0.5, ge=0, le=1)
    minimum: int = Field(default=2, ge=0)
    maximum: int | None = Field(default=None, ge=1)
    within: tuple[str, ...] = ()


class Selection(_Frozen):
    """What a method of selection needs besides the permanent random numbers.

    Attributes
    ----------
    size : str, optional
        Numeric column; inclusion probabilities are in proportion to it. Equal probabilities when left out.
    order : tuple of str
        Columns by which the list is sorted for systematic, pivotal and Chromy selection; by the random numbers when
        empty.
    serpentine : bool
        Whether the order turns in every other group.
    balance : tuple of str
        Numeric columns that the cube method balances, the most important first.
    coordinates : tuple of str
        Numeric columns over which the local pivotal method spreads the sample.
    """

    size: str | None = None
    order: tuple[str, ...] = ()
    serpentine: bool = False
    balance: tuple[str, ...] = ()
    coordinates: tuple[str, ...] = ()


class Stage(_Frozen):
    """A stage of a multistage plan.

    Attributes
    ----------
    id : str
        Column that identifies the units of this stage; ids of clusters are read as nested in those before.
    method : str
        Selection method at this stage.
    selection : Selection
        What it needs. At a stage of clusters, ``size`` is summed over the rows of a cluster, and the number of rows
        is taken when it is left out for a method with unequal probabilities.
    size : SizeRule
        First stage: units by stratum. Later stages: ``per_stratum`` is the number in each cluster drawn before; a
        smaller cluster is taken whole.
    """

    id: str
    method: SelectionMethod = "srs"
    selection: Selection = Field(default_factory=Selection)
    size: SizeRule


class Expected(_Frozen):
    """What is expected in the field, for the planning document.

    Attributes
    ----------
    proportion : float
        Proportion for which precision is stated.
    response_rate : float
        Share of drawn units that respond.
    deff : float
        Design effect of weighting and clustering.
    unit_cost : float, optional
        Cost of a drawn unit.
    """

    proportion: float = Field(default=0.85, gt=0, lt=1)
    response_rate: float = Field(default=1.0, gt=0, le=1)
    deff: float = Field(default=1.0, gt=0)
    unit_cost: float | None = Field(default=None, ge=0)


class SamplingPlan(_Frozen):
    """Who is asked: population, frame, strata, size, method and seed.

    Attributes
    ----------
    id : str
        Short name of the plan.
    title, population : dict of str to str
        Text by language, Chinese first.
    frame : FrameSource
        Where the frame lies.
    strata : tuple of str
        Columns of the frame whose combinations are the strata; empty for an unstratified sample.
    levels : dict of str to tuple of str
        The values that a stratum column must have, no more and no fewer; columns left out are not checked.
    method : str
        Selection within strata: ``"srs"``, ``"systematic"``, ``"poisson"``, ``"sequential_poisson"``, ``"pareto"``,
        ``"sampford"``, ``"brewer"``, ``"systematic_pps"``, ``"ordered_pivotal"``, ``"chromy"``, ``"cube"`` or
        ``"local_pivotal"``.
    selection : Selection
        Size, order, balancing variables or coordinates that the method needs.
    size : SizeRule, optional
        How many units are drawn; left out when there are stages.
    stages : tuple of Stage
        Stages of a multistage plan, the last one being the units of the frame.
    reserve : int
        Units per stratum that are drawn after the sample in the same random order and kept in reserve.
    seed : str, optional
        Public text that decides the draw; a plan may be written and committed before it is known.
    seed_origin : dict of str to str
        How the seed was chosen, by language.
    hash : {"md5", "sha256"}
        Hash of ``seed:id`` that orders the units.
    expected : Expected
        Response, design effect and cost, for the planning document.
    document : dict of str to str
        Text under the heads of the planning document: ``purpose``, ``content``, ``scope``, ``method``,
        ``organisation``, ``publication``.

    Examples
    --------
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "unit_id"}, "strata": ["district"], "size": {"per_stratum": "400"}, "seed": "s"}
    ... )
    >>> plan.size.per_stratum
    400
    """

    id: str
    title: dict[str, str] = Field(default_factory=dict)
    population: dict[str, str] = Field(default_factory=dict)
    frame: FrameSource
    strata: tuple[str, ...] = ()
    levels: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    method: SelectionMethod = "srs"
    selection: Selection = Field(default_factory=Selection)
    size: SizeRule = Field(default_factory=SizeRule)
    stages: tuple[Stage, ...] = ()
    reserve: int = Field(default=0, ge=0)
    seed: str | None = None
    seed_origin: dict[str, str] = Field(default_factory=dict)
    hash: HashName = "md5"
    expected: Expected = Field(default_factory=Expected)
    document: dict[str, str] = Field(default_factory=dict)


def plan_hash(plan: SamplingPlan) -> str:
    """SHA-256 of the plan's meaning (canonical JSON of everything that is not a default).

    Parameters
    ----------
    plan : SamplingPlan
        The plan.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    content = plan.model_dump(mode="json", exclude_defaults=True)
    return hashlib.sha256(
        json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    ).hexdigest()


def check_sampling_plan(plan: SamplingPlan) -> list[Problem]:
    """Find what is wrong in a plan beyond its shape.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.

    Returns
    -------
    list of Problem
        All problems at once; empty when the plan can be drawn.

    Examples
    --------
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "unit_id"}, "size": {}, "seed": "s"})
    >>> [problem.what for problem in check_sampling_plan(plan)]
    ['no sample size is given']
    """
    return [*_check_columns(plan), *_check_sizes(plan), *_check_methods(plan), *_check_seed(plan)]


def _check_columns(plan: SamplingPlan) -> list[Problem]:
    problems: list[Problem] = []
    for position, column in enumerate(plan.strata):
        if column in plan.strata[:position]:
            problems.append(Problem(f"stratum column {column!r} is listed twice", "list it once", ("strata", position)))
        if column == plan.frame.id:
            problems.append(
                Problem(
                    f"stratum column {column!r} is the id column", "stratify by another column", ("strata", position)
                )
            )
    for name in plan.levels:
        if name not in plan.strata:
            problems.append(
                Problem(f"{name!r} has levels but is no stratum column", "add it to strata", ("levels", name))
            )
    named: list[tuple[str, tuple[str | int, ...]]] = [(plan.frame.id, ("frame", "id"))]
    named += [(name, ("strata", position)) for position, name in enumerate(plan.strata)]
    for name, path in named:
        if name in RESERVED and plan.strata != (name,):
            problems.append(Problem(f"{name!r} is a column that the draw adds", "rename the frame's column", path))
    return problems


def _check_sizes(plan: SamplingPlan) -> list[Problem]:
    if not plan.stages:
        return _check_size(plan, plan.size, ("size",))
    problems = []
    if plan.size != SizeRule():
        problems.append(Problem("a plan with stages has its sizes in the stages", "remove size", ("size",)))
    if plan.stages[-1].id != plan.frame.id:
        problems.append(
            Problem(
                f"the last stage draws {plan.stages[-1].id!r}", f"let it draw the units {plan.frame.id!r}", ("stages",)
            )
        )
    for number, stage in enumerate(plan.stages):
        if number and stage.size.per_stratum is None:
            problems.append(
                Problem("a later stage needs a number per cluster", "give size.per_stratum", ("stages", number, "size"))
            )
        problems += _check_size(plan, stage.size, ("stages", number, "size"))
    return problems


def _check_methods(plan: SamplingPlan) -> list[Problem]:
    """Selections that lack what their method needs, or hold what it ignores."""
    problems = []
    places: list[tuple[Stage | SamplingPlan, tuple[str | int, ...]]] = (
        [(stage, ("stages", number)) for number, stage in enumerate(plan.stages)] if plan.stages else [(plan, ())]
    )
    for owner, path in places:
        chosen = owner.selection
        last = not plan.stages or owner is plan.stages[-1]
        needs: dict[str, tuple[str, ...]] = {
            "size": SIZED if last else (),
            "balance": ("cube",),
            "coordinates": ("local_pivotal",),
        }
        uses: dict[str, tuple[str, ...]] = {
            "size": (*SIZED, "ordered_pivotal", "cube", "local_pivotal"),
            "order": ("systematic", "systematic_pps", "ordered_pivotal", "chromy"),
            "balance": ("cube",),
            "coordinates": ("local_pivotal",),
        }
        for name, methods in needs.items():
            if owner.method in methods and not getattr(chosen, name):
                problems.append(
                    Problem(f"method {owner.method!r} needs {name}", f"give selection.{name}", (*path, "selection"))
                )
        for name, methods in uses.items():
            if getattr(chosen, name) and owner.method not in methods:
                problems.append(
                    Problem(f"method {owner.method!r} does not use {name}", "remove it", (*path, "selection", name))
                )
    if plan.reserve and (plan.stages or plan.method != "srs"):
        problems.append(Problem("a reserve needs method 'srs' and no stages", "remove reserve", ("reserve",)))
    return problems


def _check_size(plan: SamplingPlan, size: SizeRule, path: tuple[str | int, ...]) -> list[Problem]:
    given = [name for name in ("per_stratum", "by_stratum", "total") if getattr(size, name) is not None]
    if not given:
        return [Problem("no sample size is given", "give one of per_stratum, by_stratum and total", path)]
    problems = []
    if len(given) > 1:
        problems.append(Problem(f"{' and '.join(given)} exclude each other", "keep one of them", path))
    if size.total is not None and size.allocation == "neyman" and size.standard_deviation is None:
        problems.append(
            Problem(
                "Neyman allocation needs standard deviations", "give size.standard_deviation", (*path, "allocation")
            )
        )
    if size.maximum is not None and size.maximum < size.minimum:
        problems.append(
            Problem(f"maximum {size.maximum} is below minimum {size.minimum}", "raise the maximum", (*path, "maximum"))
        )
    for name in size.within:
        if name not in plan.strata:
            problems.append(Problem(f"{name!r} is no stratum column", "name columns of strata", (*path, "within")))
    for stratum, number in (size.by_stratum or {}).items():
        if number < 0:
            problems.append(Problem(f"size {number} is negative", "give 0 or more", (*path, "by_stratum", stratum)))
    return problems


def _check_seed(plan: SamplingPlan) -> list[Problem]:
    if plan.seed is not None and (not plan.seed.strip() or ":" in plan.seed):
        return [Problem(f"seed {plan.seed!r} is blank or holds a colon", "use text without a colon", ("seed",))]
    return []
