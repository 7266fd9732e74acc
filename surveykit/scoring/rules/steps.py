"""Graded steps."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveykit.errors import Problem
from surveykit.scoring.rules.rule import Path, StepRule, increasing

__all__ = ["Steps"]


class Steps(StepRule):
    """Graded steps: the multiplier of the highest step that the value reaches.

    Attributes
    ----------
    steps : tuple of (at_least, multiplier)
        Both increase.
    otherwise : float
        Multiplier below the first step.
    """

    kind: Literal["steps"]
    steps: tuple[tuple[float, float], ...] = Field(min_length=1)
    otherwise: float = Field(default=0.0, ge=0, le=1)

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse steps out of order and multipliers above 1."""
        at, shares = self.shares()
        yield from increasing(at, "value", (*path, "steps"))
        yield from increasing(shares, "multiplier", (*path, "steps"))
        if max(shares[1:]) > 1:
            yield Problem("a multiplier is above 1", "1 means all points", (*path, "steps"))

    def named_values(self) -> list[float]:
        """Return the values of the steps."""
        return self.shares()[0]

    def shares(self) -> tuple[list[float], list[float]]:
        """Return the values of the steps, and the multipliers below, between and above them."""
        return [at for at, _ in self.steps], [self.otherwise, *(share for _, share in self.steps)]
