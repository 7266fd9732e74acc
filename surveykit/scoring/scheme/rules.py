"""How a value becomes points: the rules a criterion can declare."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "Bonus",
    "Deduction",
    "Grades",
    "Penalty",
    "PiecewiseLinear",
    "Proportional",
    "RankBased",
    "Rule",
    "Steps",
    "Threshold",
]


class _Rule(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Proportional(_Rule):
    """Points in proportion to the value between `zero` and `full`, flat outside.

    Attributes
    ----------
    zero, full : float
        Values that give no points and all points; `zero` above `full` means that less is better.
    """

    kind: Literal["proportional"]
    zero: float = 0.0
    full: float = 1.0


class PiecewiseLinear(_Rule):
    """Points by straight lines between knots, flat below the first (floor) and above the last (cap).

    Attributes
    ----------
    knots : tuple of (value, points)
        Values increase; points do not decrease, or do not increase when less is better.
    less_is_better : bool
    """

    kind: Literal["piecewise_linear"]
    knots: tuple[tuple[float, float], ...] = Field(min_length=2)
    less_is_better: bool = False


class Threshold(_Rule):
    """All points from `at_least` on, a fixed share of them below."""

    kind: Literal["threshold"]
    at_least: float
    share_below: float = Field(default=0.0, ge=0, le=1)


class Steps(_Rule):
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


class Grades(_Rule):
    """Named grades with multipliers, for example A 1, B 0.66, C 0.33; the value is the name."""

    kind: Literal["grades"]
    grades: dict[str, float] = Field(min_length=1)


class Deduction(_Rule):
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


class RankBased(_Rule):
    """Points by the rank among the units; every draw ranks anew.

    Attributes
    ----------
    bands : tuple of (up_to_rank, multiplier)
        Ranks increase, multipliers decrease. Empty: a straight line from 1 (best) to `otherwise` (last).
    otherwise : float
        Multiplier for ranks beyond the last band.
    less_is_better : bool
    """

    kind: Literal["rank_based"]
    bands: tuple[tuple[int, float], ...] = ()
    otherwise: float = Field(default=0.0, ge=0, le=1)
    less_is_better: bool = False


class Bonus(_Rule):
    """`per` points for every `unit` above `start`, at most the points of the criterion, which no total counts."""

    kind: Literal["bonus"]
    start: float = 0.0
    per: float = Field(gt=0)
    unit: float = Field(default=1.0, gt=0)


class Penalty(_Rule):
    """`per` points taken for every `unit` above `start`, at most the points of the criterion."""

    kind: Literal["penalty"]
    start: float = 0.0
    per: float = Field(gt=0)
    unit: float = Field(default=1.0, gt=0)


Rule = Annotated[
    Proportional | PiecewiseLinear | Threshold | Steps | Grades | Deduction | RankBased | Bonus | Penalty,
    Field(discriminator="kind"),
]
