"""Degrees of freedom of statements derived from several estimates: one rule for contrasts, functions and pairs."""

from __future__ import annotations

import numpy as np
from scipy import special

from surveykit.estimation.kernel.row_units import RowUnits
from surveykit.estimation.results.rows import EstimateRows

__all__ = ["biased_df", "contrast_df", "row_bias", "satterthwaite_df"]

LEVEL = 0.975
"""Point of the t distribution at which the correction for bias holds exactly."""


def contrast_df(estimates: EstimateRows, matrix: np.ndarray, *, with_bias: bool = True) -> np.ndarray:
    """Return the degrees of freedom of linear combinations of estimates.

    Parameters
    ----------
    estimates : EstimateRows
        The estimates.
    matrix : numpy.ndarray, shape (q, k)
        One combination in each row; a derivative matrix for functions that are not linear.
    with_bias : bool
        False leaves out the correction for the bias of the variance, for statistics that correct the variance itself;
        see `row_bias`.

    Returns
    -------
    numpy.ndarray, shape (q,)
        0 or less, or NaN, where a row that is used has no degrees of freedom itself: then there is no interval.

    Notes
    -----
    A single row keeps its own. Otherwise the first-stage units that carry the statement are grouped by which of its
    domains they belong to; a unit brings ``df_r / m_r`` of a domain r with m_r units (the least where it belongs to
    several). Satterthwaite (1946) over the groups gives nu, with the groups' parts of the linearised variance, see
    `satterthwaite_df`. The linearised variance of a domain that is small in its strata is too small by (m - 1) / m or
    so, b; the result is the df whose 97.5 % point of t is ``t_nu / sqrt(b)``. See "Degrees of freedom" in the page on
    methods of estimation.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> from surveykit.estimation import survey_mean
    >>> data = {"y": [1.0, 2, 3, 5, 6, 9], "g": list("aaabbb"), "w": [1] * 6}
    >>> means = survey_mean(SurveyDesign(data, weights="w", strata="g"), "y", by="g")
    >>> contrast_df(means, np.array([[1.0, 0.0], [1.0, -1.0]])).round(6).tolist()
    [2.0, 3.408284]
    """
    coefficients = np.atleast_2d(np.asarray(matrix, dtype=float))
    units, own = estimates.units, estimates.table["df"].to_numpy(dtype=float)
    if units is None:
        return _without_units(coefficients, own, estimates.design_df, with_bias)
    if units.coefficients is not None:
        coefficients, own = coefficients @ units.coefficients, units.df
    used = coefficients != 0
    df = _least(used, own)
    df[~used.any(axis=1)] = estimates.design_df
    several = (used.sum(axis=1) > 1) & (df > 0)
    one = several & _one_domain(used, units.domain)
    df[one] = np.minimum(df[one], estimates.design_df)
    if with_bias:
        df[one] = biased_df(df[one], _least(used[one], units.bias))
    rest = np.flatnonzero(several & ~one)
    if rest.size:
        nu, bias = _satterthwaite(units, coefficients[rest], np.diag(estimates.covariance))
        nu = np.minimum(nu, estimates.design_df)
        df[rest] = biased_df(nu, bias) if with_bias else nu
    return df


def row_bias(estimates: EstimateRows) -> np.ndarray:
    """Return the expected linearised variance of each row over its true variance, shape (k,); 1 where it is not known.

    Without knowledge of the units, ``df / (df + 1)`` for rows with fewer degrees of freedom than the design.
    """
    units = estimates.units
    if units is not None and units.coefficients is None:
        return units.bias
    df = estimates.table["df"].to_numpy(dtype=float)
    few = (df > 0) & (df < estimates.design_df)
    return np.where(few, df / np.where(few, df + 1.0, 1.0), 1.0)


