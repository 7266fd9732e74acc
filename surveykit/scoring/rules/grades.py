"""Named grades, such as A, B and C."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from surveykit.errors import Problem
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules.rule import Path, RuleBase

__all__ = ["Grades"]


class Grades(RuleBase):
    """Named grades with multipliers, for example A 1, B 0.66, C 0.33; the value is the name."""

    kind: Literal["grades"]
    grades: dict[str, float] = Field(min_length=1)

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse multipliers that are no shares."""
        for name, share in self.grades.items():
            if not 0 <= share <= 1:
                yield Problem(f"multiplier {share:g} is not in 0 to 1", "1 means all points", (*path, "grades", name))

    def points_of(self, values: FloatArray, points: float) -> FloatArray:
        """Return the points of multipliers: names were replaced when the values were read."""
        return values * points
