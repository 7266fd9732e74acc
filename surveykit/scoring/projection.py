"""What a score can be: the rules carried over the joint confidence region of the inputs, kinks and jumps included."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from surveykit.scoring.margins import SCORES, InputTables
from surveykit.scoring.numerics import FloatArray, covariance_root

__all__ = ["Projection", "chi_bar_quantile", "chi_bar_tail"]

RADII = np.concatenate([[0.0], np.linspace(0.1, 6.0, 60)])
"""Radii of the regions, in normal scores."""

_RANDOM_DIRECTIONS = 64
_BLOCK = 1200

Through = Callable[[FloatArray, FloatArray], FloatArray]


def chi_bar_tail(square: FloatArray, dimensions: npt.NDArray[np.int64] | int) -> FloatArray:
    """Return the tail of the squared distance of k independent standard normals from an orthant.

    Parameters
    ----------
    square : ndarray
        Squared distance.
    dimensions : ndarray of int or int
        k; for 1 it is one tail of the normal distribution.

    Notes
    -----
    ``sum_i C(k, i) 2^-k P(chi2_i > x)``, i = 1 to k (Kudo 1963, Biometrika 50). The distance of an estimate from the
    set of values that give a stated score is at most its distance from the orthant in which every input is larger (or
    every input smaller) than the truth, because a score rises with its inputs: so the tail bounds the error whatever
    bends or jumps the rules have, and is exact for one input or a straight line.

    Examples
    --------
    >>> round(float(chi_bar_tail(np.array(3.8415), 1)), 4)
    0.025
    """
    square, k = np.broadcast_arrays(np.asarray(square, dtype=float), np.asarray(dimensions))
    tail = np.zeros(square.shape)
    for i in range(1, int(k.max(initial=1)) + 1):
        tail = tail + np.where(i <= k, special.binom(k, i) * 0.5**k * stats.chi2.sf(square, i), 0.0)
    return tail


def chi_bar_quantile(tail: float, dimensions: int) -> float:
    """Return the distance (not squared) that is exceeded with a given probability; see `chi_bar_tail`."""
    return float(optimize.brentq(lambda x: float(chi_bar_tail(np.array(x * x), dimensions)) - tail, 0.0, 40.0))


@dataclass(frozen=True)
class Projection:
    """Least and greatest values of functions of the inputs over their joint regions.

    Attributes
    ----------
    tables : InputTables
    through : callable
        Survey and other inputs (draws, units, inputs) to quantities (draws, units, quantities), each of which does not
        fall, or does not rise, as an input grows, and of a unit's own inputs alone.
    seed : int
        Of the random directions, which only refine the search.
    """

    tables: InputTables
    through: Through = field(repr=False)
    seed: int = 0

    @cached_property
    def moving(self) -> npt.NDArray[np.bool_]:
        """Which inputs have sampling error, shape (units, inputs), those of the survey first."""
        both = np.concatenate([self.tables.survey, self.tables.other], axis=1)
        return np.asarray((both[..., :1] != both[..., -1:])[..., 0] & np.isfinite(both[..., 0]))

    @cached_property
    def _roots(self) -> FloatArray:
        """Roots of the joint correlation of each unit's inputs, shape (units, inputs, inputs)."""
        survey, other = self.tables.survey_correlation, self.tables.other_correlation
        units, first = survey.shape[:2]
        joint = np.zeros((units, first + other.shape[1], first + other.shape[1]))
        joint[:, :first, :first], joint[:, first:, first:] = survey, other
        return np.asarray(np.stack([covariance_root(one) for one in joint]) if units else joint)

    def values(self, scores: FloatArray) -> FloatArray:
        """Return the quantities at joint scores, shape (draws, units, inputs) -> (draws, units, quantities)."""
        first = self.tables.survey.shape[1]
        blocks = []
        for start in range(0, len(scores), _BLOCK):
            part = np.where(self.moving, scores[start : start + _BLOCK], 0.0)
            survey = _look_up(self.tables.survey, part[..., :first])
            other = _look_up(self.tables.other, part[..., first:])
            blocks.append(self.through(survey, other))
        return np.concatenate(blocks)

    @cached_property
    def centre(self) -> FloatArray:
        """The quantities at the estimates' medians, shape (units, quantities)."""
        return np.asarray(self.values(np.zeros((1, *self.moving.shape)))[0])

    def directions(self, chosen: npt.NDArray[np.intp] | None = None) -> FloatArray:
        """Return directions of unit length in which quantities move most, shape (directions, units, inputs).

        For a straight line the direction is the right one; for bends and jumps chords of several lengths, single inputs
        and random directions are tried too.
        """
        units, inputs = self.moving.shape
        found = []
        eye = np.eye(inputs)
        for reach in (2.2,) if chosen is None else (1.0, 2.2, 3.5):
            up = self.values(np.broadcast_to(reach * eye[:, None, :], (inputs, units, inputs)))
            down = self.values(np.broadcast_to(-reach * eye[:, None, :], (inputs, units, inputs)))
            pick = slice(None) if chosen is None else chosen
            for slope in (up - down, up - self.centre, self.centre - down):
                found.append(np.nan_to_num(slope[..., pick]).transpose(2, 1, 0))
        gradient = np.concatenate(found)
        whitened = np.einsum("uij,dui->duj", self._roots, gradient)
        rng = np.random.default_rng(self.seed)
        random = np.broadcast_to(
            rng.standard_normal((_RANDOM_DIRECTIONS, 1, inputs)), (_RANDOM_DIRECTIONS, units, inputs)
        )
        single = np.einsum("uij,dui->duj", self._roots, np.broadcast_to(eye[:, None, :], (inputs, units, inputs)))
        every = np.concatenate([whitened, single, random])
        length = np.linalg.norm(every, axis=-1, keepdims=True)
        every = np.divide(every, length, out=np.zeros_like(every), where=length > 0)
        moved = np.einsum("uij,duj->dui", self._roots, every)
        return np.concatenate([moved, -moved])

    def limits(self, radius: float, directions: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return least and greatest quantities within a radius, each of shape (units, quantities).

        Parameters
        ----------
        radius : float
        directions : ndarray, shape (directions, units, inputs)
        """
        found = self.values(directions * radius)
        return np.fmin.reduce(found, axis=0), np.fmax.reduce(found, axis=0)

    def curves(self, quantity: int) -> tuple[FloatArray, FloatArray]:
        """Return least and greatest values of one quantity at each of `RADII`, each of shape (units, radii)."""
        directions = self.directions(np.array([quantity]))
        low, high = np.empty((self.moving.shape[0], RADII.size)), np.empty((self.moving.shape[0], RADII.size))
        for r, radius in enumerate(RADII):
            found = self.values(directions * radius)[..., quantity]
            low[:, r], high[:, r] = found.min(axis=0), found.max(axis=0)
        return np.minimum.accumulate(low, axis=1), np.maximum.accumulate(high, axis=1)


def _look_up(table: FloatArray, scores: FloatArray) -> FloatArray:
    """Interpolate tables (units, inputs, scores) at scores (draws, units, inputs)."""
    step = SCORES[1] - SCORES[0]
    place = np.clip((scores - SCORES[0]) / step, 0.0, SCORES.size - 1.0)
    left = np.minimum(place.astype(np.intp), SCORES.size - 2)
    units, inputs = np.ogrid[: table.shape[0], : table.shape[1]]
    low, high = table[units, inputs, left], table[units, inputs, left + 1]
    return np.asarray(low + (place - left) * (high - low))
