"""From inclusion probabilities to final weights: every step recorded, and credited in the variance."""

from surveykit.weighting.adjusting.calibrate import WeightBounds, calibrate, calibration_feasibility
from surveykit.weighting.adjusting.poststratify import poststratify, rake, trim_weights
from surveykit.weighting.adjusting.ridge import RidgeCalibration, ridge_calibrate
from surveykit.weighting.apply import apply_weighting
from surveykit.weighting.models.coverage import coverage_table
from surveykit.weighting.models.multilevel import MultilevelModel, poststratified_regression
from surveykit.weighting.models.resident_estimates import ResidentEstimates
from surveykit.weighting.models.residents import ResidentModel, adjust_to_residents
from surveykit.weighting.models.small_area import FayHerriot, fay_herriot
from surveykit.weighting.models.small_area_tables import small_areas
from surveykit.weighting.plan.checks import check_weighting_plan
from surveykit.weighting.plan.definition import WeightingPlan
from surveykit.weighting.quality.diagnostics import domain_summary, effective_size, kish_deff, weight_summary
from surveykit.weighting.quality.response_quality import ResponseQuality, response_quality
from surveykit.weighting.replicates import base_design, naive_design, rerun_replicates
from surveykit.weighting.resident_results import resident_estimates
from surveykit.weighting.result import Diagnostics, WeightingResult

__all__ = [
    "Diagnostics",
    "FayHerriot",
    "MultilevelModel",
    "ResidentEstimates",
    "ResidentModel",
    "ResponseQuality",
    "RidgeCalibration",
    "WeightBounds",
    "WeightingPlan",
    "WeightingResult",
    "adjust_to_residents",
    "apply_weighting",
    "base_design",
    "calibrate",
    "calibration_feasibility",
    "check_weighting_plan",
    "coverage_table",
    "domain_summary",
    "effective_size",
    "fay_herriot",
    "kish_deff",
    "naive_design",
    "poststratified_regression",
    "poststratify",
    "rake",
    "rerun_replicates",
    "resident_estimates",
    "response_quality",
    "ridge_calibrate",
    "small_areas",
    "trim_weights",
    "weight_summary",
]
