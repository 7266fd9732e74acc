"""A scheme with its inputs: values and points of all criteria, and what each quantity can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from surveykit.scoring.card.ranges import RankRanges
from surveykit.scoring.inputs.margins import SCORES, InputTables, has_own_interval, input_tables
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules import knots_of
from surveykit.scoring.rules.rank_based import RankBased
from surveykit.scoring.scheme.aggregate import Inputs, criterion_points, criterion_values, group_points, total_points
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme
from surveykit.scoring.scheme.rounding import jump_edge

__all__ = ["LEVELS", "SchemeRun"]

LEVELS = ("content", "indicator", "method")

REACH = 2.5
"""Normal score within which a bend or jump of a rule counts as in reach of a value."""


@dataclass(frozen=True)
class SchemeRun:
    """A scheme and the inputs of its units.

    Attributes
    ----------
    scheme : ScoringScheme
        With the kinds of the survey's inputs.
    inputs : SurveyInputs
        Of the scheme's units, in their order.
    other : OtherMethods
        Of the same units.
    """

    scheme: ScoringScheme
    inputs: SurveyInputs = field(repr=False)
    other: OtherMethods = field(repr=False)

    @property
    def every(self) -> tuple[Criterion, ...]:
        """Criteria, then adjustments."""
        return (*self.scheme.criteria(), *self.scheme.adjustments)

    @cached_property
    def tables(self) -> InputTables:
        """Distributions of the intervals of the inputs."""
        return input_tables(self.inputs, self.other, comparing=False)

    @cached_property
    def comparing(self) -> InputTables:
        """Distributions that comparisons rest on."""
        if not has_own_interval(self.inputs):
            return self.tables
        return input_tables(self.inputs, self.other, comparing=True)

    def through(self, survey: FloatArray, other: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values and points of all criteria for given inputs."""
        values = criterion_values(self.scheme, Inputs(self.inputs.indicators, survey, self.other.inputs, other))
        return values, criterion_points(self.scheme, values)

    def quantities(self, values: FloatArray, points: FloatArray) -> FloatArray:
        """Total, contents, indicators, methods, points and values of criteria, one after the other on the last axis."""
        groups = [group_points(self.scheme, points, level)[1] for level in LEVELS]
        total = total_points(self.scheme, points)[..., None]
        return np.concatenate([total, *groups, points, values], axis=-1)

    def places(self) -> dict[str, slice]:
        """Where each part of `quantities` stands: "total", the levels, "points" and "values"."""
        widths = {"total": 1}
        blank = np.zeros((1, len(self.every)))
        for level in LEVELS:
            widths[level] = len(group_points(self.scheme, blank, level)[0])
        widths |= {"points": len(self.every), "values": len(self.every)}
        found, start = {}, 0
        for name, width in widths.items():
            found[name] = slice(start, start + width)
            start += width
        return found

    def own_quantities(self, ranges: RankRanges, worst: bool) -> Callable[[FloatArray, FloatArray], FloatArray]:
        """Return quantities as a function of each unit's own inputs, rank-based points at one end of their range."""
        fixed = {}
        for k, criterion in enumerate(self.every):
            if isinstance(criterion.rule, RankBased):
                ranks = ranges.worst[:, k] if worst else ranges.best[:, k]
                fixed[k] = criterion.rule.points_of_ranks(ranks, ranges.present[k], criterion.points)

        def found(survey: FloatArray, other: FloatArray) -> FloatArray:
            values, points = self.through(survey, other)
            for k, marks in fixed.items():
                points[..., k] = np.where(np.isnan(values[..., k]), points[..., k], marks)
            return self.quantities(values, points)

        return found

    def dimensions(self, tables: InputTables) -> npt.NDArray[np.int64]:
        """Count for each unit and quantity the inputs whose rule bends or jumps within reach, the rest as one.

        Returns
        -------
        ndarray of int, shape (units, quantities)
            0 where no bend or jump is in reach: the quantity is a straight line there.
        """
        values, _ = self.through(tables.survey.transpose(2, 0, 1), tables.other.transpose(2, 0, 1))
        low, high = (
            values[np.searchsorted(SCORES, -REACH), ...],
            values[np.searchsorted(SCORES, REACH), ...],
        )
        low, high = np.minimum(low, high), np.maximum(low, high)
        moving = high > low
        kinked = np.zeros(moving.shape, dtype=bool)
        for k, criterion in enumerate(self.every):
            for knot in knots_of(criterion.rule, criterion.points):
                at = jump_edge(self.scheme, criterion, knot.at) if knot.jump else knot.at
                kinked[:, k] |= (low[:, k] < at) & (at < high[:, k])
        names = [criterion.input for criterion in self.every]
        same = np.array([[one == two for two in names] for one in names], dtype=float)
        first = np.array([names.index(name) == k for k, name in enumerate(names)])
        bent = (kinked @ same > 0) & first
        straight = moving & ~(kinked @ same > 0)
        member = self._member()
        counts = bent.astype(int) @ member
        return np.asarray(np.where(counts > 0, counts + ((straight @ member) > 0), 0))

    def _member(self) -> npt.NDArray[np.int64]:
        """Which criteria count in which quantity, shape (criteria, quantities)."""
        size = len(self.every)
        eye = np.eye(size)
        groups = [group_points(self.scheme, eye, level)[1] for level in LEVELS]
        parts = [np.ones((size, 1)), *groups, eye, np.zeros((size, size))]
        return np.concatenate(parts, axis=1).astype(np.int64)
