"""What was done to the weights, as operators on linearised values, so that the variance credits it.

Each operator takes ``z`` (rows by statistics), final weight times influence value over all rows of the design, and
returns the values whose sums over sampling units carry the variance. Convention and formulas:
docs/methods/estimation.md, "Adjusted weights"; R survey sweeps the same residuals in `svyrecvar`.
"""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
from scipy.linalg import qr

__all__ = [
    "Adjustment",
    "NonresponseAdjustment",
    "PoststratificationAdjustment",
    "RakingAdjustment",
    "RegressionAdjustment",
    "sweep",
]

RAKING_SWEEPS = 10
"""Rounds over the margins; the number that R survey uses."""


@runtime_checkable
class Adjustment(Protocol):
    """Anything with a name and a `residuals` operator."""

    @property
    def name(self) -> str:
        """Short name for messages and recipes."""
        ...

    def residuals(self, z: np.ndarray) -> np.ndarray:
        """Return the residual linearised values, shape (n, k)."""
        ...


@dataclass(frozen=True, eq=False)
class PoststratificationAdjustment:
    """Weights scaled to known totals of disjoint cells.

    Attributes
    ----------
    groups : numpy.ndarray of int, shape (n,)
        Cell of each row; -1 = not poststratified.
    weights_before, weights_after : numpy.ndarray, shape (n,)
        Weights before and after the step.
    name : str
        Shown in recipes.

    Notes
    -----
    ``z - w1 * sum_g(z * w0 / w1) / sum_g(w0)``, w0 and w1 the weights before and after.
    """

    groups: np.ndarray
    weights_before: np.ndarray
    weights_after: np.ndarray
    name: str = "poststratification"

    def residuals(self, z: np.ndarray) -> np.ndarray:
        """Return the residual linearised values, shape (n, k)."""
        before, after = np.asarray(self.weights_before, float), np.asarray(self.weights_after, float)
        rows = np.asarray(self.groups) >= 0
        group = np.asarray(self.groups)[rows]
        share = np.divide(before, after, out=np.zeros_like(after), where=after > 0)[rows]
        total = np.bincount(group, weights=before[rows])
        total[total == 0] = 1.0
        out = np.array(z, dtype=float)
        for j in range(out.shape[1]):
            mean = np.bincount(group, weights=z[rows, j] * share, minlength=total.size) / total
            out[rows, j] -= mean[group] * after[rows]
        return out


@dataclass(frozen=True, eq=False)
class RegressionAdjustment:
    """Weights calibrated to totals of auxiliary variables, by any distance.

    Attributes
    ----------
    x : numpy.ndarray, shape (n, p)
        Auxiliary variables, the constant included where it was calibrated; collinear columns are allowed.
    weights_before, weights_after : numpy.ndarray, shape (n,)
        Weights before and after the step.
    q : numpy.ndarray or None, shape (n,)
        Scale of the distance, ``sum (w1 - w0)^2 / (w0 q)``; None = 1. R survey's ``variance`` is 1 / q.
    name : str
        Shown in recipes.

    Notes
    -----
    ``z`` becomes ``g d (e - x'B)``: the g-weighted residual of a regression with the weights d before the step.
    """

    x: np.ndarray
    weights_before: np.ndarray
    weights_after: np.ndarray
    q: np.ndarray | None = None
    name: str = "calibration"

    @cached_property
    def _basis(self) -> tuple[np.ndarray, np.ndarray]:
        before, after = np.asarray(self.weights_before, float), np.asarray(self.weights_after, float)
        q = np.ones_like(before) if self.q is None else np.asarray(self.q, float)
        x = np.asarray(self.x, float)
        scaled = (x if x.ndim == 2 else x[:, None]) * np.sqrt(before * q)[:, None]
        norms = np.sqrt((scaled**2).sum(axis=0))
        left, right, _ = qr(scaled / np.where(norms > 0, norms, 1.0), mode="economic", pivoting=True)
        diagonal = np.abs(np.diag(right))
        basis = left[:, diagonal > 1e-9 * max(diagonal[0], 1e-300)] if diagonal.size else left
        root = np.sqrt(before * q)
        return basis, np.divide(after, root, out=np.zeros_like(after), where=root > 0)

    def residuals(self, z: np.ndarray) -> np.ndarray:
        """Return the residual linearised values, shape (n, k)."""
        basis, scale = self._basis
        inside = scale > 0
        u = np.zeros_like(z, dtype=float)
        u[inside] = z[inside] / scale[inside, None]
        out = (u - basis @ (basis.T @ u)) * scale[:, None]
        out[~inside] = z[~inside]
        return out


