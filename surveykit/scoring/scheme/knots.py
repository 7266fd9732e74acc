"""What a bend or a jump of a rule does to a score that is measured with error."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.scoring.kernel.comparing import snap
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.rules import Knot, knots_of
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import jump_edge, seen_values

__all__ = ["knot_bias", "knot_table"]

_NEGLIGIBLE = 1e-12


def knot_bias(value: FloatArray, std_error: FloatArray, knot: Knot) -> FloatArray:
    """Expected points minus points at the expected value, caused by one knot.

    Parameters
    ----------
    value, std_error : ndarray
        In the unit of the rule; a standard error of 0 gives 0.
    knot : Knot

    Returns
    -------
    ndarray
        Points; negative where a rule flattens, so that small samples lose.

    Notes
    -----
    For ``q ~ N(p, s^2)`` and ``z = (p - k) / s``: a bend gives
    ``(slope_right - slope_left) s (phi(z) - |z| Phi(-|z|))``,
    which is ``0.399 s`` times the change of slope at the knot; a jump gives ``jump (Phi(z) - [p >= k])``.
    A value within the tolerance of the rules (`comparing.snap`) lies at the knot. Under a rounding rule a jump takes
    place where the rounded value reaches the declared number: give the knot at that place (`rounding.jump_edge`).

    Examples
    --------
    >>> bias = knot_bias(np.array([0.95]), np.array([0.0218]), Knot(0.95, 10.0, 0.0))
    >>> round(float(bias[0]), 3)
    -0.087
    """
    value, std_error = snap(np.asarray(value, dtype=float), np.array([knot.at])), np.asarray(std_error, dtype=float)
    z = np.divide(value - knot.at, std_error, out=np.full(value.shape, np.inf), where=std_error > 0)
    far = ~np.isfinite(z)
    near = np.where(far, 0.0, z)
    size = np.abs(near)
    bend = (knot.slope_right - knot.slope_left) * std_error * (stats.norm.pdf(size) - size * stats.norm.sf(size))
    jump = knot.jump * (stats.norm.cdf(near) - (value >= knot.at))
    bias = np.where(far | np.isnan(value), 0.0, bend + jump)
    return np.where(np.abs(bias) < _NEGLIGIBLE, 0.0, bias)


def knot_table(
    scheme: ScoringScheme, units: tuple[str, ...], values: FloatArray, drawn: FloatArray, conf_level: float
) -> pd.DataFrame:
    """Say for each unit and each knot of each sampled criterion how the value lies to it.

    Parameters
    ----------
    scheme : ScoringScheme
    units : tuple of str
    values : ndarray, shape (units, criteria)
    drawn : ndarray, shape (draws, units, criteria)
    conf_level : float

    Returns
    -------
    DataFrame
        district, criterion, knot, jump, value, value_low, value_high, crosses, prob_reached, bias. Only criteria whose
        values vary over the draws. Values are unrounded; `crosses`, `prob_reached` and `bias` of a jump follow the
        rounding rule of the scheme.
    """
    blocks: list[pd.DataFrame] = []
    seen = seen_values(scheme, drawn)
    for k, criterion in enumerate((*scheme.criteria(), *scheme.adjustments)):
        present = np.isfinite(values[:, k])
        if not present.any() or not np.ptp(drawn[:, present, k], axis=0).max() > 0:
            continue
        low, high, spread = _spread(drawn[..., k], present, conf_level)
        knots = knots_of(criterion.rule, criterion.points)
        declared = np.array([knot.at for knot in knots])
        reached = snap(seen[..., k], declared)
        for knot in knots:
            edge = jump_edge(scheme, criterion, knot.at) if knot.jump else knot.at
            below, above = snap(low, np.array([edge])) < edge, edge <= snap(high, np.array([edge]))
            blocks.append(
                pd.DataFrame(
                    {
                        "district": units,
                        "criterion": criterion.id,
                        "knot": knot.at,
                        "jump": knot.jump,
                        "value": values[:, k],
                        "value_low": low,
                        "value_high": high,
                        "crosses": below & above,
                        "prob_reached": np.where(present, (reached >= knot.at).mean(axis=0), np.nan),
                        "bias": knot_bias(values[:, k], spread, replace(knot, at=edge)),
                    }
                )
            )
    names = ["district", "criterion", "knot", "jump", "value", "value_low", "value_high"]
    names += ["crosses", "prob_reached", "bias"]
    return pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=names)


def _spread(
    drawn: FloatArray, present: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], conf_level: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Percentiles and standard deviation over the draws by unit; NaN, NaN and 0 for units without a value."""
    tail = (1 - conf_level) / 2
    low, high, spread = np.full(present.size, np.nan), np.full(present.size, np.nan), np.zeros(present.size)
    low[present], high[present] = np.quantile(drawn[:, present], [tail, 1 - tail], axis=0)
    spread[present] = drawn[:, present].std(axis=0)
    return low, high, spread
