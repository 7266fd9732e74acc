"""R-indicators: how far response propensities differ, whatever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from surveykit.display import NamedTable, Presentation, Shown, facts
from surveykit.errors import DataError
from surveykit.weighting.arrays.cells import Codes, level_text
from surveykit.weighting.arrays.distances import Array, Mask
from surveykit.weighting.arrays.propensity import fit_logistic, predictor_matrix
from surveykit.weighting.arrays.propensity_spread import (
    Propensities,
    between_spread,
    level_gap,
    total_spread,
    within_spread,
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResponseQuality(Shown):
    """How representative a response is, as far as the predictors can tell.

    Attributes
    ----------
    indicator : float
        R-indicator 1 - 2 S(propensity), corrected for the bias of estimating it; 1 is a response like a random one.
    std_error : float
        Its standard error; NaN where the correction leaves no spread, so that the indicator is at its limit of 1.
    unadjusted : float
        The same without the correction.
    response_rate : float
        Weighted mean propensity.
    maximal_bias : float
        Largest bias of a respondents' mean, in standard deviations of the variable: S / mean propensity.
    partial : DataFrame
        variable, level (empty for the whole variable), respondents, sampled, response_rate; ``partial`` (unconditional:
        the spread between the levels) and ``conditional`` (the spread that is left inside cells of all other
        predictors), each corrected for bias in the rows of variables, with ``partial_std_error`` and
        ``conditional_std_error``. A level's sign says whether it answers more or less often than the mean.
    """

    indicator: float
    std_error: float
    unadjusted: float
    response_rate: float
    maximal_bias: float
    partial: pd.DataFrame

    def interval(self, conf_level: float = 0.95) -> tuple[float, float]:
        """Return a normal interval of the indicator, cut off at 1."""
        reach = float(norm.ppf(0.5 + conf_level / 2)) * self.std_error
        return self.indicator - reach, min(self.indicator + reach, 1.0)

    def __repr__(self) -> str:
        return (
            f"<ResponseQuality: R-indicator {self.indicator:.4f} (standard error {self.std_error:.4f}), response rate "
            f"{self.response_rate:.3f}, maximal bias {self.maximal_bias:.3f} standard deviations>"
        )

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        items = {
            "indicator": self.indicator,
            "std_error": self.std_error,
            "unadjusted": self.unadjusted,
            "response_rate": self.response_rate,
            "maximal_bias": self.maximal_bias,
        }
        tables = (
            NamedTable(("总体", "Overall"), facts(items)),
            NamedTable(("部分指标", "Partial indicators"), self.partial),
        )
        return Presentation(("应答代表性", "Representativity of the response"), tables)


def response_quality(
    table: pd.DataFrame,
    responded: Mask,
    predictors: Sequence[str],
    *,
    numeric: Sequence[str] = (),
    weights: Array | None = None,
    strata: str | None = None,
) -> ResponseQuality:
    """Compute R-indicators from what the frame knows about all sampled units.

    Parameters
    ----------
    table : DataFrame, n rows
        Sampled units with the predictors.
    responded : bool array, shape (n,)
        Who responded.
    predictors, numeric : sequence of str
        Categorical and numeric predictors of the propensity model.
    weights : array, shape (n,), optional
        Base weights. Without them the sampled units are the population, and standard errors leave sampling out.
    strata : str, optional
        Column of the sampling strata; sampling is taken as simple random in them.

    Returns
    -------
    ResponseQuality

    Raises
    ------
    DataError
        If nobody or everybody responded, or a predictor is missing.

    Notes
    -----
    Schouten, Cobben and Bethlehem (2009). Bias and standard error: Shlomo, Skinner and Schouten (2012), with two
    differences that simulation favours: gradients are centred in the bias, so that it does not count the noise of the
    mean propensity; and the noise of the estimated spread is taken out of its own variance. Partial indicators:
    Schouten, Shlomo and Skinner (2011).

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["x"] * 100 + ["y"] * 100})
    >>> responded = np.r_[np.arange(100) < 70, np.arange(100) < 30]
    >>> made = response_quality(table, responded, ["a"])
    >>> round(made.unadjusted, 3), round(made.std_error, 3)
    (0.599, 0.065)
    """
    heard = np.asarray(responded, dtype=bool)
    base = np.ones(heard.size) if weights is None else np.asarray(weights, dtype=float)
    used = base > 0
    if heard[used].all() or not heard[used].any():
        raise DataError(
            f"{int(heard[used].sum())} of {int(used.sum())} units responded: an indicator needs some of both"
        )
    codes = np.zeros(heard.size, dtype=np.int64)
    if strata is not None:
        if strata not in table.columns:
            raise DataError(f"there is no column {strata!r} of strata")
        codes = pd.factorize(level_text(table[strata]))[0].astype(np.int64)
    fit = _fit(table, heard, (tuple(predictors), tuple(numeric)), base, codes)
    whole = total_spread(fit)
    rate = float(fit.shares @ fit.value)
    return ResponseQuality(
        1 - 2 * whole.root,
        2 * whole.root_error,
        1 - 2 * float(np.sqrt(whole.value)),
        rate,
        whole.root / rate,
        _partial(table, tuple(predictors), heard, fit),
    )


def _fit(
    table: pd.DataFrame, heard: Mask, names: tuple[tuple[str, ...], tuple[str, ...]], base: Array, strata: Codes
) -> Propensities:
    x = predictor_matrix(table, *names, base > 0)
    fit = fit_logistic(x, heard.astype(float), base)
    p = fit.probability
    gradient = x * (p * (1 - p))[:, None]
    # Given the sample, only who answers is random, whatever the weights of the regression.
    scores = (x * (base**2 * p * (1 - p))[:, None]).T @ x
    covariance = fit.inverse_information @ scores @ fit.inverse_information
    return Propensities(p, gradient, covariance, base, strata)


def _partial(table: pd.DataFrame, names: tuple[str, ...], heard: Mask, fit: Propensities) -> pd.DataFrame:
    used = fit.weights > 0
    texts = {name: np.where(used, level_text(table[name]), "") for name in names}
    codes = {name: np.unique(text.astype(str), return_inverse=True)[1] for name, text in texts.items()}
    rows = []
    for name in names:
        others = _crossed([codes[other] for other in names if other != name], used.size)
        between, within = between_spread(fit, codes[name]), within_spread(fit, others, used)
        first = (between.root, between.root_error, within.root, within.root_error)
        rows.append(_row(fit, heard, used, (name, ""), first))
        for level in sorted({str(value) for value in texts[name][used]}):
            own = used & (texts[name] == level)
            inside = within_spread(fit, others, own)
            root = float(np.sqrt(inside.value))
            error = float(np.sqrt(inside.variance / (4 * inside.value))) if inside.value > 0 else float("nan")
            rows.append(_row(fit, heard, own, (name, level), (*level_gap(fit, own), root, error)))
    return pd.DataFrame(rows)


def _row(
    fit: Propensities, heard: Mask, rows: Mask, who: tuple[str, str], found: tuple[float, float, float, float]
) -> dict[str, Any]:
    return {
        "variable": who[0],
        "level": who[1],
        "respondents": int((heard & rows).sum()),
        "sampled": int(rows.sum()),
        "response_rate": float(fit.weights[rows] @ heard[rows]) / float(fit.weights[rows].sum()),
        "partial": found[0],
        "partial_std_error": found[1],
        "conditional": found[2],
        "conditional_std_error": found[3],
    }


def _crossed(codes: list[Codes], size: int) -> Codes:
    out = np.zeros(size, dtype=np.int64)
    for code in codes:
        out = np.unique(out * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
    return out
