"""What a plan says of its stages: the table of clusters, late listing, strata inside clusters."""

from __future__ import annotations

from surveykit.errors import Problem
from surveykit.sampling.plan.definition import SIZED, SamplingPlan, SizeRule

__all__ = ["SIZES", "check_stages", "check_targets"]

Path = tuple[str | int, ...]
SIZES = ("per_stratum", "by_stratum", "total", "budget", "half_width")
"""What says how many units are drawn; one of them is given."""


def check_targets(plan: SamplingPlan, size: SizeRule, path: Path) -> list[Problem]:
    """Find what bounds, budget and precision contradict."""
    problems = []
    least, most = size.minimum, size.maximum
    names = {*(least if isinstance(least, dict) else ()), *(most if isinstance(most, dict) else ())} or {""}
    for name in sorted(names):
        low = least.get(name, 2) if isinstance(least, dict) else least
        high = most.get(name) if isinstance(most, dict) else most
        if high is not None and high < low:
            where = f" in stratum {name!r}" if name else ""
            problems.append(Problem(f"maximum {high} is below minimum {low}{where}", "raise it", (*path, "maximum")))
    if size.budget is not None and size.cost is None:
        problems.append(Problem("a budget needs the cost of a unit", "give size.cost", (*path, "budget")))
    if size.half_width is not None and plan.stages:
        what = "the precision of strata does not say how many clusters are drawn"
        problems.append(
            Problem(what, "give a number of clusters, and see their expected precision", (*path, "half_width"))
        )
    return problems


def check_stages(plan: SamplingPlan) -> list[Problem]:
    """Find what the parts of a staged plan contradict."""
    problems = _tables(plan)
    if plan.expected.icc is not None and len(plan.stages) < 2:
        what = "an intraclass correlation is that of clusters, and the plan draws in one stage"
        problems.append(Problem(what, "take icc out, or say deff", ("expected", "icc")))
    known = {plan.frame.id: "the id column", **dict.fromkeys(plan.strata, "a stratum column of the plan")}
    known |= {stage.id: "the id of a stage" for stage in plan.stages}
    for number, stage in enumerate(plan.stages):
        at: Path = ("stages", number, "strata")
        if stage.strata and not number:
            problems.append(Problem("the first stage is stratified by the plan", "move its columns to strata", at))
        for column in stage.strata if number else ():
            if column in known:
                problems.append(Problem(f"stratum column {column!r} is {known[column]}", "name another column", at))
        if len(set(stage.strata)) < len(stage.strata):
            problems.append(Problem("a stratum column is listed twice", "list it once", at))
        if number and stage.strata and stage.size.per_stratum is not None:
            what = "strata inside clusters need a number for each, or a total for the cluster"
            problems.append(Problem(what, "give size.by_stratum or size.total", ("stages", number, "size")))
        problems += _spread(stage.size.total is not None, stage.size.allocation, number, ("stages", number, "size"))
    return problems


def _spread(total: bool, allocation: str, number: int, at: Path) -> list[Problem]:
    if not number or not total or allocation in ("equal", "proportional"):
        return []
    what = f"a total inside a cluster is not spread by {allocation!r}, which needs numbers for each cluster"
    return [Problem(what, "take proportional or equal, or give by_stratum", (*at, "allocation"))]


def _tables(plan: SamplingPlan) -> list[Problem]:
    problems = []
    for name in ("clusters", "listing"):
        if getattr(plan, name) is not None and len(plan.stages) < 2:
            problems.append(Problem(f"{name} belongs to a plan of two stages or more", "give stages", (name,)))
    if plan.listing is None or not plan.stages:
        return problems
    if plan.clusters is None:
        what = "units that are listed after the first stage need a table of clusters to draw it from"
        problems.append(Problem(what, "give clusters", ("listing",)))
    first = plan.stages[0]
    if first.method in SIZED and not first.selection.size:
        what = f"method {first.method!r} needs a size, and nothing is listed yet that could be counted"
        problems.append(Problem(what, "give selection.size", ("stages", 0, "selection")))
    return problems
