"""Platform users are not residents: adjustment by models, labelled as such."""

from surveykit.weighting.residents.adjust import ResidentEstimates, ResidentModel, adjust_to_residents
from surveykit.weighting.residents.coverage import coverage_table
from surveykit.weighting.residents.mrp import MultilevelModel, poststratified_regression

__all__ = [
    "MultilevelModel",
    "ResidentEstimates",
    "ResidentModel",
    "adjust_to_residents",
    "coverage_table",
    "poststratified_regression",
]
