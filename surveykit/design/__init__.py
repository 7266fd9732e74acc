"""How a sample was drawn and weighted."""

from surveykit.design.adjustments import (
    NonresponseAdjustment,
    PoststratificationAdjustment,
    RakingAdjustment,
    RegressionAdjustment,
)
from surveykit.design.pps import PPS
from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.replicates.conversion import (
    as_bootstrap_design,
    as_brr_design,
    as_jackknife_design,
    as_sdr_design,
)
from surveykit.design.survey_design import SurveyDesign

__all__ = [
    "PPS",
    "NonresponseAdjustment",
    "PoststratificationAdjustment",
    "RakingAdjustment",
    "RegressionAdjustment",
    "ReplicateDesign",
    "SurveyDesign",
    "as_bootstrap_design",
    "as_brr_design",
    "as_jackknife_design",
    "as_sdr_design",
]
