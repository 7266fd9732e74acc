"""The statistics that can be asked for, and how a table of them is put together."""

from surveykit.estimation.statistics.requests import (
    Correlation,
    Covariance,
    Mean,
    Prop,
    Quantile,
    Ratio,
    Statistic,
    Total,
    Variance,
    make_term,
)

__all__ = [
    "Correlation",
    "Covariance",
    "Mean",
    "Prop",
    "Quantile",
    "Ratio",
    "Statistic",
    "Total",
    "Variance",
    "make_term",
]
