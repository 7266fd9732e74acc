"""The variance of totals over sampling units: strata, stages, unequal probabilities. Arrays in, a matrix out."""

# mypy: disable-error-code="no-any-return"
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from surveykit.design.pps import PPS
from surveykit.design.stages import Stage

__all__ = ["pps_covariance", "stage_covariance", "stages_covariance"]


def stage_covariance(
    totals: np.ndarray, stage: Stage, lonely_psu: str, members: np.ndarray | None = None
) -> np.ndarray:
    """Return the variance contribution of one stage.

    Parameters
    ----------
    totals : numpy.ndarray, shape (m, k)
        Linearised totals of each sampling unit.
    stage : Stage
        Strata, fractions and counts of the units.
    lonely_psu : str
        Rule for strata with one unit.
    members : numpy.ndarray of bool or None, shape (H, k)
        Strata with a row in the domain of each statistic, for the rules "adjust" and "average"; None = all.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Notes
    -----
    ``sum_h carry (1 - f) n_h / (n_h - 1) sum_k (z_hk - zbar_h)(z_hk - zbar_h)'`` (Cochran 1977, 11.8); a fraction per
    unit gives Brewer's form. Agrees with R survey 4.5 ``svyrecvar``.
    """
    stratum = stage.unit_stratum
    size = stage.stratum_size.astype(float)
    scale = stage.unit_carry * (1.0 - stage.unit_fraction)
    lonely = np.zeros(size.size, dtype=bool)
    lonely[stage.lonely_strata()] = True
    if stage.n_strata == 1:
        deviation = totals - totals.sum(axis=0) / size[0]
    elif stage.n_units == stage.n_strata:
        deviation = np.zeros_like(totals)
    else:
        means = _group_sums(totals, stratum, stage.n_strata) / size[:, None]
        deviation = totals - means[stratum]
    factor = None
    if lonely.any() and lonely_psu in ("adjust", "average"):
        inside = np.ones((stage.n_strata, totals.shape[1]), dtype=bool) if members is None else members
        alone = lonely[stratum]
        if lonely_psu == "adjust":
            centre = _group_centre(totals, stage, inside)[stage.stratum_parent[stratum[alone]]]
            deviation[alone] = np.where(inside[stratum[alone]], totals[alone] - centre, 0.0)
        else:
            factor = np.sqrt(_average_factor(lonely, stage, inside))[stage.stratum_parent[stratum]]
    bessel = np.divide(size, size - 1.0, out=np.ones_like(size), where=size > 1)
    if factor is not None:
        deviation = deviation * factor
    return np.asarray((deviation * (scale * bessel[stratum])[:, None]).T @ deviation)


def _group_sums(values: np.ndarray, group: np.ndarray, size: int) -> np.ndarray:
    out = np.empty((size, values.shape[1]))
    for j in range(values.shape[1]):
        out[:, j] = np.bincount(group, weights=values[:, j], minlength=size)
    return out


def _group_centre(totals: np.ndarray, stage: Stage, inside: np.ndarray) -> np.ndarray:
    groups = int(stage.stratum_parent.max()) + 1
    units = _group_sums(inside * stage.stratum_size[:, None], stage.stratum_parent, groups)
    sums = _group_sums(totals, stage.stratum_parent[stage.unit_stratum], groups)
    return sums / np.maximum(units, 1.0)


def _average_factor(lonely: np.ndarray, stage: Stage, inside: np.ndarray) -> np.ndarray:
    groups = int(stage.stratum_parent.max()) + 1
    strata = _group_sums(inside.astype(float), stage.stratum_parent, groups)
    good = strata - _group_sums((inside & lonely[:, None]).astype(float), stage.stratum_parent, groups)
    return np.divide(strata, good, out=np.where(strata > 0, np.nan, 1.0), where=good > 0)


def stages_covariance(
    totals: Sequence[np.ndarray],
    stages: Sequence[Stage],
    lonely_psu: str,
    members: Sequence[np.ndarray | None] | None = None,
) -> np.ndarray:
    """Return the covariance over all stages.

    Parameters
    ----------
    totals : sequence of numpy.ndarray, each shape (m_s, k)
        Linearised totals per unit, one matrix per stage.
    stages : sequence of Stage
        As many stages.
    lonely_psu : str
        Rule for strata with one unit.
    members : sequence, optional
        For each stage, see `stage_covariance`.

    Returns
    -------
    numpy.ndarray, shape (k, k), symmetric
    """
    inside = members if members is not None else [None] * len(totals)
    total = sum(
        (stage_covariance(z, stage, lonely_psu, m) for z, stage, m in zip(totals, stages, inside, strict=True)),
        start=np.zeros((totals[0].shape[1],) * 2),
    )
    return (total + total.T) / 2.0


def pps_covariance(totals: np.ndarray, stage: Stage, pps: PPS) -> np.ndarray:
    """Return the Horvitz-Thompson or Yates-Grundy covariance of linearised totals (already divided by pi).

    Parameters
    ----------
    totals : numpy.ndarray, shape (m, k)
        Linearised totals per unit.
    stage : Stage
        The one stage.
    pps : PPS
        How joint probabilities are known.

    Returns
    -------
    numpy.ndarray, shape (k, k)

    Notes
    -----
    With D_ij = (pi_ij - pi_i pi_j) / pi_ij: HT ``x'Dx``; YG ``x'Dx - sum_ij D_ij x_j x_j'``.
    """
    ratio = pps.covariance_ratio(stage)
    variance = totals.T @ ratio @ totals
    if pps.variance == "YG":
        variance = variance - (totals * ratio.sum(axis=0)[:, None]).T @ totals
    return np.asarray((variance + variance.T) / 2.0)
