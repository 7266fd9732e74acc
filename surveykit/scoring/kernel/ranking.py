"""Ranks, and the step-down test of all differences, on arrays."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from surveykit.scoring.kernel.comparing import tie_tolerance
from surveykit.scoring.kernel.numerics import FloatArray

__all__ = ["BoolArray", "competition_ranks", "step_down"]

BoolArray = npt.NDArray[np.bool_]
_BLOCK = 2048


def competition_ranks(values: FloatArray) -> npt.NDArray[np.int64]:
    """Rank along the last axis: 1 + number of larger values; ties share the better rank.

    Values that differ by no more than 1e-9 of the largest value in size are tied (`comparing.tie_tolerance`).
    """
    reached = values + tie_tolerance(values)
    if values.ndim == 1:
        order = np.sort(values)
        return np.asarray(values.size + 1 - np.searchsorted(order, reached, side="right"))
    return np.asarray(1 + (values[..., None, :] > reached[..., :, None]).sum(axis=-1))


def _greatest(draws: FloatArray, inverse_sd: FloatArray, tested: BoolArray) -> FloatArray:
    """Maximum over the tested ordered pairs (a, b) of (Z_a - Z_b) / sd_ab, one value per draw.

    Pairs that are tested both ways count by their absolute value, so each difference is taken once; draws go through in
    blocks that stay in the processor's cache.
    """
    greatest = np.full(draws.shape[1], -np.inf)
    either = np.triu(tested | tested.T, 1)
    rows = [(a, np.flatnonzero(either[a])) for a in np.flatnonzero(either.any(axis=1))]
    space = np.empty((max((b.size for _, b in rows), default=0), _BLOCK))
    for start in range(0, draws.shape[1], _BLOCK):
        part = draws[:, start : start + _BLOCK]
        out = greatest[start : start + _BLOCK]
        for a, b in rows:
            scaled = space[: b.size, : part.shape[1]]
            np.subtract(part[a], part[b], out=scaled)
            forward, backward = tested[a, b], tested[b, a]
            both = forward & backward
            if both.all():
                np.abs(scaled, out=scaled)
            else:
                np.negative(scaled, out=scaled, where=(backward & ~both)[:, None])
                np.abs(scaled, out=scaled, where=both[:, None])
            scaled *= inverse_sd[a, b][:, None]
            np.maximum(out, scaled.max(axis=0), out=out)
    return greatest


def step_down(
    statistic: FloatArray,
    sd: FloatArray,
    draws: FloatArray,
    tested: BoolArray,
    conf_level: float,
    *,
    steps: bool = True,
) -> tuple[BoolArray, float]:
    """Test theta_a <= theta_b for ordered pairs, familywise error at most ``1 - conf_level``.

    Parameters
    ----------
    statistic : ndarray, shape (p, p)
        Difference of each ordered pair over its standard deviation, or its normal score.
    sd : ndarray, shape (p, p)
        Standard deviations of the differences of the draws; pairs with 0 are left to the caller.
    draws : ndarray, shape (p, R)
        Draws centred at zero with the covariance of the estimates.
    tested : ndarray of bool, shape (p, p)
        Ordered pairs (a, b) of the family.
    conf_level : float
    steps : bool
        False stops after the first step.

    Returns
    -------
    rejected : ndarray of bool, shape (p, p)
        ``[a, b]`` true: a lies above b.
    critical_value : float
        That of the last step; infinity when nothing was tested.
    """
    inverse = np.divide(1.0, sd, out=np.zeros_like(sd), where=sd > 0)
    remaining = tested & (sd > 0)
    rejected = np.zeros_like(remaining)
    critical = np.inf
    while remaining.any():
        critical = float(np.quantile(_greatest(draws, inverse, remaining), conf_level))
        new = remaining & (statistic > critical)
        rejected |= new
        remaining &= ~new
        if not steps or not new.any():
            break
    return rejected, critical
