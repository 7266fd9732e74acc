"""Upper tail probabilities of weighted sums of chi-squared variables, over an independent chi-squared if need be."""

from __future__ import annotations

import numpy as np
from scipy import optimize, stats

__all__ = ["f_sum_tail", "saddlepoint_tail", "satterthwaite_tail", "sum_tail"]


def satterthwaite_tail(x: float, coefficients: np.ndarray) -> float:
    """Return P(sum_i a_i chi2_1 > x) by matching two moments; agrees with R survey ``pchisqsum``."""
    a = np.asarray(coefficients, dtype=float)
    scale = (a**2).sum() / a.sum()
    return float(stats.chi2.sf(x / scale, a.sum() ** 2 / (a**2).sum()))


def sum_tail(x: float, coefficients: np.ndarray, df: np.ndarray | None = None) -> float:
    """Return P(sum_i a_i chi2_{d_i} > x) by inverting the characteristic function (Imhof 1961).

    Parameters
    ----------
    x : float
        The threshold.
    coefficients : numpy.ndarray
        a_i, of either sign.
    df : numpy.ndarray, optional
        d_i, not necessarily whole; 1 each when left out.

    Notes
    -----
    ``1/2 + 1/pi * integral_0^inf sin(theta(u)) / (u rho(u)) du`` with
    ``theta = sum d_i atan(a_i u) / 2 - x u / 2`` and ``rho = prod (1 + a_i^2 u^2)^(d_i / 4)``.
    """
    a = np.asarray(coefficients, dtype=float)
    d = np.ones_like(a) if df is None else np.asarray(df, dtype=float)
    scale = np.abs(a).max()
    a, x = a / scale, x / scale

    def integrand(u: np.ndarray) -> np.ndarray:
        product = np.outer(u, a)
        theta = np.arctan(product) @ d / 2 - x * u / 2
        return np.asarray(np.sin(theta) * np.exp(-np.log1p(product**2) @ d / 4) / u)

    order = np.sort(1.0 / np.maximum(np.abs(a), 1e-12))
    total, start, width = 0.0, 0.0, min(np.pi / max(abs(x), 1e-3), 0.25 * float(order[0]))
    nodes, weights = np.polynomial.legendre.leggauss(24)
    for _ in range(1_000_000):
        at = start + width * (nodes + 1) / 2
        total += width / 2 * float(weights @ integrand(at))
        start += width
        if np.exp(-(d * np.log1p((a * start) ** 2)).sum() / 4) / max(start, 1.0) < 1e-10:
            break
        if x == 0.0:
            width *= 1.5
        elif abs(x) * width < np.pi:
            width *= 1.2
    return float(min(max(0.5 + total / np.pi, 0.0), 1.0))


def saddlepoint_tail(x: float, coefficients: np.ndarray) -> float:
    """Return P(sum_i a_i chi2_1 > x) by the saddlepoint approximation (Kuonen 1999); NaN next to the mean.

    Agrees with R survey ``pchisqsum(method = "saddlepoint")``.
    """
    largest = np.max(coefficients)
    a, x = np.asarray(coefficients, dtype=float) / largest, x / largest

    def slope(zeta: float) -> float:
        return float((a / (1 - 2 * zeta * a)).sum() - x)

    lower = -0.01 if x > a.sum() else -a.size / (2 * x) if x > 0 else 0.0
    if np.any(a < 0):
        lower = np.max(1 / (2 * a[a < 0])) * 0.99999
    upper = np.min(1 / (2 * a[a > 0])) * 0.99999
    zeta = optimize.brentq(slope, lower, upper, xtol=1e-14, rtol=1e-14)
    if abs(zeta) < 1e-4:
        return float("nan")
    cumulant = -np.log(1 - 2 * zeta * a).sum() / 2
    w = np.sign(zeta) * np.sqrt(2 * (zeta * x - cumulant))
    v = zeta * np.sqrt(2 * (a**2 / (1 - 2 * zeta * a) ** 2).sum())
    return float(stats.norm.sf(w + np.log(v / w) / w))


def f_sum_tail(x: float, coefficients: np.ndarray, ddf: float, method: str) -> float:
    """Return P(sum_i a_i chi2_1 > x chi2_ddf / ddf).

    Parameters
    ----------
    x : float
        The statistic.
    coefficients : numpy.ndarray
        a_i > 0.
    ddf : float
        Denominator degrees of freedom, used whole (rounded down) by both methods, as R survey ``pFsum`` does.
    method : {"integration", "saddlepoint"}
        Exact by numerical inversion, or approximate.
    """
    a = np.asarray(coefficients, dtype=float)
    if np.isinf(ddf):
        tail = sum_tail(x, a) if method == "integration" else saddlepoint_tail(x, a)
        return satterthwaite_tail(x, a) if np.isnan(tail) else tail
    whole = int(np.floor(ddf + 1e-9))
    if method == "integration":
        return sum_tail(0.0, np.append(a, -x / ddf), np.append(np.ones(a.size), whole))
    tail = saddlepoint_tail(0.0, np.concatenate([a, np.full(whole, -x / ddf)]))
    if np.isnan(tail):
        scale, df = (a**2).sum() / a.sum(), a.sum() ** 2 / (a**2).sum()
        return float(stats.f.sf(x / df / scale, df, ddf))
    return tail
