"""Scoring schemes: criteria, rules from rates to points, rounding, aggregation."""

from surveykit.scoring.scheme.definition import (
    Content,
    Criterion,
    DerivedInput,
    IndicatorGroup,
    Method,
    Named,
    Round,
    ScoringScheme,
)

__all__ = [
    "Content",
    "Criterion",
    "DerivedInput",
    "IndicatorGroup",
    "Method",
    "Named",
    "Round",
    "ScoringScheme",
]
