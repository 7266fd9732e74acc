"""Quality checks of answers."""

from surveykit.responses.quality.checks import (
    FAMILIES,
    QualityReport,
    check_quality,
    exclude,
    grid_columns,
    numeric_answers,
)

__all__ = [
    "FAMILIES",
    "QualityReport",
    "check_quality",
    "exclude",
    "grid_columns",
    "numeric_answers",
]
