"""Points beyond the total: bonuses and penalties."""

from typing import ClassVar, Literal

from pydantic import Field

from surveykit.scoring.rules.rule import LineRule

__all__ = ["Bonus", "Penalty"]


class _Adjustment(LineRule):
    adjusts: ClassVar[bool] = True
    sign: ClassVar[float] = 1.0

    start: float = 0.0
    per: float = Field(gt=0)
    unit: float = Field(default=1.0, gt=0)

    def named_values(self) -> list[float]:
        """Return the value above which units count."""
        return [self.start]

    def line(self, points: float) -> list[tuple[float, float]]:
        """Return where units begin to count and where the most is reached."""
        return [(self.start, 0.0), (self.start + points / self.per * self.unit, self.sign * points)]


class Bonus(_Adjustment):
    """`per` points for every `unit` above `start`, at most the points of the criterion, which no total counts."""

    kind: Literal["bonus"]


class Penalty(_Adjustment):
    """`per` points taken for every `unit` above `start`, at most the points of the criterion."""

    sign: ClassVar[float] = -1.0

    kind: Literal["penalty"]
