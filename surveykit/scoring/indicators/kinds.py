"""What kind of number an input is; declared, never read off the values."""

from __future__ import annotations

import math
from typing import Literal, get_args

__all__ = ["KINDS", "RANGES", "SHIFT", "Kind"]

Kind = Literal["rate", "score", "mean", "count"]
KINDS: tuple[str, ...] = get_args(Kind)

RANGES: dict[str, tuple[float, float]] = {
    "rate": (0.0, 1.0),
    "score": (0.0, 100.0),
    "mean": (-math.inf, math.inf),
    "count": (0.0, math.inf),
}
"""Least and largest value of each kind."""

SHIFT: dict[str, int] = {"rate": 2, "score": 0, "mean": 0, "count": 0}
"""Decimal places between the value and the number that people read: a rate is read as a percentage."""
