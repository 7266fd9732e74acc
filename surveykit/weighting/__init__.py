"""From inclusion probabilities to final weights: every step recorded, and credited in the variance."""

from surveykit.weighting.adjust import poststratify, rake, trim_weights
from surveykit.weighting.apply import apply_weighting
from surveykit.weighting.calibrate import WeightBounds, calibrate
from surveykit.weighting.diagnostics import domain_summary, effective_size, kish_deff, weight_summary
from surveykit.weighting.plan import WeightingPlan
from surveykit.weighting.plan_checks import check_weighting_plan
from surveykit.weighting.result import Diagnostics, WeightingResult
from surveykit.weighting.ridge import RidgeCalibration, ridge_calibrate

__all__ = [
    "Diagnostics",
    "RidgeCalibration",
    "WeightBounds",
    "WeightingPlan",
    "WeightingResult",
    "apply_weighting",
    "calibrate",
    "check_weighting_plan",
    "domain_summary",
    "effective_size",
    "kish_deff",
    "poststratify",
    "rake",
    "ridge_calibrate",
    "trim_weights",
    "weight_summary",
]
