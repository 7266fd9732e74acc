"""What the size of a stratum is in proportion to, by method of allocation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from surveykit.errors import DataError, first_few

__all__ = ["AllocationOptions", "stratum_importance"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AllocationOptions:
    """What some methods of allocation need besides sizes and standard deviations.

    Attributes
    ----------
    cost : array_like of float, optional
        Cost of a unit in each stratum.
    budget : float, optional
        Money for all units, in place of a total.
    measure : array_like of float, optional
        Size or importance X of each stratum, for the power allocation.
    mean : array_like of float, optional
        Mean of each stratum, for the power allocation.
    power : float
        Exponent q of the power allocation: 0 gives equal coefficients of variation, 1 with X the total gives Neyman.
    compromise : float
        Weight I of the overall estimate in the Kish compromise; 0 serves the strata alone, 1 the overall alone.
    """

    cost: ArrayLike | None = None
    budget: float | None = None
    measure: ArrayLike | None = None
    mean: ArrayLike | None = None
    power: float = 0.5
    compromise: float = 0.5


def stratum_importance(
    method: str, sizes: NDArray[np.int64], standard_deviation: ArrayLike | None, options: AllocationOptions
) -> Floats:
    """What sizes are proportional to.

    Parameters
    ----------
    method : str
        See `allocate`.
    sizes : array of int, shape (H,)
        Units by stratum.
    standard_deviation : array_like, shape (H,), optional
        S by stratum.
    options : AllocationOptions
        The rest.

    Returns
    -------
    array of float, shape (H,)
        Not negative; 0 where a stratum needs no more than its lower bound.

    Raises
    ------
    DataError
        If something that the method needs is missing or impossible.
    """
    count = len(sizes)
    weight = sizes / sizes.sum()
    if method == "equal":
        base = np.ones(count)
    elif method == "proportional":
        base = sizes.astype(float)
    elif method == "neyman":
        base = sizes * _values("standard_deviation", standard_deviation, count, method)
    elif method == "kish":
        if not 0.0 <= options.compromise <= 1.0:
            raise DataError(f"allocate: compromise {options.compromise!r} is not between 0 and 1")
        blend = np.sqrt(options.compromise * weight**2 + (1.0 - options.compromise) / count**2)
        base = blend * _values("standard_deviation", standard_deviation, count, method)
    else:
        measure = _values("measure", options.measure, count, method)
        mean = _values("mean", options.mean, count, method, negative=True)
        if (mean == 0).any():
            raise DataError(f"allocate: mean is 0 in strata at {first_few(np.flatnonzero(mean == 0).tolist())}")
        deviation = _values("standard_deviation", standard_deviation, count, method)
        base = measure**options.power * deviation / np.abs(mean)
    if options.cost is None:
        return base
    cost = _values("cost", options.cost, count, "a cost")
    if (cost <= 0).any():
        raise DataError(f"allocate: cost is not positive in strata at {first_few(np.flatnonzero(cost <= 0).tolist())}")
    return base / np.sqrt(cost)


def _values(name: str, given: ArrayLike | None, count: int, method: str, negative: bool = False) -> Floats:
    if given is None:
        raise DataError(f"allocate: {method} allocation needs {name}, one number per stratum")
    values = np.asarray(given, dtype=float)
    if values.shape != (count,):
        raise DataError(f"allocate: {name} has {values.size} values for {count} strata: give one per stratum")
    wrong = np.flatnonzero(~(np.isfinite(values) & ((values >= 0) | negative)))
    if len(wrong):
        raise DataError(
            f"allocate: {name} must be finite and not negative; wrong in strata at {first_few(wrong.tolist())}"
        )
    return values
