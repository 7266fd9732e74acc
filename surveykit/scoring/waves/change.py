"""Change between two waves: rates, points and ranks, overlapping samples and changed questions allowed for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.display.charts import interval_chart
from surveykit.display.style import label_of
from surveykit.errors import DataError
from surveykit.language import Language
from surveykit.scoring.indicators.kinds import RANGES
from surveykit.scoring.inputs.draws import draw_inputs, draw_other
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.ranks.comparisons import holm
from surveykit.scoring.ranks.sets import rank_confidence_sets
from surveykit.scoring.scheme.aggregate import Inputs, criterion_points, criterion_values, total_points
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import with_kinds
from surveykit.scoring.waves.pair import TwoWaves, joint_waves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["Bridge", "WaveChange", "compare_waves"]


@dataclass(frozen=True)
class Bridge:
    """How much a changed question moved an indicator, for example from a split sample that got both forms.

    Attributes
    ----------
    indicator : str
    shift : float
        New form minus old form, in the unit of the indicator; taken off the second wave.
    std_error : float
        Common to all units: it blurs change, not the order within a wave.
    """

    indicator: str
    shift: float
    std_error: float


@dataclass(frozen=True)
class WaveChange(Shown):
    """What changed.

    Attributes
    ----------
    rates : DataFrame
        district, indicator, first, second (bridged), difference, std_error, conf_low, conf_high, p_value, bridged.
    points : DataFrame
        district, first, second, difference, std_error, conf_low, conf_high, p_value (Holm), change ("improved",
        "not_distinguishable", "declined").
    ranks : DataFrame
        district, rank_first, rank_second, rank_change, rank_change_low, rank_change_high (simultaneous; negative is
        upward), improvement_rank_low, improvement_rank_high (rank set of the gain in points).
    covariance : ndarray, shape (units, units)
        Of the differences of points.
    """

    rates: pd.DataFrame
    points: pd.DataFrame
    ranks: pd.DataFrame
    covariance: FloatArray = field(repr=False)

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        tables = {("得分", "Points"): self.points, ("名次", "Ranks"): self.ranks, ("比率", "Rates"): self.rates}
        return presentation_of(("两期之间的变化", "Change between waves"), tables)

    def _draw(self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
        """Draw the change of points with its interval by district."""
        rows = self.points.assign(
            estimate=self.points["difference"], label=[label_of(name, labels) for name in self.points["district"]]
        )
        axis = "得分变化与置信区间" if language == "zh" else "change of points with confidence interval"
        return interval_chart(rows, ax, axis=axis, language=language, reference=0.0)


def _bridges(pair: TwoWaves, bridges: Sequence[Bridge]) -> tuple[FloatArray, FloatArray]:
    shift, error = np.zeros(len(pair.first.indicators)), np.zeros(len(pair.first.indicators))
    for bridge in bridges:
        if bridge.indicator not in pair.first.indicators:
            raise DataError(f"bridges: {bridge.indicator!r} is no indicator of the waves")
        if bridge.std_error < 0 or not np.isfinite([bridge.shift, bridge.std_error]).all():
            raise DataError(
                f"bridges: shift and std_error of {bridge.indicator!r} must be numbers, the error not negative"
            )
        k = pair.first.indicators.index(bridge.indicator)
        shift[k], error[k] = bridge.shift, bridge.std_error
    return shift, error


def _rates(pair: TwoWaves, shift: FloatArray, error: FloatArray, conf_level: float) -> pd.DataFrame:
    second = pair.second.values - shift
    difference = second - pair.first.values
    variance = pair.first.std_errors**2 + pair.second.std_errors**2 - 2 * np.diag(pair.cross).reshape(difference.shape)
    std_error = np.sqrt(np.maximum(variance, 0) + error**2)
    df = joint_waves(pair).df
    law = stats.norm() if df is None else stats.t(df)
    reach = law.ppf((1 + conf_level) / 2) * std_error
    ratio = np.divide(np.abs(difference), std_error, out=np.zeros_like(difference), where=std_error > 0)
    p_value = np.where(std_error > 0, 2 * law.sf(ratio), np.where(difference == 0, 1.0, 0.0))
    units, names = pair.first.units, pair.first.indicators
    return pd.DataFrame(
        {
            "district": [unit for unit in units for _ in names],
            "indicator": list(names) * len(units),
            "first": pair.first.values.ravel(),
            "second": second.ravel(),
            "difference": difference.ravel(),
            "std_error": std_error.ravel(),
            "conf_low": (difference - reach).ravel(),
            "conf_high": (difference + reach).ravel(),
            "p_value": p_value.ravel(),
            "bridged": np.tile((shift != 0) | (error > 0), len(units)),
        }
    )


def compare_waves(
    scheme: ScoringScheme,
    waves: TwoWaves,
    other: tuple[OtherMethods, OtherMethods],
    *,
    bridges: Sequence[Bridge] = (),
    draws: int = 5000,
    seed: int = 2021,
    conf_level: float = 0.95,
) -> WaveChange:
    """Compare two waves by rates, points and ranks.

    Parameters
    ----------
    scheme : ScoringScheme
        Scores both waves, so that a change of the scheme is not taken for a change of the districts.
    waves : TwoWaves
    other : (OtherMethods, OtherMethods)
        Of the first and the second wave; sampling errors independent between waves.
    bridges : sequence of Bridge
        Questions that changed.
    draws, seed, conf_level
        As for `score`.

    Returns
    -------
    WaveChange

    Notes
    -----
    Draws of both waves come from their joint distribution and go through the scheme; the shift of a bridge is drawn
    once for all units. The rank change of a unit lies in ``[low_2 - high_1, high_2 - low_1]`` with simultaneous rank
    sets of each wave at level ``(1 + conf_level) / 2`` (Bonferroni over the two waves).

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> from surveykit.scoring.waves.pair import two_waves
    >>> small = small_example()
    >>> same = two_waves(small.survey, small.survey)
    >>> compare_waves(small.scheme, same, (small.other, small.other), draws=500).points["change"].unique().tolist()
    ['not_distinguishable']
    """
    scheme = with_kinds(scheme, waves.first.indicators, waves.first.kinds)
    units = scheme.units or waves.first.units
    rows = [waves.first.units.index(unit) for unit in units]
    shift, error = _bridges(waves, bridges)
    rng = np.random.default_rng(seed)
    normal, student = draw_inputs(joint_waves(waves), draws, rng)
    count = len(waves.first.indicators)
    bridge = shift + error * rng.standard_normal((draws, 1, count))
    moved = [draw_other(one, draws, rng) for one in other]
    least, tops = np.array([RANGES[kind] for kind in waves.second.kinds]).T

    def totals(survey: FloatArray, methods: OtherMethods, values: FloatArray) -> FloatArray:
        held = Inputs(waves.first.indicators, survey[..., rows, :], methods.inputs, values)
        return total_points(scheme, criterion_points(scheme, criterion_values(scheme, held)))

    def both(drawn: FloatArray, kind: int) -> tuple[FloatArray, FloatArray]:
        later = np.clip(drawn[..., count:] - bridge, least, tops)
        return totals(drawn[..., :count], other[0], moved[0][kind]), totals(later, other[1], moved[1][kind])

    estimated = (
        totals(waves.first.values, other[0], other[0].values),
        totals(np.clip(waves.second.values - shift, least, tops), other[1], other[1].values),
    )
    drawn_normal, drawn_student = both(normal, 0), both(student, 1)
    covariances = [np.cov(one, rowvar=False) for one in drawn_normal]
    change = np.cov(drawn_normal[1] - drawn_normal[0], rowvar=False)
    spread = drawn_student[1] - drawn_student[0]
    df = joint_waves(waves).df
    points = _points(units, estimated, change, spread, conf_level, df)
    ranks = _ranks(units, estimated, covariances, change, conf_level, df)
    return WaveChange(_rates(waves, shift, error, conf_level), points, ranks, change)


def _points(
    units: Sequence[str],
    estimated: tuple[FloatArray, FloatArray],
    change: FloatArray,
    spread: FloatArray,
    conf_level: float,
    df: float | None,
) -> pd.DataFrame:
    difference = estimated[1] - estimated[0]
    std_error = np.sqrt(np.diag(change))
    low, high = np.quantile(spread, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0)
    law = stats.norm() if df is None else stats.t(df)
    ratio = np.divide(np.abs(difference), std_error, out=np.zeros_like(difference), where=std_error > 0)
    p_value = holm(np.where(std_error > 0, 2 * law.sf(ratio), np.where(difference == 0, 1.0, 0.0)))
    real = p_value <= 1 - conf_level
    words = np.where(real, np.where(difference > 0, "improved", "declined"), "not_distinguishable").tolist()
    return pd.DataFrame(
        {
            "district": list(units),
            "first": estimated[0],
            "second": estimated[1],
            "difference": difference,
            "std_error": std_error,
            "conf_low": low,
            "conf_high": high,
            "p_value": p_value,
            "change": words,
        }
    )


def _ranks(
    units: Sequence[str],
    estimated: tuple[FloatArray, FloatArray],
    covariances: Sequence[FloatArray],
    change: FloatArray,
    conf_level: float,
    df: float | None,
) -> pd.DataFrame:
    first, second = (
        rank_confidence_sets(values, covariance, conf_level=(1 + conf_level) / 2, df=df, kind="number").table
        for values, covariance in zip(estimated, covariances, strict=True)
    )
    difference = estimated[1] - estimated[0]
    gain = rank_confidence_sets(difference, change, conf_level=conf_level, df=df, kind="number").table
    ranks = [competition_ranks(values) for values in estimated]
    return pd.DataFrame(
        {
            "district": list(units),
            "rank_first": ranks[0],
            "rank_second": ranks[1],
            "rank_change": ranks[1] - ranks[0],
            "rank_change_low": second["rank_low"] - first["rank_high"],
            "rank_change_high": second["rank_high"] - first["rank_low"],
            "improvement_rank_low": gain["rank_low"],
            "improvement_rank_high": gain["rank_high"],
        }
    )
