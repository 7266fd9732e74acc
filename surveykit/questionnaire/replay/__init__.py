"""Answers walked through the questionnaire: one respondent, and a table."""

from surveykit.questionnaire.replay.respondent import Finding, Replay, item_columns, replay

__all__ = [
    "Finding",
    "Replay",
    "item_columns",
    "replay",
]
