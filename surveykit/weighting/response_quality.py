"""R-indicators: how far response propensities differ, whatever is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from surveykit.display import Shown
from surveykit.errors import DataError
from surveykit.weighting.cells import level_text
from surveykit.weighting.credits import Mask
from surveykit.weighting.distances import Array
from surveykit.weighting.propensity import fit_logistic, predictor_matrix

if TYPE_CHECKING:
    from surveykit.display import Presentation


@dataclass(frozen=True, slots=True, eq=False)
class ResponseQuality(Shown):
    """How representative a response is, as far as the predictors can tell.

    Attributes
    ----------
    indicator : float
        R-indicator 1 - 2 S(propensity), corrected for the bias of estimating it; 1 is a response like a random one.
    unadjusted : float
        The same without the correction.
    response_rate : float
        Weighted mean propensity.
    maximal_bias : float
        Largest bias of a respondents' mean, in standard deviations of the variable: S / mean propensity.
    partial : DataFrame
        Unconditional partial indicators: variable, level (empty for the whole variable), respondents, sampled,
        response_rate, partial. A level's sign says whether it answers more or less often than the mean.
    """

    indicator: float
    unadjusted: float
    response_rate: float
    maximal_bias: float
    partial: pd.DataFrame

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        from surveykit.weighting.showing import quality_presentation

        return quality_presentation(self)


def response_quality(
    table: pd.DataFrame,
    responded: Mask,
    predictors: Sequence[str],
    *,
    numeric: Sequence[str] = (),
    weights: Array | None = None,
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
        Base weights.

    Returns
    -------
    ResponseQuality

    Raises
    ------
    DataError
        If nobody or everybody responded, or a predictor is missing.

    Notes
    -----
    Schouten, Cobben and Bethlehem (2009); bias of S^2 = mean of the variances of the fitted propensities (Shlomo,
    Skinner and Schouten 2012); partial indicators: Schouten, Shlomo and Skinner (2011).

    Examples
    --------
    >>> table = pd.DataFrame({"a": ["x"] * 100 + ["y"] * 100})
    >>> responded = np.r_[np.arange(100) < 70, np.arange(100) < 30]
    >>> round(response_quality(table, responded, ["a"]).unadjusted, 3)
    0.599
    """
    heard = np.asarray(responded, dtype=bool)
    if heard.all() or not heard.any():
        raise DataError(f"{int(heard.sum())} of {heard.size} units responded: an indicator needs some of both")
    base = np.ones(heard.size) if weights is None else np.asarray(weights, dtype=float)
    x = predictor_matrix(table, tuple(predictors), tuple(numeric), base > 0)
    fit = fit_logistic(x, heard.astype(float), base)
    total = float(base.sum())
    rate = float(base @ fit.probability) / total
    count = int((base > 0).sum())
    spread = float(base @ (fit.probability - rate) ** 2) / total * count / (count - 1)
    scale = float(np.sum(base**2)) / total
    noise = (fit.probability * (1 - fit.probability)) ** 2 * np.sum((x @ (fit.inverse_information * scale)) * x, axis=1)
    corrected = max(spread - float(base @ noise) / total, 0.0)
    return ResponseQuality(
        1 - 2 * float(np.sqrt(corrected)),
        1 - 2 * float(np.sqrt(spread)),
        rate,
        float(np.sqrt(corrected) / rate),
        _partial(table, tuple(predictors), heard, base, fit.probability),
    )


def _partial(table: pd.DataFrame, names: tuple[str, ...], heard: Mask, base: Array, propensity: Array) -> pd.DataFrame:
    total = float(base.sum())
    rate = float(base @ propensity) / total
    rows: list[dict[str, Any]] = []
    for name in names:
        text = level_text(table[name])
        levels = sorted({str(value) for value in text[base > 0]})
        parts: list[dict[str, Any]] = []
        for level in levels:
            own = np.where(text == level, base, 0.0)
            gap = float(own @ propensity) / float(own.sum()) - rate
            parts.append(
                {
                    "variable": name,
                    "level": level,
                    "respondents": int((heard & (own > 0)).sum()),
                    "sampled": int((own > 0).sum()),
                    "response_rate": float(own @ heard) / float(own.sum()),
                    "partial": float(np.sqrt(own.sum() / total) * gap),
                }
            )
        whole = float(np.sqrt(sum(part["partial"] ** 2 for part in parts)))
        rows.append(
            {
                "variable": name,
                "level": "",
                "respondents": int((heard & (base > 0)).sum()),
                "sampled": int((base > 0).sum()),
                "response_rate": float(base @ heard) / total,
                "partial": whole,
            }
        )
        rows += parts
    return pd.DataFrame(rows)
