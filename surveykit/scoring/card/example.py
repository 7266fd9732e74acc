"""A scheme of three criteria and four districts, small enough to follow by hand; used in the examples of the docs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from surveykit.scoring.inputs.other_methods import OtherMethods, read_other_methods
from surveykit.scoring.inputs.survey import SurveyInputs, inputs_from_covariance
from surveykit.scoring.scheme.definition import ScoringScheme

__all__ = ["SmallExample", "small_example"]


@dataclass(frozen=True)
class SmallExample:
    """What `score` and its relatives need.

    Attributes
    ----------
    scheme : ScoringScheme
        Awareness 40, satisfaction 40 (with knots), field visits 20 points.
    survey : SurveyInputs
        Four districts, 400 answers each; also satisfaction with don't know in the base.
    other : OtherMethods
    other_table : DataFrame
    """

    scheme: ScoringScheme
    survey: SurveyInputs
    other: OtherMethods
    other_table: pd.DataFrame


def small_example() -> SmallExample:
    """Make the example.

    Examples
    --------
    >>> small_example().survey.indicators
    ('awareness', 'satisfaction', 'satisfaction__dont_know_in')
    """
    criteria = [
        {"id": "aware", "zh": "知晓率", "points": 40, "method": "questionnaire", "input": "awareness"},
        {"id": "satisfied", "zh": "满意率", "points": 40, "method": "questionnaire", "input": "satisfaction"},
        {"id": "visits", "zh": "实地考察", "points": 20, "method": "field", "input": "visits", "range": [0, 1]},
    ]
    rules = [
        {"kind": "proportional"},
        {"kind": "piecewise_linear", "knots": [[0.6, 0], [0.8, 30], [0.9, 40]]},
        {"kind": "proportional"},
    ]
    listed = [criterion | {"rule": rule} for criterion, rule in zip(criteria, rules, strict=True)]
    content = {"id": "all", "zh": "全部", "points": 100, "criteria": listed}
    group = {"id": "one", "zh": "示例", "points": 100, "contents": [content]}
    scheme = ScoringScheme.model_validate({"id": "small", "zh": "示例", "total": 100, "indicators": [group]})
    units = ("jinjiang", "qingyang", "jinniu", "wuhou")
    rates = np.array([[0.70, 0.78, 0.74], [0.75, 0.82, 0.78], [0.80, 0.88, 0.85], [0.72, 0.90, 0.88]])
    error = np.sqrt(rates * (1 - rates) / 400)
    likeness = np.array([[1, 0.2, 0.2], [0.2, 1, 0.9], [0.2, 0.9, 1]])
    covariance = np.zeros((12, 12))
    for k in range(4):
        block = slice(3 * k, 3 * k + 3)
        covariance[block, block] = likeness * np.outer(error[k], error[k])
    names = ("awareness", "satisfaction", "satisfaction__dont_know_in")
    survey = inputs_from_covariance(units, names, rates, covariance, df=399, kinds="rate")
    table = pd.DataFrame({"district": units, "criterion": "visits", "value": [0.9, 0.8, 0.85, 0.7], "std_error": 0.03})
    return SmallExample(scheme, survey, read_other_methods(scheme, table, units), table)
