"""Trimming of weights at limits, and what it does to the variance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from surveykit.errors import DataError
from surveykit.weighting.arrays.credits import Mask, over
from surveykit.weighting.arrays.distances import Array


class Trimmed(NamedTuple):
    """Weights after trimming, the rows that were cut off, and the rows that shared the difference."""

    weights: Array
    cut: Mask
    receivers: Mask


def spread_trim(
    weights: Array, lower: float, upper: float, *, strict: bool = False, multiplicity: Array | None = None
) -> Trimmed:
    """Cut off weights at limits and spread the difference evenly over the rows inside them.

    Parameters
    ----------
    weights : array, shape (n,)
        Weights, at least 0; rows of 0 are left alone.
    lower, upper : float
        Limits.
    strict : bool
        Repeat until all weights are inside.
    multiplicity : array, shape (n,), optional
        How often each unit counts: limits and shares are those of one count. 1 when left out.

    Returns
    -------
    Trimmed

    Raises
    ------
    DataError
        If lower >= upper, if no row is left to share the difference, or if the limits cannot hold the sum of weights.

    Examples
    --------
    >>> import numpy as np
    >>> spread_trim(np.array([1.0, 2.0, 9.0]), 0, 5).weights.tolist()
    [3.0, 4.0, 5.0]
    """
    used = weights > 0
    times = np.where(used, 1.0 if multiplicity is None else multiplicity, 0.0)
    count, total = float(times.sum()), float(weights.sum())
    if not lower < upper:
        raise DataError(f"the lower limit {lower:g} is not below the upper limit {upper:g}; exchange them")
    if not lower * count <= total <= upper * count:
        raise DataError(
            f"no weights between {lower:g} and {upper:g} keep the sum {total:.6g} of {count:g} weights; "
            f"the limits must lie on both sides of the mean weight {total / count:.6g}"
        )
    single = np.divide(weights, times, out=np.zeros_like(weights), where=times > 0)
    cut = np.zeros(weights.shape, dtype=bool)
    for _ in range(int(used.sum())):
        outside = used & ((single < lower) | (single > upper))
        if not outside.any():
            break
        clipped = np.clip(single, lower, upper)
        inside = used & ~outside
        if not inside.any():
            raise DataError(f"all {count:g} weights are outside the limits {lower:g} to {upper:g}; widen them")
        difference = float(np.sum((times * (single - clipped))[outside]))
        share = difference / float(times[inside].sum())
        single = np.where(outside, clipped, np.where(inside, single + share, single))
        cut |= outside
        if not strict:
            break
    return Trimmed(single * times, cut, used & ~cut)


@dataclass(frozen=True, slots=True, eq=False)
class TrimmingCredit:
    """Weights cut off at limits, the difference spread evenly over the others.

    The limits are those of one unit: a unit that counts twice in a replicate may weigh twice as much.

    Attributes
    ----------
    weights, trimmed : array, shape (n,)
        Weights before and after the step.
    cut, receivers : bool array, shape (n,)
        Rows that were cut off, and rows that share the difference.
    name : str
        Name of the step.
    """

    weights: Array
    trimmed: Array
    cut: Mask
    receivers: Mask
    name: str = "trimming"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        influence, mean = self._influence(z)
        out = np.where(self.cut[:, None], mean[None, :], influence) * self.weights[:, None]
        return np.where((self.cut | self.receivers)[:, None], out, z)

    def direct(self, z: Array) -> Array:
        """Return what goes straight to the base weights: limits and shares count as often as a unit was drawn."""
        influence, mean = self._influence(z)
        shift = (self.trimmed - self.weights)[:, None] * (influence - mean[None, :])
        cut = z - self.trimmed[:, None] * mean[None, :]
        return np.where(self.cut[:, None], cut, np.where(self.receivers[:, None], shift, 0.0))

    def _influence(self, z: Array) -> tuple[Array, Array]:
        influence = np.where(self.receivers[:, None], z * over(np.ones_like(self.trimmed), self.trimmed)[:, None], 0.0)
        return influence, influence.sum(axis=0) / max(int(self.receivers.sum()), 1)
