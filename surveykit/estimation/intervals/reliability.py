"""Which proportions may be presented: the NCHS 2017 standards (Vital and Health Statistics 2, no. 175)."""

from __future__ import annotations

import numpy as np

from surveykit.estimation.intervals.intervals import effective_size, korn_graubard, t_quantile

__all__ = ["nchs_2017"]


def nchs_2017(p: np.ndarray, std_error: np.ndarray, n: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Return the presentation status of proportions.

    Parameters
    ----------
    p, std_error, n, df : numpy.ndarray, shape (k,)
        Proportions, standard errors, sample rows and degrees of freedom of the domain.

    Returns
    -------
    numpy.ndarray of str, shape (k,)
        "present"; "complement" (present it, but 1 - p may be unreliable); "review" (p is 0 or 1, or df < 8: a
        statistician decides); "suppress". Empty domains are "suppress".

    Notes
    -----
    In the order of NCHS: effective sample size (capped at n) below 30; Korn-Graubard width of 30 points or more; width
    above 5 points and above 130 % of p; review; complement. Widths are compared after rounding to 0.1 points, always at
    the 95 % level. Reference: Parker et al. (2017), with the macro's handling of p = 0 and 1 (n_eff = n).

    Examples
    --------
    >>> nchs_2017([0.86, 0.5], [0.0601, 0.0866], [50, 50], [12, 12]).tolist()
    ['complement', 'suppress']
    """
    p, se, n, df = (np.asarray(a, dtype=float) for a in (p, std_error, n, df))
    edge = (p <= 0) | (p >= 1)
    size = np.where(edge, n, effective_size(p, se, n))
    size = np.where(np.isnan(size) & (n > 0) & ~np.isnan(p), n, size)
    factor = (t_quantile(n - 1, 0.95) / t_quantile(df, 0.95)) ** 2
    star = np.minimum(n, size * factor)
    low, high = korn_graubard(p, star, 0.95)
    width = np.round((high - low) * 100, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.round((high - low) / p * 100, 1)
        complement = np.round((high - low) / (1 - p) * 100, 1)
        unreliable = np.isnan(p) | np.isnan(width) | (np.minimum(size, n) < 30) | (width >= 30.0)
        unreliable |= (width > 5.0) & (relative > 130.0)
    status = np.full(p.shape, "present", dtype=object)
    status[(width > 5.0) & (complement > 130.0)] = "complement"
    status[edge | (df < 8)] = "review"
    status[unreliable] = "suppress"
    return status
