"""Design-based rank tests for two and more groups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, get_args

import numpy as np
from scipy import stats

from surveykit.design.domains import column_codes, where_mask
from surveykit.design.tables import numeric_column
from surveykit.errors import DataError, choose
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.inference.subset import subset
from surveykit.estimation.inference.ttests import error_state, t_result
from surveykit.estimation.kernel.degenerate import is_constant, wald_statistic
from surveykit.estimation.kernel.linear import linear_covariance
from surveykit.estimation.kernel.totals import Design

__all__ = ["survey_ranktest"]

RankTest = Literal["wilcoxon", "vanderWaerden", "median", "KruskalWallis"]

SCORES: dict[RankTest, Callable[[np.ndarray, float], np.ndarray]] = {
    "wilcoxon": lambda rank, total: rank / total,
    "KruskalWallis": lambda rank, total: rank / total,
    "vanderWaerden": lambda rank, total: np.asarray(stats.norm.ppf(rank / total)),
    "median": lambda rank, total: (rank > total / 2).astype(float),
}


def survey_ranktest(
    design: Design, variable: str, *, by: str, test: RankTest = "wilcoxon", where: Any = None, conf_level: float = 0.95
) -> TestResult:
    """Test whether groups differ in the ranks of a variable.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    variable : str
        A numeric column.
    by : str
        The groups; two levels give a t statistic, more a chi-squared statistic referred to F.
    test : {"wilcoxon", "vanderWaerden", "median", "KruskalWallis"}
        Scores of the ranks: the rank itself, normal scores, above the median. "KruskalWallis" = "wilcoxon".
    where : see `estimate`
        A domain.
    conf_level : float
        Level of the interval of the difference in mean score (two groups).

    Returns
    -------
    TestResult
        Two groups: t with the domain's degrees of freedom minus 1, and the difference in mean score. k groups: the
        Wald chi-squared, df (k - 1, degrees of freedom - (k - 1)), p from F. Without variation in the variable, or
        where the design fixes the mean scores, statistic and p are NaN and ``state`` says why.

    Raises
    ------
    DataError
        For fewer than two groups; for k groups whose k - 1 differences depend on each other.

    Notes
    -----
    Lumley and Scott (2013): weighted mid-ranks are treated as known. Agrees with R survey ``svyranktest`` (which
    returns statistic and parameter of the k-sample test swapped).

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"y": [1.0, 5.0, 4.0, 3.0], "g": list("aabb"), "w": [2, 2, 1, 1]}, weights="w")
    >>> survey_ranktest(design, "y", by="g").df
    2.0
    """
    choose("test", test, get_args(RankTest))
    y = numeric_column(design.data, variable)
    code, _ = column_codes(design, by)
    mask = where_mask(design.data, where)
    present = ~np.isnan(y) & (code >= 0)
    part = subset(design, present if mask is None else present & mask)
    levels = np.unique(code[part.rows])
    if levels.size < 2:
        raise DataError(f"Column {by!r} has {levels.size} level(s) in the domain: at least two groups are needed.")
    group = np.searchsorted(levels, code[part.rows])
    scores, means, covariance = _mean_scores(design, y, part.rows, group, SCORES[test])
    contrast = np.column_stack([-np.ones(levels.size - 1), np.eye(levels.size - 1)])
    difference, variance = contrast @ means, contrast @ covariance @ contrast.T
    error, state = error_state(scores, group, float(np.trace(variance)))
    name = f"Design-based {test} test"
    if levels.size == 2:
        estimate = 0.0 if is_constant(scores) else float(difference[0])
        return t_result(name, (estimate, error), part.df - 1.0, conf_level, state)
    df, ddf = float(levels.size - 1), part.df - (levels.size - 1)
    if state:
        return TestResult(f"{name}, {levels.size} groups", float("nan"), (df, ddf), float("nan"), state=state)
    chi2 = wald_statistic(difference, variance, f"The mean scores of the {levels.size} groups of {by!r}")
    p = float(stats.f.sf(chi2 / df, df, ddf)) if ddf > 0 else float("nan")
    return TestResult(f"{name}, {levels.size} groups", chi2, (df, ddf), p)


def _mean_scores(
    design: Design, y: np.ndarray, rows: np.ndarray, group: np.ndarray, score: Callable[[np.ndarray, float], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    w = design.weights[rows]
    scores = score(mid_ranks(y[rows], w), float(w.sum(dtype=np.longdouble)))
    total = np.bincount(group, weights=w)
    means = np.bincount(group, weights=w * scores) / total
    z = np.zeros((design.n_rows, total.size))
    z[np.flatnonzero(rows), group] = w * (scores - means[group]) / total[group]
    return scores, means, linear_covariance(design, z)


def mid_ranks(y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return estimated population mid-ranks: the plain mean over ties of the running weight minus half a weight."""
    order = np.argsort(y, kind="stable")
    rank = np.cumsum(w[order], dtype=np.longdouble).astype(float) - w[order] / 2
    _, tie = np.unique(y[order], return_inverse=True)
    mean = np.bincount(tie, weights=rank) / np.bincount(tie)
    out = np.empty(y.size)
    out[order] = mean[tie]
    return out
