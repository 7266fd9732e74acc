"""The definition: models, scales, the flow of bound conditions, variables, normal form, conditions in words."""

from surveykit.questionnaire.definition.models import (
    Cut,
    Derived,
    End,
    Item,
    Labels,
    Page,
    Questionnaire,
    Quota,
    Scale,
    Special,
)

__all__ = [
    "Cut",
    "Derived",
    "End",
    "Item",
    "Labels",
    "Page",
    "Questionnaire",
    "Quota",
    "Scale",
    "Special",
]
