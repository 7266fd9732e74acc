"""Values in, points out: the kernels of the rules, and where a rule bends or jumps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from surveykit.scoring.comparing import snap
from surveykit.scoring.numerics import FloatArray
from surveykit.scoring.rank_kernels import competition_ranks
from surveykit.scoring.rules import (
    Bonus,
    Deduction,
    Grades,
    Penalty,
    PiecewiseLinear,
    Proportional,
    RankBased,
    Rule,
    Steps,
    Threshold,
)

__all__ = ["Knot", "apply_rule", "knots_of", "points_of_ranks", "rule_lines"]


@dataclass(frozen=True, slots=True)
class Knot:
    """A value at which a rule bends or jumps.

    Attributes
    ----------
    at : float
        The value.
    slope_left, slope_right : float
        Points per unit of the value on either side.
    jump : float
        Points gained on reaching the value; 0 for a bend.
    """

    at: float
    slope_left: float
    slope_right: float
    jump: float = 0.0


def rule_lines(rule: Rule, points: float) -> tuple[FloatArray, FloatArray] | None:
    """Return the knots (values, points) of a rule that is one continuous line, otherwise None."""
    if isinstance(rule, Proportional):
        line = sorted([(rule.zero, 0.0), (rule.full, points)])
    elif isinstance(rule, PiecewiseLinear):
        line = list(rule.knots)
    elif isinstance(rule, Deduction):
        width = (points - rule.least) / rule.per * rule.unit
        line = [(rule.start - width, rule.least), (rule.start, points)]
        if rule.beyond == "above":
            line = [(rule.start, points), (rule.start + width, rule.least)]
    elif isinstance(rule, Bonus | Penalty):
        sign = 1.0 if isinstance(rule, Bonus) else -1.0
        line = [(rule.start, 0.0), (rule.start + points / rule.per * rule.unit, sign * points)]
    else:
        return None
    values, marks = np.array(line, dtype=float).T
    return values, marks


def _steps_of(rule: Threshold | Steps) -> tuple[FloatArray, FloatArray]:
    """Return the step values and the multipliers below, between and above them."""
    if isinstance(rule, Threshold):
        return np.array([rule.at_least]), np.array([rule.share_below, 1.0])
    return np.array([at for at, _ in rule.steps]), np.array([rule.otherwise, *(share for _, share in rule.steps)])


def _rank_points(rule: RankBased, values: FloatArray, points: float) -> FloatArray:
    present = np.isfinite(values)
    signed = np.where(present, -values if rule.less_is_better else values, -np.inf)
    count = present.sum(axis=-1, keepdims=True)
    return np.where(present, points_of_ranks(rule, competition_ranks(signed), count, points), np.nan)


def points_of_ranks(rule: RankBased, ranks: npt.NDArray[np.int64], count: object, points: float) -> FloatArray:
    """Return the points of ranks, 1 the best, among `count` units."""
    if rule.bands:
        limits = np.array([limit for limit, _ in rule.bands])
        shares = np.array([*(share for _, share in rule.bands), rule.otherwise])
        return np.asarray(points * shares[np.searchsorted(limits, ranks, side="left")])
    last = np.maximum(np.asarray(count) - 1, 1)
    return np.asarray(points * (1.0 - (1.0 - rule.otherwise) * (ranks - 1) / last))


def apply_rule(rule: Rule, values: FloatArray, points: float) -> FloatArray:
    """Turn values into points.

    Parameters
    ----------
    rule : Rule
        For `Grades` the values are the multipliers already.
    values : ndarray, shape (..., p)
        The last axis are the units, which rank-based rules compare. NaN stays NaN.
    points : float
        Points of the criterion.

    Returns
    -------
    ndarray, shape (..., p)
        In points.

    Notes
    -----
    A value within 1e-9 of a declared number (relative to the largest number that the rule declares) is that number;
    ranks tie by the same tolerance. A rounding rule is applied before: see `criterion_points`.

    Examples
    --------
    >>> rule = PiecewiseLinear(kind="piecewise_linear", knots=((0.6, 0), (0.75, 6), (0.85, 9), (0.95, 10)))
    >>> apply_rule(rule, np.array([0.5, 0.8, 0.97]), 10).round(9).tolist()
    [0.0, 7.5, 10.0]
    """
    line = rule_lines(rule, points)
    if line is not None:
        return np.asarray(np.interp(snap(values, line[0]), *line))
    if isinstance(rule, Grades):
        return values * points
    if isinstance(rule, RankBased):
        return _rank_points(rule, values, points)
    assert isinstance(rule, Threshold | Steps)
    at, shares = _steps_of(rule)
    reached = shares[np.searchsorted(at, snap(values, at), side="right")] * points
    return np.where(np.isnan(values), np.nan, reached)


def knots_of(rule: Rule, points: float) -> tuple[Knot, ...]:
    """List the values at which a rule bends or jumps; rank-based rules and grades have none of their own.

    Examples
    --------
    >>> [knot.at for knot in knots_of(Threshold(kind="threshold", at_least=0.9), 10)]
    [0.9]
    """
    line = rule_lines(rule, points)
    if line is not None:
        values, marks = line
        slopes = np.concatenate([[0.0], np.diff(marks) / np.diff(values), [0.0]])
        bends = [
            Knot(float(at), float(left), float(right))
            for at, left, right in zip(values, slopes[:-1], slopes[1:], strict=True)
        ]
        return tuple(knot for knot in bends if abs(knot.slope_left - knot.slope_right) > 1e-12)
    if isinstance(rule, Threshold | Steps):
        at, shares = _steps_of(rule)
        jumps = np.diff(shares) * points
        return tuple(Knot(float(value), 0.0, 0.0, float(jump)) for value, jump in zip(at, jumps, strict=True))
    return ()
