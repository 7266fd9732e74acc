"""What one change alone does to the ranks: a criterion dropped, an indicator under another rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.scheme.aggregate import Inputs, criterion_points, criterion_values, total_points
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.scheme.rounding import with_kinds
from surveykit.scoring.sensitivity.model import full_scales, published_scores

__all__ = ["drop_criteria", "score_alternatives"]


def _shift_row(units: Sequence[str], before: FloatArray, after: FloatArray) -> dict[str, object]:
    moves = competition_ranks(after) - competition_ranks(before)
    most = int(np.argmax(np.abs(moves)))
    return {
        "mean_rank_shift": float(np.abs(moves).mean()),
        "largest_rank_shift": int(np.abs(moves).max()),
        "most_moved": units[most] if moves[most] else "",
    }


def _values(scheme: ScoringScheme, survey: SurveyInputs, other: OtherMethods) -> tuple[tuple[str, ...], FloatArray]:
    units = scheme.units or survey.units
    order = [survey.units.index(unit) for unit in units]
    held = Inputs(survey.indicators, survey.values[order], other.inputs, other.values)
    return units, criterion_values(scheme, held)


def drop_criteria(scheme: ScoringScheme, survey: SurveyInputs, other: OtherMethods) -> pd.DataFrame:
    """Leave out one criterion at a time, its points going to the others in proportion.

    Parameters
    ----------
    scheme : ScoringScheme
        Scored by sums, whatever its aggregation.
    survey : SurveyInputs
    other : OtherMethods

    Returns
    -------
    DataFrame
        criterion, method, points, mean_rank_shift, largest_rank_shift, most_moved; the most influential first.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> drop_criteria(small.scheme, small.survey, small.other)[["criterion", "largest_rank_shift"]].to_numpy().tolist()
    [['satisfied', 2], ['aware', 0], ['visits', 0]]
    """
    scheme = with_kinds(scheme, survey.indicators, survey.kinds)
    units, values = _values(scheme, survey, other)
    points = criterion_points(scheme, values)
    before = total_points(scheme.model_copy(update={"aggregation": "arithmetic"}), points)
    rows = []
    for k, criterion in enumerate(scheme.criteria()):
        if criterion.points >= scheme.total:
            continue
        main = len(scheme.criteria())
        kept = points[:, :main].sum(axis=1) - points[:, k]
        after = kept * scheme.total / (scheme.total - criterion.points) + points[:, main:].sum(axis=1)
        row = {"criterion": criterion.id, "method": criterion.method, "points": criterion.points}
        rows.append(row | _shift_row(units, before, after))
    found = pd.DataFrame(rows)
    return found.sort_values("mean_rank_shift", ascending=False, kind="stable", ignore_index=True)


def score_alternatives(
    scheme: ScoringScheme,
    survey: SurveyInputs,
    other: OtherMethods,
    alternatives: Mapping[str, Mapping[str, str]],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score again with other columns of the survey standing in, one alternative at a time.

    Parameters
    ----------
    scheme, survey, other
        As for `sensitivity`; the survey has the columns of `with_alternatives`.
    alternatives : mapping
        Name of the alternative to a mapping from indicator to the column in its place, for example
        ``{"don't know in": {"satisfaction": "satisfaction__dont_know_in"}}``. Rates and scores are put on one scale.

    Returns
    -------
    points : DataFrame
        district, published, and one column for each alternative.
    shifts : DataFrame
        alternative, mean_rank_shift, largest_rank_shift, most_moved, mean_points (change of the mean score).

    Raises
    ------
    DataError
        For columns that the survey does not have.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> lines = {"dont_know_in": {"satisfaction": "satisfaction__dont_know_in"}}
    >>> _, shifts = score_alternatives(small.scheme, small.survey, small.other, lines)
    >>> shifts["mean_points"].round(1).tolist()
    [-4.0]
    """
    strange = [
        n for option in alternatives.values() for pair in option.items() for n in pair if n not in survey.indicators
    ]
    if strange:
        raise DataError(f"alternatives: columns that the survey does not have ({first_few(strange)})")
    scheme = with_kinds(scheme, survey.indicators, survey.kinds)
    units = scheme.units or survey.units
    before = published_scores(scheme, survey, other)
    scales = full_scales(survey)
    points = pd.DataFrame({"district": list(units), "published": before})
    rows = []
    for name, option in alternatives.items():
        source = [survey.indicators.index(option.get(indicator, indicator)) for indicator in survey.indicators]
        order = [survey.units.index(unit) for unit in units]
        values = survey.values[np.ix_(order, source)] * scales / scales[source]
        held = Inputs(survey.indicators, values, other.inputs, other.values)
        after = total_points(scheme, criterion_points(scheme, criterion_values(scheme, held)))
        points[name] = after
        shift = _shift_row(units, before, after)
        rows.append({"alternative": name} | shift | {"mean_points": float((after - before).mean())})
    return points, pd.DataFrame(rows)
