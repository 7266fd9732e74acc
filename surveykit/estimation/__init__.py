"""Estimates with honest standard errors."""

from surveykit.estimation.estimates import Estimates
from surveykit.estimation.estimators import estimate, survey_mean, survey_prop, survey_ratio, survey_total
from surveykit.estimation.statistics import Mean, Prop, Ratio, Total

__all__ = [
    "Estimates",
    "Mean",
    "Prop",
    "Ratio",
    "Total",
    "estimate",
    "survey_mean",
    "survey_prop",
    "survey_ratio",
    "survey_total",
]
