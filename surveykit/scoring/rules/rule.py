"""What a rule from values to points is: its definition, its check, its points, and where it bends or jumps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict

from surveykit.errors import Problem
from surveykit.scoring.kernel.comparing import snap
from surveykit.scoring.kernel.numerics import FloatArray

__all__ = ["Knot", "LineRule", "Path", "RuleBase", "StepRule", "increasing"]

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Knot:
    """A value at which a rule bends or jumps.

    Attributes
    ----------
    at : float
        The value.
    slope_left, slope_right : float
        Points per unit of the value on either side.
    jump : float
        Points gained on reaching the value; 0 for a bend.
    """

    at: float
    slope_left: float
    slope_right: float
    jump: float = 0.0


class RuleBase(BaseModel):
    """A rule that a criterion can declare; each kind is a subclass with a literal ``kind``, in a file of its own.

    Attributes
    ----------
    adjusts : bool
        Whether it stands under the adjustments of a scheme, which no total counts, and only there.
    jumps : bool
        Whether points jump at values that the rule names.
    arbitrary_knots : bool
        Whether the places of its bends or jumps are somebody's choice, which the sensitivity analysis moves.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    if TYPE_CHECKING:
        kind: str  # a field of every subclass

    adjusts: ClassVar[bool] = False
    jumps: ClassVar[bool] = False
    arbitrary_knots: ClassVar[bool] = False

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Find what is wrong in the rule of a criterion of so many points; the path leads to the rule."""
        yield from ()

    def named_values(self) -> list[float]:
        """Return the numbers that the rule names on the scale of the value."""
        return []

    def points_of(self, values: FloatArray, points: float) -> FloatArray:
        """Return the points of values, shape (..., units); NaN stays NaN."""
        raise NotImplementedError

    def knots_for(self, points: float) -> tuple[Knot, ...]:
        """Return the places at which it bends or jumps, if they do not depend on the other units."""
        return ()


class LineRule(RuleBase):
    """A rule that is one continuous line, flat before its first and after its last knot."""

    def line(self, points: float) -> list[tuple[float, float]]:
        """Return the knots (value, points) with increasing values."""
        raise NotImplementedError

    def arrays(self, points: float) -> tuple[FloatArray, FloatArray]:
        """Return the values and the points of the knots."""
        values, marks = np.array(self.line(points), dtype=float).T
        return values, marks

    def points_of(self, values: FloatArray, points: float) -> FloatArray:
        """Interpolate between the knots."""
        at, marks = self.arrays(points)
        return np.asarray(np.interp(snap(values, at), at, marks))

    def knots_for(self, points: float) -> tuple[Knot, ...]:
        """Return the values at which the slope changes."""
        at, marks = self.arrays(points)
        slopes = np.concatenate([[0.0], np.diff(marks) / np.diff(at), [0.0]])
        bends = [
            Knot(float(value), float(left), float(right))
            for value, left, right in zip(at, slopes[:-1], slopes[1:], strict=True)
        ]
        return tuple(knot for knot in bends if abs(knot.slope_left - knot.slope_right) > 1e-12)


class StepRule(RuleBase):
    """A rule whose points are a share of all points, which jumps at declared values."""

    jumps: ClassVar[bool] = True
    arbitrary_knots: ClassVar[bool] = True

    def shares(self) -> tuple[list[float], list[float]]:
        """Return the values of the jumps, increasing, and the shares below, between and above them."""
        raise NotImplementedError

    def points_of(self, values: FloatArray, points: float) -> FloatArray:
        """Return the share of the highest value that is reached, in points."""
        at, shares = map(np.array, self.shares())
        reached = shares[np.searchsorted(at, snap(values, at), side="right")] * points
        return np.where(np.isnan(values), np.nan, reached)

    def knots_for(self, points: float) -> tuple[Knot, ...]:
        """Return the jumps."""
        at, shares = self.shares()
        jumps = np.diff(shares) * points
        return tuple(Knot(float(value), 0.0, 0.0, float(jump)) for value, jump in zip(at, jumps, strict=True))


def increasing(values: list[float], what: str, path: Path) -> Iterator[Problem]:
    """Find numbers of a list that are not above the one before."""
    for number, (before, after) in enumerate(pairwise(values), start=1):
        if after <= before:
            yield Problem(f"{what} {after:g} follows {before:g}", f"list them with increasing {what}", (*path, number))
