"""The score card: points, limits, ranks and notes of every unit."""

from surveykit.scoring.card.card import ScoreCard

__all__ = [
    "ScoreCard",
]
