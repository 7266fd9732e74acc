"""From cells to codes: decoding, coding, merging, originals."""

from surveykit.responses.coding.coding import KINDS, code_responses

__all__ = [
    "KINDS",
    "code_responses",
]
