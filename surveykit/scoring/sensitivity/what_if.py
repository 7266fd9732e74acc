"""What a district would need for the next band, and how many answers would tell two districts apart."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy import stats

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.errors import DataError, choose
from surveykit.scoring.card.card import ScoreCard
from surveykit.scoring.inputs.draws import draw_inputs
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.ranks.comparisons import BAND_NAMES, compare_with_mean
from surveykit.scoring.scheme.aggregate import Inputs, criterion_points, criterion_values, total_points
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import with_kinds

__all__ = ["Goal", "WhatIf", "sample_size_to_separate", "size_factor_to_separate", "what_if"]

Goal = Literal["not_distinguishable", "above"]
_LEVEL = {"below": 0, "not_distinguishable": 1, "above": 2}
_STEPS = 60


@dataclass(frozen=True)
class WhatIf(Shown):
    """What would bring a district to a goal.

    Attributes
    ----------
    table : DataFrame
        input (an indicator, or "all" for all of them moving towards their maximum by the same share of the way),
        current, needed, change (all: shares of the way, from 0), reachable, prob_already (that the true value, or for
        "all" the true score, is there already), points (of the district at the needed value). NaN where not reachable.
    district, goal : str
    points, band
        As published.
    """

    table: pd.DataFrame
    district: str
    goal: str
    points: float
    band: str

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        goal, band = (BAND_NAMES.get(name, {"zh": name, "en": name}) for name in (self.goal, self.band))
        title = (f"{self.district} 达到“{goal['zh']}”所需", f"What brings {self.district} to “{goal['en']}”")
        note = (f"现有得分 {self.points:.2f}，{band['zh']}", f"points {self.points:.2f}, {band['en']}")
        return presentation_of(title, {title: self.table}, note)


@dataclass(frozen=True)
class _Setting:
    scheme: ScoringScheme
    survey: SurveyInputs
    other: OtherMethods
    card: ScoreCard
    units: tuple[str, ...]
    row: int
    goal: Goal | float

    def total(self, own: FloatArray) -> FloatArray:
        """Scores of all units when the district's indicators are `own`; leading axes allowed."""
        order = [self.survey.units.index(unit) for unit in self.units]
        values = np.array(np.broadcast_to(self.survey.values[order], (*own.shape[:-1], len(order), own.shape[-1])))
        values[..., self.row, :] = own
        held = Inputs(self.survey.indicators, values, self.other.inputs, self.other.values)
        return total_points(self.scheme, criterion_points(self.scheme, criterion_values(self.scheme, held)))

    def met(self, own: FloatArray) -> bool:
        """Whether the goal is reached."""
        totals = self.total(own)
        if not isinstance(self.goal, str):
            return bool(totals[self.row] >= self.goal - 1e-9)
        recipe = self.card.recipe
        bands = compare_with_mean(
            totals, self.card.covariance, conf_level=recipe["conf_level"], df=recipe["df"], kind="number"
        )
        return _LEVEL[bands["band"].iloc[self.row]] >= _LEVEL[self.goal]


def _least(setting: _Setting, start: FloatArray, end: FloatArray) -> FloatArray | None:
    """First point on the way from start to end where the goal is met; None when there is none."""
    if setting.met(start):
        return start
    if not setting.met(end):
        return None
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if setting.met(start + middle * (end - start)) else (middle, high)
    return np.asarray(start + high * (end - start))


def what_if(
    scheme: ScoringScheme,
    survey: SurveyInputs,
    other: OtherMethods,
    card: ScoreCard,
    district: str,
    *,
    goal: Goal | float = "above",
    draws: int = 20_000,
) -> WhatIf:
    """Find the rates with which a district would reach a band or a number of points, everything else unchanged.

    Parameters
    ----------
    scheme, survey, other
        What the card was made from.
    card : ScoreCard
        Its covariance decides on the bands; it is kept as it is.
    district : str
    goal : str or float
        "above" or "not_distinguishable" (from the mean), or points.
    draws : int
        For the probabilities; the seed of the card is used.

    Returns
    -------
    WhatIf

    Raises
    ------
    DataError
        For an unknown district or goal.

    Notes
    -----
    Bisection on each indicator from its estimate to its maximum. The probability that the goal is met already is the
    share of draws around the estimate at or above the needed value: a confidence statement, no forecast.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> from surveykit.scoring.card.score import score
    >>> card = score(small.scheme, small.survey, small.other, draws=1000)
    >>> found = what_if(small.scheme, small.survey, small.other, card, "qingyang", goal=80.0)
    >>> found.table[["input", "needed"]].round(3).head(2).to_numpy().tolist()
    [['awareness', 0.8], ['satisfaction', 0.84]]
    """
    if isinstance(goal, bool) or not isinstance(goal, Real):
        choose("goal", goal, get_args(Goal))
    scheme = with_kinds(scheme, survey.indicators, survey.kinds)
    units = tuple(scheme.units or survey.units)
    if district not in units:
        raise DataError(f"district: {district!r} is not scored; choose one of {', '.join(units[:6])}, ...")
    setting = _Setting(scheme, survey, other, card, units, units.index(district), goal)
    place = survey.units.index(district)
    own, tops = survey.values[place], np.array(survey.top)
    _, student = draw_inputs(survey, draws, np.random.default_rng(card.recipe.get("seed", 2021)))
    mine = student[:, place, :]
    rows = []
    for k, name in enumerate(survey.indicators):
        if name not in scheme.questionnaire_inputs() or not np.isfinite(tops[k]):
            continue
        end = own.copy()
        end[k] = tops[k]
        found = _least(setting, own, end)
        already = np.nan if found is None else float((mine[:, k] >= found[k]).mean())
        needed = np.nan if found is None else float(found[k])
        points = np.nan if found is None else float(setting.total(found)[setting.row])
        rows.append((name, own[k], needed, needed - own[k], found is not None, already, points))
    rows.append(_together(setting, own, tops, mine))
    names = ["input", "current", "needed", "change", "reachable", "prob_already", "points"]
    row = card.table["district"].tolist().index(district)
    points, band = float(card.table["points"].to_numpy()[row]), str(card.table["band"].iloc[row])
    return WhatIf(pd.DataFrame(rows, columns=names), district, str(goal), points, band)


