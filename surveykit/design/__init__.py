"""How a sample was drawn and weighted."""

from surveykit.design.adjustments import (
    NonresponseAdjustment,
    PoststratificationAdjustment,
    RakingAdjustment,
    RegressionAdjustment,
)
from surveykit.design.pps import PPS
from surveykit.design.survey_design import SurveyDesign

__all__ = [
    "PPS",
    "NonresponseAdjustment",
    "PoststratificationAdjustment",
    "RakingAdjustment",
    "RegressionAdjustment",
    "SurveyDesign",
]
