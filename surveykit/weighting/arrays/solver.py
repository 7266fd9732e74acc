"""Calibration by a safeguarded Newton method on the convex dual, with convergence judged by the margins alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from surveykit.errors import ConvergenceError
from surveykit.weighting.arrays.distances import Array, Distance, check_bounds, distance_factors

TOLERANCE = 1e-8
"""Largest relative error of a margin at which weights are handed out."""


_LONGEST_JUMP = 6.0
_CLOSE = 1e-5  # where rounding of the dual begins to hide its fall, the residual decides


class Target(NamedTuple):
    """What weights must meet: auxiliaries ``x`` (n, p), their totals (p,) and a name for each total."""

    x: Array
    totals: Array
    names: tuple[str, ...] = ()

    def name(self, column: int) -> str:
        """Return the name of one total."""
        return self.names[column] if self.names else f"total {column + 1}"


@dataclass(frozen=True, slots=True)
class DistanceChoice:
    """How far weights may move: distance, bounds on the factor and scale ``q`` of each unit (larger moves more)."""

    distance: Distance = "raking"
    lower: Array | float = -np.inf
    upper: Array | float = np.inf
    q: Array | float = 1.0


@dataclass(frozen=True, slots=True)
class Solution:
    """Factors that meet the totals.

    Attributes
    ----------
    factors : array, shape (n,)
        Final weight over starting weight.
    slopes : array, shape (n,)
        Derivative of the factor by the linear predictor, times the unit's scale: 0 where a bound holds.
    history : tuple of float
        Largest relative margin error before each iteration and after the last one.
    """

    factors: Array
    slopes: Array
    history: tuple[float, ...]

    @property
    def margin_error(self) -> float:
        """Largest relative margin error reached."""
        return self.history[-1]

    @property
    def iterations(self) -> int:
        """Number of Newton steps taken."""
        return len(self.history) - 1


def relative_errors(x: Array, weights: Array, totals: Array) -> Array:
    """Relative error of each total: |sum(w x) - t| / max(|t|, sum(|w x|)); shape (p,).

    Examples
    --------
    >>> import numpy as np
    >>> relative_errors(np.ones((2, 1)), np.array([1.0, 2.0]), np.array([4.0])).tolist()
    [0.25]
    """
    reached = weights @ x
    size = np.maximum(np.abs(totals), np.abs(weights) @ np.abs(x))
    errors: Array = np.abs(reached - totals) / np.where(size > 0, size, 1.0)
    return errors


def solve_calibration(
    target: Target, weights: Array, choice: DistanceChoice, *, tolerance: float = TOLERANCE, max_iterations: int = 100
) -> Solution:
    """Find the factors closest to 1, in the chosen distance, whose weights meet the totals.

    Parameters
    ----------
    target : Target
        Auxiliaries and totals; columns may be linearly dependent if their totals agree.
    weights : array, shape (n,)
        Starting weights, at least 0; a unit of weight 0 keeps it.
    choice : DistanceChoice
        Distance, bounds and scales.
    tolerance : float
        Largest relative margin error accepted, see `relative_errors`.
    max_iterations : int
        Newton steps allowed.

    Returns
    -------
    Solution
        Never with a margin error above the tolerance.

    Raises
    ------
    ConvergenceError
        If the totals are not met; names the worst of them.

    Notes
    -----
    Minimises ``sum(d * G(x @ l * q) / q) - t @ l`` where G' = F. Each Newton step is halved until the dual falls
    (Armijo) or the scaled residual shrinks; a singular Hessian is handled by its generalised inverse, and a small
    multiple of the identity is added when no descent is found.

    Examples
    --------
    >>> import numpy as np
    >>> target = Target(np.eye(2), np.array([30.0, 10.0]))
    >>> solve_calibration(target, np.array([10.0, 10.0]), DistanceChoice()).factors.round(6).tolist()
    [3.0, 1.0]
    """
    check_bounds(choice.distance, choice.lower, choice.upper)
    problem = _Dual(target, np.asarray(weights, float), choice)
    point = problem.at(_start(problem))
    history = [point.error]
    while point.error > tolerance * 1e-3 and len(history) <= max_iterations:
        following = _step(problem, point)
        if following is None:
            break
        if point.error <= tolerance and following.error > 0.5 * point.error:
            break
        point = following
        history.append(point.error)
    if not point.error <= tolerance:
        raise ConvergenceError(_unmet(target, point, len(history) - 1))
    return Solution(point.factors, point.slopes, tuple(history))


class _Point(NamedTuple):
    multipliers: Array
    factors: Array
    slopes: Array
    dual: float
    gradient: Array
    error: float
    weights: Array


class _Dual:
    def __init__(self, target: Target, weights: Array, choice: DistanceChoice) -> None:
        self.x, self.totals = np.asarray(target.x, float), np.asarray(target.totals, float)
        self.weights, self.choice = weights, choice
        self.q = np.broadcast_to(np.asarray(choice.q, float), weights.shape)
        size = np.maximum(np.abs(self.totals), weights @ np.abs(self.x))
        self.scale = np.where(size > 0, size, 1.0)
        self.steepness = _steepness(choice)

    def shortened(self, direction: Array) -> Array:
        """Limit a step, so that no factor jumps from one flat end of its curve to the other."""
        jump = float(np.max(np.abs((self.x @ direction) * self.q * self.steepness), initial=0.0))
        return direction if jump <= _LONGEST_JUMP else direction * (_LONGEST_JUMP / jump)

    def at(self, multipliers: Array) -> _Point:
        choice = self.choice
        with np.errstate(over="ignore", invalid="ignore"):
            factor, slope, integral = distance_factors(
                (self.x @ multipliers) * self.q, choice.distance, choice.lower, choice.upper
            )
            final = self.weights * factor
            gradient = final @ self.x - self.totals
            dual = float(np.sum(self.weights * integral / self.q) - self.totals @ multipliers)
            error = float(np.max(relative_errors(self.x, final, self.totals), initial=0.0))
        return _Point(multipliers, factor, slope * self.q, dual, gradient, error, final)

    def hessian(self, point: _Point) -> Array:
        curvature: Array = (self.x * (self.weights * point.slopes)[:, None]).T @ self.x
        return curvature


def _steepness(choice: DistanceChoice) -> Array:
    lower, upper = np.asarray(choice.lower, float), np.asarray(choice.upper, float)
    if choice.distance == "logit":
        return np.asarray((upper - lower) / ((1.0 - lower) * (upper - 1.0)))
    if choice.distance == "linear":
        return np.asarray(_LONGEST_JUMP / (upper - lower))
    return np.asarray(1.0)


def _start(problem: _Dual) -> Array:
    zero = np.zeros(problem.x.shape[1])
    choice = problem.choice
    if choice.distance == "logit":
        return zero
    lower, upper = np.broadcast_arrays(choice.lower, choice.upper, subok=False)
    outside = np.isfinite(lower) & np.isfinite(upper) & ((lower >= 1.0) | (upper <= 1.0))
    if outside.any():
        middle = np.where(outside, (lower + upper) / 2, 1.0) if outside.shape else (lower + upper) / 2
        level = middle - 1.0 if choice.distance == "linear" else np.log(np.maximum(middle, 1e-300))
    elif choice.distance == "linear":
        return zero
    else:
        reached = problem.weights @ problem.x
        usable = (problem.totals > 0) & (reached > 0)
        ratio = float(np.median(problem.totals[usable] / reached[usable])) if usable.any() else 1.0
        if choice.distance == "participation":
            ratio = max(ratio - 1.0, 1e-3)
        elif 0.2 < ratio < 5.0:
            return zero
        level = np.log(ratio)
    wanted = np.broadcast_to(level, problem.weights.shape) / problem.q
    start: Array = np.linalg.lstsq(problem.x, wanted, rcond=None)[0]
    return start


def _step(problem: _Dual, point: _Point) -> _Point | None:
    scale = np.sqrt(problem.scale)
    scaled = problem.hessian(point) / scale[:, None] / scale[None, :]
    values, vectors = np.linalg.eigh(scaled)
    along = vectors.T @ (point.gradient / scale)
    largest = max(float(values[-1]), 1e-300)
    for damping in (0.0, 1e-8, 1e-4, 1e-1, 10.0):
        usable = values > 1e-12 * largest if damping == 0.0 else np.ones_like(values, dtype=bool)
        divisor = np.where(usable, values + damping * max(largest, 1e-6), np.inf)
        direction = -(vectors @ (along / divisor)) / scale
        following = _search(problem, point, problem.shortened(direction))
        if following is not None:
            return following
    return None


def _search(problem: _Dual, point: _Point, direction: Array) -> _Point | None:
    descent = float(point.gradient @ direction)
    if not np.isfinite(descent) or descent >= 0:
        return None
    norm = float(np.max(np.abs(point.gradient / problem.scale)))
    length = 1.0
    for _ in range(30):
        trial = problem.at(point.multipliers + length * direction)
        finite = np.isfinite(trial.dual) and np.isfinite(trial.error)
        if finite and (
            trial.dual <= point.dual + 1e-4 * length * descent - 1e-15 * abs(point.dual)
            or (norm < _CLOSE and np.max(np.abs(trial.gradient / problem.scale)) <= (1 - 1e-4 * length) * norm)
        ):
            return trial if length < 1.0 else _expand(problem, point, direction, trial)
        length /= 2
    return None


def _expand(problem: _Dual, point: _Point, direction: Array, found: _Point) -> _Point:
    # On a flat end of the curves the first step is short; go on while the dual still falls steeply.
    length = 2.0
    while length < 1e12 and float(found.gradient @ direction) < 0.5 * float(point.gradient @ direction):
        trial = problem.at(point.multipliers + length * direction)
        if not (np.isfinite(trial.dual) and np.isfinite(trial.error) and trial.dual < found.dual):
            break
        found, length = trial, 2 * length
    return found


def _unmet(target: Target, point: _Point, steps: int) -> str:
    errors = relative_errors(target.x, point.weights, target.totals)
    worst = np.argsort(-errors)[:5]
    reached = point.weights @ target.x
    named = "; ".join(f"{target.name(j)}: {reached[j]:.6g} instead of {target.totals[j]:.6g}" for j in worst)
    return (
        f"calibration met no solution after {steps} steps; the largest margin error is {point.error:.3g} ({named}). "
        "Collapse small levels, widen the bounds, or use ridge calibration"
    )
