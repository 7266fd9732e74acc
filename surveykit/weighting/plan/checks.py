"""What a weighting plan must say beyond its shape: all problems at once."""

from __future__ import annotations

from collections.abc import Collection

from surveykit.errors import Problem
from surveykit.weighting.binding.step import Place
from surveykit.weighting.plan.definition import WeightingPlan
from surveykit.weighting.steps.base import BaseStep


def check_weighting_plan(plan: WeightingPlan, columns: Collection[str] | None = None) -> list[Problem]:
    """Find everything in a weighting plan that cannot work.

    Parameters
    ----------
    plan : WeightingPlan
        The plan.
    columns : collection of str, optional
        Columns that the linked sample will have; names outside it are problems.

    Returns
    -------
    list of Problem
        Empty when the plan is sound; paths lead into the plan's mapping.

    Examples
    --------
    >>> plan = WeightingPlan.model_validate({"steps": [{"kind": "raking"}]})
    >>> [str(problem) for problem in check_weighting_plan(plan)][0]
    'steps.0: the first step must be base: put {kind: base} before it'
    """
    problems = []
    if not isinstance(plan.steps[0], BaseStep):
        problems.append(Problem("the first step must be base", "put {kind: base} before it", ("steps", 0)))
    problems += [
        Problem("base may only be the first step", "remove it", ("steps", index))
        for index, step in enumerate(plan.steps)
        if index and isinstance(step, BaseStep)
    ]
    problems += _dispositions(plan)
    if plan.finite_population == "first_stage" and plan.psu is None:
        what = "a first stage without replacement needs its units"
        problems.append(Problem(what, "give psu", ("finite_population",)))
    todo = "correct the name, or add the column to the frame or the questionnaire"
    for index, step in enumerate(plan.steps):
        place = Place(plan.steps, index)
        problems += step.check(place)
        problems += [
            Problem(f"there is no column {name!r}", todo, path)
            for name, path in step.columns(place.path)
            if columns is not None and name not in columns
        ]
    return problems


def _dispositions(plan: WeightingPlan) -> list[Problem]:
    seen: dict[str, str] = {}
    problems = []
    for kind in ("respondents", "nonrespondents", "unknown", "ineligible"):
        for code in getattr(plan.dispositions, kind):
            if code in seen:
                what = f"disposition {code!r} is listed under {seen[code]} and {kind}"
                problems.append(Problem(what, "list it once", ("dispositions", kind)))
            seen[code] = kind
    return problems
