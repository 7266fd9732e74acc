"""Indicators: definition, check against the questionnaire, columns, estimates."""

from surveykit.scoring.indicators.definition import Alternative, Indicator, IndicatorSet, with_alternatives

__all__ = [
    "Alternative",
    "Indicator",
    "IndicatorSet",
    "with_alternatives",
]
