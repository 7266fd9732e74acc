"""Scores and ranks with their uncertainty: indicators, rules, schemes, rank sets, sensitivity, change."""

from surveykit.scoring.card.card import ScoreCard
from surveykit.scoring.card.score import score
from surveykit.scoring.indicators.checks import check_indicators
from surveykit.scoring.indicators.columns import indicator_columns
from surveykit.scoring.indicators.definition import Alternative, Indicator, IndicatorSet, with_alternatives
from surveykit.scoring.indicators.estimates import describe_indicator, estimate_indicators
from surveykit.scoring.inputs.field_visits import FieldResults, summarise_evidence, summarise_field_visits
from surveykit.scoring.inputs.other_methods import OtherMethods, check_other_methods, read_other_methods
from surveykit.scoring.inputs.survey import (
    SurveyInputs,
    inputs_from_covariance,
    inputs_from_estimates,
    inputs_from_replicates,
)
from surveykit.scoring.ranks.comparisons import (
    BAND_NAMES,
    ComparisonIntervals,
    compare_with_mean,
    goldstein_healy,
    holm,
    klein_wright_wieczorek,
)
from surveykit.scoring.ranks.empirical_bayes import ExpectedRanks, expected_ranks
from surveykit.scoring.ranks.selection import BestUnit, best_unit, simultaneous_intervals
from surveykit.scoring.ranks.sets import RankSets, rank_confidence_sets, tau_best, tau_worst
from surveykit.scoring.rules import Knot, Rule, apply_rule, knots_of
from surveykit.scoring.scheme.checks import check_scheme
from surveykit.scoring.scheme.definition import Criterion, ScoringScheme
from surveykit.scoring.scheme.knots import knot_bias
from surveykit.scoring.sensitivity.analysis import Sensitivity, sensitivity
from surveykit.scoring.sensitivity.model import Factors
from surveykit.scoring.sensitivity.sobol import SobolIndices, sobol_indices
from surveykit.scoring.sensitivity.what_if import (
    Goal,
    WhatIf,
    sample_size_to_separate,
    size_factor_to_separate,
    what_if,
)
from surveykit.scoring.waves.change import Bridge, WaveChange, compare_waves
from surveykit.scoring.waves.pair import TwoWaves, two_waves, waves_from_estimates

__all__ = [
    "BAND_NAMES",
    "Alternative",
    "BestUnit",
    "Bridge",
    "ComparisonIntervals",
    "Criterion",
    "ExpectedRanks",
    "Factors",
    "FieldResults",
    "Goal",
    "Indicator",
    "IndicatorSet",
    "Knot",
    "OtherMethods",
    "RankSets",
    "Rule",
    "ScoreCard",
    "ScoringScheme",
    "Sensitivity",
    "SobolIndices",
    "SurveyInputs",
    "TwoWaves",
    "WaveChange",
    "WhatIf",
    "apply_rule",
    "best_unit",
    "check_indicators",
    "check_other_methods",
    "check_scheme",
    "compare_waves",
    "compare_with_mean",
    "describe_indicator",
    "estimate_indicators",
    "expected_ranks",
    "goldstein_healy",
    "holm",
    "indicator_columns",
    "inputs_from_covariance",
    "inputs_from_estimates",
    "inputs_from_replicates",
    "klein_wright_wieczorek",
    "knot_bias",
    "knots_of",
    "rank_confidence_sets",
    "read_other_methods",
    "sample_size_to_separate",
    "score",
    "sensitivity",
    "simultaneous_intervals",
    "size_factor_to_separate",
    "sobol_indices",
    "summarise_evidence",
    "summarise_field_visits",
    "tau_best",
    "tau_worst",
    "two_waves",
    "waves_from_estimates",
    "what_if",
    "with_alternatives",
]
