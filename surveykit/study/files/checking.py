"""What must hold within each definition of a study and between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from surveykit.errors import Problem, first_few
from surveykit.questionnaire import check_questionnaire, questionnaire_variables
from surveykit.responses import check_quality_rules
from surveykit.sampling import check_sampling_plan
from surveykit.scoring import check_indicators, check_other_methods, check_scheme
from surveykit.simulation import check_simulation
from surveykit.study.files.response_maps import mapping_problems
from surveykit.study.files.validation import nearest
from surveykit.weighting import check_weighting_plan
from surveykit.weighting.steps.residents import ResidentsStep

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["check_across", "check_each"]


class _Collector(Protocol):
    def add(self, role: str, problems: Sequence[Problem]) -> None:
        """Take problems in the file of a role."""


VARIANCE = ("variance_stratum", "variance_psu")
"""Columns that a draw in stages adds: strata and units of the variance."""


def check_each(reading: _Collector, parts: dict[str, Any]) -> None:
    """Check the definitions that could be read, each by itself."""
    checks: dict[str, Callable[[Any], list[Problem]]] = {
        "sampling_plan": check_sampling_plan,
        "questionnaire": check_questionnaire,
        "weighting": check_weighting_plan,
        "simulation": check_simulation,
    }
    wrong = set()
    for role, check in checks.items():
        problems = check(parts[role]) if parts.get(role) is not None else []
        reading.add(role, problems)
        wrong |= {role} if problems else set()
    questionnaire = parts.get("questionnaire")
    if questionnaire is None or "questionnaire" in wrong:
        return  # what refers to questions can only be judged by a sound questionnaire
    if parts.get("indicators") is not None:
        reading.add("indicators", check_indicators(parts["indicators"], questionnaire))
    if parts.get("quality") is not None:
        reading.add("quality", check_quality_rules(parts["quality"], questionnaire))


def check_across(reading: _Collector, study: Study) -> None:
    """Check what the definitions say of each other."""
    reading.add("study", mapping_problems(study, study.questionnaire))
    reading.add("study", _analyses(study))
    reading.add("study", _domains(study))
    reading.add("study", _headline(study))
    reading.add("study", _drivers(study))
    reading.add("study", _districts(study))
    reading.add("study", _population(study))
    reading.add("study", _lists(study))
    reading.add("weighting", _clusters(study))
    reading.add("weighting", _household(study))
    reading.add("weighting", _steps(study))
    _margins(reading, study)
    _scheme(reading, study)


def _analyses(study: Study) -> list[Problem]:
    known = [step.kind for step in study.weighting.steps]
    problems = []
    for index, analysis in enumerate(study.definition.analyses):
        if analysis.weights_after not in known:
            what = f"the weighting plan has no step {analysis.weights_after!r}"
            problems.append(Problem(what, nearest(analysis.weights_after, known), ("analyses", index, "weights_after")))
    return problems


def _steps(study: Study) -> list[Problem]:
    """Tables that steps name exist, and a study's estimates rest on weights."""
    problems = []
    for index, step in enumerate(study.weighting.steps):
        for key, name in step.tables().items():
            if name not in study.definition.files.tables:
                advice = f"name its CSV file in study.yaml: 'files: tables: {name}:'"
                problems.append(Problem(f"no table {name!r}", advice, ("steps", index, key)))
        if isinstance(step, ResidentsStep) and not step.gives_weights:
            what = f"method {step.method!r} depends on the outcome and gives no weights, which a study's estimates need"
            advice = (
                "take calibrated or pseudo_likelihood, or use the method in a notebook "
                "(surveykit.weighting.resident_estimates)"
            )
            problems.append(Problem(what, advice, ("steps", index, "method")))
    return problems


def _domains(study: Study) -> list[Problem]:
    known = {variable.id for variable in questionnaire_variables(study.questionnaire)} | set(study.sampling_plan.strata)
    return [
        Problem(f"no question or stratum {domain.id!r}", nearest(domain.id, sorted(known)), ("domains", index, "id"))
        for index, domain in enumerate(study.definition.domains)
        if domain.id not in known
    ]


