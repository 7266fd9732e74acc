"""The covariance of any statistic from its linearised values per row."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from surveykit.design.adjustments import sweep
from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.survey_design import SurveyDesign
from surveykit.estimation.kernel.totals import Design, active_stages
from surveykit.estimation.kernel.variance import pps_covariance, stages_covariance

__all__ = ["linear_covariance", "linear_map_covariance"]


def linear_covariance(design: Design, z: np.ndarray) -> np.ndarray:
    """Return the covariance of totals of linearised values.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design.
    z : numpy.ndarray, shape (n, k)
        Weight times influence value; 0 outside the domain.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Notes
    -----
    With replicates: the variance of the replicate totals of z / w with the replicate weights.
    """
    if isinstance(design, ReplicateDesign):
        weights = design.weights
        influence = np.divide(z, weights[:, None], out=np.zeros_like(z), where=weights[:, None] > 0)
        units = _sums(influence * design.base_weights[:, None], design.unit, design.factors.shape[0])
        return design.replicate_covariance(design.factors.T @ units, z.sum(axis=0))
    if design.adjustments:
        z = sweep(design.adjustments, z)
    stages = active_stages(design)
    totals = [_sums(z, stage.unit, stage.n_units) for stage in stages]
    if design.pps is not None and design.pps.method != "brewer":  # type: ignore[union-attr]
        return pps_covariance(totals[0], stages[0], design.pps)  # type: ignore[arg-type]
    return stages_covariance(totals, stages, design.lonely_psu)


def linear_map_covariance(design: SurveyDesign, columns: Iterable[np.ndarray], matrix: np.ndarray) -> np.ndarray:
    """Return the covariance of totals of ``z @ matrix``, the columns of z coming one at a time.

    Parameters
    ----------
    design : SurveyDesign
        The design.
    columns : iterable of numpy.ndarray, each shape (n,)
        Columns of z.
    matrix : numpy.ndarray, shape (p, k)
        Applied to totals per unit, so rows are passed over once per column.
    """
    stages = active_stages(design)
    totals: list[list[np.ndarray]] = [[] for _ in stages]
    for column in columns:
        swept = sweep(design.adjustments, column[:, None])[:, 0] if design.adjustments else column
        for stage, found in zip(stages, totals, strict=True):
            found.append(np.bincount(stage.unit, weights=swept, minlength=stage.n_units))
    parts = [np.column_stack(found) @ matrix for found in totals]
    if design.pps is not None and design.pps.method != "brewer":  # type: ignore[union-attr]
        return pps_covariance(parts[0], stages[0], design.pps)  # type: ignore[arg-type]
    return stages_covariance(parts, stages, design.lonely_psu)


def _sums(values: np.ndarray, group: np.ndarray, size: int) -> np.ndarray:
    columns = [np.bincount(group, weights=values[:, j], minlength=size) for j in range(values.shape[1])]
    return np.column_stack(columns) if columns else np.zeros((size, 0))
