"""Fits whose tests mean nothing: no variation about the model, and coefficients that separate the response."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from surveykit.estimation.kernel.degenerate import EPSILON, NO_VARIATION
from surveykit.estimation.kernel.families import Family
from surveykit.estimation.kernel.irls import Fit

__all__ = ["fit_state", "separated", "without_rounding"]

EDGE = 1e-5
"""Distance of a fitted probability from the response it fits within which a row carries no information."""


def fit_state(fit: Fit, y: np.ndarray) -> str:
    """Return "no variation" where every row is fitted up to rounding, else nothing."""
    residual = float(np.abs(y - fit.mu).max())
    return NO_VARIATION if residual <= 1e3 * EPSILON * float(np.abs(y).max()) else ""


def without_rounding(fit: Fit, x: np.ndarray) -> Fit:
    """Return the fit with coefficients set to 0 that move no row by more than rounding."""
    effect = np.abs(fit.beta) * np.abs(x).max(axis=0)
    return replace(fit, beta=np.where(effect <= 1e5 * EPSILON * float(effect.max()), 0.0, fit.beta))


def separated(fit: Fit, x: np.ndarray, y: np.ndarray, w: np.ndarray, family: Family) -> np.ndarray:
    """Return which coefficients of a model of a 0/1 response have no finite estimate, shape (p,).

    Notes
    -----
    Rows that are fitted as exactly 0 or 1 say nothing of a finite slope. A coefficient is separated when it takes part
    in a direction about which all information comes from such rows (Albert and Anderson 1984).
    """
    nobody = np.zeros(fit.beta.size, dtype=bool)
    if family.name != "binomial":
        return nobody
    gone = (np.abs(y - fit.mu) < EDGE) & (w > 0)
    if not gone.any():
        return nobody
    left = x[~gone & (w > 0)]
    scale = np.sqrt((x * x).sum(axis=0))
    gram = (left / scale).T @ (left / scale)
    values, vectors = np.linalg.eigh(gram)
    free = vectors[:, values <= 1e-10]
    return (np.abs(free) > 1e-6).any(axis=1) if free.size else nobody
