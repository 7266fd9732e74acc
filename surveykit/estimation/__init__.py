"""Estimates with honest standard errors."""

from surveykit.estimation.combining import combine
from surveykit.estimation.crosstab import survey_chisq
from surveykit.estimation.distribution import survey_cor, survey_cov, survey_quantile, survey_var
from surveykit.estimation.estimates import Estimates
from surveykit.estimation.estimators import estimate, survey_mean, survey_prop, survey_ratio, survey_total
from surveykit.estimation.glm import survey_glm
from surveykit.estimation.glm_result import GlmResult
from surveykit.estimation.goodness import survey_gof
from surveykit.estimation.multiple import pairwise_comparisons
from surveykit.estimation.ranktests import survey_ranktest
from surveykit.estimation.row_keys import Row
from surveykit.estimation.scales import survey_alpha, survey_item_rest
from surveykit.estimation.statistics import Correlation, Covariance, Mean, Prop, Quantile, Ratio, Total, Variance
from surveykit.estimation.tests_result import TestResult
from surveykit.estimation.ttests import survey_ttest

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
