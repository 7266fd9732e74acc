"""The weighting plan: definition and check."""

from surveykit.weighting.plan.definition import WeightingPlan, plan_mapping

__all__ = [
    "WeightingPlan",
    "plan_mapping",
]
