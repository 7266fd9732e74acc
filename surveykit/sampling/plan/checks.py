"""What is wrong in a sampling plan beyond its shape, all at once."""

from __future__ import annotations

from surveykit.errors import Problem
from surveykit.sampling.plan.definition import RESERVED, SIZED, SamplingPlan, SizeRule, Stage
from surveykit.sampling.plan.source import source_problems
from surveykit.sampling.plan.stage_checks import SIZES, check_stages, check_targets

__all__ = ["check_sampling_plan"]


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
    found = [*_check_columns(plan), *_check_sizes(plan), *_check_methods(plan), *_check_seed(plan)]
    found += check_stages(plan)
    return [*found, *(source_problems(plan.public_source) if plan.public_source else [])]


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
    problems += _check_reading(plan)
    named: list[tuple[str, tuple[str | int, ...]]] = [(plan.frame.id, ("frame", "id"))]
    named += [(name, ("strata", position)) for position, name in enumerate(plan.strata)]
    named += [(name, ("frame", "keep", position)) for position, name in enumerate(plan.frame.keep or ())]
    named += [(stage.id, ("stages", number, "id")) for number, stage in enumerate(plan.stages[:-1])]
    for name, path in named:
        if name.lower() in RESERVED and not (name == "stratum" and plan.strata == (name,)):
            problems.append(Problem(f"{name!r} is a column that the draw adds", "rename the frame's column", path))
    return problems


def _check_reading(plan: SamplingPlan) -> list[Problem]:
    """What the plan says of reading the frame: parts of ids, and columns that are normalised."""
    said, problems = plan.frame, []
    if len(set(said.parts)) < len(said.parts) or len(said.parts) == 1:
        what = f"an id is made of {len(set(said.parts))} different columns, listed {len(said.parts)} times"
        problems.append(Problem(what, "list two or more, each once, or give one as id", ("frame", "id")))
    if said.id in said.parts:
        problems.append(Problem(f"{said.id!r} is an id and a part of itself", "rename that column", ("frame", "id")))
    known = [*(said.parts or (said.id,)), *plan.strata, *(stage.id for stage in plan.stages[:-1])]
    for name in said.normalise if isinstance(said.normalise, dict) else ():
        if name not in known:
            what = f"{name!r} is no id, stratum or cluster of the plan"
            todo = f"name one of {', '.join(map(repr, known))}"
            problems.append(Problem(what, todo, ("frame", "normalise", name)))
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
        if number and not stage.strata and stage.size.per_stratum is None:
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
        if chosen.certainty < 1 and not chosen.size and (last or owner.method not in SIZED):
            what = f"method {owner.method!r} draws with equal probabilities and has no use for a certainty threshold"
            problems.append(Problem(what, "give selection.size, or remove it", (*path, "selection", "certainty")))
    drawn_by = plan.stages[-1].method if plan.stages else plan.method
    if plan.reserve and drawn_by == "poisson":
        what = "a reserve needs a sample of fixed size, and Poisson sampling has none"
        problems.append(Problem(what, "remove reserve, or draw by 'sequential_poisson' or 'pareto'", ("reserve",)))
    return problems


def _check_size(plan: SamplingPlan, size: SizeRule, path: tuple[str | int, ...]) -> list[Problem]:
    given = [name for name in SIZES if getattr(size, name) is not None]
    if not given:
        return [Problem("no sample size is given", "give one of per_stratum, by_stratum and total", path)]
    problems = []
    if len(given) > 1:
        problems.append(Problem(f"{' and '.join(given)} exclude each other", "keep one of them", path))
    problems += check_targets(plan, size, path)
    spread = size.total is not None or size.budget is not None
    if spread and size.allocation == "neyman" and size.standard_deviation is None:
        problems.append(
            Problem(
                "Neyman allocation needs standard deviations", "give size.standard_deviation", (*path, "allocation")
            )
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
