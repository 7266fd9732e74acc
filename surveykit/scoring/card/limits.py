"""Limits of everything on a score card, and the curves that its ranks and bands rest on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from surveykit.scoring.card.ranges import rank_ranges
from surveykit.scoring.card.run import SchemeRun
from surveykit.scoring.inputs.margins import InputTables, input_tables
from surveykit.scoring.inputs.projection import Projection, chi_bar_quantile
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules.rank_based import RankBased

__all__ = ["CardLimits", "card_limits"]


@dataclass(frozen=True)
class CardLimits:
    """What each quantity of a card can be.

    Attributes
    ----------
    places : dict of str to slice
        Parts of the last axis of `low` and `high`, see `SchemeRun.places`.
    low, high : ndarray, shape (units, quantities)
    curves : (ndarray, ndarray), each of shape (units, radii)
        Least and greatest totals at each radius, from the distributions that comparisons rest on.
    dimensions : ndarray of int, shape (units,)
        Inputs of the total with a bend or jump in reach, the rest as one; 0 for straight lines.
    """

    places: dict[str, slice] = field(repr=False)
    low: FloatArray = field(repr=False)
    high: FloatArray = field(repr=False)
    curves: tuple[FloatArray, FloatArray] = field(repr=False)
    dimensions: npt.NDArray[np.int64] = field(repr=False)

    def of(self, part: str, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
        """Return the limits of a part, reshaped."""
        place = self.places[part]
        return self.low[:, place].reshape(shape), self.high[:, place].reshape(shape)


def card_limits(run: SchemeRun, conf_level: float, *, plain: bool, seed: int) -> CardLimits:
    """Project the joint regions of the inputs through the scheme.

    Parameters
    ----------
    run : SchemeRun
    conf_level : float
    plain : bool
        Every survey input as a number with t limits on its own scale, whatever its kind.
    seed : int
        Of the random directions.

    Notes
    -----
    The limits of a quantity are its extremes over the region of its inputs' joint normal scores with the radius of
    `chi_bar_quantile`: 1.96 at 95 % for one input or a straight line, so that a score of one rate has that rate's
    limits; more where several inputs have a bend or jump in reach. Rank-based criteria enter with the points of the
    ends of their input's rank set, at a level of their own where other inputs are sampled too.
    """
    tables, comparing = run.tables, run.comparing
    if plain:
        kinds = tuple("mean" if kind in ("rate", "score") else kind for kind in run.inputs.kinds)
        tables = comparing = input_tables(replace(run.inputs, kinds=kinds), run.other, comparing=False)
    values, points = run.through(run.inputs.values, run.other.values)
    ranked = any(isinstance(criterion.rule, RankBased) for criterion in run.every)
    ranges = rank_ranges(run.scheme, run.inputs, run.other, values, conf_level)
    sides = (True, False) if ranked else (True,)
    through = [run.own_quantities(ranges, worst) for worst in sides]
    dimensions = run.dimensions(tables)
    low, high = _limits(tables, through, dimensions, conf_level, seed)
    given = run.quantities(values, points)
    curves = [Projection(comparing, one, seed).curves(0) for one in through]
    return CardLimits(
        run.places(),
        np.fmin(low, given),
        np.fmax(high, given),
        (curves[0][0], curves[-1][1]),
        run.dimensions(comparing)[:, 0],
    )


def _limits(
    tables: InputTables,
    through: list[Callable[[FloatArray, FloatArray], FloatArray]],
    dimensions: npt.NDArray[np.int64],
    conf_level: float,
    seed: int,
) -> tuple[FloatArray, FloatArray]:
    ends = []
    for one in through:
        projection = Projection(tables, one, seed)
        directions = projection.directions()
        low, high = np.full(dimensions.shape, np.nan), np.full(dimensions.shape, np.nan)
        for k in np.unique(np.maximum(dimensions, 1)):
            radius = chi_bar_quantile((1 - conf_level) / 2, int(k))
            least, most = projection.limits(radius, directions)
            here = np.maximum(dimensions, 1) == k
            low[here], high[here] = least[here], most[here]
        ends.append((low, high))
    return ends[0][0], ends[-1][1]