@dataclass(frozen=True, eq=False)
class RakingAdjustment:
    """Weights raked to margins.

    Attributes
    ----------
    margins : tuple of numpy.ndarray of int, each shape (n,)
        Cell of each row in each margin; -1 = not in the margin.
    weights : numpy.ndarray, shape (n,), or tuple of such
        Weights after raking; or after the last scaling to each margin, where the raking stopped before it had
        converged (R survey keeps those).
    name : str
        Shown in recipes.

    Notes
    -----
    Ten rounds of ``z - w * mean_g(z / w)`` over the margins, the plain mean over rows with a positive weight.
    """

    margins: tuple[np.ndarray, ...]
    weights: np.ndarray | tuple[np.ndarray, ...]
    name: str = "raking"

    def residuals(self, z: np.ndarray) -> np.ndarray:
        """Return the residual linearised values, shape (n, k)."""
        listed = self.weights if isinstance(self.weights, tuple) else (self.weights,) * len(self.margins)
        weights = [np.asarray(w, float) for w in listed]
        rows = np.all([w > 0 for w in weights], axis=0)
        steps = []
        for margin, w in zip(self.margins, weights, strict=True):
            code = np.asarray(margin)[rows]
            inside = np.flatnonzero(code >= 0)
            steps.append((inside, code[inside], np.maximum(np.bincount(code[inside]), 1), w[rows][inside]))
        u = np.array(z[rows], dtype=float)
        for _ in range(RAKING_SWEEPS):
            for inside, group, count, w in steps:
                for j in range(u.shape[1]):
                    mean = np.bincount(group, weights=u[inside, j] / w) / count
                    u[inside, j] -= w * mean[group]
        out = np.array(z, dtype=float)
        out[rows] = u
        return out


@dataclass(frozen=True, eq=False)
class NonresponseAdjustment:
    """Weights of respondents raised within classes to those of all sampled units.

    Attributes
    ----------
    classes : numpy.ndarray of int, shape (n,)
        Class of each sampled row; -1 = not adjusted.
    responded : numpy.ndarray of bool, shape (n,)
        Who answered.
    weights_before : numpy.ndarray, shape (n,)
        Weights before the step, respondents and nonrespondents.
    name : str
        Shown in recipes.

    Notes
    -----
    With f the factor of class c (weights of all over weights of respondents), u = z / (w0 f) and m the weighted mean of
    u over the respondents of the class, ``z = w0 (m + r f (u - m))``: nonrespondents carry w0 m. This is the two-phase
    linearisation of Lundstrom and Sarndal's group-response estimator.
    """

    classes: np.ndarray
    responded: np.ndarray
    weights_before: np.ndarray
    name: str = "nonresponse"

    def residuals(self, z: np.ndarray) -> np.ndarray:
        """Return the residual linearised values, shape (n, k)."""
        rows = np.asarray(self.classes) >= 0
        group = np.asarray(self.classes)[rows]
        before = np.asarray(self.weights_before, float)[rows]
        answered = np.asarray(self.responded, bool)[rows]
        base = np.where(answered, before, 0.0)
        base_total = np.bincount(group, weights=base)
        full_total = np.bincount(group, weights=before)
        factor = np.divide(full_total, base_total, out=np.zeros_like(full_total), where=base_total > 0)[group]
        after = base * factor
        safe_total = np.where(base_total > 0, base_total, 1.0)
        out = np.array(z, dtype=float)
        for j in range(out.shape[1]):
            u = np.divide(z[rows, j], after, out=np.zeros_like(after), where=after > 0)
            m = (np.bincount(group, weights=base * u, minlength=safe_total.size) / safe_total)[group]
            out[rows, j] = before * (m + np.where(answered, factor * (u - m), 0.0))
        return out


def sweep(adjustments: Sequence[Adjustment], z: np.ndarray) -> np.ndarray:
    """Apply the adjustments of a design to linearised values.

    Calibrating steps are swept in their order, as R survey does; then the nonresponse steps from the last to the
    first, because what a class adjustment averages must already be the residual of the calibration that followed.

    Parameters
    ----------
    adjustments : sequence of Adjustment
        In the order in which the weights were made.
    z : numpy.ndarray, shape (n, k)
        Final weight times influence value.

    Returns
    -------
    numpy.ndarray, shape (n, k)
    """
    for adjustment in adjustments:
        if not isinstance(adjustment, NonresponseAdjustment):
            z = adjustment.residuals(z)
    for adjustment in reversed(adjustments):
        if isinstance(adjustment, NonresponseAdjustment):
            z = adjustment.residuals(z)
    return z
