"""Points in proportion to the value."""

from collections.abc import Iterator
from typing import Literal

from surveykit.errors import Problem
from surveykit.scoring.rules.rule import LineRule, Path

__all__ = ["Proportional"]


class Proportional(LineRule):
    """Points in proportion to the value between `zero` and `full`, flat outside.

    Attributes
    ----------
    zero, full : float
        Values that give no points and all points; `zero` above `full` means that less is better.
    """

    kind: Literal["proportional"]
    zero: float = 0.0
    full: float = 1.0

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse a rule without a slope."""
        if self.zero == self.full:
            yield Problem(f"zero and full are both {self.full:g}", "give two different values", (*path, "full"))

    def named_values(self) -> list[float]:
        """Return where points begin and where they are all given."""
        return [self.zero, self.full]

    def line(self, points: float) -> list[tuple[float, float]]:
        """Return both ends."""
        return sorted([(self.zero, 0.0), (self.full, points)])
