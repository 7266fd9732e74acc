"""Estimates with honest standard errors."""

from surveykit.estimation.distribution import survey_cor, survey_cov, survey_quantile, survey_var
from surveykit.estimation.estimators import estimate, survey_mean, survey_prop, survey_ratio, survey_total
from surveykit.estimation.inference.crosstab import survey_chisq
from surveykit.estimation.inference.goodness import survey_gof
from surveykit.estimation.inference.ranktests import survey_ranktest
from surveykit.estimation.inference.result import TestResult
from surveykit.estimation.inference.ttests import survey_ttest
from surveykit.estimation.models.glm import survey_glm
from surveykit.estimation.models.result import GlmResult
from surveykit.estimation.results.combining import combine
from surveykit.estimation.results.comparisons import pairwise_comparisons
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.results.row_keys import Row
from surveykit.estimation.scales import survey_alpha, survey_item_rest
from surveykit.estimation.statistics.requests import (
    Correlation,
    Covariance,
    Mean,
    Prop,
    Quantile,
    Ratio,
    Total,
    Variance,
)

__all__ = [
    "Correlation",
    "Covariance",
    "Estimates",
    "GlmResult",
    "Mean",
    "Prop",
    "Quantile",
    "Ratio",
    "Row",
    "TestResult",
    "Total",
    "Variance",
    "combine",
    "estimate",
    "pairwise_comparisons",
    "survey_alpha",
    "survey_chisq",
    "survey_cor",
    "survey_cov",
    "survey_glm",
    "survey_gof",
    "survey_item_rest",
    "survey_mean",
    "survey_prop",
    "survey_quantile",
    "survey_ranktest",
    "survey_ratio",
    "survey_total",
    "survey_ttest",
    "survey_var",
]
