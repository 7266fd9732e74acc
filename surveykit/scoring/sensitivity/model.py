"""Scores as a function of uniform numbers, one for each choice that is made to vary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from surveykit.errors import DataError, choose, first_few
from surveykit.scoring.inputs.draws import draw_inputs, draw_other
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.scheme.aggregate import Inputs, criterion_points, criterion_values, group_points, total_points
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import with_kinds

__all__ = ["Factors", "SensitivityModel", "model_scores", "published_scores", "sensitivity_model"]

MissingRule = Literal["rescale", "zero"]

BANK = 2000


@dataclass(frozen=True)
class Factors:
    """Which choices vary, all independent of each other.

    Attributes
    ----------
    sampling : bool
        Draws within the sampling error of the survey and of the field visits.
    alternatives : mapping
        Name of a choice (for example "dont_know") to its options; an option says which column of the survey stands in
        for which indicator, ``{}`` keeps all: ``{"dont_know": [{}, {"satisfaction": "satisfaction__dont_know_in"}]}``.
    weights : float
        Points at each level are multiplied by U(1 - w, 1 + w) and rescaled; 0 leaves them.
    aggregation : bool
        Arithmetic or geometric over the indicators.
    knots : float
        Knots, thresholds and steps of questionnaire criteria move together by U(-k, k), in shares of the full scale
        (0.02: two percentage points of a rate, two points of a score); 0 leaves them.
    missing : sequence of str
        Criteria that may be missing for everybody; each of them is left out with equal chance, or none is.
    missing_rule : str
        A criterion left out gives "zero" points or its points go to the others ("rescale").
    """

    sampling: bool = True
    alternatives: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)
    weights: float = 0.25
    aggregation: bool = True
    knots: float = 0.02
    missing: Sequence[str] = ()
    missing_rule: MissingRule = "rescale"

    def __post_init__(self) -> None:
        choose("missing_rule", self.missing_rule, get_args(MissingRule))


@dataclass(frozen=True)
class SensitivityModel:
    """Everything that a run needs, drawn beforehand."""

    scheme: ScoringScheme
    names: tuple[str, ...]
    survey: FloatArray  # (weightings, draws or 1, units, indicators)
    other: FloatArray  # (draws or 1, units, inputs)
    other_names: tuple[str, ...]
    points: FloatArray  # (bank, criteria): effective points
    factors: Factors
    tops: FloatArray  # (indicators,): full scale, 1 where there is none
    shifted: FloatArray  # (criteria,): size of one full scale where knots move, else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the factors, in the order of the uniforms."""
        fixed = []
        if self.factors.sampling:
            fixed.append("sampling")
        if self.survey.shape[0] > 1:
            fixed.append("weighting")
        fixed += list(self.factors.alternatives)
        if self.factors.weights > 0:
            fixed.append("weights")
        if self.factors.aggregation:
            fixed.append("aggregation")
        if self.factors.knots > 0:
            fixed.append("knots")
        if self.factors.missing:
            fixed.append("missing")
        return tuple(fixed)


