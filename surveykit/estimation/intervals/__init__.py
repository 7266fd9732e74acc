"""Confidence intervals of means and rates, and when a rate may be published."""

from surveykit.estimation.intervals.intervals import (
    ProportionInterval,
    effective_size,
    proportion_interval,
    t_interval,
    t_quantile,
)

__all__ = [
    "ProportionInterval",
    "effective_size",
    "proportion_interval",
    "t_interval",
    "t_quantile",
]
