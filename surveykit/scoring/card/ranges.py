"""For criteria that score by rank: the ranks that each unit's input may have."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.ranks.sets import rank_confidence_sets
from surveykit.scoring.rules.rank_based import RankBased
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme

__all__ = ["RankRanges", "rank_ranges"]


@dataclass(frozen=True)
class RankRanges:
    """Simultaneous rank sets of the inputs of rank-based criteria.

    Attributes
    ----------
    best, worst : ndarray of int, shape (units, criteria)
        1 is the best; 0 for criteria that do not score by rank.
    present : ndarray of int, shape (criteria,)
        Units with a value.
    """

    best: npt.NDArray[np.int64] = field(repr=False)
    worst: npt.NDArray[np.int64] = field(repr=False)
    present: npt.NDArray[np.int64] = field(repr=False)


def rank_ranges(
    scheme: ScoringScheme, inputs: SurveyInputs, other: OtherMethods, values: FloatArray, conf_level: float
) -> RankRanges:
    """Find the rank sets of each rank-based criterion's input over the units.

    Parameters
    ----------
    scheme : ScoringScheme
    inputs, other
        Of the same units.
    values : ndarray, shape (units, criteria)
        Values of the criteria.
    conf_level : float
        Shared equally among the rank-based criteria (Bonferroni).
    """
    every = (*scheme.criteria(), *scheme.adjustments)
    ranked = [k for k, criterion in enumerate(every) if isinstance(criterion.rule, RankBased)]
    shape = (values.shape[0], len(every))
    best, worst = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    present = np.zeros(len(every), dtype=np.int64)
    for k in ranked:
        rule = every[k].rule
        assert isinstance(rule, RankBased)
        known = np.flatnonzero(np.isfinite(values[:, k]))
        present[k] = known.size
        if known.size < 2:
            best[known, k] = worst[known, k] = 1
            continue
        level = 1 - (1 - conf_level) / len(ranked)
        best[known, k], worst[known, k] = _sets(scheme, every[k], rule, inputs, other, values[known, k], known, level)
    return RankRanges(best, worst, present)


def _sets(
    scheme: ScoringScheme,
    criterion: Criterion,
    rule: RankBased,
    inputs: SurveyInputs,
    other: OtherMethods,
    value: FloatArray,
    known: npt.NDArray[np.intp],
    level: float,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    weights = _weights(criterion.input, {d.id: d.parts for d in scheme.derived})
    survey = np.array([weights.get(name, 0.0) for name in inputs.indicators])
    fixed = np.array([weights.get(name, 0.0) for name in other.inputs])
    of_survey = criterion.method == "questionnaire" or not fixed.any()
    units = len(inputs.units)
    matrix = np.zeros((units, units))
    if of_survey:
        spread = np.kron(np.eye(units), survey)
        matrix = spread @ inputs.covariance @ spread.T
    else:
        matrix += np.diag(np.einsum("k,ukl,l->u", fixed, other.covariance, fixed))
    single = of_survey and np.count_nonzero(survey) == 1
    column = int(np.flatnonzero(survey)[0]) if single else 0
    rate = single and inputs.kinds[column] == "rate"
    sign = -1.0 if rule.less_is_better else 1.0
    signed = np.clip(1.0 - value, 0.0, 1.0) if rate and rule.less_is_better else sign * value
    picked = matrix[np.ix_(known, known)]
    if not np.diag(picked).any() and not (rate and ((value == 0) | (value == 1)).any()):
        ranks = competition_ranks(signed)
        return ranks, ranks
    n = None if inputs.n is None or not rate else inputs.n[known, column]
    table = rank_confidence_sets(
        pd.Series(signed), picked, conf_level=level, df=inputs.df, kind="rate" if rate else "number", n=n
    ).table
    return table["rank_low"].to_numpy(), table["rank_high"].to_numpy()


def _weights(name: str, derived: dict[str, dict[str, float]], share: float = 1.0) -> dict[str, float]:
    """Weights of plain inputs in an input."""
    if name not in derived:
        return {name: share}
    total: dict[str, float] = {}
    parts = derived[name]
    for part, weight in parts.items():
        for key, value in _weights(part, derived, share * weight / sum(parts.values())).items():
            total[key] = total.get(key, 0.0) + value
    return total
