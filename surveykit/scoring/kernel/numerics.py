"""Arrays in, arrays out: covariance matrices and draws from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import linalg

from surveykit.errors import DataError, first_few

__all__ = ["FloatArray", "covariance_root", "difference_sd", "generator", "joint_draws", "valid_covariance"]

FloatArray = npt.NDArray[np.float64]

_RELATIVE_ZERO = 1e-12


def generator(seed: int | np.random.Generator) -> np.random.Generator:
    """Return a generator for a seed, or the generator itself."""
    return seed if isinstance(seed, np.random.Generator) else np.random.default_rng(seed)


def valid_covariance(covariance: object, size: int, what: str = "covariance") -> FloatArray:
    """Check that a matrix can be the covariance of `size` estimates and return it as floats.

    Parameters
    ----------
    covariance : array_like, shape (size, size)
        Symmetric and positive semi-definite; no missing values.
    size : int
        Number of estimates.
    what : str
        Name for the messages.

    Returns
    -------
    ndarray, shape (size, size)
        Exactly symmetric.

    Raises
    ------
    DataError
        For a wrong shape, missing values, asymmetry or a negative eigenvalue.
    """
    matrix = np.asarray(covariance, dtype=float)
    if matrix.shape != (size, size):
        raise DataError(
            f"{what}: shape {matrix.shape} for {size} estimates; give the full ({size}, {size}) matrix "
            "(np.diag(std_error**2) for independent estimates)"
        )
    if not np.isfinite(matrix).all():
        bad = np.argwhere(~np.isfinite(matrix)).tolist()
        raise DataError(f"{what}: missing or infinite entries ({first_few(map(tuple, bad))}); leave those units out")
    scale = float(np.max(np.abs(matrix), initial=0.0))
    if scale > 0 and float(np.max(np.abs(matrix - matrix.T))) > 1e-8 * scale:
        raise DataError(f"{what}: not symmetric; give the covariance, rows and columns in the order of the estimates")
    matrix = np.asarray((matrix + matrix.T) / 2)
    if size and float(np.linalg.eigvalsh(matrix)[0]) < -1e-8 * max(scale, np.finfo(float).tiny):
        raise DataError(f"{what}: has a negative eigenvalue, so it is no covariance; look for wrong signs or units")
    return matrix


def covariance_root(covariance: FloatArray) -> FloatArray:
    """Return a matrix L with L L' = covariance; singular matrices are allowed."""
    try:
        root = np.asarray(linalg.cholesky(covariance, lower=True, check_finite=False), dtype=float)
        if np.isfinite(root).all():
            return root
    except linalg.LinAlgError:
        pass
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)), dtype=float)


def joint_draws(
    covariance: FloatArray, draws: int, rng: np.random.Generator, df: float | None = None
) -> tuple[FloatArray, FloatArray]:
    """Draw from N(0, covariance), and the same draws with the spread of Student's t.

    Parameters
    ----------
    covariance : ndarray, shape (p, p)
    draws : int
    rng : numpy.random.Generator
    df : float, optional
        Degrees of freedom of the covariance; None or infinite gives the normal draws twice.

    Returns
    -------
    normal, student : ndarray, shape (p, draws)
        ``student = normal * sqrt(df / chi2_df)``, one chi-square per draw.
    """
    normal = covariance_root(covariance) @ rng.standard_normal((covariance.shape[0], draws))
    if df is None or not np.isfinite(df):
        return normal, normal
    return normal, normal * np.sqrt(df / rng.chisquare(df, size=draws))


def difference_sd(covariance: FloatArray) -> FloatArray:
    """Return the standard deviation of every difference, zero where rounding alone is left.

    Returns
    -------
    ndarray, shape (p, p)
        ``sqrt(S_jj + S_kk - 2 S_jk)``; exactly 0 on the diagonal and for perfectly dependent pairs.
    """
    variance = np.diag(covariance)
    both = variance[:, None] + variance[None, :]
    difference = both - 2 * covariance
    difference[difference <= _RELATIVE_ZERO * both] = 0.0
    return np.asarray(np.sqrt(difference))