def _headline(study: Study) -> list[Problem]:
    known = [indicator.id for indicator in study.indicators.indicators]
    return [
        Problem(f"no indicator {name!r}", nearest(name, known), ("headline", index))
        for index, name in enumerate(study.definition.headline)
        if name not in known
    ]


def _drivers(study: Study) -> list[Problem]:
    drivers = study.definition.drivers
    if drivers is None:
        return []
    variables = questionnaire_variables(study.questionnaire)
    grids = sorted({v.item for v in variables if v.row is not None})
    singles = sorted({v.id for v in variables if v.kind == "single"})
    problems = []
    if drivers.grid not in grids:
        problems.append(Problem(f"no grid {drivers.grid!r}", nearest(drivers.grid, grids), ("drivers", "grid")))
    if drivers.overall not in singles:
        advice = nearest(drivers.overall, singles)
        problems.append(Problem(f"no question {drivers.overall!r}", advice, ("drivers", "overall")))
    return problems


def _districts(study: Study) -> list[Problem]:
    if len(study.regions) > 1:
        return []
    problem = Problem("there is one district", "list two or more: scores are ranked and compared between districts")
    return [problem.at(study.definition.files.regions, None)]


def _population(study: Study) -> list[Problem]:
    """A simulated frame of residents needs a description of their communities."""
    data, simulation = study.definition.data, study.simulation
    if simulation is None or data.population != "residents" or simulation.communities is not None:
        return []
    what = f"{study.definition.files.simulation} describes no communities of residents"
    return [Problem(what, "add 'communities:' there, or say 'population: platform'", ("data", "population"))]


def _household(study: Study) -> list[Problem]:
    """Weights count the choice of persons within the household, by the answers that the questionnaire names."""
    block, file = study.questionnaire.household, study.definition.files.questionnaire
    found = [(n, s.settings) for n, s in enumerate(study.weighting.steps) if s.kind == "person_selection"]
    if block is None:
        what = f"{file} has no 'household', which says how persons are chosen"
        return [Problem(what, "add it there, or take the step out", ("steps", n, "kind")) for n, _ in found]
    wanted = "kish_1949" if block.method == "kish_1949" else "equal"
    say = f"{{kind: person_selection, eligible: {block.eligible}"
    say += f", method: kish_1949, selected: {block.selected}}}" if wanted == "kish_1949" else "}"
    if len(found) != 1:
        what = f"{file} chooses persons within the household, and {len(found)} steps of the weights count it"
        return [Problem(what, f"put the step {say} once behind nonresponse", ("steps",))]
    position, step = found[0]
    same = step["eligible"] == block.eligible and step.get("method", "equal") == wanted
    if same and (wanted == "equal" or step.get("selected") == block.selected):
        return []
    what = f"the step is not that of the household in {file}"
    return [Problem(what, f"write {say}", ("steps", position))]


def _lists(study: Study) -> list[Problem]:
    """The study names the table of clusters and the listing that its sampling plan asks for, and no others."""
    plan, data, file = study.sampling_plan, study.definition.data, study.definition.files.sampling_plan
    problems = []
    for name in ("clusters", "listing"):
        asked, given = getattr(plan, name) is not None, getattr(data, name) is not None
        if asked and not given:
            what = f"{file} has {name!r}, and no file is named"
            problems.append(Problem(what, f"add '{name}:' to data, or take it out of {file}", ("data",)))
        if given and not asked:
            what = f"{file} has no {name!r}"
            problems.append(Problem(what, f"add '{name}: {{}}' there, or take it out here", ("data", name)))
    if data.listing is not None and study.simulation is not None:
        what = "a simulated study lists its units before the draw"
        problems.append(Problem(what, "take listing out, or the simulation", ("data", "listing")))
    return problems


