"""The whole scheme as one function of arrays: inputs in, points of criteria and totals out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.scoring.numerics import FloatArray
from surveykit.scoring.points import apply_rule
from surveykit.scoring.scheme import Criterion, ScoringScheme

__all__ = ["Inputs", "criterion_points", "criterion_values", "group_points", "total_points"]


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


def criterion_points(scheme: ScoringScheme, values: FloatArray) -> FloatArray:
    """Return the points of each criterion, shape of `values`; missing values follow the rule of the criterion."""
    every: tuple[Criterion, ...] = (*scheme.criteria(), *scheme.adjustments)
    points = np.stack(
        [apply_rule(criterion.rule, values[..., k], criterion.points) for k, criterion in enumerate(every)], axis=-1
    )
    absent = np.isnan(points)
    if not absent.any():
        return points
    main = len(scheme.criteria())
    worth = np.array([criterion.points for criterion in every])
    possible = np.where(absent[..., :main], 0.0, worth[:main]).sum(axis=-1, keepdims=True)
    reached = np.nansum(points[..., :main], axis=-1, keepdims=True)
    share = np.divide(reached, possible, out=np.zeros_like(reached), where=possible > 0)
    rescaled = np.array([c.missing == "rescale" and k < main for k, c in enumerate(every)])
    return np.where(absent, np.where(rescaled, share * worth, 0.0), points)


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
