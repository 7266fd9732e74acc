"""Trimming of weights at limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from surveykit.errors import DataError
from surveykit.weighting.arrays.distances import Array, Mask


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
