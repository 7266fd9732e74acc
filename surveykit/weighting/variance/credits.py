"""What each weighting step does to the variance: its derivative, applied to weighted influence values.

Every class has a ``name`` and ``residuals(z)``, as the adjustments of a survey design have. ``z`` (n, k) holds the
derivative of k estimates by the logarithm of each row's weight *after* the step (that is weight times influence);
``residuals`` returns the derivative by the logarithm of each weight *before* it. A chain goes through them from the
last step to the first, and ends at the derivative by the base weights, whose variance the sampling design knows. Limits
of a weight are those of one unit, so they depend on how often it was drawn and not on its weight before: ``direct``
returns that part, which bypasses the steps before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from surveykit.weighting.arrays.cells import Codes
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.variance.packing import packed


class Credit(Protocol):
    """Anything that carries weighted influence values back over a weighting step."""

    @property
    def name(self) -> str:
        """Name of the step, as the recipe of an estimate prints it."""

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) from after the step to before it."""


@packed
@dataclass(frozen=True, slots=True, eq=False)
class GroupTotalCredit:
    """Weights scaled to a fixed total in each group (post-stratification, normalisation).

    Attributes
    ----------
    groups : int array, shape (n,)
        Group of each row, -1 for rows that take no part.
    weights : array, shape (n,)
        Weights before the step.
    name : str
        Name of the step.
    """

    groups: Codes
    weights: Array
    name: str = "poststratification"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        inside = self.groups >= 0
        codes = np.where(inside, self.groups, 0)
        taking = np.where(inside, self.weights, 0.0)
        size = int(codes.max(initial=0)) + 1
        share = over(taking, np.bincount(codes, weights=taking, minlength=size)[codes])
        out: Array = z - share[:, None] * group_sums(np.where(inside[:, None], z, 0.0), codes, size)
        return out


@packed
@dataclass(frozen=True, slots=True, eq=False)
class CalibrationCredit:
    """Calibration to fixed totals, or to totals that the sample itself estimates.

    Attributes
    ----------
    x : array, shape (n, p)
        Auxiliaries.
    weights : array, shape (n,)
        Weights before the step.
    factors, slopes : array, shape (n,)
        Factor and its derivative at the solution.
    sampled : array, shape (n,), optional
        Weights whose totals of ``x`` were the target (calibration to the sample); None for totals known outside.
    dropped : bool array, shape (n,), optional
        Rows that end with weight 0.
    fixed : bool array, shape (n,), optional
        Rows that end at a limit of the weight itself, so that their weight before does not matter.
    ridge : array, shape (p,), optional
        Ridge added to the Hessian.
    name : str
        Name of the step.
    """

    x: Array
    weights: Array
    factors: Array
    slopes: Array
    sampled: Array | None = None
    dropped: Mask | None = None
    fixed: Mask | None = None
    ridge: Array | None = None
    name: str = "calibration"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        total = self._total(z)
        return total if self.fixed is None else np.where(self.fixed[:, None], 0.0, total)

    def direct(self, z: Array) -> Array:
        """Return what goes straight to the base weights: rows at a limit count as often as they were drawn."""
        if self.fixed is None:
            return np.zeros_like(z)
        return np.where(self.fixed[:, None], self._total(z), 0.0)

    def _total(self, z: Array) -> Array:
        if self.dropped is not None:
            z = np.where(self.dropped[:, None], 0.0, z)
        final = self.weights * self.factors
        hessian = (self.x * (self.weights * self.slopes)[:, None]).T @ self.x
        if self.ridge is not None:
            hessian = hessian + np.diag(self.ridge)
        pull = (self.x * over(self.slopes, self.factors)[:, None]).T @ z
        slope = np.linalg.pinv(hessian, rcond=1e-12, hermitian=True) @ pull
        moved = final if self.sampled is None else final - self.sampled
        out: Array = z - moved[:, None] * (self.x @ slope)
        return out


@packed
@dataclass(frozen=True, slots=True, eq=False)
class TrimmingCredit:
    """Weights cut off at limits, the difference spread evenly over the others.

    The limits are those of one unit: a unit that counts twice in a replicate may weigh twice as much.

    Attributes
    ----------
    weights, trimmed : array, shape (n,)
        Weights before and after the step.
    cut, receivers : bool array, shape (n,)
        Rows that were cut off, and rows that share the difference.
    name : str
        Name of the step.
    """

    weights: Array
    trimmed: Array
    cut: Mask
    receivers: Mask
    name: str = "trimming"

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) over the step."""
        influence, mean = self._influence(z)
        out = np.where(self.cut[:, None], mean[None, :], influence) * self.weights[:, None]
        return np.where((self.cut | self.receivers)[:, None], out, z)

    def direct(self, z: Array) -> Array:
        """Return what goes straight to the base weights: limits and shares count as often as a unit was drawn."""
        influence, mean = self._influence(z)
        shift = (self.trimmed - self.weights)[:, None] * (influence - mean[None, :])
        cut = z - self.trimmed[:, None] * mean[None, :]
        return np.where(self.cut[:, None], cut, np.where(self.receivers[:, None], shift, 0.0))

    def _influence(self, z: Array) -> tuple[Array, Array]:
        influence = np.where(self.receivers[:, None], z * over(np.ones_like(self.trimmed), self.trimmed)[:, None], 0.0)
        return influence, influence.sum(axis=0) / max(int(self.receivers.sum()), 1)


@packed
@dataclass(frozen=True, slots=True, eq=False)
class ChainCredit:
    """All steps of a weighting plan, carried back from the last to the first.

    Attributes
    ----------
    steps : tuple of Credit
        In the order in which they were made.
    label : str
        What kind of inference the weights allow, where it is not that of a probability sample.
    """

    steps: tuple[Credit, ...]
    label: str = ""

    @property
    def name(self) -> str:
        """The steps in the order in which they were made, and what kind of inference is left after them."""
        return " > ".join(step.name for step in self.steps) + (f" [{self.label}]" if self.label else "")

    def residuals(self, z: Array) -> Array:
        """Carry ``z`` (n, k) back to the base weights."""
        straight = np.zeros_like(z)
        for step in reversed(self.steps):
            direct = getattr(step, "direct", None)
            if direct is not None:
                straight = straight + direct(z)
            z = step.residuals(z)
        return z + straight


def group_sums(values: Array, codes: Codes, size: int) -> Array:
    """Return for each row the sum of ``values`` (n, k) over the rows of its group."""
    sums = np.column_stack([np.bincount(codes, weights=column, minlength=size) for column in values.T])
    out: Array = sums[codes]
    return out


def over(numerator: Array, denominator: Array) -> Array:
    """Divide, with 0 where the denominator is 0."""
    out: Array = np.divide(numerator, denominator, out=np.zeros_like(numerator, dtype=float), where=denominator != 0)
    return out
