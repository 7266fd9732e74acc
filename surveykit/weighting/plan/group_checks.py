"""What the steps by groups, on coverage and on residents must say beyond their shape."""

from __future__ import annotations

from surveykit.errors import Problem
from surveykit.weighting.plan.definition import CalibrationStep, CoverageStep, MarginSet, ResidentsStep, WeightingPlan

Path = tuple[str | int, ...]


def check_by(step: MarginSet, at: Path) -> list[Problem]:
    """Find totals and sizes that do not fit a step with or without groups."""
    problems = []
    sizes = isinstance(step.population_size, dict)
    if step.population_size is not None and sizes != bool(step.by):
        what = "a step by groups needs the size of each group" if step.by else "sizes of groups in a step without by"
        todo = "write population_size: {group: size, ...}" if step.by else "add by, or write one number"
        problems.append(Problem(what, todo, (*at, "population_size")))
    for position, margin in enumerate(step.margins):
        if margin.totals is None:
            continue
        nested = bool(margin.totals) and all(isinstance(value, dict) for value in margin.totals.values())
        if nested != bool(step.by):
            what = (
                "a step by groups needs totals for each group" if step.by else "totals of groups in a step without by"
            )
            todo = "write totals: {group: {level: total, ...}, ...}" if step.by else "add by, or leave the groups out"
            problems.append(Problem(what, todo, (*at, "margins", position, "totals")))
        overlap = [name for name in margin.variables if name in step.by]
        if overlap:
            what = f"the margin {margin.label!r} is of a variable that makes the groups"
            problems.append(
                Problem(what, "take it out of by or out of margins", (*at, "margins", position, "variable"))
            )
    if isinstance(step, CalibrationStep):
        for position, item in enumerate(step.numeric):
            if isinstance(item.total, dict) != bool(step.by):
                what = f"the total of {item.variable!r} must be " + ("one for each group" if step.by else "one number")
                problems.append(Problem(what, "write it so", (*at, "numeric", position, "total")))
    return problems


def check_coverage(step: CoverageStep, at: Path) -> list[Problem]:
    """Find what makes a coverage step impossible."""
    problems = []
    if not step.margins:
        problems.append(Problem("coverage needs margins", "add the population by district, sex and age", at))
    if step.by:
        problems.append(Problem("coverage has no groups", "cross the variables in one margin", (*at, "by")))
    if step.totals == "shares":
        what = "coverage compares counts with counts"
        problems.append(Problem(what, "give the population as counts", (*at, "totals")))
    return problems


def check_residents(plan: WeightingPlan, index: int, step: ResidentsStep, at: Path) -> list[Problem]:
    """Find what a residents step lacks for its method, and steps that follow an estimator."""
    problems = []
    effects = bool(step.predictors or step.numeric or step.random)
    if step.method == "calibrated" and bool(step.margins) == (step.cells is not None):
        problems.append(Problem("the method calibrated needs margins or cells", "give one of the two", at))
    if step.method != "calibrated" and step.margins:
        what = f"the method {step.method} needs cells of residents, not margins"
        problems.append(Problem(what, "name a table of cells, or use calibrated", (*at, "margins")))
    if step.method != "calibrated" and step.cells is None:
        what = f"the method {step.method} needs cells of residents"
        problems.append(Problem(what, "name a table with the predictors and their counts", (*at, "cells")))
    if step.cells is not None and not effects:
        problems.append(Problem("cells need predictors", "name the columns that cells and sample share", at))
    if step.method != "multilevel" and step.random:
        what = f"the method {step.method} has no random effects"
        problems.append(Problem(what, "use predictors, or method: multilevel", (*at, "random")))
    if step.method == "multilevel" and step.numeric:
        problems.append(Problem("multilevel takes categories only", "make classes of it", (*at, "numeric")))
    if step.by and step.cells is not None:
        problems.append(Problem("cells are not used by groups", "add the groups to the predictors", (*at, "by")))
    if not step.gives_weights and index != len(plan.steps) - 1:
        what = f"the method {step.method} gives an estimator, not weights, so no step can follow"
        problems.append(Problem(what, "make it the last step", at))
    return problems
