"""Sampling plans, allocation and verifiable draws."""

from surveykit.sampling.allocation.allocation import (
    Allocation,
    AllocationBounds,
    AllocationOptions,
    allocate,
    expected_half_width,
)
from surveykit.sampling.allocation.bethel import MultivariateAllocation, allocate_multivariate
from surveykit.sampling.allocation.boundaries import (
    Boundaries,
    cum_root_f,
    geometric_boundaries,
    lavallee_hidiroglou,
    optimal_boundaries,
)
from surveykit.sampling.document import PlanningDocument, document_docx, document_html, plan_document
from surveykit.sampling.drawing.clusters import join_clusters
from surveykit.sampling.drawing.commitment import Commitment, commit_plan, reveal_seed, verify_commitment
from surveykit.sampling.drawing.coordination import draw_rotated, draw_second_phase, overlap
from surveykit.sampling.drawing.draw import draw
from surveykit.sampling.drawing.index import FrameIndex, draw_indexed, index_frame, open_index
from surveykit.sampling.drawing.log import chain_problems, extend_log
from surveykit.sampling.drawing.record import DrawRecord, Sample, StratumRecord
from surveykit.sampling.drawing.reserve import ReleaseLedger, open_ledger, release, replicate_samples
from surveykit.sampling.drawing.verify import DrawVerification, verify_draw
from surveykit.sampling.frames.checking import FrameReport, check_frame
from surveykit.sampling.frames.digest import digest_sql, frame_digest
from surveykit.sampling.frames.frames import open_frame
from surveykit.sampling.frames.keys import permanent_key, uniform_numbers
from surveykit.sampling.frames.postgres import PostgresFrame, postgres_frame
from surveykit.sampling.frames.spark import SparkFrame, spark_frame
from surveykit.sampling.frames.strata import stratum_table
from surveykit.sampling.multistage.checking import ListingReport, check_listing
from surveykit.sampling.multistage.first_step import cluster_strata, draw_clusters
from surveykit.sampling.multistage.persons import kish_table, person_grid, person_probabilities
from surveykit.sampling.multistage.second_step import draw_listed, verify_clusters, verify_listed
from surveykit.sampling.multistage.sheets import contact_sheets
from surveykit.sampling.plan.checks import check_sampling_plan
from surveykit.sampling.plan.definition import SamplingPlan, plan_hash
from surveykit.sampling.plan.source import PublicSource, canonical_value
from surveykit.sampling.size import (
    Arms,
    Comparison,
    Field,
    Precision,
    RatioMoments,
    SampleSize,
    ThreeStageOptimum,
    TwoArms,
    TwoStageOptimum,
    comparison_table,
    domain_sizes,
    power_difference,
    precision_difference,
    precision_mean,
    precision_proportion,
    precision_ratio,
    rank_set_width,
    sample_size_cv,
    sample_size_difference,
    sample_size_mean,
    sample_size_power,
    sample_size_proportion,
    sample_size_ratio,
    smallest_difference,
    three_stage_optimum,
    two_arms_mean,
    two_arms_proportion,
    two_stage_optimum,
)

__all__ = [
    "Allocation",
    "AllocationBounds",
    "AllocationOptions",
    "Arms",
    "Boundaries",
    "Commitment",
    "Comparison",
    "DrawRecord",
    "DrawVerification",
    "Field",
    "FrameIndex",
    "FrameReport",
    "ListingReport",
    "MultivariateAllocation",
    "PlanningDocument",
    "PostgresFrame",
    "Precision",
    "PublicSource",
    "RatioMoments",
    "ReleaseLedger",
    "Sample",
    "SampleSize",
    "SamplingPlan",
    "SparkFrame",
    "StratumRecord",
    "ThreeStageOptimum",
    "TwoArms",
    "TwoStageOptimum",
    "allocate",
    "allocate_multivariate",
    "canonical_value",
    "chain_problems",
    "check_frame",
    "check_listing",
    "check_sampling_plan",
    "cluster_strata",
    "commit_plan",
    "comparison_table",
    "contact_sheets",
    "cum_root_f",
    "digest_sql",
    "document_docx",
    "document_html",
    "domain_sizes",
    "draw",
    "draw_clusters",
    "draw_indexed",
    "draw_listed",
    "draw_rotated",
    "draw_second_phase",
    "expected_half_width",
    "extend_log",
    "frame_digest",
    "geometric_boundaries",
    "index_frame",
    "join_clusters",
    "kish_table",
    "lavallee_hidiroglou",
    "open_frame",
    "open_index",
    "open_ledger",
    "optimal_boundaries",
    "overlap",
    "permanent_key",
    "person_grid",
    "person_probabilities",
    "plan_document",
    "plan_hash",
    "postgres_frame",
    "power_difference",
    "precision_difference",
    "precision_mean",
    "precision_proportion",
    "precision_ratio",
    "rank_set_width",
    "release",
    "replicate_samples",
    "reveal_seed",
    "sample_size_cv",
    "sample_size_difference",
    "sample_size_mean",
    "sample_size_power",
    "sample_size_proportion",
    "sample_size_ratio",
    "smallest_difference",
    "spark_frame",
    "stratum_table",
    "three_stage_optimum",
    "two_arms_mean",
    "two_arms_proportion",
    "two_stage_optimum",
    "uniform_numbers",
    "verify_clusters",
    "verify_commitment",
    "verify_draw",
    "verify_listed",
]
