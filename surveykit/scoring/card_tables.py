"""Summaries of drawn points: the tables of a score card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.scoring.aggregate import group_points, total_points
from surveykit.scoring.card_comparisons import score_bands, score_pairs
from surveykit.scoring.card_limits import CardLimits
from surveykit.scoring.knots import knot_table
from surveykit.scoring.numerics import FloatArray, difference_sd, generator, joint_draws
from surveykit.scoring.rank_sets import sets_of_scores
from surveykit.scoring.scheme import ScoringScheme
from surveykit.scoring.scheme_run import SchemeRun

__all__ = ["CardDraws", "card_tables"]

RANK_DRAWS = 20_000


@dataclass(frozen=True)
class CardDraws:
    """Values and points of all criteria, as estimated and as drawn.

    Attributes
    ----------
    values, points : ndarray, shape (units, criteria)
    normal_points : ndarray, shape (R, units, criteria)
        For standard errors and covariances.
    student_values, student_points : ndarray, shape (R, units, criteria)
        For intervals.
    scale : ndarray, shape (R,)
        Factors of the squared deviations; 1/R for draws.
    kind : str
        "parametric", "bootstrap" or "replicates".
    df : float or None
        Of the survey's covariance.
    other_df : ndarray, shape (units,)
        Of the other methods' standard errors; infinity where there are none.
    """

    values: FloatArray = field(repr=False)
    points: FloatArray = field(repr=False)
    normal_points: FloatArray = field(repr=False)
    student_values: FloatArray = field(repr=False)
    student_points: FloatArray = field(repr=False)
    scale: FloatArray = field(repr=False)
    kind: str
    df: float | None
    other_df: FloatArray = field(repr=False)

    def error(self, centre: FloatArray, drawn: FloatArray) -> FloatArray:
        """Standard error: around the mean of the draws, or around the estimate for replicates."""
        found = np.zeros(centre.shape)
        moving = _moving(drawn)
        spread = self.spread(centre[moving], drawn[:, moving])
        found[moving] = np.sqrt(np.einsum("r,rk->k", self.scale, spread**2))
        return found

    def spread(self, centre: FloatArray, drawn: FloatArray) -> FloatArray:
        """Deviations from the mean of the draws, or from the estimate for replicates; exactly 0 for constants."""
        if self.kind == "replicates":
            return drawn - centre
        moves = drawn - drawn[0]
        return np.asarray(moves - moves.mean(axis=0))


def _moving(drawn: FloatArray) -> npt.NDArray[np.bool_]:
    """Which entries vary over the draws."""
    return np.asarray((drawn != drawn[0]).any(axis=0) & np.isfinite(drawn[0]))


def card_tables(run: SchemeRun, drawn: CardDraws, limits: CardLimits, level: float) -> dict[str, Any]:
    """Make all tables, the covariance and the replicates of a `ScoreCard`, and the joint degrees of freedom."""
    scheme, units = run.scheme, run.inputs.units
    totals = total_points(scheme, drawn.points)
    normal = total_points(scheme, drawn.normal_points)
    student = normal if drawn.student_points is drawn.normal_points else total_points(scheme, drawn.student_points)
    spread = drawn.spread(totals, normal)
    covariance = (spread * drawn.scale[:, None]).T @ spread
    knots = knot_table(scheme, units, drawn.values, drawn.student_values, level)
    variance = _variance(scheme, units, drawn, spread)
    return {
        "df": _joint_df(drawn, variance),
        "table": _totals(units, totals, covariance, limits, level),
        "criteria": _criteria(scheme, units, drawn, limits, knots),
        **{f"{name}s": _groups(scheme, units, drawn, limits, name) for name in ("content", "indicator", "method")},
        "knots": knots,
        "variance": variance,
        "covariance": covariance,
        "replicates": np.array(student),
    }


def _joint_df(drawn: CardDraws, variance: pd.DataFrame) -> float | None:
    """Smallest degrees of freedom of a total after Satterthwaite: 1 / (q^2 / df_survey + (1 - q)^2 / df_other).

    q is the questionnaire's share of the variance of the total.
    """
    part = variance[(variance["level"] == "method") & (variance["id"] == "questionnaire")]["share"].to_numpy()
    q = np.clip(part if part.size else np.zeros(drawn.points.shape[0]), 0.0, 1.0)
    survey = np.inf if drawn.df is None else drawn.df
    slack = q**2 / survey + (1 - q) ** 2 / drawn.other_df
    return float(1 / slack.max()) if slack.max() > 0 else None


def _totals(
    units: tuple[str, ...], totals: FloatArray, covariance: FloatArray, limits: CardLimits, level: float
) -> pd.DataFrame:
    low, high = limits.of("total", totals.shape)
    scores = score_pairs(totals, limits.curves, limits.dimensions, covariance)
    sd = difference_sd(covariance)
    _, simulated = joint_draws(covariance, RANK_DRAWS, generator(2021))
    law = (sd, simulated)
    _, sets, _ = sets_of_scores(list(units), totals, scores, law, "stepdown_simultaneous", level)
    bands = score_bands(list(units), totals, limits.curves, limits.dimensions, covariance, level)
    return pd.DataFrame(
        {
            "district": list(units),
            "points": totals,
            "std_error": np.sqrt(np.diag(covariance)),
            "conf_low": low,
            "conf_high": high,
            "rank": sets["rank"],
            "rank_low": sets["rank_low"],
            "rank_high": sets["rank_high"],
            "difference": bands["difference"],
            "p_value": bands["p_value"],
            "band": bands["band"],
        }
    )


def _criteria(
    scheme: ScoringScheme, units: tuple[str, ...], drawn: CardDraws, limits: CardLimits, knots: pd.DataFrame
) -> pd.DataFrame:
    error = drawn.error(drawn.points, drawn.normal_points)
    low, high = limits.of("points", drawn.points.shape)
    value_error = drawn.error(drawn.values, drawn.student_values)
    value_low, value_high = limits.of("values", drawn.values.shape)
    places = [(group.id, content.id) for group, content, _, _ in scheme.walk()]
    places += [("adjustments", "adjustments")] * len(scheme.adjustments)
    blocks = []
    for k, criterion in enumerate((*scheme.criteria(), *scheme.adjustments)):
        block = pd.DataFrame({"district": list(units)})
        block["indicator"], block["content"] = places[k]
        block["criterion"], block["zh"], block["method"] = criterion.id, criterion.zh, criterion.method
        block["max_points"] = criterion.points
        for name, array in (("value", drawn.values), ("value_low", value_low), ("value_high", value_high)):
            block[name] = array[:, k]
        for name, array in (("points", drawn.points), ("std_error", error), ("conf_low", low), ("conf_high", high)):
            block[name] = array[:, k]
        block["sampled"] = value_error[:, k] > 0
        blocks.append(block)
    table = pd.concat(blocks, ignore_index=True)
    crossing = knots.groupby(["district", "criterion"])[["crosses", "bias"]].agg({"crosses": "any", "bias": "sum"})
    found = crossing.reindex(pd.MultiIndex.from_frame(table[["district", "criterion"]]))
    table["crosses_knot"] = found["crosses"].eq(True).to_numpy(dtype=bool)
    table["knot_bias"] = pd.to_numeric(found["bias"]).fillna(0.0).to_numpy(dtype=float)
    return table


def _groups(
    scheme: ScoringScheme, units: tuple[str, ...], drawn: CardDraws, limits: CardLimits, name: str
) -> pd.DataFrame:
    ids, points = group_points(scheme, drawn.points, name)
    _, normal = group_points(scheme, drawn.normal_points, name)
    worth = np.array([criterion.points for criterion in scheme.criteria()])
    _, most = group_points(scheme, worth[None, :], name)
    error = drawn.error(points, normal)
    low, high = limits.of(name, points.shape)
    return pd.DataFrame(
        {
            "district": [unit for unit in units for _ in ids],
            name: list(ids) * len(units),
            "max_points": np.tile(most[0], len(units)),
            "points": points.ravel(),
            "std_error": error.ravel(),
            "conf_low": low.ravel(),
            "conf_high": high.ravel(),
        }
    )


def _variance(scheme: ScoringScheme, units: tuple[str, ...], drawn: CardDraws, spread: FloatArray) -> pd.DataFrame:
    """Share of each criterion and each method: Cov(points, total) / Var(total)."""
    every = (*scheme.criteria(), *scheme.adjustments)
    parts = drawn.spread(drawn.points, drawn.normal_points)
    joint = np.einsum("r,ru,ruc->uc", drawn.scale, spread, parts)
    total = np.einsum("r,ru,ru->u", drawn.scale, spread, spread)[:, None]
    shares = np.divide(joint, total, out=np.zeros_like(joint), where=total > 0)
    methods = list(dict.fromkeys(criterion.method for criterion in every))
    rows = [("criterion", c.id, shares[:, k]) for k, c in enumerate(every)]
    rows += [("method", name, shares[:, [c.method == name for c in every]].sum(axis=1)) for name in methods]
    return pd.concat(
        [pd.DataFrame({"district": list(units), "level": lev, "id": name, "share": s}) for lev, name, s in rows],
        ignore_index=True,
    )
