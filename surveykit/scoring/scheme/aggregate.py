"""The whole scheme as one function of arrays: inputs in, points of criteria and totals out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import BoolArray
from surveykit.scoring.rules import apply_rule
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import seen_values

__all__ = ["LENDERS", "Inputs", "criterion_points", "criterion_values", "group_points", "lenders", "total_points"]

LENDERS = ("content", "indicator", "total")
"""Where a criterion without a value takes its share from, nearest first."""


@dataclass(frozen=True)
class Inputs:
    """Values by unit and input, in as many draws as the leading axes say.

    Attributes
    ----------
    survey_names, other_names : tuple of str
    survey : ndarray, shape (..., units, survey inputs)
    other : ndarray, shape (..., units, other inputs)
        Leading axes may be absent where nothing varies.
    """

    survey_names: tuple[str, ...]
    survey: FloatArray
    other_names: tuple[str, ...]
    other: FloatArray


def _column(name: str, scheme: ScoringScheme, inputs: Inputs, method: str) -> FloatArray:
    for derived in scheme.derived:
        if derived.id == name:
            weights = np.array(list(derived.parts.values()))
            columns = [_column(part, scheme, inputs, method) for part in derived.parts]
            parts = zip(weights / weights.sum(), columns, strict=True)
            return np.asarray(sum(weight * column for weight, column in parts))
    if method == "questionnaire" or name not in inputs.other_names:
        return inputs.survey[..., inputs.survey_names.index(name)]
    return inputs.other[..., inputs.other_names.index(name)]


def criterion_values(scheme: ScoringScheme, inputs: Inputs) -> FloatArray:
    """Return the input of each criterion, adjustments last, shape (..., units, criteria)."""
    every = (*scheme.criteria(), *scheme.adjustments)
    columns = [_column(criterion.input, scheme, inputs, criterion.method) for criterion in every]
    return np.stack(np.broadcast_arrays(*columns), axis=-1)


def criterion_points(scheme: ScoringScheme, values: FloatArray, shift: FloatArray | float = 0.0) -> FloatArray:
    """Return the points of each criterion.

    Parameters
    ----------
    scheme : ScoringScheme
        With the kinds of the survey's inputs (`with_kinds`) where it rounds.
    values : ndarray, shape (..., units, criteria)
        Unrounded, from `criterion_values`; the scheme's rounding rule is applied here.
    shift : ndarray or float
        By how much all declared numbers of a criterion are moved up.

    Returns
    -------
    ndarray, shape (..., units, criteria)
        A missing value gives 0 points, or with ``missing: rescale`` the share that the unit reaches over its other
        criteria: those of the content, where none of them has a value those of the indicator, then all.
    """
    every = (*scheme.criteria(), *scheme.adjustments)
    seen = seen_values(scheme, values) - shift
    points = np.stack(
        [apply_rule(criterion.rule, seen[..., k], criterion.points) for k, criterion in enumerate(every)], axis=-1
    )
    absent = np.isnan(points)
    if not absent.any():
        return points
    main = len(scheme.criteria())
    worth = np.array([criterion.points for criterion in every])
    rescaled = np.array([c.missing == "rescale" and k < main for k, c in enumerate(every)])
    share = np.zeros(points.shape)
    share[..., :main] = _borrowed_share(scheme, points[..., :main], absent[..., :main])
    return np.where(absent, np.where(rescaled, share * worth, 0.0), points)


def _members(scheme: ScoringScheme, level: str) -> FloatArray:
    """Which criteria (rows) lend to each other at a level, shape (criteria, criteria)."""
    keys = [{"content": (g.id, c.id), "indicator": g.id, "total": ""}[level] for g, c, _, _ in scheme.walk()]
    return np.array([[one == other for other in keys] for one in keys], dtype=float)


def _borrowed_share(scheme: ScoringScheme, points: FloatArray, absent: BoolArray) -> FloatArray:
    """Share of the points that the present criteria reach, from the nearest level that has any; 0 where none has."""
    worth = np.array([criterion.points for criterion in scheme.criteria()])
    possible, reached = np.where(absent, 0.0, worth), np.where(absent, 0.0, points)
    share = np.full(points.shape, np.nan)
    for level in LENDERS:
        member = _members(scheme, level)
        most = possible @ member
        found = np.divide(reached @ member, most, out=np.full(points.shape, np.nan), where=most > 0)
        share = np.where(np.isnan(share), found, share)
    return np.asarray(np.nan_to_num(share, nan=0.0))


def lenders(scheme: ScoringScheme, values: FloatArray) -> list[list[str]]:
    """Say for each unit and criterion where the points of a missing value come from.

    Parameters
    ----------
    scheme : ScoringScheme
    values : ndarray, shape (units, criteria)

    Returns
    -------
    list of list of str
        By unit, then by criterion (adjustments last): "" where there is a value; "zero"; or the level of `LENDERS` that
        lends; "none" where no criterion of the unit has a value.
    """
    every = (*scheme.criteria(), *scheme.adjustments)
    main = len(scheme.criteria())
    absent = np.isnan(values)
    present = np.where(absent[:, :main], 0.0, 1.0)
    counts = [present @ _members(scheme, level) for level in LENDERS]
    found = []
    for i in range(values.shape[0]):
        row = []
        for k, criterion in enumerate(every):
            levels = [level for level, count in zip(LENDERS, counts, strict=True) if k < main and count[i, k] > 0]
            lent = "zero" if criterion.missing != "rescale" or k >= main else levels[0] if levels else "none"
            row.append(lent if absent[i, k] else "")
        found.append(row)
    return found


def group_points(scheme: ScoringScheme, points: FloatArray, level: str) -> tuple[tuple[str, ...], FloatArray]:
    """Add criteria up to contents, indicators or methods.

    Parameters
    ----------
    scheme : ScoringScheme
    points : ndarray, shape (..., units, criteria)
    level : str
        "content", "indicator" or "method".

    Returns
    -------
    ids : tuple of str
    sums : ndarray, shape (..., units, ids)
    """
    keys = [
        {"content": content.id, "indicator": group.id, "method": criterion.method}[level]
        for group, content, criterion, _ in scheme.walk()
    ]
    ids = tuple(dict.fromkeys(keys))
    member = np.array([[key == name for name in ids] for key in keys], dtype=float)
    return ids, points[..., : len(keys)] @ member


def total_points(scheme: ScoringScheme, points: FloatArray) -> FloatArray:
    """Return the score of each unit, shape (..., units).

    Notes
    -----
    Arithmetic: the sum of the points. Geometric: ``total * prod (S_g / P_g) ** (P_g / total)`` over the indicators.
    Bonuses are added and penalties taken afterwards.
    """
    main = len(scheme.criteria())
    if scheme.aggregation == "arithmetic":
        total = points[..., :main].sum(axis=-1)
    else:
        worth = np.array([group.points for group in scheme.indicators])
        _, sums = group_points(scheme, points, "indicator")
        with np.errstate(divide="ignore"):
            logs = np.log(np.clip(sums / worth, 0.0, None))
        total = scheme.total * np.exp((logs * worth / worth.sum()).sum(axis=-1))
    return np.asarray(total + points[..., main:].sum(axis=-1))
