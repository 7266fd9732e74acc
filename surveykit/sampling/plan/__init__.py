"""The sampling plan: definition and check."""

from surveykit.sampling.plan.definition import (
    AllocationMethod,
    Expected,
    FrameSource,
    HashName,
    SamplingPlan,
    Selection,
    SelectionMethod,
    SizeRule,
    Stage,
    plan_hash,
)

__all__ = [
    "AllocationMethod",
    "Expected",
    "FrameSource",
    "HashName",
    "SamplingPlan",
    "Selection",
    "SelectionMethod",
    "SizeRule",
    "Stage",
    "plan_hash",
]
