"""What a weighting plan must say beyond its shape: all problems at once."""

from __future__ import annotations

from collections.abc import Collection

from surveykit.errors import Problem, first_few
from surveykit.weighting.plan.definition import (
    BaseStep,
    CalibrationStep,
    ClassLimits,
    CoverageStep,
    MarginSet,
    NonresponseStep,
    NormalisationStep,
    PoststratificationStep,
    RakingStep,
    ResidentsStep,
    TrimmingStep,
    WeightingPlan,
)
from surveykit.weighting.plan.group_checks import check_by, check_coverage, check_residents

Path = tuple[str | int, ...]


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
    for index, step in enumerate(plan.steps):
        at: Path = ("steps", index)
        if isinstance(step, MarginSet):
            problems += _margins(step, at)
            problems += check_by(step, at)
        if isinstance(step, CoverageStep):
            problems += check_coverage(step, at)
        if isinstance(step, ResidentsStep):
            problems += check_residents(plan, index, step, at)
        if isinstance(step, CalibrationStep):
            problems += _calibration(step, at)
        if isinstance(step, NonresponseStep):
            problems += _nonresponse(step, at)
        if isinstance(step, TrimmingStep):
            problems += _trimming(plan, index, step, at)
        if isinstance(step, NormalisationStep) and (step.to == "total") != (step.total is not None):
            problems.append(Problem("to: total and a total belong together", "give both or neither", (*at, "total")))
        if columns is not None:
            problems += _columns(step, at, columns)
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


def _margins(step: MarginSet, at: Path) -> list[Problem]:
    problems = []
    if isinstance(step, RakingStep) and not step.margins:
        problems.append(Problem("raking needs margins", "add a list of variables with files", (*at, "margins")))
    if isinstance(step, PoststratificationStep) and len(step.margins) != 1:
        what = f"post-stratification needs exactly one margin, not {len(step.margins)}"
        problems.append(Problem(what, "cross the variables in one margin, or use raking", (*at, "margins")))
    if step.totals == "shares" and step.population_size is None and not isinstance(step, CoverageStep):
        problems.append(Problem("shares need a population_size", "add population_size", (*at, "population_size")))
    if step.totals == "counts" and step.population_size is not None:
        problems.append(
            Problem("population_size is only used with shares", "declare totals: shares, or remove it", (*at, "totals"))
        )
    for position, margin in enumerate(step.margins):
        place = (*at, "margins", position)
        if margin.file is not None and margin.totals is not None:
            problems.append(Problem("a file and totals are both given", "keep one of them", (*place, "totals")))
        if margin.groups:
            problems += _groups(margin.groups, (*place, "groups"))
    return problems


def _groups(groups: dict[str, tuple[str, ...]], at: Path) -> list[Problem]:
    owner: dict[str, str] = {}
    problems = []
    for level, codes in groups.items():
        for code in codes:
            if code in owner:
                what = f"code {code!r} is in the groups {owner[code]!r} and {level!r}"
                problems.append(Problem(what, "keep it in one", (*at, level)))
            owner[code] = level
    return problems


def _calibration(step: CalibrationStep, at: Path) -> list[Problem]:
    problems = []
    if not step.margins and not step.numeric:
        problems.append(Problem("calibration needs margins or numeric totals", "add some", at))
    if step.bounds is not None and not step.bounds[0] < 1 < step.bounds[1]:
        what = f"bounds {step.bounds[0]:g} to {step.bounds[1]:g} do not hold 1 between them"
        problems.append(Problem(what, "use a lower bound below 1 and an upper bound above 1", (*at, "bounds")))
    if step.distance == "logit" and step.bounds is None:
        problems.append(Problem("the logit distance needs bounds", "add bounds: [lower, upper]", (*at, "bounds")))
    names = {margin.label for margin in step.margins} | {item.variable for item in step.numeric}
    for name, value in (step.penalties or {}).items():
        if name not in names:
            problems.append(Problem(f"{name!r} is no margin of this step", "correct it", (*at, "penalties", name)))
        if not value >= 0:
            problems.append(Problem(f"penalty {value:g} is below 0", "use 0 for exact", (*at, "penalties", name)))
    if step.penalties and (step.bounds is not None or step.distance != "linear"):
        problems.append(Problem("ridge calibration is linear and unbounded", "drop bounds", (*at, "penalties")))
    return problems


def _nonresponse(step: NonresponseStep, at: Path) -> list[Problem]:
    if step.method == "classes":
        if step.predictors or step.numeric:
            return [Problem("classes are made of by, not of predictors", "use by", (*at, "predictors"))]
        return []
    problems = []
    if not step.predictors and not step.numeric:
        what = f"the method {step.method} needs predictors"
        problems.append(Problem(what, "name columns known for all sampled units", (*at, "predictors")))
    both = [name for name in step.by if name in (*step.predictors, *step.numeric)]
    if both:
        what = f"{first_few(both)} in by and in predictors: inside a group it does not vary"
        problems.append(Problem(what, "keep it in one of them", (*at, "by")))
    return problems


def _trimming(plan: WeightingPlan, index: int, step: TrimmingStep, at: Path) -> list[Problem]:
    problems = []
    if step.lower is None and step.upper is None:
        problems.append(Problem("trimming needs a limit", "give lower, upper or both", at))
    if step.lower is not None and step.upper is not None and step.lower >= step.upper:
        problems.append(Problem("the lower limit is not below the upper one", "exchange them", (*at, "lower")))
    exact = (before for before in plan.steps[:index] if isinstance(before, MarginSet))
    if step.keep_margins and not any(_meets_totals(before) for before in exact):
        what = "keep_margins needs a calibrating step (not ridge) before it"
        problems.append(Problem(what, "put raking, calibration or poststratification first", (*at, "keep_margins")))
    return problems


def _meets_totals(step: MarginSet) -> bool:
    if isinstance(step, ResidentsStep):
        return step.method == "calibrated"
    return not isinstance(step, CoverageStep) and not getattr(step, "penalties", None)


def _columns(step: object, at: Path, columns: Collection[str]) -> list[Problem]:
    wanted: list[tuple[str, Path]] = []
    if isinstance(step, BaseStep):
        wanted.append((step.probability or step.weight, (*at, "probability" if step.probability else "weight")))
    if isinstance(step, ClassLimits):
        wanted += [(name, (*at, "by", position)) for position, name in enumerate(step.by)]
    if isinstance(step, NonresponseStep):
        wanted += [(name, (*at, "predictors")) for name in (*step.predictors, *step.numeric)]
    if isinstance(step, MarginSet):
        wanted += [(name, (*at, "by", position)) for position, name in enumerate(step.by)]
        wanted += [
            (name, (*at, "margins", position, "variable"))
            for position, margin in enumerate(step.margins)
            for name in margin.variables
        ]
    if isinstance(step, CalibrationStep):
        wanted += [(item.variable, (*at, "numeric", position)) for position, item in enumerate(step.numeric)]
        wanted += [(step.cluster, (*at, "cluster"))] if step.cluster else []
    if isinstance(step, ResidentsStep):
        effects = (*step.predictors, *step.numeric, *(name for names in step.random for name in names))
        wanted += [(name, (*at, "predictors")) for name in dict.fromkeys(effects)]
    todo = "correct the name, or add the column to the frame or the questionnaire"
    return [Problem(f"there is no column {name!r}", todo, path) for name, path in wanted if name not in columns]
