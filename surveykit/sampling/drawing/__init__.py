"""Draws: units, stages, record, reserve, commitment, verification."""

from surveykit.sampling.drawing.draw import draw

__all__ = [
    "draw",
]
