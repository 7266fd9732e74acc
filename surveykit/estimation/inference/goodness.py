"""Goodness of fit to given shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from surveykit.design.domains import column_codes, level_position, where_mask
from surveykit.errors import DataError
from surveykit.estimation.inference.chi_squared_sums import satterthwaite_tail
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.inference.subset import subset
from surveykit.estimation.inference.unit_covariance import moments_covariance
from surveykit.estimation.kernel.degenerate import NO_SAMPLING_VARIANCE, NO_VARIATION, is_rounding
from surveykit.estimation.kernel.totals import Design, Moment

__all__ = ["survey_gof"]


def survey_gof(
    design: Design, variable: str, shares: Mapping[Any, float] | Sequence[float], *, where: Any = None
) -> TestResult:
    """Test whether a categorical column has given shares in the population.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    variable : str
        The column.
    shares : mapping from level to share, or sequence in the order of the sorted levels
        Positive numbers; scaled to sum to 1.
    where : see `estimate`
        A domain.

    Returns
    -------
    TestResult
        Pearson's statistic on the estimated totals; its distribution is a sum of chi-squared variables weighted by the
        eigenvalues of the covariance of (O - E) / sqrt(E), approximated by matching two moments; ``df`` is that of the
        approximation. When all answers are in one level, or a census or calibration fixes the totals, p is NaN and
        ``state`` says why.

    Notes
    -----
    Agrees with R survey ``svygofchisq``.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> design = SurveyDesign({"g": list("aabbb"), "w": [1] * 5}, weights="w")
    >>> survey_gof(design, "g", {"a": 0.5, "b": 0.5}).p_value < 1
    True
    """
    code, levels = column_codes(design, variable)
    expected = _expected(shares, levels, variable)
    part = subset(design, where_mask(design.data, where))
    cell = np.where(part.rows, code, -1)
    moments = (Moment(None, cell, len(levels)),)
    totals, covariance, _ = moments_covariance(design, moments, lambda t: t[0], lambda u, t: u[0])
    size = totals.sum()
    if size <= 0:
        raise DataError(f"No row has a value of {variable!r} in the domain: nothing to test.")
    e = size * expected
    chi2 = float(((totals - e) ** 2 / e).sum())
    slope = -expected * (totals + e) / (2 * e**1.5)
    jacobian = np.diag(1 / np.sqrt(e)) + slope[:, None] * np.ones(len(levels))
    effects = np.linalg.eigvalsh(jacobian @ covariance @ jacobian.T)[::-1]
    state = _state(design, cell, effects, size / part.n)
    if state:
        nothing = float("nan")
        return TestResult("Design-based goodness of fit", chi2, nothing, nothing, details={"n": part.n}, state=state)
    df = effects.sum() ** 2 / (effects**2).sum()
    details = {"design_effects": effects.tolist(), "n": part.n}
    return TestResult(
        "Design-based goodness of fit", chi2, float(df), satterthwaite_tail(chi2, effects), details=details
    )


def _state(design: Design, cell: np.ndarray, effects: np.ndarray, weight: float) -> str:
    """Return why there is no test; `weight` is the mean weight, the effects of simple random sampling."""
    if np.unique(cell[(cell >= 0) & (design.weights > 0)]).size == 1:
        return NO_VARIATION
    return NO_SAMPLING_VARIANCE if is_rounding(float(effects.sum()), weight) else ""


def _expected(shares: Mapping[Any, float] | Sequence[float], levels: list[Any], variable: str) -> np.ndarray:
    if isinstance(shares, Mapping):
        expected = np.full(len(levels), np.nan)
        for level, share in shares.items():
            expected[level_position(levels, level, variable)] = float(share)
    else:
        expected = np.asarray(list(shares), dtype=float)
    if expected.shape != (len(levels),) or not np.all(expected > 0):
        raise DataError(f"There must be one positive share for each of the {len(levels)} levels {levels!r}.")
    return np.asarray(expected / expected.sum())
