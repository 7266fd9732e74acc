"""What follows from a questionnaire is worked out once for each object."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

from surveykit.questionnaire.definition.models import Questionnaire

__all__ = ["once"]

T = TypeVar("T")


class _Same:
    """Hash by identity: definitions are frozen, but hold mappings."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire

    def __hash__(self) -> int:
        return id(self.questionnaire)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.questionnaire is other.questionnaire


def once(function: Callable[[Questionnaire], T]) -> Callable[[Questionnaire], T]:
    """Keep the result of a function for each of the last 16 questionnaires; a copy of one is another."""
    held = lru_cache(maxsize=16)(lambda same: function(same.questionnaire))

    @wraps(function)
    def kept(questionnaire: Questionnaire) -> T:
        return held(_Same(questionnaire))

    return kept
