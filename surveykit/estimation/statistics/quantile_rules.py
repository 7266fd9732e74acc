"""Point rules of weighted quantiles, the twelve names of R survey 4.5. Arrays only."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["QuantileRule", "SortedSample", "quantile_point", "sort_sample"]

QuantileRule = Literal["math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]


@dataclass(frozen=True, eq=False)
class SortedSample:
    """A sample in increasing order, rows of weight zero left out.

    Attributes
    ----------
    x, w, cumulative : numpy.ndarray, shape (n,)
        Values, weights, running sums of the weights.
    """

    x: np.ndarray
    w: np.ndarray
    cumulative: np.ndarray

    @property
    def total(self) -> float:
        """Sum of the weights."""
        return float(self.cumulative[-1])


def sort_sample(x: np.ndarray, w: np.ndarray, rule: str = "hf7") -> SortedSample:
    """Return the sample in increasing order; sums are carried in extended precision, as R does.

    Among ties the order of rows matters for the rules with plotting positions only.
    """
    keep = w > 0
    if not keep.all():
        x, w = x[keep], w[keep]
    steps = rule in ("math", "hf1", "school", "hf2", "hf3")
    order = np.argsort(x, kind=None if steps else "stable")
    x, w = x[order], w[order]
    return SortedSample(x, w, np.cumsum(w, dtype=np.longdouble).astype(float))


def quantile_point(sample: SortedSample, p: float, rule: str) -> float:
    """Return the p-quantile of a sorted sample; NaN when it is empty.

    Parameters
    ----------
    sample : SortedSample
        See `sort_sample`.
    p : float
        Between 0 and 1.
    rule : str
        One of `QuantileRule`. hf1 to hf9 are the definitions of Hyndman and Fan (1996) with weights; "math" = hf1,
        "school" = hf2; "shahvaish" is that of Shah and Vaish (2006).

    Notes
    -----
    Agrees with R survey 4.5 ``svyquantile(qrule = )``, its behaviour below the first step included.
    """
    n = sample.x.size
    if n == 0 or np.isnan(p):
        return float("nan")
    if rule in ("math", "hf1", "school", "hf2", "hf4"):
        return _step(sample.x, sample.cumulative, p, rule)
    if rule == "hf3":
        x, start = np.unique(sample.x, return_index=True)
        cumulative = np.cumsum(np.add.reduceat(sample.w, start), dtype=np.longdouble).astype(float)
        return _step(x, cumulative, p, rule)
    if n == 1:
        return float(sample.x[0])
    if rule == "shahvaish":
        return _shah_vaish(sample, p)
    return float(np.interp(p, _plotting_positions(sample, rule), sample.x))


def _step(x: np.ndarray, cumulative: np.ndarray, p: float, rule: str) -> float:
    total = cumulative[-1]
    low = max(int(np.searchsorted(cumulative, p * total, side="right")) - 1, 0)
    high = min(low + 1, x.size - 1)
    below, above = p - cumulative[low] / total, cumulative[high] / total - p
    if rule == "hf4":
        share = below / (below + above) if below + above != 0 else 0.0
        return float(x[low] * (1 - share) + x[high] * share)
    if below > 0:
        return float(x[high])
    if rule in ("school", "hf2"):
        return float((x[low] + x[high]) / 2)
    if rule == "hf3" and (low + 1) % 2 == 1:
        return float(x[high])
    return float(x[low])


def _plotting_positions(sample: SortedSample, rule: str) -> np.ndarray:
    cumulative, w, total = sample.cumulative, sample.w, sample.total
    before = np.concatenate([[0.0], cumulative[:-1]])
    if rule == "hf5":
        return (cumulative - w / 2) / total
    if rule == "hf6":
        return cumulative / (total + w[-1])
    if rule == "hf7":
        return before / cumulative[-2]
    if rule == "hf8":
        return (before / 3 + cumulative * 2 / 3) / (total + w[-1] / 3)
    return (before * 3 / 8 + cumulative * 5 / 8) / (total + w[-1] / 4)


def _shah_vaish(sample: SortedSample, p: float) -> float:
    n = sample.x.size
    scaled = np.cumsum(sample.w / np.mean(sample.w), dtype=np.longdouble).astype(float)
    position, inverse, counts = np.unique(
        (scaled + 0.5 - sample.w / 2) / (n + 1), return_inverse=True, return_counts=True
    )
    value = np.bincount(inverse, weights=sample.x) / counts
    return float(value[max(int(np.searchsorted(position, p, side="right")) - 1, 0)])
