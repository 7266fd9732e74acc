"""Draws of the other methods' values within their sampling error."""

from __future__ import annotations

import numpy as np

from surveykit.scoring.numerics import FloatArray
from surveykit.scoring.other_methods import OtherMethods

__all__ = ["draw_other"]


def draw_other(other: OtherMethods, draws: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Draw the sampled values, normal and with the spread of Student's t, inside the range of the input.

    Parameters
    ----------
    other : OtherMethods
    draws : int
    rng : numpy.random.Generator

    Returns
    -------
    normal, student : ndarray, shape (draws, units, inputs)
        Without the first axis when nothing was sampled. One chi-square per unit and draw.
    """
    sampled = np.flatnonzero((other.std_errors > 0).any(axis=0))
    if not sampled.size:
        return other.values, other.values
    spectrum, vectors = np.linalg.eigh(other.covariance[:, sampled[:, None], sampled])
    root = vectors * np.sqrt(np.clip(spectrum, 0, None))[:, None, :]
    moves = np.einsum("ukj,ruj->ruk", root, rng.standard_normal((draws, len(other.units), sampled.size)))
    finite = np.isfinite(other.df)
    df = np.where(finite, other.df, 1.0)
    stretch = np.where(finite, np.sqrt(df / rng.chisquare(df, size=(draws, df.size))), 1.0)
    low, high = other.bounds[sampled].T
    found = []
    for part in (moves, moves * stretch[..., None]):
        drawn = np.array(np.broadcast_to(other.values, (draws, *other.values.shape)))
        drawn[..., sampled] = np.clip(drawn[..., sampled] + part, low, high)
        found.append(drawn)
    return found[0], found[1] if finite.any() else found[0]
