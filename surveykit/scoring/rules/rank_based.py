"""Points by the rank among the units."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from surveykit.errors import Problem
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.rules.rule import Path, RuleBase, increasing

__all__ = ["RankBased"]


class RankBased(RuleBase):
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

    def check(self, points: float, path: Path) -> Iterator[Problem]:
        """Refuse bands out of order and multipliers that rise or are no shares."""
        yield from increasing([limit for limit, _ in self.bands], "rank", (*path, "bands"))
        shares = [*(share for _, share in self.bands), self.otherwise]
        if any(after > before for before, after in pairwise(shares)) or not 0 <= min(shares) <= max(shares) <= 1:
            yield Problem(
                "multipliers must fall from at most 1 to at least 0", "worse ranks give less", (*path, "bands")
            )

    def points_of(self, values: FloatArray, points: float) -> FloatArray:
        """Rank along the last axis and return the points of the ranks."""
        present = np.isfinite(values)
        signed = np.where(present, -values if self.less_is_better else values, -np.inf)
        count = present.sum(axis=-1, keepdims=True)
        return np.where(present, self.points_of_ranks(competition_ranks(signed), count, points), np.nan)

    def points_of_ranks(self, ranks: npt.NDArray[np.int64], count: object, points: float) -> FloatArray:
        """Return the points of ranks, 1 the best, among `count` units."""
        if self.bands:
            limits = np.array([limit for limit, _ in self.bands])
            shares = np.array([*(share for _, share in self.bands), self.otherwise])
            return np.asarray(points * shares[np.searchsorted(limits, ranks, side="left")])
        last = np.maximum(np.asarray(count) - 1, 1)
        return np.asarray(points * (1.0 - (1.0 - self.otherwise) * (ranks - 1) / last))
