"""Points by straight lines between knots."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar, Literal

from pydantic import Field

from surveykit.errors import Problem
from surveykit.scoring.rules.rule import LineRule, Path, increasing

__all__ = ["PiecewiseLinear"]


class PiecewiseLinear(LineRule):
    """Points by straight lines between knots, flat below the first (floor) and above the last (cap).

    Attributes
    ----------
    knots : tuple of (value, points)
        Values increase; points do not decrease, or do not increase when less is better.
    less_is_better : bool
    """

    arbitrary_knots: ClassVar[bool] = True

    kind: Literal["piecewise_linear"]
    knots: tuple[tuple[float, float], ...] = Field(min_length=2)
    less_is_better: bool = False

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse knots out of order, points that turn back, and a rule that does not give all points."""
        marks = [mark for _, mark in self.knots]
        yield from increasing(self.named_values(), "value", (*path, "knots"))
        sign = -1 if self.less_is_better else 1
        for number, (before, after) in enumerate(pairwise(marks), start=1):
            if sign * (after - before) < 0:
                yield Problem(
                    f"points go {'down' if sign > 0 else 'up'} from {before:g} to {after:g}",
                    "let points follow the value" if sign > 0 else "with less_is_better points fall as the value grows",
                    (*path, "knots", number),
                )
        if min(marks) < 0 or not math.isclose(max(marks), points, abs_tol=1e-9):
            yield Problem(
                f"points run from {min(marks):g} to {max(marks):g}, the criterion has {points:g}",
                "let the best knot give all points and none give less than 0",
                (*path, "knots"),
            )

    def named_values(self) -> list[float]:
        """Return the values of the knots."""
        return [value for value, _ in self.knots]

    def line(self, points: float) -> list[tuple[float, float]]:
        """Return the knots."""
        return list(self.knots)
