"""How far scores and ranks hang on choices: sampling, rules, weights, aggregation and knots together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.display.charts import interval_chart
from surveykit.display.style import label_of
from surveykit.errors import DataError
from surveykit.language import Language
from surveykit.scoring.inputs.other_methods import OtherMethods
from surveykit.scoring.inputs.survey import SurveyInputs
from surveykit.scoring.kernel.numerics import FloatArray
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.scheme.definition import ScoringScheme
from surveykit.scoring.sensitivity.model import Factors, model_scores, published_scores, sensitivity_model
from surveykit.scoring.sensitivity.sobol import sobol_indices

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["Sensitivity", "sensitivity"]

MAX_POINTS = 64_000_000


@dataclass(frozen=True)
class Sensitivity(Shown):
    """What scores and ranks depend on.

    Attributes
    ----------
    indices : DataFrame
        target ("rank_shift", or a unit: its score), factor, first, first_low, first_high, total, total_low, total_high,
        variance (of the target).
    ranks : DataFrame
        district, rank (as scored), rank_mean, rank_q05, rank_q50, rank_q95.
    rank_shift : float
        Mean over runs and units of the absolute change of rank.
    factors : tuple of str
    runs : int
    """

    indices: pd.DataFrame
    ranks: pd.DataFrame
    rank_shift: float
    factors: tuple[str, ...]
    runs: int

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        note = (
            f"{self.runs} 次试验，名次平均变动 {self.rank_shift:.2f}；因素：{'、'.join(self.factors)}",
            f"{self.runs} runs, mean shift of rank {self.rank_shift:.2f}; factors: {', '.join(self.factors)}",
        )
        moved = self.indices[self.indices["target"] == "rank_shift"].drop(columns="target")
        tables = {("什么影响名次", "What moves ranks"): moved, ("名次的分布", "Spread of ranks"): self.ranks}
        return presentation_of(("敏感性", "Sensitivity"), tables, note)

    def _draw(self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None) -> Axes:
        """Draw how much of the shift of ranks each factor explains, total effect with its interval."""
        moved = self.indices[self.indices["target"] == "rank_shift"]
        rows = moved[["total", "total_low", "total_high"]].set_axis(["estimate", "conf_low", "conf_high"], axis=1)
        rows = rows.assign(label=[label_of(name, labels) for name in moved["factor"]])
        axis = (
            "总效应（占名次变动方差的份额）"
            if language == "zh"
            else "total effect (share of the variance of the rank shift)"
        )
        return interval_chart(rows, ax, axis=axis, language=language)


def sensitivity(
    scheme: ScoringScheme,
    survey: SurveyInputs | Sequence[SurveyInputs],
    other: OtherMethods,
    factors: Factors | None = None,
    *,
    runs: int = 512,
    seed: int = 2021,
) -> Sensitivity:
    """Vary all choices together and say which of them move scores and ranks.

    Parameters
    ----------
    scheme : ScoringScheme
    survey : SurveyInputs or sequence of SurveyInputs
        With the columns that `factors.alternatives` names. Several are the same survey under different weightings, the
        first being the one that is published; they add the factor "weighting".
    other : OtherMethods
        From `read_other_methods`.
    factors : Factors, optional
    runs : int
        N of `sobol_indices`, a power of two.
    seed : int

    Returns
    -------
    Sensitivity

    Notes
    -----
    Targets: each unit's score, and the mean absolute shift of ranks against the published scores,
    ``R = mean_i |rank_i - rank_i(published)|``. Saisana, Saltelli and Tarantola (2005), Journal of the Royal
    Statistical Society A 168, 307-323; OECD/JRC Handbook (2008). Sampling and weights enter by one
    index each into 2,000 draws.

    Examples
    --------
    >>> from surveykit.scoring.card.example import small_example
    >>> small = small_example()
    >>> factors = Factors(alternatives={"dont_know": [{}, {"satisfaction": "satisfaction__dont_know_in"}]})
    >>> found = sensitivity(small.scheme, small.survey, small.other, factors, runs=64)
    >>> found.factors
    ('sampling', 'dont_know', 'weights', 'aggregation', 'knots')
    """
    factors = factors or Factors()
    inputs = [survey] if isinstance(survey, SurveyInputs) else list(survey)
    model = sensitivity_model(scheme, inputs, other, factors, seed)
    units = scheme.units or inputs[0].units
    if not model.columns:
        raise DataError("factors: nothing varies; switch on at least one")
    fixed = published_scores(scheme, inputs[0], other)
    reference = competition_ranks(fixed)
    step = max(MAX_POINTS // (len(units) * model.points.shape[1] * 8), 1)

    def outputs(uniforms: FloatArray) -> FloatArray:
        parts = [model_scores(model, uniforms[k : k + step]) for k in range(0, len(uniforms), step)]
        scores = np.concatenate(parts)
        shift = np.abs(competition_ranks(scores) - reference).mean(axis=1)
        return np.column_stack([shift, scores])

    found = sobol_indices(outputs, len(model.columns), runs, seed=seed, bootstrap=200)
    ranks = competition_ranks(found.base[:, 1:])
    low, middle, high = np.quantile(ranks, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    table = pd.DataFrame(
        {
            "district": list(units),
            "rank": reference,
            "rank_mean": ranks.mean(axis=0),
            "rank_q05": low.astype(int),
            "rank_q50": middle.astype(int),
            "rank_q95": high.astype(int),
        }
    )
    targets = ["rank_shift", *units]
    blocks = []
    for m, target in enumerate(targets):
        block = pd.DataFrame({"target": target, "factor": list(model.columns)})
        for name in ("first", "first_low", "first_high", "total", "total_low", "total_high"):
            block[name] = getattr(found, name)[:, m]
        blocks.append(block.assign(variance=found.variance[m]))
    shift = float(found.base[:, 0].mean())
    return Sensitivity(pd.concat(blocks, ignore_index=True), table, shift, model.columns, runs)
