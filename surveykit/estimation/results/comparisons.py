"""All pairwise differences with p-values adjusted for multiplicity."""

from __future__ import annotations

from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.errors import DataError, choose, first_few
from surveykit.estimation.results.contrast_df import contrast_df
from surveykit.estimation.results.estimates import DifferenceKind, Estimates
from surveykit.estimation.results.rate_rows import rate_rows

__all__ = ["adjust_p_values", "pairwise_comparisons"]

SimpleAdjustment = Literal["none", "bonferroni", "holm", "bh"]
Adjustment = Literal[SimpleAdjustment, "tukey"]


def adjust_p_values(p_values: np.ndarray, method: SimpleAdjustment) -> np.ndarray:
    """Return p-values adjusted after Bonferroni, Holm or Benjamini and Hochberg; NaN stays out of the family.

    Notes
    -----
    Agrees with R ``p.adjust``.

    Examples
    --------
    >>> adjust_p_values(np.array([0.01, 0.02, 0.04]), "holm").tolist()
    [0.03, 0.04, 0.04]
    """
    choose("method", method, get_args(SimpleAdjustment))
    p = np.asarray(p_values, dtype=float)
    out, good = p.copy(), ~np.isnan(p)
    m, values = int(good.sum()), p[good]
    order = np.argsort(values)
    rank = np.arange(1, m + 1)
    if method == "bonferroni":
        values = np.minimum(values * m, 1.0)
    elif method == "holm":
        values[order] = np.minimum(np.maximum.accumulate(values[order] * (m + 1 - rank)), 1.0)
    elif method == "bh":
        values[order] = np.minimum(np.minimum.accumulate((values[order] * m / rank)[::-1])[::-1], 1.0)
    out[good] = values
    return out


def pairwise_comparisons(
    estimates: Estimates,
    *,
    method: Adjustment = "holm",
    draws: int = 50_000,
    seed: int = 20211231,
    kind: DifferenceKind | None = None,
) -> pd.DataFrame:
    """Compare every pair of rows of a result.

    Parameters
    ----------
    estimates : Estimates
        For example one rate by district; all rows are compared with each other.
    method : {"none", "bonferroni", "holm", "bh", "tukey"}
        "tukey": single-step adjustment by simulating the largest absolute statistic of all pairs: normal with the joint
        covariance, each pair's t statistic brought to the normal scale by its own degrees of freedom.
    draws, seed : int
        For "tukey".
    kind : {"rate", "number"}, optional
        "rate": p-values and limits from the confidence distributions of rates, which hold near 0 and 1; "number": from
        the plain covariance and t. When absent: "rate" for pairs of which both are rates, "number" for the others.

    Returns
    -------
    pandas.DataFrame
        first, second, difference, std_error, statistic, df, p_value, p_adjusted, conf_low, conf_high (not adjusted).

    Notes
    -----
    A simulated p-value has a standard error of at most 0.5 / sqrt(draws). Each pair has the degrees of freedom of the
    units that carry it, see `contrast_df`.
    """
    choose("method", method, get_args(Adjustment))
    if kind is not None:
        choose("kind", kind, get_args(DifferenceKind))
    e, v = estimates.estimates, estimates.covariance
    pairs = list(combinations(range(e.size), 2))
    if not pairs:
        raise DataError("There is one row only: nothing to compare.")
    i, j = np.array(pairs).T
    difference = e[i] - e[j]
    error = np.sqrt(np.maximum(v[i, i] + v[j, j] - 2 * v[i, j], 0.0))
    matrix = np.zeros((i.size, e.size))
    matrix[np.arange(i.size), i], matrix[np.arange(i.size), j] = 1.0, -1.0
    df = contrast_df(estimates, matrix)
    statistic = np.divide(difference, error, out=np.full(i.size, np.nan), where=error > 0)
    half = stats.t.ppf(0.5 + estimates.conf_level / 2, df) * error
    low, high = difference - half, difference + half
    found = None if kind == "number" else rate_rows(estimates)
    if kind == "rate" and (found is None or found.rows.size < e.size):
        rates = [] if found is None else found.rows.tolist()
        others = [label for row, label in enumerate(estimates.labels) if row not in rates]
        raise DataError(f"kind='rate': no rates are {first_few(others)}; leave kind out.")
    if found is not None:
        place = np.full(e.size, -1)
        place[found.rows] = np.arange(found.rows.size)
        both = np.flatnonzero((place[i] >= 0) & (place[j] >= 0))
        statistic[both], df[both], low[both], high[both] = found.compare(estimates, place[i[both]], place[j[both]])
        v = found.working_covariance(v)
    p = np.asarray(2 * stats.t.sf(np.abs(statistic), df))
    adjusted = _tukey(v, i, j, p, (draws, seed)) if method == "tukey" else adjust_p_values(p, method)
    labels = estimates.labels
    return pd.DataFrame(
        {
            "first": [labels[a] for a in i],
            "second": [labels[b] for b in j],
            "difference": difference,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": p,
            "p_adjusted": adjusted,
            "conf_low": low,
            "conf_high": high,
        }
    )


def _tukey(v: np.ndarray, i: np.ndarray, j: np.ndarray, p: np.ndarray, simulation: tuple[int, int]) -> np.ndarray:
    draws, seed = simulation
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(np.nan_to_num(v))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    error = np.sqrt(np.maximum(np.diag(v)[i] + np.diag(v)[j] - 2 * v[i, j], 0.0))
    good = (error > 0) & ~np.isnan(p)
    if not good.any():
        return np.full(p.size, np.nan)
    statistic = stats.norm.isf(np.where(good, p, 1.0) / 2)
    largest = np.empty(draws)
    for start in range(0, draws, 2_000):
        size = min(2_000, draws - start)
        normal = rng.standard_normal((size, v.shape[0])) @ root.T
        z = np.abs(normal[:, i[good]] - normal[:, j[good]]) / error[good]
        largest[start : start + size] = z.max(axis=1)
    largest.sort()
    above = draws - np.searchsorted(largest, statistic, side="left")
    return np.where(good, above / draws, np.nan)
