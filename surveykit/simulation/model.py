"""Kernels: shares of an ordered logit model and draws with a common attitude, on arrays."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr, ndtri

__all__ = ["gauss_hermite", "generator", "ordered_category", "ordered_tails", "tail_given_attitude"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def generator(seed: str, *parts: str) -> np.random.Generator:
    """Make the generator of one part of a simulation from the seed's text.

    Parameters
    ----------
    seed : str
        The plan's seed.
    *parts : str
        Name of the part, so that parts do not share their stream.

    Returns
    -------
    numpy.random.Generator
        PCG64 seeded with the SHA-256 of the texts.
    """
    digest = hashlib.sha256("\x1f".join((seed, *parts)).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))


def ordered_tails(shares: Floats, effects: Floats) -> Floats:
    """Chance of a code above each cut under a cumulative logit model.

    ``P(Y > k) = expit(logit(sum of the shares after k) + effect)``.

    Parameters
    ----------
    shares : (k,) array
        Shares of the ordered codes where the effect is zero; they add up to 1.
    effects : (n,) array
        Effects on the log-odds scale.

    Returns
    -------
    (n, k - 1) array
        Falling along each row.
    """
    tails = 1 - np.cumsum(shares)[:-1]
    with np.errstate(divide="ignore"):
        return np.asarray(expit(logit(np.clip(tails, 0.0, 1.0))[None, :] + effects[:, None]))


def tail_given_attitude(tails: Floats, attitude: Floats, loading: float) -> Floats:
    """Tail chances given the attitude under a Gaussian copula; their mean over the attitude is `tails`.

    Parameters
    ----------
    tails : (n, k) array
        Marginal chances.
    attitude : (m,) array
        Standard normal values.
    loading : float
        Correlation of the latent answer with the attitude.

    Returns
    -------
    (m, n, k) array
        ``Phi((Phi^-1(tail) + loading * attitude) / sqrt(1 - loading^2))``.
    """
    z = ndtri(tails)[None, :, :] + loading * attitude[:, None, None]
    return np.asarray(ndtr(z / np.sqrt(1 - loading**2)))


def ordered_category(tails: Floats, attitude: Floats, loading: float, rng: np.random.Generator) -> Codes:
    """Draw the position of the answer, 0 for the first code.

    Parameters
    ----------
    tails : (n, k - 1) array
        From `ordered_tails`.
    attitude : (n,) array
        General attitude of each person, standard normal.
    loading : float
        Correlation of the latent answer with the attitude.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    (n,) int array
        Positions from 0 to k - 1.
    """
    latent = loading * attitude + np.sqrt(1 - loading**2) * rng.standard_normal(attitude.shape)
    level = ndtr(latent)  # high latent = favourable
    return np.asarray((level[:, None] > 1 - tails).sum(axis=1), dtype=np.int64)


def gauss_hermite(points: int = 41) -> tuple[Floats, Floats]:
    """Nodes and weights that integrate a function of a standard normal value.

    Parameters
    ----------
    points : int
        Number of nodes.

    Returns
    -------
    tuple of arrays
        Nodes and weights; the weights add up to 1.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(points)
    return nodes, weights / weights.sum()
