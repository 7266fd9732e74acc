"""Boundaries of strata on a size variable: cum root f, geometric, Lavallée-Hidiroglou and exact dynamic programming."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import ApproximationWarning, DataError, first_few

__all__ = ["Boundaries", "cum_root_f", "geometric_boundaries", "lavallee_hidiroglou", "optimal_boundaries"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Boundaries:
    """Strata of a size variable.

    Attributes
    ----------
    edges : numpy.ndarray, shape (H - 1,)
        Inner boundaries, rising; a value belongs to the stratum whose upper boundary is the first that is not below it.
    counts : numpy.ndarray, shape (H,)
        Units by stratum.
    neyman : float
        Sum of N S over the strata; its square over n is the variance of the total under Neyman allocation without
        finite population correction.
    sizes : tuple of int
        Sample sizes, for methods that find them too.
    take_all : bool
        Whether the top stratum is taken whole.
    """

    edges: Floats
    counts: NDArray[np.int64]
    neyman: float
    sizes: tuple[int, ...] = ()
    take_all: bool = False


def _values(values: ArrayLike, strata: int) -> Floats:
    data = np.sort(np.asarray(values, dtype=float))
    if data.ndim != 1 or not np.isfinite(data).all() or len(data) == 0:
        raise DataError("boundaries: values must be finite numbers in one column; leave missing ones out and say so")
    if not 1 <= strata <= len(np.unique(data)):
        raise DataError(f"boundaries: {strata} strata cannot be made of {len(np.unique(data))} different values")
    return data


def _result(data: Floats, edges: ArrayLike, sizes: tuple[int, ...] = (), take_all: bool = False) -> Boundaries:
    inner = np.asarray(edges, dtype=float)
    at = np.concatenate([[0], np.searchsorted(data, inner, side="right"), [len(data)]])
    groups = [data[low:high] for low, high in pairwise(at.tolist())]
    neyman = sum(len(group) * float(group.std(ddof=1)) for group in groups if len(group) > 1)
    counts = np.diff(at)
    if (counts == 0).any():
        empty = first_few((np.flatnonzero(counts == 0) + 1).tolist())
        warnings.warn(f"boundaries: strata are empty ({empty}): use fewer strata or another method",
                      ApproximationWarning, stacklevel=3)  # fmt: skip
    return Boundaries(inner, counts.astype(np.int64), neyman, sizes, take_all)


def cum_root_f(values: ArrayLike, strata: int, *, bins: int = 1000) -> Boundaries:
    """Cut the cumulated root of the frequencies of equal bins into equal parts.

    Parameters
    ----------
    values : array_like, shape (N,)
        Size variable.
    strata : int
        Number of strata.
    bins : int
        Bins of equal width; the result depends on it, take 500 or more.

    Returns
    -------
    Boundaries
        Boundaries at bin edges.

    Notes
    -----
    Dalenius & Hodges (1959).

    Examples
    --------
    >>> cum_root_f(range(1, 101), 4, bins=100).counts.tolist()
    [25, 25, 25, 25]
    """
    data = _values(values, strata)
    counts, edges = np.histogram(data, bins=bins)
    cumulated = np.cumsum(np.sqrt(counts))
    targets = cumulated[-1] * np.arange(1, strata) / strata
    at = np.searchsorted(cumulated, targets - 1e-9 * cumulated[-1])
    # histogram bins are closed on the left; the boundary is the largest value inside the bins taken
    inner = [float(data[max(np.searchsorted(data, edges[k + 1], side="left") - 1, 0)]) for k in at]
    return _result(data, inner)


def geometric_boundaries(values: ArrayLike, strata: int) -> Boundaries:
    """Cut between smallest and largest value by a constant ratio.

    Parameters
    ----------
    values : array_like, shape (N,)
        Positive size variable.
    strata : int
        Number of strata.

    Returns
    -------
    Boundaries
        ``min * (max / min)**(h / H)``.

    Raises
    ------
    DataError
        If a value is not positive.

    Notes
    -----
    Gunning & Horgan (2004); meant for skewed variables without extreme values at either end.

    Examples
    --------
    >>> geometric_boundaries([1, 10, 100, 1000], 3).edges.round(6).tolist()
    [10.0, 100.0]
    """
    data = _values(values, strata)
    if data[0] <= 0:
        raise DataError(f"geometric boundaries: the smallest value {data[0]:g} is not positive: use cum_root_f")
    return _result(data, data[0] * (data[-1] / data[0]) ** (np.arange(1, strata) / strata))


def optimal_boundaries(values: ArrayLike, strata: int, *, bins: int = 1000) -> Boundaries:
    """Minimise the sum of N S over all boundaries on a grid of bins, exactly.

    Parameters
    ----------
    values : array_like, shape (N,)
        Size variable.
    strata : int
        Number of strata.
    bins : int
        Groups of equal number of units between which boundaries may lie; every different value when there are fewer.

    Returns
    -------
    Boundaries
        The global optimum under Neyman allocation on the grid.

    Notes
    -----
    Dynamic programming over prefix sums (Bühler & Deutler 1975), ``O(H B^2)``.

    Examples
    --------
    >>> optimal_boundaries([1, 2, 3, 50, 51, 52, 200, 210], 3).edges.tolist()
    [3.0, 52.0]
    """
    data = _values(values, strata)
    cuts = _grid(data, bins)
    cost = _costs(data, cuts)
    last = len(cuts) - 1
    best = np.full((strata + 1, last + 1), np.inf)
    best[0, 0] = 0.0
    origin = np.zeros((strata + 1, last + 1), dtype=np.int64)
    for h in range(1, strata + 1):
        total = best[h - 1][:, None] + cost
        origin[h] = np.argmin(total, axis=0)
        best[h] = total[origin[h], np.arange(last + 1)]
    at, inner = last, []
    for h in range(strata, 1, -1):
        at = int(origin[h, at])
        inner.append(float(data[cuts[at] - 1]))
    return _result(data, inner[::-1])


def _grid(data: Floats, bins: int) -> NDArray[np.int64]:
    """Positions between which values differ, at most ``bins`` of them, from 0 to N."""
    changes = np.flatnonzero(np.diff(data) > 0) + 1
    if len(changes) > bins - 1:
        wanted = np.arange(1, bins) * len(data) / bins
        changes = np.unique(changes[np.minimum(np.searchsorted(changes, wanted), len(changes) - 1)])
    return np.concatenate([[0], changes, [len(data)]]).astype(np.int64)


def _costs(data: Floats, cuts: NDArray[np.int64]) -> Floats:
    """N S of the values between two cuts; infinite where the second is not after the first."""
    centred = data - data.mean()
    first = np.concatenate([[0.0], np.cumsum(centred)])[cuts]
    second = np.concatenate([[0.0], np.cumsum(np.square(centred))])[cuts]
    count = (cuts[None, :] - cuts[:, None]).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = second[None, :] - second[:, None] - np.square(first[None, :] - first[:, None]) / count
        cost = count * np.sqrt(np.maximum(squares, 0.0) / (count - 1.0))
    return np.where(count >= 2, cost, np.where(count == 1, 0.0, np.inf))


def lavallee_hidiroglou(values: ArrayLike, strata: int, cv: float, *, bins: int = 400) -> Boundaries:
    """Find boundaries with a take-all top stratum that reach a coefficient of variation with the fewest units.

    Parameters
    ----------
    values : array_like, shape (N,)
        Positive size variable.
    strata : int
        Number of strata, the take-all stratum included; at least 2.
    cv : float
        Wanted coefficient of variation of the estimated total.
    bins : int
        Grid of boundaries, as in `optimal_boundaries`.

    Returns
    -------
    Boundaries
        Boundaries and integer sizes; the top stratum is taken whole.

    Raises
    ------
    DataError
        If fewer than 2 strata are wanted or cv is not positive.

    Notes
    -----
    The problem of Lavallée & Hidiroglou (1988) under Neyman allocation in the take-some strata:
    ``n = N_top + (sum N S)^2 / (V + sum N S^2)``. For each start of the take-all stratum the boundaries below are
    found by
    dynamic programming on ``sum N S``, and the best start is kept; unlike Sethi's iteration this always ends. The
    denominator's ``sum N S^2`` is evaluated, not optimised, so the result is optimal among these boundaries.

    Examples
    --------
    >>> import numpy as np
    >>> found = lavallee_hidiroglou(np.exp(np.linspace(0, 6, 200)), 3, 0.05)
    >>> found.take_all, sum(found.sizes) < 60
    (True, True)
    """
    if strata < 2 or not cv > 0:
        raise DataError(f"Lavallée-Hidiroglou: strata {strata} must be at least 2 and cv {cv!r} positive")
    data = _values(values, strata)
    variance = (cv * float(data.sum())) ** 2
    cuts = _grid(data, bins)
    cost = _costs(data, cuts)
    tables, origins = [np.where(np.arange(len(cuts)) == 0, 0.0, np.inf)], []
    for _ in range(strata - 1):
        total = tables[-1][:, None] + cost
        origins.append(np.argmin(total, axis=0))
        tables.append(total[origins[-1], np.arange(len(cuts))])
    best: tuple[int, list[int], list[int]] | None = None
    for top in range(strata - 1, len(cuts) - 1):
        if not np.isfinite(tables[-1][top]):
            continue
        at, inner = top, [int(cuts[top])]
        for origin in origins[:0:-1]:
            at = int(origin[at])
            inner.append(int(cuts[at]))
        sizes = _sizes(data, inner[::-1], variance)
        if best is None or sum(sizes) < best[0]:
            best = (sum(sizes), inner[::-1], sizes)
    if best is None:
        raise DataError(f"Lavallée-Hidiroglou: no boundaries for {strata} strata on this grid: use more bins")
    return _result(data, [float(data[at - 1]) for at in best[1]], tuple(best[2]), True)


def _sizes(data: Floats, cuts: list[int], variance: float) -> list[int]:
    """Sizes of the take-some strata by Neyman for the variance, at least 2, and the take-all stratum."""
    groups = [data[low:high] for low, high in zip([0, *cuts[:-1]], cuts, strict=True)]
    counts = np.array([len(group) for group in groups])
    deviation = np.array([group.std(ddof=1) if len(group) > 1 else 0.0 for group in groups])
    total = float((counts * deviation).sum())
    needed = total**2 / (variance + float((counts * deviation**2).sum())) if total else 0.0
    share = counts * deviation / total if total else np.zeros(len(counts))
    sizes = np.minimum(np.maximum(np.ceil(needed * share - 1e-9), np.minimum(2, counts)), counts).astype(int)
    return [*sizes.tolist(), len(data) - cuts[-1]]
