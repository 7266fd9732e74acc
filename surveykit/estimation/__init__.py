"""Estimates with honest standard errors."""

from surveykit.estimation.distribution import survey_cor, survey_cov, survey_quantile, survey_var
from surveykit.estimation.estimates import Estimates
from surveykit.estimation.estimators import estimate, survey_mean, survey_prop, survey_ratio, survey_total
from surveykit.estimation.statistics import Correlation, Covariance, Mean, Prop, Quantile, Ratio, Total, Variance

__all__ = [
    "Correlation",
    "Covariance",
    "Estimates",
    "Mean",
    "Prop",
    "Quantile",
    "Ratio",
    "Total",
    "Variance",
    "estimate",
    "survey_cor",
    "survey_cov",
    "survey_mean",
    "survey_prop",
    "survey_quantile",
    "survey_ratio",
    "survey_total",
    "survey_var",
]
