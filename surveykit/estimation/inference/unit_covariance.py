"""Value and covariance of a smooth function of totals, for tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.estimation.kernel.covariance import covariance_of
from surveykit.estimation.kernel.totals import Design, Moment, moment_totals, replicate_totals, unit_totals

__all__ = ["moments_covariance"]


def moments_covariance(
    design: Design,
    moments: Sequence[Moment],
    value: Callable[[Any], np.ndarray],
    linear: Callable[[Any, Any], np.ndarray],
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the value (k,), its covariance (k, k) and the total of the last moment; see `Term` for the functions."""
    totals = moment_totals(design, moments)
    estimate = value(totals)
    if isinstance(design, ReplicateDesign):
        replicates = value(replicate_totals(design, moments))
        return estimate, design.replicate_covariance(replicates, estimate), float(totals[-1].sum())
    parts = [linear(stage, totals) for stage in unit_totals(design, moments)]
    return estimate, covariance_of(design, parts), float(totals[-1].sum())
