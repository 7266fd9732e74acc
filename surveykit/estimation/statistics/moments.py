"""Variances, covariances and correlations of variables, with standard errors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from surveykit.estimation.kernel.degenerate import cell_constants
from surveykit.estimation.kernel.terms import Arrays, Context, Term, divide
from surveykit.estimation.kernel.totals import Moment

__all__ = ["covariance_term"]

Value = Callable[[Arrays], np.ndarray]
Linear = Callable[[Arrays, Arrays], np.ndarray]


def covariance_term(context: Context, names: tuple[str, str], a: np.ndarray, b: np.ndarray, kind: str) -> Term:
    """Return the covariance (kind "covariance"), variance ("variance") or correlation ("correlation") of two columns.

    Notes
    -----
    ``n / (n - 1) * sum w (a - abar)(b - bbar) / sum w``, n the rows with a positive weight; the linearised value of the
    mean of products, the means taken as known (their derivative is zero). Agrees with R survey ``svyvar``. The
    correlation is its delta-method function.
    """
    missing = np.isnan(a) | np.isnan(b)
    valid = ~missing if missing.any() else None
    base, count, total = context.base(valid)
    centres = []
    for column in (a, b):
        plain = context.moment(base, np.nan_to_num(column))
        overall = context.sums(plain)
        centres.append(float(np.nansum(overall) / total.sum()) if total.sum() > 0 else 0.0)
    x, y = a - centres[0], b - centres[1]
    columns = [x, y, x * y, x * x, y * y] if kind == "correlation" else [x, y, x * y]
    moments = tuple(context.moment(base, column) for column in columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        bessel = np.where(count > 1, count / (count - 1.0), np.nan)
    same = [_constant(context, base, column) for column in (a, b)]
    value, linear = _without_variation(
        *((_correlation_value, _correlation_linear) if kind == "correlation" else _covariance(bessel)),
        same[0] | same[1],
        np.nan if kind == "correlation" else 0.0,
    )
    return Term(
        kind,
        names[0] if kind == "variance" else ",".join(names),
        ("",),
        (*moments, base),
        len(moments),
        value,
        linear,
        np.full(base.size, np.nan),
        count,
        missing=int(missing.sum()),
        weight=total,
        fixed=(same[0] | same[1]) & (count > 1),
    )


def _constant(context: Context, base: Moment, column: np.ndarray) -> np.ndarray:
    every = np.ones(base.size, dtype=bool)
    return np.asarray(np.isfinite(cell_constants(column, base.code, context.design.weights, every)))


def _without_variation(value: Value, linear: Linear, same: np.ndarray, instead: float) -> tuple[Value, Linear]:
    """Return value and linearisation with cells in which a column is constant put right: `instead`, no variance."""
    return (
        lambda t: np.where(same & (t[-1] != 0), instead, value(t)),
        lambda u, t: np.where(same, 0.0, linear(u, t)),
    )


def _means(t: Arrays) -> list[np.ndarray]:
    return [divide(part, t[-1]) for part in t[:-1]]


def _covariance(bessel: np.ndarray) -> tuple[Value, Linear]:
    def value(t: Arrays) -> np.ndarray:
        x, y, xy = _means(t)
        return np.asarray(bessel * (xy - x * y))

    def linear(u: Arrays, t: Arrays) -> np.ndarray:
        x, y, xy = _means(t)
        products = u[2] - x * u[1] - y * u[0] + x * y * u[-1]
        return np.asarray(bessel * divide(products - (xy - x * y) * u[-1], t[-1]))

    return value, linear


def _correlation_value(t: Arrays) -> np.ndarray:
    x, y, xy, xx, yy = _means(t)
    with np.errstate(invalid="ignore"):
        r = divide(xy - x * y, np.sqrt(np.maximum((xx - x * x) * (yy - y * y), 0.0)))
        return np.where(np.abs(r) > 1.0 - 1e-14, np.sign(r), r)


def _correlation_linear(u: Arrays, t: Arrays) -> np.ndarray:
    x, y, xy, xx, yy = _means(t)
    sxy, sxx, syy = xy - x * y, xx - x * x, yy - y * y
    r = _correlation_value(t)

    def part(product: np.ndarray, first: int, second: int, mean: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
        return np.asarray(product - mean[0] * u[second] - mean[1] * u[first] + mean[0] * mean[1] * u[-1])

    dxy = part(u[2], 0, 1, (x, y)) - sxy * u[-1]
    dxx = part(u[3], 0, 0, (x, x)) - sxx * u[-1]
    dyy = part(u[4], 1, 1, (y, y)) - syy * u[-1]
    root = np.sqrt(np.maximum(sxx * syy, 0.0))
    z = divide(divide(dxy, root) - 0.5 * r * (divide(dxx, sxx) + divide(dyy, syy)), t[-1])
    return np.where(np.abs(r) == 1.0, 0.0, z)
