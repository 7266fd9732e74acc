"""What a report says of the weights of one analysis: plain values and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

__all__ = ["WeightDiagnostics"]


@dataclass(frozen=True, kw_only=True)
class WeightDiagnostics:
    """The weights of one analysis.

    Attributes
    ----------
    id : str
        Id of the analysis.
    name : mapping of language to text
        Whom its figures speak of.
    overall : mapping of str to float
        As :func:`surveykit.weighting.weight_summary` gives.
    weights : Series
        Final weights of the respondents.
    domains : DataFrame
        variable, level, n, deff_kish, n_eff, with variable_zh, variable_en, level_zh, level_en.
    margins : DataFrame
        The same names, share_population, share_before, share_after, standardised_before, standardised_after.
    histories : DataFrame
        step, kind, iteration, max_gap.
    coverage : DataFrame
        The same names as in domains, frame, population, coverage, ratio, standardised_difference; empty without a step
        on coverage.
    """

    id: str
    name: Mapping[str, str]
    overall: Mapping[str, float]
    weights: pd.Series
    domains: pd.DataFrame
    margins: pd.DataFrame
    histories: pd.DataFrame
    coverage: pd.DataFrame
