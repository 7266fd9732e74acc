"""Sample sizes, in both directions: from precision to size and from size to precision."""

from surveykit.sampling.size.arms import Arms, TwoArms, sample_size_cv, two_arms_mean, two_arms_proportion
from surveykit.sampling.size.compare import (
    Comparison,
    power_difference,
    precision_difference,
    sample_size_difference,
    sample_size_power,
    smallest_difference,
)
from surveykit.sampling.size.domains import comparison_table, domain_sizes, rank_set_width
from surveykit.sampling.size.mean import precision_mean, precision_ratio, sample_size_mean, sample_size_ratio
from surveykit.sampling.size.proportion import precision_proportion, sample_size_proportion
from surveykit.sampling.size.results import Field, Precision, RatioMoments, SampleSize
from surveykit.sampling.size.stages import TwoStageOptimum, two_stage_optimum
from surveykit.sampling.size.three_stages import ThreeStageOptimum, three_stage_optimum

__all__ = [
    "Arms",
    "Comparison",
    "Field",
    "Precision",
    "RatioMoments",
    "SampleSize",
    "ThreeStageOptimum",
    "TwoArms",
    "TwoStageOptimum",
    "comparison_table",
    "domain_sizes",
    "power_difference",
    "precision_difference",
    "precision_mean",
    "precision_proportion",
    "precision_ratio",
    "rank_set_width",
    "sample_size_cv",
    "sample_size_difference",
    "sample_size_mean",
    "sample_size_power",
    "sample_size_proportion",
    "sample_size_ratio",
    "smallest_difference",
    "three_stage_optimum",
    "two_arms_mean",
    "two_arms_proportion",
    "two_stage_optimum",
]
