"""From inclusion probabilities to final weights: every step recorded, and credited in the variance."""

from surveykit.weighting.adjust import poststratify, rake, trim_weights
from surveykit.weighting.apply import apply_weighting
from surveykit.weighting.calibrate import WeightBounds, calibrate, calibration_feasibility
from surveykit.weighting.diagnostics import domain_summary, effective_size, kish_deff, weight_summary
from surveykit.weighting.plan import WeightingPlan
from surveykit.weighting.plan_checks import check_weighting_plan
from surveykit.weighting.replicates import base_design, naive_design, rerun_replicates
from surveykit.weighting.residents import (
    MultilevelModel,
    ResidentEstimates,
    ResidentModel,
    adjust_to_residents,
    coverage_table,
    poststratified_regression,
)
from surveykit.weighting.response_quality import ResponseQuality, response_quality
from surveykit.weighting.result import Diagnostics, WeightingResult
from surveykit.weighting.ridge import RidgeCalibration, ridge_calibrate
from surveykit.weighting.small_area import FayHerriot, fay_herriot
from surveykit.weighting.small_area_tables import small_areas

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
    "response_quality",
    "ridge_calibrate",
    "small_areas",
    "trim_weights",
    "weight_summary",
]
