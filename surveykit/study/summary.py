"""What a study consists of, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from surveykit.study.loading import Study

__all__ = ["count_parts", "summarise"]


def count_parts(study: Study) -> dict[str, Any]:
    """Return the size of each definition, under stable names."""
    from surveykit.questionnaire import questionnaire_variables

    indicators = study.scoring.indicators
    return {
        "id": study.definition.id,
        "title": study.definition.title.zh,
        "title_en": study.definition.title.en,
        "simulated": study.definition.simulated,
        "districts": len(study.regions),
        "residents": int(study.regions["census_population_2020"].sum()),
        "columns": len(questionnaire_variables(study.questionnaire)),
        "pages": len(study.questionnaire.flow),
        "indicators": len(study.indicators.indicators),
        "scheme_indicators": len(indicators),
        "scheme_contents": sum(len(indicator.contents) for indicator in indicators),
        "scheme_criteria": sum(len(part.criteria) for indicator in indicators for part in indicator.contents),
        "weighting_steps": [step.kind for step in study.weighting.steps],
    }


def summarise(study: Study) -> list[str]:
    """Say the study's title and the size of each definition."""
    found = count_parts(study)
    title = study.definition.title[study.definition.languages[0]]
    return [
        f"{title} ({found['id']}, simulated)" if found["simulated"] else f"{title} ({found['id']})",
        f"  districts: {found['districts']}, {found['residents']:,} residents",
        f"  questionnaire: {found['columns']} columns in {found['pages']} pages",
        f"  indicators: {found['indicators']}",
        f"  scheme: {found['scheme_indicators']} indicators, {found['scheme_contents']} contents, "
        f"{found['scheme_criteria']} criteria",
        f"  weighting: {' > '.join(found['weighting_steps'])}",
    ]
