"""Calibration of a design to margins and numeric totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, get_args

import numpy as np

from surveykit.design import ReplicateDesign, SurveyDesign
from surveykit.design.adjustments import RegressionAdjustment
from surveykit.errors import ConvergenceError, DataError, choose, first_few
from surveykit.weighting.arrays.cells import compress, level_text
from surveykit.weighting.arrays.distances import Array, Distance, check_bounds
from surveykit.weighting.arrays.feasibility import LARGEST_PROGRAM, Feasibility, check_feasibility, require_feasible
from surveykit.weighting.arrays.solver import DistanceChoice, Solution, Target, solve_calibration
from surveykit.weighting.inputs.auxiliaries import Auxiliaries, Part, read_parts, stack_parts
from surveykit.weighting.variance.credited import AnyDesign, Made, adjust_design, refuse_replicates
from surveykit.weighting.variance.credits import CalibrationCredit


@dataclass(frozen=True, slots=True)
class WeightBounds:
    """Bounds on the calibrated weight itself, in place of its factor."""

    lower: float = -np.inf
    upper: float = np.inf


Bounds = tuple[float, float] | WeightBounds | None


def calibrate(
    design: AnyDesign,
    totals: Mapping[Any, Any],
    *,
    distance: Distance = "linear",
    bounds: Bounds = None,
    by: str | None = None,
    cluster: str | None = None,
    variance: str | None = None,
) -> AnyDesign:
    """Calibrate weights to population totals of categorical and numeric auxiliaries.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        Design to start from; rows of weight 0 keep it.
    totals : mapping
        ``{column: {level: total}}`` for a categorical auxiliary (a tuple of columns crosses them),
        ``{column: total}`` for a numeric one, ``{"(Intercept)": N}`` for the population size. With ``by``,
        ``{group: such a mapping}``.
    distance : {"linear", "raking", "exponential", "logit", "participation"}
        Distance from the starting weights: the regression estimator, multiplicative weights (two names), both bounds
        smooth, or 1 + exp(u) without bounds, the inverse of a logistic probability of taking part.
    bounds : pair of float or WeightBounds, optional
        Limits of the factor (or of the weight); where they cannot work, a linear program names the totals at fault and
        the nearest bounds that do (`calibration_feasibility` asks beforehand).
    by : str, optional
        Column of groups that are calibrated one by one.
    cluster : str, optional
        Column of households or other clusters, all of whose rows get one weight (integrative calibration).
    variance : str, optional
        Column of the residual variance of each row, up to a factor; rows of larger variance move less.

    Returns
    -------
    SurveyDesign or ReplicateDesign
        Totals are met to a relative error of 1e-8 at most; the step is credited in the variance.

    Raises
    ------
    DataError
        If auxiliaries are missing, levels and totals do not fit, bounds cannot work (naming totals and the nearest
        bound that does), or the linear distance gives weights of 0 or below (naming how many, and the alternatives).
    ConvergenceError
        If no weights meet the totals.

    Notes
    -----
    Deville and Särndal (1992); R: ``survey::calibrate`` with ``calfun``, ``bounds``, ``bounds.const``, ``variance``,
    ``aggregate.stage`` (there ``cluster``; Lemaître and Dufour 1987). The linearization is R's: residuals of a
    regression with the weights before the step, times the factor.

    Examples
    --------
    >>> import pandas as pd
    >>> data = pd.DataFrame({"sex": ["m", "f"], "x": [1.0, 3.0], "w": [10.0, 10.0]})
    >>> design = calibrate(SurveyDesign(data, weights="w"), {"sex": {"m": 12, "f": 8}})
    >>> design.weights.round(9).tolist()
    [12.0, 8.0]
    """
    choose("distance", distance, get_args(Distance))
    if isinstance(bounds, WeightBounds):
        refuse_replicates(design, "calibration")
    used = design.weights > 0
    auxiliaries = _grouped(design, totals, by, used) if by is not None else read_parts(design.data, totals, used)
    scale = np.ones(used.shape) if variance is None else _scales(design, variance, used)
    households = None if cluster is None else level_text(design.data[_known(design, cluster)])
    known_q = variance is not None and distance == "linear" and bounds is None

    def make(before: Array) -> Made:
        active = before > 0
        problem = Prepared(auxiliaries, before, scale)
        if households is not None:
            problem = integrate(problem, households, active)
        solution = solve_prepared(problem, active, distance, bounds, certify=before is design.weights)
        after = np.where(active, problem.weights * solution.factors, before)
        if before is design.weights:
            refuse_negative(problem, after, active, distance)
        x, weights = problem.auxiliaries.x, problem.weights
        fixed = active & (solution.slopes == 0) if isinstance(bounds, WeightBounds) else None
        return Made(
            after,
            lambda: RegressionAdjustment(x, weights, after, problem.q if known_q else None),
            lambda: CalibrationCredit(x, weights, solution.factors, solution.slopes, fixed=fixed),
        )

    return adjust_design(design, make)


def calibration_feasibility(
    design: SurveyDesign, totals: Mapping[Any, Any], bounds: tuple[float, float] | WeightBounds
) -> Feasibility:
    """Say whether bounds allow the totals of a calibration, without calibrating.

    Parameters
    ----------
    design, totals, bounds
        As in `calibrate`.

    Returns
    -------
    Feasibility
        Whether it works; the smallest upper and the largest lower bound that do; the totals at fault.

    Examples
    --------
    >>> import pandas as pd
    >>> design = SurveyDesign(pd.DataFrame({"sex": ["m", "f"], "w": [10.0, 10.0]}), weights="w")
    >>> found = calibration_feasibility(design, {"sex": {"m": 30, "f": 10}}, (0.5, 2.0))
    >>> found.feasible, found.smallest_upper
    (False, 3.0)
    """
    before, used = design.weights, design.weights > 0
    return certificate(Prepared(read_parts(design.data, totals, used), before, np.ones(used.shape)), used, bounds)


def certificate(problem: Prepared, used: Array, bounds: tuple[float, float] | WeightBounds) -> Feasibility:
    """Say whether bounds allow the totals of a prepared calibration, and which nearest ones do."""
    before = problem.weights
    lower, upper = _limits(bounds, before, used)
    cells = _cells(problem, used, lower, upper)
    target = Target(problem.auxiliaries.x[used][cells.first], problem.auxiliaries.totals, problem.auxiliaries.names)
    low, high = lower[used][cells.first], upper[used][cells.first]
    return check_feasibility(target, cells.weights, low, high, of_weights=isinstance(bounds, WeightBounds))


def bounds_note(problem: Prepared, used: Array, bounds: Bounds) -> tuple[str, ...]:
    """Say for the log how far the bounds of a calibration could be narrowed; nothing without bounds."""
    if bounds is None or int(used.sum()) > LARGEST_PROGRAM:
        return ()
    found = certificate(problem, used, bounds)
    what = "weight" if found.of_weights else "factor"
    return (
        f"feasible: the upper bound of the {what} could be as low as {found.smallest_upper:.6g}, or the lower one as "
        f"high as {found.largest_lower:.6g}",
    )


class Prepared(NamedTuple):
    """Auxiliaries of all rows, weights before (n,) and scales q (n,)."""

    auxiliaries: Auxiliaries
    weights: Array
    q: Array


def solve_prepared(
    problem: Prepared,
    used: Array,
    distance: Distance,
    bounds: Bounds,
    multiplicity: Array | None = None,
    *,
    certify: bool = False,
) -> Solution:
    """Solve a calibration, on cells where all auxiliaries are categorical; returns factors of all rows.

    ``certify`` has a linear program say beforehand whether bounds can work. Without it, and where there are too many
    cells, the program runs when the iteration fails; the answer is the same, because weights that the iteration returns
    are inside the bounds and meet the totals, which is the proof that they can.
    """
    auxiliaries, before = problem.auxiliaries, problem.weights
    lower, upper = _limits(bounds, before if multiplicity is None else _over(before, multiplicity), used)
    cells = _cells(problem, used, lower, upper)
    first = cells.first
    x, low, high = auxiliaries.x[used][first], lower[used][first], upper[used][first]
    target = Target(x, auxiliaries.totals, auxiliaries.names)
    of_weights = isinstance(bounds, WeightBounds)
    if bounds is not None and np.isfinite(low).all() and (low > high).any():
        raise DataError("bounds contradict each other: the lower bound is above the upper bound; exchange them")
    choice = DistanceChoice(distance, low, high, problem.q[used][first])
    check_bounds(distance, low, high)
    if certify and bounds is not None and first.size <= LARGEST_PROGRAM:
        require_feasible(target, cells.weights, low, high, of_weights=of_weights)
    try:
        solution = solve_calibration(target, cells.weights, choice)
    except ConvergenceError:
        require_feasible(target, cells.weights, low, high, of_weights=of_weights)
        raise
    factors, slopes = np.ones_like(before), np.zeros_like(before)
    factors[used], slopes[used] = solution.factors[cells.row_cell], solution.slopes[cells.row_cell]
    return Solution(factors, slopes, solution.history)


class _RowCells(NamedTuple):
    row_cell: Array
    first: Array
    weights: Array


def _cells(problem: Prepared, used: Array, lower: Array, upper: Array) -> _RowCells:
    auxiliaries, weights = problem.auxiliaries, problem.weights[used]
    plain = auxiliaries.codes is not None and np.unique(problem.q[used]).size == 1
    if not plain or np.unique(lower[used]).size > 1 or np.unique(upper[used]).size > 1:
        rows = np.arange(weights.size)
        return _RowCells(rows, rows, weights)
    assert auxiliaries.codes is not None
    codes = [np.maximum(code[used], -1) + 1 for code in auxiliaries.codes]
    cells = compress(codes, weights, [int(code.max(initial=0)) + 1 for code in codes])
    first = np.empty(cells.weights.size, dtype=np.int64)
    first[cells.row_cell[::-1]] = np.arange(weights.size)[::-1]
    return _RowCells(cells.row_cell, first, cells.weights)


def _over(weights: Array, multiplicity: Array) -> Array:
    out: Array = np.divide(weights, multiplicity, out=np.zeros_like(weights), where=multiplicity > 0)
    return out


def _limits(bounds: Bounds, before: Array, used: Array) -> tuple[Array, Array]:
    if bounds is None:
        return np.full(before.shape, -np.inf), np.full(before.shape, np.inf)
    if isinstance(bounds, WeightBounds):
        over = np.where(used, before, 1.0)
        return bounds.lower / over, bounds.upper / over
    if len(bounds) != 2:
        raise DataError(f"bounds must be a pair (lower, upper), not {bounds!r}")
    if not bounds[0] < bounds[1]:
        raise DataError(f"bounds contradict each other: the lower bound {bounds[0]:g} is not below {bounds[1]:g}")
    return np.full(before.shape, float(bounds[0])), np.full(before.shape, float(bounds[1]))


def integrate(problem: Prepared, clusters: Array, used: Array) -> Prepared:
    """Replace auxiliaries and weights by their cluster means, so that all rows of a cluster get one weight."""
    missing = used & np.array([name is None for name in clusters])
    if missing.any():
        raise DataError(
            f"cluster: the household is missing in {int(missing.sum())} weighted rows "
            f"({first_few(np.flatnonzero(missing).tolist())}); give every row its household"
        )
    codes = np.unique(np.where(used, clusters.astype(str), ""), return_inverse=True)[1]
    count = np.maximum(np.bincount(codes, weights=used.astype(float)), 1.0)

    def mean(column: Array) -> Array:
        filled = np.bincount(codes, weights=np.where(used, column, 0.0))
        out: Array = np.where(used, (filled / count)[codes], column)
        return out

    x = np.column_stack([mean(column) for column in problem.auxiliaries.x.T])
    changed = problem.auxiliaries._replace(x=x, codes=None)
    return Prepared(changed, mean(problem.weights), 1.0 / mean(1.0 / problem.q))


def refuse_negative(problem: Prepared, after: Array, used: Array, distance: Distance) -> None:
    """Refuse weights of 0 or below that the linear distance can give, naming alternatives that work.

    Raises
    ------
    DataError
        With their number, the smallest, and whether weights above 0 exist at all that meet the totals; if they do, the
        largest lower bound of the factor.
    """
    wrong = used & (after <= 0)
    if not wrong.any():
        return
    free = np.full(after.shape, np.inf)
    cells = _cells(problem, used, np.zeros(after.shape), free)
    found = None
    if cells.first.size <= LARGEST_PROGRAM:
        x = problem.auxiliaries.x[used][cells.first]
        target = Target(x, problem.auxiliaries.totals, problem.auxiliaries.names)
        found = check_feasibility(target, cells.weights, 0.0, np.inf)
    raise DataError(
        f"calibration with distance {distance!r} gives {int(wrong.sum())} of {int(used.sum())} rows a weight of 0 "
        f"or below (smallest {after[used].min():.4g}; rows {first_few(np.flatnonzero(wrong).tolist())}). "
        + _instead(found)
    )


def _instead(found: Feasibility | None) -> str:
    if found is not None and not found.feasible:
        named = ", ".join(name for name, _ in found.gaps[:5])
        return (
            f"No weights of 0 or above meet these totals (at fault: {named}): correct or collapse them, or use ridge "
            "calibration"
        )
    ways = 'Use distance="raking"'
    if found is not None and found.largest_lower > 0:
        ways += f", or bounds with a lower bound of the factor above 0 and at most {found.largest_lower * 0.9995:.4g}"
    return ways + ', or distance="logit" with such bounds, or ridge calibration'


def _grouped(design: SurveyDesign | ReplicateDesign, totals: Mapping[Any, Any], by: str, used: Array) -> Auxiliaries:
    groups = level_text(design.data[_known(design, by)])
    wanted = {str(level_text([key])[0]): value for key, value in totals.items()}
    present = {str(group) for group in groups[used]}
    if present != set(wanted):
        raise DataError(
            f"calibration by {by!r}: groups with rows but no totals {sorted(present - set(wanted))}, "
            f"with totals but no rows {sorted(set(wanted) - present)}; give totals for each group that has rows"
        )
    parts: list[Part] = []
    for group, inner in wanted.items():
        own = used & (groups == group)
        read = read_parts(design.data, inner, own)
        parts.append(Part(f"{by}={group}", np.where(own[:, None], read.x, 0.0), read.totals, read.names, None))
    return stack_parts(parts)


def _known(design: SurveyDesign | ReplicateDesign, column: str) -> str:
    if column not in design.data.columns:
        raise DataError(f"calibration: there is no column {column!r}; there are {first_few(list(design.data.columns))}")
    return column


def _scales(design: SurveyDesign | ReplicateDesign, column: str, used: Array) -> Array:
    values = np.asarray(design.data[_known(design, column)], dtype=float)
    bad = used & ~(np.isfinite(values) & (values > 0))
    if bad.any():
        raise DataError(
            f"variance: {column!r} must be above 0; mend {int(bad.sum())} rows "
            f"({first_few(np.flatnonzero(bad).tolist())})"
        )
    out: Array = 1.0 / np.where(used, values, 1.0)
    return out
