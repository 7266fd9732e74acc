"""Sampling plans, allocation and verifiable draws."""

from surveykit.sampling.allocation import Allocation, AllocationBounds, allocate, expected_half_width
from surveykit.sampling.drawing import draw, frame_digest
from surveykit.sampling.plan import SamplingPlan, check_sampling_plan, plan_hash
from surveykit.sampling.record import DrawRecord, Sample, StratumRecord
from surveykit.sampling.strata import stratum_table
from surveykit.sampling.verify import DrawVerification, verify_draw

__all__ = [
    "Allocation",
    "AllocationBounds",
    "DrawRecord",
    "DrawVerification",
    "Sample",
    "SamplingPlan",
    "StratumRecord",
    "allocate",
    "check_sampling_plan",
    "draw",
    "expected_half_width",
    "frame_digest",
    "plan_hash",
    "stratum_table",
    "verify_draw",
]