def satterthwaite_df(parts: np.ndarray, df: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return ``(sum v)^2 / sum(v^2 / df)`` of parts v of a variance, each first drawn towards the others by one df.

    Parameters
    ----------
    parts, df, expected : numpy.ndarray, shape (..., g)
        Estimated parts v, their degrees of freedom, and what they would be (e) if all units had a variance of 1. Parts
        below one degree of freedom are taken together; a part without any does not count.

    Notes
    -----
    With s = v / e and sbar the mean of s over the parts, v is replaced by ``e (df s + sbar) / (df + 1)``: the plain
    formula covers too little where a part with 1 df turns out small by chance.
    """
    v, nu, e = (np.asarray(x, dtype=float) for x in np.broadcast_arrays(parts, df, expected))
    small = nu < 1.0
    v, nu, e = (
        np.concatenate([np.where(small, 0.0, x), np.where(small, x, 0.0).sum(axis=-1, keepdims=True)], axis=-1)
        for x in (v, nu, e)
    )
    counts = (nu > 0) & (e > 0)
    s = np.divide(v, e, out=np.zeros(v.shape), where=counts)
    mean = s.sum(axis=-1, keepdims=True) / np.maximum(counts.sum(axis=-1, keepdims=True), 1)
    v = np.where(counts, e * (nu * s + mean) / (nu + 1.0), 0.0)
    square = np.divide(v * v, nu, out=np.zeros(v.shape), where=counts).sum(axis=-1)
    return np.asarray(np.divide(v.sum(axis=-1) ** 2, square, out=np.array(nu.sum(axis=-1)), where=square > 0))


def biased_df(nu: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the df whose 97.5 % point of t is that of `nu` over ``sqrt(bias)``, bias = expected over true variance."""
    nu, bias = np.broadcast_arrays(np.asarray(nu, dtype=float), np.asarray(bias, dtype=float))
    out = np.array(nu)
    change = (bias < 1.0 - 1e-9) & (bias > 0) & (nu > 0) & np.isfinite(nu)
    if change.any():
        out[change] = special.stdtridf(LEVEL, special.stdtrit(nu[change], LEVEL) / np.sqrt(bias[change]))
    return out


def _least(used: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(used, values, np.inf).min(axis=1, initial=np.inf))


def _one_domain(used: np.ndarray, domain: np.ndarray) -> np.ndarray:
    low = np.where(used, domain, domain.max() + 1).min(axis=1)
    return np.asarray(low == np.where(used, domain, -1).max(axis=1))


def _without_units(coefficients: np.ndarray, own: np.ndarray, whole: float, with_bias: bool) -> np.ndarray:
    used = coefficients != 0
    nu = _least(used, own)
    nu[~used.any(axis=1)] = whole
    if not with_bias:
        return nu
    with np.errstate(invalid="ignore", divide="ignore"):
        bias = np.where((used.sum(axis=1) > 1) & (nu < whole), nu / (nu + 1.0), 1.0)
    return biased_df(nu, bias)


def _satterthwaite(units: RowUnits, c: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nu and bias of contrasts over several domains."""
    nu, bias = np.empty(c.shape[0]), np.empty(c.shape[0])
    pairs = (c != 0).sum(axis=1) == 2
    if units.deviations is None:
        pairs[:] = False
    if pairs.any():
        nu[pairs], bias[pairs] = _of_pairs(units, c[pairs])
    for q in np.flatnonzero(~pairs):
        nu[q], bias[q] = _of_one(units, c[q], variance)
    return nu, bias


def _of_pairs(units: RowUnits, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nu and bias of contrasts of two rows in different domains, all at once."""
    assert units.deviations is not None
    left, right = (c != 0).argmax(axis=1), c.shape[1] - 1 - (c != 0)[:, ::-1].argmax(axis=1)
    rows, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    i, j = place[: left.size], place[left.size :]
    a, b = c[np.arange(left.size), left], c[np.arange(left.size), right]
    d, member = units.deviations[:, rows], units.member[:, units.domain[rows]].astype(float)
    inside = member * d
    common = member.T @ member
    own_square, cross_inside = (inside * d).T @ member, inside.T @ inside
    any_square, cross = member.T @ (d * d), inside.T @ d
    both = a * a * own_square[i, j] + b * b * own_square[j, i] + 2 * a * b * cross_inside[i, j]

    def only(p: np.ndarray, q: np.ndarray, cp: np.ndarray, cq: np.ndarray) -> np.ndarray:
        first = cp * cp * (own_square[p, p] - own_square[p, q]) + cq * cq * (any_square[p, q] - own_square[q, p])
        return np.asarray(first + 2 * cp * cq * (cross[p, q] - cross_inside[p, q]))

    v = np.maximum(np.column_stack([only(i, j, a, b), both, only(j, i, b, a)]), 0.0)
    size = common.diagonal()
    count = np.column_stack([size[i] - common[i, j], common[i, j], size[j] - common[i, j]])
    density, share = units.df[rows] / size, units.bias[rows]
    each = np.column_stack([density[i], np.minimum(density[i], density[j]), density[j]])
    biases = np.column_stack([share[i], np.minimum(share[i], share[j]), share[j]])
    unit = [a * a / size[i] ** 2, b * b / size[j] ** 2]
    expected = count * np.column_stack([unit[0], unit[0] + unit[1], unit[1]])
    return satterthwaite_df(v, each * count, expected), _joint_bias(v, biases)


def _of_one(units: RowUnits, c: np.ndarray, variance: np.ndarray) -> tuple[float, float]:
    rows = np.flatnonzero(c)
    domains, place = np.unique(units.domain[rows], return_inverse=True)
    member = units.member[:, domains]
    size = member.sum(axis=0)
    unit = np.bincount(place, weights=c[rows] ** 2) / size**2
    df, share = np.full(domains.size, np.inf), np.ones(domains.size)
    np.minimum.at(df, place, units.df[rows])
    np.minimum.at(share, place, units.bias[rows])
    if units.deviations is None:
        if member.sum(axis=1).max() > 1 or units.coefficients is not None:
            return float(df.min()), float(share.min())
        v = np.bincount(place, weights=c[rows] ** 2 * variance[rows])
        return float(satterthwaite_df(v, df, unit * size)), float(_joint_bias(v, share))
    inside = member.any(axis=1)
    patterns, group = np.unique(member[inside], axis=0, return_inverse=True)
    square = (units.deviations[inside][:, rows] @ c[rows]) ** 2
    v = np.bincount(group.ravel(), weights=square, minlength=len(patterns))
    count = np.bincount(group.ravel(), minlength=len(patterns))
    density = np.where(patterns, df / size, np.inf).min(axis=1)
    return (
        float(satterthwaite_df(v, density * count, count * (patterns @ unit))),
        float(_joint_bias(v, np.where(patterns, share, np.inf).min(axis=1))),
    )


def _joint_bias(v: np.ndarray, bias: np.ndarray) -> np.ndarray:
    total = v.sum(axis=-1)
    return np.asarray(
        np.divide(total, (v / bias).sum(axis=-1), out=np.array(bias.min(axis=-1)), where=np.asarray(total) > 0)
    )
