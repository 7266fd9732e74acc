"""Which proportions may be presented: the NCHS 2017 standards (Vital and Health Statistics 2, no. 175)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from surveykit.estimation.intervals.intervals import effective_size, korn_graubard, t_quantile

__all__ = ["Judged", "effective_limits", "judge_proportions", "nchs_2017"]

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class Judged:
    """What the standards say of proportions, arrays of shape (k,).

    Attributes
    ----------
    status : numpy.ndarray of str
        "present", "suppress", "review", "complement" or "missing".
    reason : numpy.ndarray of str
        "", "size", "width", "relative_width", "extreme", "df", "complement" or "missing".
    n_eff, low, high : numpy.ndarray
        See `effective_limits`.
    """

    status: np.ndarray
    reason: np.ndarray
    n_eff: np.ndarray
    low: np.ndarray
    high: np.ndarray


def effective_limits(
    p: np.ndarray, std_error: np.ndarray, n: np.ndarray, df: np.ndarray, adjust_df: bool, conf_level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return effective sample size and Korn-Graubard limits as the standards take them.

    Notes
    -----
    n_eff = p (1 - p) / se^2, n where p is 0 or 1 or se is 0, NaN where se is; for the limits it is multiplied by
    ``(t_{n-1} / t_df)^2`` when `adjust_df` and is never above n. Without degrees of freedom there are no limits then.
    """
    known = (p <= 0) | (p >= 1) | (std_error <= 0)
    n_eff = np.where(known, n, effective_size(p, std_error, n))
    factor = (t_quantile(np.maximum(n - 1, 1), conf_level) / t_quantile(df, conf_level)) ** 2 if adjust_df else 1.0
    low, high = korn_graubard(p, np.minimum(n, n_eff * factor), conf_level)
    return n_eff, low, high


def judge_proportions(
    p: np.ndarray, std_error: np.ndarray, n: np.ndarray, df: np.ndarray, adjust_df: bool = True
) -> Judged:
    """Judge proportions by the NCHS Data Presentation Standards for Proportions.

    Notes
    -----
    In the order of NCHS: effective sample size (at most n) below 30 or not known; Korn-Graubard 95 % width
    of 30 points or more; width above 5 points and above 130 % of p; review where p is 0 or 1 or df is below 8;
    complement, where 1 - p fails the relative width. Width, and width over p, are each rounded once, to 0.1 point and
    0.1 %, before they are compared; the second is made from the width as it is, not from the rounded one. A width
    that cannot be made for want of degrees of freedom is suppressed. Source: Parker et al. (2017), Vital and Health
    Statistics 2(175), with the macro's handling of p = 0 and 1 (n_eff = n).
    """
    n_eff, low, high = effective_limits(p, std_error, n, df, adjust_df, LEVEL)
    width = np.round((high - low) * 100, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.round((high - low) / p * 100, 1)
        complement = np.round((high - low) / (1 - p) * 100, 1)
    rules: list[tuple[np.ndarray, str, str]] = [
        (np.isnan(p), "missing", "missing"),
        (~(np.minimum(n_eff, n) >= 30), "suppress", "size"),
        (np.isnan(width), "suppress", "df"),
        (width >= 30.0, "suppress", "width"),
        ((width > 5.0) & (relative > 130.0), "suppress", "relative_width"),
        ((p <= 0) | (p >= 1), "review", "extreme"),
        ((df < 8) & adjust_df, "review", "df"),
        ((width > 5.0) & (complement > 130.0), "complement", "complement"),
    ]
    where = [rule[0] for rule in rules]
    return Judged(
        np.select(where, [rule[1] for rule in rules], default="present").astype(object),
        np.select(where, [rule[2] for rule in rules], default="").astype(object),
        n_eff,
        low,
        high,
    )


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
    The rule is that of `judge_proportions`, at the 95 % level.

    Examples
    --------
    >>> nchs_2017([0.86, 0.5], [0.0601, 0.0866], [50, 50], [12, 12]).tolist()
    ['complement', 'suppress']
    """
    p, se, n, df = (np.asarray(a, dtype=float) for a in (p, std_error, n, df))
    status = judge_proportions(p, se, n, df).status
    return np.where(status == "missing", "suppress", status)
