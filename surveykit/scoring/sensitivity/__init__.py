"""What a score depends on: Sobol indices, one factor at a time, what if."""

from surveykit.scoring.sensitivity.analysis import Sensitivity, sensitivity

__all__ = [
    "Sensitivity",
    "sensitivity",
]
