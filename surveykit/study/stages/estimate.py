"""Estimate: every indicator for the city and every domain, for each analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.files.study import CITY
from surveykit.study.running.artefacts import write_csv, write_json
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.design import SurveyDesign
    from surveykit.estimation import Estimates
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["estimate_all", "estimate_stage", "tidy"]


def estimate_stage(study: StudyOutline) -> Stage:
    """Estimate the indicators."""
    files = study.definition.files
    return Stage(
        "estimate",
        "estimating rates and their intervals",
        (
            "study.yaml",
            files.indicators,
            files.questionnaire,
            files.regions,
            places.LINKED,
            places.LINKED_MISSING,
            places.FINAL_WEIGHTS,
        ),
        (places.ESTIMATES, places.ESTIMATES_TABLE, places.ALTERNATIVES, places.TOPLINE, places.DRIVERS),
        _make,
    )


def estimate_all(study: Study, designs: dict[str, SurveyDesign]) -> dict[str, dict[str, Estimates]]:
    """Estimate all indicators by analysis and domain; the domain ``"all"`` is everybody."""
    from surveykit.scoring import estimate_indicators

    results: dict[str, dict[str, Estimates]] = {}
    for name, design in designs.items():
        by_domain = {CITY: estimate_indicators(design, study.indicators)}
        for domain in study.definition.domains:
            by_domain[domain.id] = estimate_indicators(design, study.indicators, by=domain.id)
        results[name] = by_domain
    return results


def tidy(results: dict[str, dict[str, Estimates]]) -> pd.DataFrame:
    """Return one table of all estimates: analysis, domain, domain_level and the columns of `Estimates.table`."""
    import pandas as pd

    parts = []
    for analysis, by_domain in results.items():
        for domain, estimates in by_domain.items():
            table = estimates.table.copy()
            level = table.pop(domain).astype(str) if domain in table.columns else ""
            table.insert(0, "domain_level", level)
            table.insert(0, "domain", domain)
            table.insert(0, "analysis", analysis)
            parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _make(making: Making) -> None:
    from surveykit.study.inputs.weighted import read_linked, weighted_design

    study = making.study
    linked, missing = read_linked(study)
    designs = {a.id: weighted_design(study, a, linked, missing) for a in study.definition.analyses}
    results = estimate_all(study, designs)
    table = tidy(results)
    write_csv(making.output(places.ESTIMATES_TABLE), table)
    payload = {
        analysis: {domain: estimates.to_payload() for domain, estimates in by_domain.items()}
        for analysis, by_domain in results.items()
    }
    write_json(making.output(places.ESTIMATES), payload)
    main = designs[study.definition.analyses[0].id]
    write_csv(making.output(places.ALTERNATIVES), _alternatives(study, main))
    topline, drivers = _answers(study, main, linked, missing)
    write_csv(making.output(places.TOPLINE), topline)
    write_csv(making.output(places.DRIVERS), drivers)
    making.counts |= {"estimates": len(table), "topline": len(topline)}


def _alternatives(study: Study, design: SurveyDesign) -> pd.DataFrame:
    """Estimate every indicator for the city under its own rule and under each alternative, with names."""
    from surveykit.scoring import estimate_indicators, with_alternatives

    chosen = with_alternatives(study.indicators)
    table = estimate_indicators(design, chosen).table
    names = {indicator.id: (indicator.zh, indicator.en) for indicator in chosen.indicators}
    table.insert(1, "name_zh", [names[name][0] for name in table["variable"]])
    table.insert(2, "name_en", [names[name][1] for name in table["variable"]])
    return table


def _answers(
    study: Study, design: SurveyDesign, linked: pd.DataFrame, missing: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimate the share of every answer, and what drives overall satisfaction."""
    import pandas as pd

    from surveykit.questionnaire import questionnaire_variables
    from surveykit.report import make_drivers, make_topline
    from surveykit.study.inputs.weighted import own_answers
    from surveykit.study.reporting.wordings import questions

    asked, answers, kinds = questions(study), own_answers(linked), own_answers(missing)
    specials = {v: code for variable in questionnaire_variables(study.questionnaire) for code, v in variable.specials}
    topline = make_topline(design, asked, answers, kinds, special_codes=specials)
    drivers = pd.DataFrame(columns=["item"])
    if study.definition.drivers is not None:
        rows = [question for question in asked if question.grid == study.definition.drivers.grid]
        drivers = make_drivers(design, rows, study.definition.drivers.overall, answers)
    return topline, drivers
