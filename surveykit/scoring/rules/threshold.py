"""All points or a share of them, on either side of one value."""

from typing import Literal

from pydantic import Field

from surveykit.scoring.rules.rule import StepRule

__all__ = ["Threshold"]


class Threshold(StepRule):
    """All points from `at_least` on, a fixed share of them below."""

    kind: Literal["threshold"]
    at_least: float
    share_below: float = Field(default=0.0, ge=0, le=1)

    def named_values(self) -> list[float]:
        """Return the threshold."""
        return [self.at_least]

    def shares(self) -> tuple[list[float], list[float]]:
        """Return the threshold, and the shares below and from it on."""
        return [self.at_least], [self.share_below, 1.0]
