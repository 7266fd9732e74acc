"""Scores and ranks with their uncertainty: indicators, rate-to-points rules, schemes, rank sets."""

from surveykit.scoring.card import ScoreCard
from surveykit.scoring.comparisons import (
    BAND_NAMES,
    ComparisonIntervals,
    compare_with_mean,
    goldstein_healy,
    holm,
    klein_wright_wieczorek,
)
from surveykit.scoring.indicator_checks import check_indicators
from surveykit.scoring.indicator_columns import indicator_columns
from surveykit.scoring.indicator_estimates import describe_indicator, estimate_indicators
from surveykit.scoring.indicators import Alternative, Indicator, IndicatorSet, with_alternatives
from surveykit.scoring.knots import knot_bias
from surveykit.scoring.other_methods import OtherMethods, check_other_methods, read_other_methods
from surveykit.scoring.points import Knot, apply_rule, knots_of
from surveykit.scoring.rank_sets import RankSets, rank_confidence_sets, tau_best, tau_worst
from surveykit.scoring.rules import Rule
from surveykit.scoring.scheme import Criterion, ScoringScheme
from surveykit.scoring.scheme_checks import check_scheme
from surveykit.scoring.score import score
from surveykit.scoring.survey_inputs import SurveyInputs, inputs_from_estimates, inputs_from_replicates

__all__ = [
    "BAND_NAMES",
    "Alternative",
    "ComparisonIntervals",
    "Criterion",
    "Indicator",
    "IndicatorSet",
    "Knot",
    "OtherMethods",
    "RankSets",
    "Rule",
    "ScoreCard",
    "ScoringScheme",
    "SurveyInputs",
    "apply_rule",
    "check_indicators",
    "check_other_methods",
    "check_scheme",
    "compare_with_mean",
    "describe_indicator",
    "estimate_indicators",
    "goldstein_healy",
    "holm",
    "indicator_columns",
    "inputs_from_estimates",
    "inputs_from_replicates",
    "klein_wright_wieczorek",
    "knot_bias",
    "knots_of",
    "rank_confidence_sets",
    "read_other_methods",
    "score",
    "tau_best",
    "tau_worst",
    "with_alternatives",
]