def _together(
    setting: _Setting, own: FloatArray, tops: FloatArray, mine: FloatArray
) -> tuple[str, float, float, float, bool, float, float]:
    """All indicators at once, each the same share of its way to the maximum."""
    end = np.where(np.isfinite(tops), tops, own)
    found = _least(setting, own, end)
    if found is None:
        return ("all", 0.0, np.nan, np.nan, False, np.nan, np.nan)
    way = np.divide(found - own, end - own, out=np.zeros_like(own), where=end > own)
    share = float(way.max(initial=0.0))
    needed = float(setting.total(found)[setting.row])
    drawn = setting.total(mine)[:, setting.row]
    return ("all", 0.0, share, share, True, float((drawn >= needed - 1e-9).mean()), needed)


def sample_size_to_separate(
    first: float,
    second: float,
    *,
    conf_level: float = 0.95,
    power: float = 0.8,
    design_effect: float = 1.0,
    pairs: int = 1,
) -> int:
    """Answers needed in each of two districts so that their rates are found different.

    Parameters
    ----------
    first, second : float
        True rates, different, strictly between 0 and 1.
    conf_level : float
    power : float
        Probability of finding the difference; 0.5 makes the expected difference just significant.
    design_effect : float
    pairs : int
        Number of pairs that are compared (Bonferroni): 253 for all pairs of 23 districts.

    Returns
    -------
    int
        Rounded up, for each district.

    Notes
    -----
    ``n = deff (z_(1 - a / (2 pairs)) + z_power)^2 (p1 q1 + p2 q2) / (p1 - p2)^2``.

    Examples
    --------
    >>> sample_size_to_separate(0.85, 0.90)
    683
    """
    if not (0 < first < 1 and 0 < second < 1) or first == second:
        raise DataError(f"rates: {first} and {second} must differ and lie between 0 and 1")
    if not 0 < conf_level < 1 or not 0 < power < 1 or design_effect <= 0 or pairs < 1:
        raise DataError("conf_level and power lie between 0 and 1, design_effect is positive, pairs is at least 1")
    z = stats.norm.ppf(1 - (1 - conf_level) / (2 * pairs)) + stats.norm.ppf(power)
    spread = first * (1 - first) + second * (1 - second)
    return math.ceil(design_effect * z**2 * spread / (first - second) ** 2 - 1e-9)


def size_factor_to_separate(card: ScoreCard, first: str, second: str, *, power: float = 0.8, pairs: int = 1) -> float:
    """How many times as many answers would separate the scores of two districts.

    Parameters
    ----------
    card : ScoreCard
    first, second : str
        Districts; the published difference of their points is taken as the true one.
    power : float
    pairs : int
        As for `sample_size_to_separate`.

    Returns
    -------
    float
        Factor of the present sample sizes; infinity when the error of the other methods alone is too large or the
        points are equal.

    Notes
    -----
    Only the questionnaire's part of the variance shrinks with the sample. Curvature of the scheme is left aside.
    """
    names = card.table["district"].tolist()
    for name in (first, second):
        if name not in names:
            raise DataError(f"district: {name!r} is not on the card")
    i, j = names.index(first), names.index(second)
    share = card.variance[(card.variance["level"] == "method") & (card.variance["id"] == "questionnaire")]
    part = share.set_index("district")["share"].reindex(names).fillna(0.0).to_numpy()
    v = card.covariance
    survey = max(part[i] * v[i, i] + part[j] * v[j, j] - 2 * v[i, j], 0.0)
    rest = max((1 - part[i]) * v[i, i] + (1 - part[j]) * v[j, j], 0.0)
    z = stats.norm.ppf(1 - (1 - card.recipe["conf_level"]) / (2 * pairs)) + stats.norm.ppf(power)
    room = ((card.table["points"].iloc[i] - card.table["points"].iloc[j]) / z) ** 2 - rest
    return float(survey / room) if room > 0 else math.inf
