"""What a study consists of, in a few lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveykit.study.loading import Study

__all__ = ["summarise"]


def summarise(study: Study) -> list[str]:
    """Say the study's title and the size of each definition."""
    definition = study.definition
    criteria = sum(len(content.criteria) for indicator in study.scoring.indicators for content in indicator.contents)
    contents = sum(len(indicator.contents) for indicator in study.scoring.indicators)
    return [
        f"{definition.title.zh} ({definition.id}{', simulated' if definition.simulated else ''})",
        f"  districts      {len(study.regions)}, {int(study.regions['census_population_2020'].sum()):,} residents",
        f"  questionnaire  {len(study.questionnaire.variables())} columns in {len(study.questionnaire.flow)} pages",
        f"  indicators     {len(study.indicators.indicators)}",
        f"  scheme         {len(study.scoring.indicators)} indicators, {contents} contents, {criteria} criteria",
        f"  weighting      {' > '.join(step.kind for step in study.weighting.steps)}",
    ]