def _pick(u: FloatArray, size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    return np.minimum((u * size).astype(np.intp), size - 1)


def model_scores(model: SensitivityModel, uniforms: FloatArray) -> FloatArray:
    """Return the scores for rows of uniforms, shape (rows, units)."""
    rows = uniforms.shape[0]
    u = dict(zip(model.columns, uniforms.T, strict=True))
    zero = np.zeros(rows)
    weighting = _pick(u.get("weighting", zero), model.survey.shape[0])
    draw = _pick(u.get("sampling", zero), model.survey.shape[1])
    survey = model.survey[weighting, draw]
    source = np.tile(np.arange(len(model.names)), (rows, 1))
    for name, options in model.factors.alternatives.items():
        chosen = _pick(u[name], len(options))
        for number, option in enumerate(options):
            for indicator, column in option.items():
                source[chosen == number, model.names.index(indicator)] = model.names.index(column)
    survey = np.take_along_axis(survey, source[:, None, :], axis=2) * (model.tops / model.tops[source])[:, None, :]
    other = model.other[_pick(u.get("sampling", zero), model.other.shape[0])]
    values = criterion_values(model.scheme, Inputs(model.names, survey, model.other_names, other))
    move = (2 * u.get("knots", zero + 0.5) - 1) * model.factors.knots
    points = criterion_points(model.scheme, values, shift=move[:, None, None] * model.shifted)
    return _totals(model, points, u)


def _totals(model: SensitivityModel, points: FloatArray, u: Mapping[str, FloatArray]) -> FloatArray:
    main = len(model.scheme.criteria())
    rows = points.shape[0]
    nominal = np.array([criterion.points for criterion in model.scheme.criteria()])
    worth = model.points[_pick(u.get("weights", np.zeros(rows)), model.points.shape[0])]
    if model.factors.missing:
        ids = [criterion.id for criterion in model.scheme.criteria()]
        gone = _pick(u["missing"], len(model.factors.missing) + 1)
        kept = np.ones((rows, main))
        for number, name in enumerate(model.factors.missing):
            kept[gone == number, ids.index(name)] = 0.0
        before = worth.sum(axis=1, keepdims=True)
        worth = worth * kept
        if model.factors.missing_rule == "rescale":
            worth = worth * before / worth.sum(axis=1, keepdims=True)
    weighed = points[..., :main] / nominal * worth[:, None, :]
    total = weighed.sum(axis=-1)
    geometric = np.full(rows, model.scheme.aggregation == "geometric")
    if model.factors.aggregation:
        geometric = u["aggregation"] >= 0.5
    if geometric.any():
        _, sums = group_points(model.scheme, weighed[geometric], "indicator")
        _, most = group_points(model.scheme, worth[geometric][:, None, :], "indicator")
        share = np.divide(sums, most, out=np.ones_like(sums), where=most > 0)
        with np.errstate(divide="ignore"):
            logs = np.where(most > 0, most * np.log(share), 0.0)
        scale = most.sum(axis=-1)
        total[geometric] = scale * np.exp(logs.sum(axis=-1) / scale)
    return np.asarray(total + points[..., main:].sum(axis=-1))


def _weight_bank(scheme: ScoringScheme, spread: float, size: int, rng: np.random.Generator) -> FloatArray:
    """Effective points of the criteria when the points of every level are shaken and rescaled."""

    def shaken(worth: list[float], total: FloatArray) -> FloatArray:
        moved = np.array(worth) * rng.uniform(1 - spread, 1 + spread, size=(size, len(worth)))
        return np.asarray(moved / moved.sum(axis=1, keepdims=True) * total[:, None])

    blocks = []
    groups = shaken([group.points for group in scheme.indicators], np.full(size, scheme.total))
    for i, group in enumerate(scheme.indicators):
        contents = shaken([content.points for content in group.contents], groups[:, i])
        for j, content in enumerate(group.contents):
            blocks.append(shaken([criterion.points for criterion in content.criteria], contents[:, j]))
    return np.concatenate(blocks, axis=1)


def sensitivity_model(
    scheme: ScoringScheme, survey: Sequence[SurveyInputs], other: OtherMethods, factors: Factors, seed: int
) -> SensitivityModel:
    """Draw everything that the runs will pick from."""
    first, bank = survey[0], BANK
    scheme = with_kinds(scheme, first.indicators, first.kinds)
    units = scheme.units or first.units
    drawn = []
    for one in survey:
        if one.indicators != first.indicators or set(one.units) != set(first.units):
            raise DataError("survey: the weightings must have the same units and indicators in the same order")
        rng = np.random.default_rng(seed)
        array = draw_inputs(one, bank, rng)[0] if factors.sampling else one.values[None]
        drawn.append(array[:, [one.units.index(unit) for unit in units]])
    moved = draw_other(other, bank, np.random.default_rng([seed, 1]))[0] if factors.sampling else other.values
    unknown = [
        name
        for options in factors.alternatives.values()
        for option in options
        for pair in option.items()
        for name in pair
        if name not in first.indicators
    ]
    unknown += [name for name in factors.missing if name not in [c.id for c in scheme.criteria()]]
    if unknown:
        raise DataError(f"factors: unknown indicators or criteria ({first_few(unknown)})")
    every = (*scheme.criteria(), *scheme.adjustments)
    bends = [c.method == "questionnaire" and c.rule.arbitrary_knots for c in every]
    shifted = [_full_scale(scheme, first, c.input) if bend else 0.0 for c, bend in zip(every, bends, strict=True)]
    points = np.array([[criterion.points for criterion in scheme.criteria()]])
    if factors.weights > 0:
        points = _weight_bank(scheme, factors.weights, bank, np.random.default_rng([seed, 2]))
    held = moved if moved.ndim == 3 else moved[None]
    scales, shifts = full_scales(first), np.array(shifted)
    drawn_survey = np.stack(drawn)
    return SensitivityModel(scheme, first.indicators, drawn_survey, held, other.inputs, points, factors, scales, shifts)


def _full_scale(scheme: ScoringScheme, survey: SurveyInputs, name: str) -> float:
    """Largest value of an input, that of its first part when it is derived."""
    for derived in scheme.derived:
        if derived.id == name:
            return _full_scale(scheme, survey, next(iter(derived.parts)))
    return float(full_scales(survey)[survey.indicators.index(name)])


def full_scales(survey: SurveyInputs) -> FloatArray:
    """Return the largest value of each indicator, 1 for unbounded ones."""
    tops = np.array(survey.top)
    return np.where(np.isfinite(tops), tops, 1.0)


def published_scores(scheme: ScoringScheme, survey: SurveyInputs, other: OtherMethods) -> FloatArray:
    """Return the scores as published, shape (units,): estimates as they are, the scheme as it is."""
    scheme = with_kinds(scheme, survey.indicators, survey.kinds)
    order = [survey.units.index(unit) for unit in scheme.units or survey.units]
    held = Inputs(survey.indicators, survey.values[order], other.inputs, other.values)
    return total_points(scheme, criterion_points(scheme, criterion_values(scheme, held)))
