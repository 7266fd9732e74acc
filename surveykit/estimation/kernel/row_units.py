"""Which first-stage units carry which rows of a result: what the degrees of freedom of contrasts rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import block_diag

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.stages import Stage
from surveykit.design.survey_design import SurveyDesign
from surveykit.estimation.kernel.covariance import present_units
from surveykit.estimation.kernel.totals import Design, Moment

__all__ = ["RowUnits", "combined_units", "derived_units", "units_of_rows"]


@dataclass(frozen=True, eq=False)
class RowUnits:
    """The first-stage units behind the rows of a result.

    Attributes
    ----------
    member : numpy.ndarray of bool, shape (m, d)
        Units with a row of positive weight in each domain.
    domain : numpy.ndarray of int, shape (k,)
        Domain of each row.
    df : numpy.ndarray, shape (k,)
        Degrees of freedom of each row alone.
    bias : numpy.ndarray, shape (k,)
        Expected linearised variance over the variance, for units of equal size; 1 for totals.
    deviations : numpy.ndarray or None, shape (m, k)
        Linearised totals minus their stratum's mean, scaled so that the squares add up to the first stage's variance;
        None with replicates.
    coefficients : numpy.ndarray or None, shape (q, k)
        For derived results: their rows as combinations of the rows above.
    """

    member: np.ndarray
    domain: np.ndarray
    df: np.ndarray
    bias: np.ndarray
    deviations: np.ndarray | None = None
    coefficients: np.ndarray | None = None


def units_of_rows(
    design: Design,
    base: Moment,
    df: np.ndarray,
    centred: np.ndarray,
    first_totals: np.ndarray | None,
) -> RowUnits | None:
    """Return the units behind rows that repeat the cells of `base`.

    Parameters
    ----------
    design : SurveyDesign or ReplicateDesign
        The design; replicates count the units of the design that they were made from.
    base : Moment
        The cells.
    df : numpy.ndarray, shape (k,)
        Degrees of freedom of the rows; k is a multiple of the number of cells.
    centred : numpy.ndarray of bool, shape (k,)
        Rows whose linearised values add up to 0 in their domain; totals do not.
    first_totals : numpy.ndarray or None, shape (m, k)
        Linearised totals of the first stage.

    Returns
    -------
    RowUnits or None
        None where replicates were given without a design.
    """
    source = design.source if isinstance(design, ReplicateDesign) else design
    if source is None:
        return None
    member = present_units(source, base)
    domain = np.tile(np.arange(base.size), df.size // base.size)
    bias = np.where(centred, _bias(source.stages[0], member)[domain], 1.0)
    deviations = None if first_totals is None else _deviations(source, first_totals)
    return RowUnits(member, domain, df, bias, deviations)


def derived_units(units: RowUnits | None, matrix: np.ndarray) -> RowUnits | None:
    """Return the units of linear combinations, matrix of shape (q, rows)."""
    if units is None:
        return None
    return replace(units, coefficients=matrix if units.coefficients is None else matrix @ units.coefficients)


def combined_units(several: Sequence[RowUnits | None]) -> RowUnits | None:
    """Return the units of results of one design put together; None when one of them has none."""
    known = [units for units in several if units is not None]
    if len(known) < len(several):
        return None
    start = np.cumsum([0, *(units.member.shape[1] for units in known)])
    deviations = [units.deviations for units in known if units.deviations is not None]
    coefficients = None
    if any(units.coefficients is not None for units in known):
        coefficients = block_diag(*(np.eye(u.df.size) if u.coefficients is None else u.coefficients for u in known))
    return RowUnits(
        np.concatenate([units.member for units in known], axis=1),
        np.concatenate([units.domain + first for units, first in zip(known, start, strict=False)]),
        np.concatenate([units.df for units in known]),
        np.concatenate([units.bias for units in known]),
        np.concatenate(deviations, axis=1) if len(deviations) == len(known) else None,
        coefficients,
    )


def _bias(stage: Stage, member: np.ndarray) -> np.ndarray:
    """Return expected linearised over true variance of the mean of each domain, units alike and of equal size.

    With m_h of the n_h units of stratum h in the domain, m in all, and u the units' values, the linearised total of a
    unit is ``(u - ubar) / m``, so the ratio is
    ``sum_h n_h / (n_h - 1) (m_h (1 - 1/m) - m_h (1 - m_h / m) / n_h) / m``; lonely strata are left out.
    """
    n = stage.stratum_size.astype(float)[:, None]
    inside = np.zeros((stage.n_strata, member.shape[1]))
    for j in range(member.shape[1]):
        inside[:, j] = np.bincount(stage.unit_stratum, weights=member[:, j], minlength=stage.n_strata)
    inside = np.where(n > 1, inside, 0.0)
    m = np.maximum(inside.sum(axis=0), 1.0)
    expected = inside * (1.0 - 1.0 / m) - inside * (1.0 - inside / m) / n
    ratio = (np.divide(n, n - 1.0, out=np.zeros_like(n), where=n > 1) * expected).sum(axis=0) / m
    return np.where((ratio > 0) & (ratio < 1), ratio, 1.0)


def _deviations(design: SurveyDesign, totals: np.ndarray) -> np.ndarray:
    stage = design.stages[0]
    z = np.nan_to_num(totals, nan=0.0)
    size = stage.stratum_size.astype(float)
    mean = np.zeros((stage.n_strata, z.shape[1]))
    for j in range(z.shape[1]):
        mean[:, j] = np.bincount(stage.unit_stratum, weights=z[:, j], minlength=stage.n_strata)
    mean /= size[:, None]
    if design.lonely_psu != "certainty":
        mean[size == 1] = 0.0
    bessel = np.divide(size, size - 1.0, out=np.ones_like(size), where=size > 1)
    scale = stage.unit_carry * (1.0 - stage.unit_fraction) * bessel[stage.unit_stratum]
    return np.asarray((z - mean[stage.unit_stratum]) * np.sqrt(np.maximum(scale, 0.0))[:, None])
