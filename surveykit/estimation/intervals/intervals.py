"""Confidence intervals on arrays: t intervals and the intervals of proportions."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import special, stats

from surveykit.errors import DataError

__all__ = ["ProportionInterval", "effective_size", "proportion_interval", "t_interval", "t_quantile"]

ProportionInterval = Literal["logit", "likelihood", "asin", "beta", "mean", "xlogit", "wilson", "wilson_pooled"]

Limits = tuple[np.ndarray, np.ndarray]


def t_quantile(df: np.ndarray, conf_level: float) -> np.ndarray:
    """Return the two-sided t quantile; NaN where df is not positive, normal where it is infinite."""
    df = np.asarray(df, dtype=float)
    out = np.full(df.shape, np.nan)
    good = df > 0
    out[good] = stats.t.ppf(0.5 + conf_level / 2.0, df[good])
    return out


def t_interval(estimate: np.ndarray, std_error: np.ndarray, df: np.ndarray, conf_level: float) -> Limits:
    """Return estimate -+ t * std_error."""
    half = t_quantile(df, conf_level) * std_error
    return estimate - half, estimate + half


def effective_size(p: np.ndarray, std_error: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return p (1 - p) / std_error^2; NaN where it is not defined (p = 0 or 1, or no variance)."""
    p, se = np.asarray(p, float), np.asarray(std_error, float)
    spread = p * (1.0 - p)
    good = (spread > 0) & (se > 0)
    return np.divide(spread, se * se, out=np.full(p.shape, np.nan), where=good)


def proportion_interval(
    method: str,
    p: np.ndarray,
    std_error: np.ndarray,
    n: np.ndarray,
    df: np.ndarray,
    conf_level: float = 0.95,
) -> Limits:
    """Return confidence limits of proportions.

    Parameters
    ----------
    method : str
        "logit", "xlogit" (one formula), "asin", "beta" (Korn-Graubard), "mean" (t), "wilson", "wilson_pooled".
        "likelihood" needs the data and is made in `likelihood.py`.
    p, std_error, n, df : numpy.ndarray, shape (k,)
        Proportions, standard errors, rows in the domain and degrees of freedom; for "wilson_pooled" all rows of the
        table whose design effect is to be pooled.
    conf_level : float
        Between 0 and 1.

    Returns
    -------
    tuple of numpy.ndarray
        Lower and upper limits. At p = 0 or 1 every method but "mean" gives the Korn-Graubard limits with n divided by
        a design effect pooled over the other rows (1 at least), since none is known there; "wilson_pooled" only
        where there is no other row. A share
        between them that has no variance (a census, or a share that calibration fixed) is its own limits. Without a
        positive number of degrees of freedom both are NaN.

    Notes
    -----
    Formulas and the R calls that agree: docs/methods/estimation.md, "Intervals of proportions".
    """
    p, se, n, df = (np.asarray(a, dtype=float) for a in (p, std_error, n, df))
    t, deff = t_quantile(df, conf_level), pooled_design_effect(p, se, n)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if method == "mean":
            return t_interval(p, se, df, conf_level)
        if method in ("logit", "xlogit"):
            low, high = _logit(p, se, t)
        elif method == "asin":
            low, high = _asin(p, se, t)
        elif method == "beta":
            low, high = korn_graubard(p, effective_size(p, se, n) * _df_factor(n, df, conf_level), conf_level)
        elif method == "wilson":
            low, high = _wilson(p, effective_size(p, se, n), t)
        elif method == "wilson_pooled":
            low, high = _wilson(p, n / deff, t)
        else:
            raise DataError(f"The interval {method!r} cannot be made from a standard error alone.")
    known = (p > 0) & (p < 1) & (se == 0) & (df > 0)
    low, high = np.where(known, p, low), np.where(known, p, high)
    if method != "wilson_pooled" or not np.isfinite(deff):
        edge = ((p <= 0) | (p >= 1)) & (n > 0) & (df > 0)
        if edge.any():
            star = _edge_size(p, se, n, df, conf_level)
            edge_low, edge_high = korn_graubard(p, star, conf_level)
            low, high = np.where(edge, edge_low, low), np.where(edge, edge_high, high)
    return low, high


def _logit(p: np.ndarray, se: np.ndarray, t: np.ndarray) -> Limits:
    centre, half = np.log(p / (1 - p)), t * se / (p * (1 - p))
    return special.expit(centre - half), special.expit(centre + half)


def _asin(p: np.ndarray, se: np.ndarray, t: np.ndarray) -> Limits:
    centre, half = np.arcsin(np.sqrt(p)), t * se / (2 * np.sqrt(p * (1 - p)))
    low, high = np.clip(centre - half, 0, np.pi / 2), np.clip(centre + half, 0, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


def _wilson(p: np.ndarray, size: np.ndarray, t: np.ndarray) -> Limits:
    shift = t * t / size
    centre = p + shift / 2
    half = np.sqrt(p * (1 - p) * shift + shift * shift / 4)
    return np.clip((centre - half) / (1 + shift), 0, 1), np.clip((centre + half) / (1 + shift), 0, 1)


def _df_factor(n: np.ndarray, df: np.ndarray, conf_level: float) -> np.ndarray:
    return (t_quantile(n - 1, conf_level) / t_quantile(df, conf_level)) ** 2


def korn_graubard(p: np.ndarray, size: np.ndarray, conf_level: float) -> Limits:
    """Return Clopper-Pearson limits for a share p of an effective sample of `size` (not necessarily whole)."""
    alpha = 1 - conf_level
    x = p * size
    with np.errstate(invalid="ignore"):
        low = stats.beta.ppf(alpha / 2, x, size - x + 1)
        high = stats.beta.ppf(1 - alpha / 2, x + 1, size - x)
    defined = np.where(np.isnan(size), np.nan, 0.0)
    return np.where(p <= 0, defined, low), np.where(p >= 1, 1.0 + defined, high)


def pooled_design_effect(p: np.ndarray, se: np.ndarray, n: np.ndarray) -> float:
    """Return sum of variances over sum of p (1 - p) / n, over rows with 0 < p < 1; NaN when there is none."""
    good = (p > 0) & (p < 1) & (n > 0) & np.isfinite(se)
    if not good.any():
        return float("nan")
    return float((se[good] ** 2).sum() / (p[good] * (1 - p[good]) / n[good]).sum())


def _edge_size(p: np.ndarray, se: np.ndarray, n: np.ndarray, df: np.ndarray, conf_level: float) -> np.ndarray:
    deff = pooled_design_effect(p, se, n)
    deff = max(deff, 1.0) if np.isfinite(deff) else 1.0
    factor = np.nan_to_num(_df_factor(n, df, conf_level), nan=1.0)
    return np.minimum(n, n / deff * np.minimum(factor, 1.0))