def _clusters(study: Study) -> list[Problem]:
    """Standard errors follow the first stage of the draw; a plan of weights that forgets it makes them too small."""
    stages, weighting = study.sampling_plan.stages, study.weighting
    plan = study.definition.files.sampling_plan
    if len(stages) < 2:
        if weighting.finite_population == "first_stage":
            what = f"finite_population is 'first_stage', and {plan} draws its units in one stage"
            return [Problem(what, "write respondents, sample or none", ("finite_population",))]
        if weighting.psu is None:
            return []
        what = f"psu is {weighting.psu!r}, and {plan} draws its units in one stage"
        return [Problem(what, "take psu out", ("psu",))]
    first = stages[0].id
    if weighting.psu is None:
        what = f"{plan} draws {first!r} first, and no psu is named: standard errors would be too small"
        return [Problem(what, f"add 'psu: {first}'", ())]
    if weighting.psu not in (first, VARIANCE[1]):
        what = f"psu is {weighting.psu!r}, and {plan} draws {first!r} first"
        return [Problem(what, f"write 'psu: {first}'", ("psu",))]
    return _variance_of_stages(study)


def _variance_of_stages(study: Study) -> list[Problem]:
    """Strata and units of the variance belong together, and the correction of the first stage needs them."""
    weighting, file = study.weighting, study.definition.files.sampling_plan
    if (weighting.psu == VARIANCE[1]) != (weighting.strata == VARIANCE[0]):
        what = f"strata is {weighting.strata!r} and psu {weighting.psu!r}, which are not of one kind"
        todo = (
            "write 'strata: variance_stratum' and 'psu: variance_psu', which make certain clusters strata of their own"
        )
        return [Problem(what, todo, ("psu",))]
    if weighting.finite_population == "none":
        return []
    what = f"finite_population is {weighting.finite_population!r}, which a sample in stages does not use"
    if weighting.finite_population != "first_stage":
        todo = (
            "write 'finite_population: none', which takes the first stage as drawn with replacement, or 'first_stage' "
            "with 'strata: variance_stratum' and 'psu: variance_psu'"
        )
        return [Problem(what, todo, ("finite_population",))]
    if weighting.psu != VARIANCE[1]:
        what = "a first stage without replacement needs certain clusters as strata of their own"
        return [Problem(what, "write 'strata: variance_stratum' and 'psu: variance_psu'", ("finite_population",))]
    if study.sampling_plan.stages[0].method == "poisson":
        what = f"{file} draws the first stage by Poisson sampling, which this correction does not fit"
        return [Problem(what, "write 'finite_population: none'", ("finite_population",))]
    return []


def _margins(reading: _Collector, study: Study) -> None:
    """Margins name known districts and agree in total where they are counts of the same population."""
    for name, table in study.margins.items():
        if name != "district":
            continue
        known = set(study.regions["district"])
        for row, level in enumerate(table["level"]):
            if level not in known:
                problem = Problem(
                    f"level {level!r} is no district of {study.definition.files.regions}", nearest(level, sorted(known))
                )
                reading.add("study", [problem.at(table.attrs["file"], table.attrs["lines"][row])])
        absent = sorted(known - set(table["level"]))
        if absent:
            problem = Problem(f"districts without a row: {first_few(absent)}", "add one row for each district")
            reading.add("study", [problem.at(table.attrs["file"], None)])


def _scheme(reading: _Collector, study: Study) -> None:
    units = study.regions["district"].tolist()
    inputs = None if study.other_methods is None else set(study.other_methods["criterion"])
    reading.add(
        "scoring", check_scheme(study.scoring, questionnaire_inputs=study.indicators, other_inputs=inputs, units=units)
    )
    if study.other_methods is not None:
        table = study.other_methods
        for problem in check_other_methods(study.scoring, table, units):
            line = _row_line(problem, table.attrs["lines"])
            reading.add("study", [problem.at(table.attrs["file"], line)])


def _row_line(problem: Problem, lines: list[int]) -> int | None:
    rows = [part for part in problem.path if isinstance(part, int)]
    return lines[rows[0]] if rows and rows[0] < len(lines) else None
