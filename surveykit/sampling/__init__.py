"""Sampling plans, allocation and verifiable draws."""

from surveykit.sampling.allocation import (
    Allocation,
    AllocationBounds,
    AllocationOptions,
    allocate,
    expected_half_width,
)
from surveykit.sampling.bethel import MultivariateAllocation, allocate_multivariate
from surveykit.sampling.coordination import draw_rotated, draw_second_phase, overlap
from surveykit.sampling.drawing import draw
from surveykit.sampling.keys import frame_digest, permanent_key, uniform_numbers
from surveykit.sampling.plan import SamplingPlan, check_sampling_plan, plan_hash
from surveykit.sampling.record import DrawRecord, Sample, StratumRecord
from surveykit.sampling.reserve import ReleaseLedger, open_ledger, release, replicate_samples
from surveykit.sampling.size import (
    Comparison,
    Field,
    Precision,
    RatioMoments,
    SampleSize,
    TwoStageOptimum,
    comparison_table,
    domain_sizes,
    precision_difference,
    precision_mean,
    precision_proportion,
    precision_ratio,
    rank_set_width,
    sample_size_difference,
    sample_size_mean,
    sample_size_power,
    sample_size_proportion,
    sample_size_ratio,
    smallest_difference,
    two_stage_optimum,
)
from surveykit.sampling.strata import stratum_table
from surveykit.sampling.verify import DrawVerification, verify_draw

__all__ = [
    "Allocation",
    "AllocationBounds",
    "AllocationOptions",
    "Comparison",
    "DrawRecord",
    "DrawVerification",
    "Field",
    "MultivariateAllocation",
    "Precision",
    "RatioMoments",
    "ReleaseLedger",
    "Sample",
    "SampleSize",
    "SamplingPlan",
    "StratumRecord",
    "TwoStageOptimum",
    "allocate",
    "allocate_multivariate",
    "check_sampling_plan",
    "comparison_table",
    "domain_sizes",
    "draw",
    "draw_rotated",
    "draw_second_phase",
    "expected_half_width",
    "frame_digest",
    "open_ledger",
    "overlap",
    "permanent_key",
    "plan_hash",
    "precision_difference",
    "precision_mean",
    "precision_proportion",
    "precision_ratio",
    "rank_set_width",
    "release",
    "replicate_samples",
    "sample_size_difference",
    "sample_size_mean",
    "sample_size_power",
    "sample_size_proportion",
    "sample_size_ratio",
    "smallest_difference",
    "stratum_table",
    "two_stage_optimum",
    "uniform_numbers",
    "verify_draw",
]
