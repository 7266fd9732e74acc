"""From inclusion probabilities to final weights: every step recorded, and credited in the variance."""

from surveykit.weighting.adjust import poststratify, rake, trim_weights
from surveykit.weighting.apply import apply_weighting
from surveykit.weighting.calibrate import WeightBounds, calibrate
from surveykit.weighting.diagnostics import domain_summary, effective_size, kish_deff, weight_summary
from surveykit.weighting.plan import WeightingPlan
from surveykit.weighting.plan_checks import check_weighting_plan
from surveykit.weighting.result import Diagnostics, WeightingResult

__all__ = [
    "Diagnostics",
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
    "trim_weights",
    "weight_summary",
]
