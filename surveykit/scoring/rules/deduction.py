"""All points, less some for every unit beyond a value."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveykit.errors import Problem
from surveykit.scoring.rules.rule import LineRule, Path

__all__ = ["Deduction"]


class Deduction(LineRule):
    """All points, less `per` points for every `unit` by which the value lies beyond `start`.

    Attributes
    ----------
    start : float
    per : float
        Points lost for each unit; parts of a unit count in proportion.
    unit : float
        0.01 for a percentage point of a rate.
    beyond : str
        "below" (shortfall) or "above" (faults).
    least : float
        Points that are never taken.
    """

    kind: Literal["deduction"]
    start: float
    per: float = Field(gt=0)
    unit: float = Field(default=0.01, gt=0)
    beyond: Literal["below", "above"] = "below"
    least: float = Field(default=0.0, ge=0)

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse a floor that leaves nothing to deduct."""
        if self.least >= points:
            yield Problem(f"least {self.least:g} leaves nothing of {points:g} to deduct", "lower it", (*path, "least"))

    def named_values(self) -> list[float]:
        """Return where deductions start."""
        return [self.start]

    def line(self, points: float) -> list[tuple[float, float]]:
        """Return where deductions start and where nothing more is taken."""
        width = (points - self.least) / self.per * self.unit
        if self.beyond == "above":
            return [(self.start, points), (self.start + width, self.least)]
        return [(self.start - width, self.least), (self.start, points)]
