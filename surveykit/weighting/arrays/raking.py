"""Raking (iterative proportional fitting) on cells, finished by Newton when the sweeps are slow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surveykit.errors import DataError
from surveykit.weighting.arrays.cells import Codes, compress, indicator_matrix
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.solver import TOLERANCE, DistanceChoice, Target, solve_calibration

_SWEEPS = 8


@dataclass(frozen=True, slots=True)
class RakingMargin:
    """One margin of a raking: codes of the rows (n,), totals of the levels (k,), its name and its levels' names."""

    name: str
    codes: Codes
    totals: Array
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RakingSolution:
    """Raking factors.

    Attributes
    ----------
    factors : array, shape (n,)
        Final weight over starting weight.
    history : tuple of float
        Largest relative margin error before the first sweep and after each sweep or Newton step.
    method : str
        ``"sweeps"`` or ``"sweeps and Newton"``.
    """

    factors: Array
    history: tuple[float, ...]
    method: str


def rake_weights(weights: Array, margins: Sequence[RakingMargin], *, tolerance: float = TOLERANCE) -> RakingSolution:
    """Rake weights to several margins at once.

    Parameters
    ----------
    weights : array, shape (n,)
        Starting weights, all above 0.
    margins : sequence of RakingMargin
        Margins whose totals agree with each other; every level with a total above 0 has rows.
    tolerance : float
        Largest relative error of a level's total accepted.

    Returns
    -------
    RakingSolution
        With margins met; never otherwise.

    Raises
    ------
    DataError
        If margins disagree in total, or a level has a total but no rows, or rows but a total of 0.
    ConvergenceError
        If no weights above 0 meet the margins; names the worst level.

    Notes
    -----
    Deming and Stephan (1940). The limit minimises the Kullback-Leibler distance to the starting weights (Ireland and
    Kullback 1968), so calibration with the exponential distance finishes what the sweeps begin. Rows are compressed to
    cells first.

    Examples
    --------
    >>> import numpy as np
    >>> sex = RakingMargin("sex", np.array([0, 0, 1]), np.array([30.0, 30.0]), ("m", "f"))
    >>> (np.ones(3) * rake_weights(np.ones(3), [sex]).factors).tolist()
    [15.0, 15.0, 30.0]
    """
    check_margin_totals([(margin.name, margin.totals) for margin in margins])
    for margin in margins:
        check_levels(margin, weights)
    sizes = [margin.totals.shape[0] for margin in margins]
    cells = compress([margin.codes for margin in margins], weights, sizes)
    current = cells.weights.copy()
    history = [_error(current, cells.codes, margins)]
    for _ in range(_SWEEPS):
        if history[-1] <= tolerance * 1e-3:
            break
        for codes, margin in zip(cells.codes, margins, strict=True):
            reached = np.bincount(codes, weights=current, minlength=margin.totals.shape[0])
            current *= np.divide(margin.totals, reached, out=np.ones_like(reached), where=reached > 0)[codes]
        history.append(_error(current, cells.codes, margins))
    method = "sweeps"
    if history[-1] > tolerance * 1e-3:
        names = tuple(f"{margin.name}={level}" for margin in margins for level in margin.levels)
        totals = np.concatenate([margin.totals for margin in margins])
        target = Target(indicator_matrix(cells.codes, sizes), totals, names)
        solution = solve_calibration(target, current, DistanceChoice("raking"), tolerance=tolerance)
        current = current * solution.factors
        history.extend(solution.history[1:])
        method = "sweeps and Newton"
    return RakingSolution((current / cells.weights)[cells.row_cell], tuple(history), method)


def check_margin_totals(totals: Sequence[tuple[str, Array]]) -> None:
    """Refuse margins whose sums differ by more than one part in a thousand million.

    Raises
    ------
    DataError
        Naming every margin with its sum.

    Examples
    --------
    >>> import numpy as np
    >>> check_margin_totals([("sex", np.array([1.0, 2.0])), ("age", np.array([3.0]))])
    """
    sums = np.array([float(values.sum()) for _, values in totals])
    if sums.size and sums.max() - sums.min() > 1e-9 * max(abs(sums.max()), 1e-300):
        named = ", ".join(f"{name}: {total:.10g}" for (name, _), total in zip(totals, sums, strict=True))
        raise DataError(
            f"margins do not agree in total ({named}); correct the totals, or declare them as shares "
            "(totals: shares with a population_size) so that each is scaled to the same size"
        )


def check_levels(margin: RakingMargin, weights: Array) -> None:
    """Refuse totals below 0, totals without rows, and rows with a total of 0.

    Raises
    ------
    DataError
        Naming margin and levels.
    """
    bad = ~np.isfinite(margin.totals) | (margin.totals < 0)
    if bad.any():
        raise DataError(f"margin {margin.name!r}: totals must be numbers of at least 0; mend {_named(margin, bad)}")
    inside = margin.codes >= 0
    reached = np.bincount(margin.codes[inside], weights=weights[inside], minlength=margin.totals.shape[0])
    empty = (reached <= 0) & (margin.totals > 0)
    if empty.any():
        raise DataError(
            f"margin {margin.name!r}: a population total but no respondents with weight in {_named(margin, empty)}; "
            "group these levels with neighbours, in the margin and in the data alike"
        )
    extra = (reached > 0) & (margin.totals == 0)
    if extra.any():
        raise DataError(
            f"margin {margin.name!r}: respondents with weight but a population total of 0 in {_named(margin, extra)}; "
            "correct the total, or leave these rows out before weighting"
        )


def _named(margin: RakingMargin, chosen: np.ndarray) -> str:
    return ", ".join(repr(margin.levels[index]) for index in np.flatnonzero(chosen)[:5])


def _error(current: Array, codes: Sequence[Codes], margins: Sequence[RakingMargin]) -> float:
    worst = 0.0
    for code, margin in zip(codes, margins, strict=True):
        reached = np.bincount(code, weights=current, minlength=margin.totals.shape[0])
        size = np.maximum(margin.totals, reached)
        worst = max(worst, float(np.max(np.abs(reached - margin.totals) / np.where(size > 0, size, 1.0))))
    return worst
