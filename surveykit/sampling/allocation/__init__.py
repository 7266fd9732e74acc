"""Allocation of a sample to strata."""

from surveykit.sampling.allocation.allocation import Allocation, AllocationBounds, allocate, expected_half_width
from surveykit.sampling.allocation.importance import AllocationOptions

__all__ = [
    "Allocation",
    "AllocationBounds",
    "AllocationOptions",
    "allocate",
    "expected_half_width",
]
