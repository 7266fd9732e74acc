"""Covariance and degrees of freedom of statistics over domains."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from collections.abc import Sequence

import numpy as np

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.survey_design import SurveyDesign
from surveykit.estimation.kernel.terms import Term
from surveykit.estimation.kernel.totals import Design, Moment, active_stages, joint_codes, weighted
from surveykit.estimation.kernel.variance import pps_covariance, stages_covariance

__all__ = ["covariance_of", "domain_df", "domain_members", "present_units"]


def domain_members(design: SurveyDesign, terms: Sequence[Term]) -> list[np.ndarray] | None:
    """Return for each stage which strata have a row in the domain of each statistic, where a lonely PSU asks for it."""
    stages = active_stages(design)
    if design.lonely_psu not in ("adjust", "average") or design.adjustments or design.pps is not None:
        return None
    if not any(stage.lonely_strata().size for stage in stages):
        return None
    out = []
    for stage in stages:
        blocks = []
        for term in terms:
            base = term.moments[term.base]
            code = np.zeros(design.n_rows, dtype=np.int64) if base.code is None else base.code
            joint = (stage.unit_stratum[stage.unit] * base.size + code)[code >= 0]
            there = np.bincount(joint, minlength=stage.n_strata * base.size) > 0
            blocks.append(np.tile(there.reshape(stage.n_strata, base.size), (1, len(term.levels))))
        out.append(np.concatenate(blocks, axis=1))
    return out


def covariance_of(
    design: SurveyDesign, parts: Sequence[np.ndarray], members: Sequence[np.ndarray] | None = None
) -> np.ndarray:
    """Return the covariance of statistics from their linearised totals, one matrix (m_s, k) per active stage."""
    clean = [np.nan_to_num(part, nan=0.0) for part in parts]
    if design.pps is not None and design.pps.method != "brewer":  # type: ignore[union-attr]
        return pps_covariance(clean[0], design.stages[0], design.pps)  # type: ignore[arg-type]
    return stages_covariance(clean, design.stages[: len(clean)], design.lonely_psu, members)


def domain_df(design: Design, base: Moment) -> np.ndarray:
    """Return degrees of freedom of each cell: first-stage units with a member minus strata with a member.

    Replicates that were given: the rank of their weights in the domain minus 1; made from a design: the domain's own
    degrees of freedom, at most the number of replicates minus 1.
    """
    if base.code is None:
        return np.array([float(design.degf)])
    if isinstance(design, ReplicateDesign):
        if design.df is not None or design.source is None:
            return np.array([design.domain_degf(base.code == cell) for cell in range(base.size)])
        return np.minimum(domain_df(design.source, base), design.n_replicates - 1.0)
    first = design.stages[0]
    present = _present_pairs(design, base)
    cell, stratum = present % base.size, first.unit_stratum[present // base.size]
    units = np.bincount(cell, minlength=base.size)
    pairs = np.flatnonzero(np.bincount(stratum * base.size + cell, minlength=1))
    strata = np.bincount(pairs % base.size, minlength=base.size)
    return np.where(units > 0, (units - strata).astype(float), np.nan)


def present_units(design: SurveyDesign, base: Moment) -> np.ndarray:
    """Return which first-stage units have a row with a positive weight in each cell, boolean of shape (m, size)."""
    first = design.stages[0]
    if base.code is None:
        return (np.bincount(first.unit, weights=design.weights, minlength=first.n_units) > 0)[:, None]
    member = np.zeros(first.n_units * base.size, dtype=bool)
    member[_present_pairs(design, base)] = True
    return member.reshape(first.n_units, base.size)


def _present_pairs(design: SurveyDesign, base: Moment) -> np.ndarray:
    """Return the pairs (unit, cell), as unit * size + cell, that have a row with a positive weight."""
    assert base.code is not None
    first = design.stages[0]
    pairs = first.n_units * base.size
    if pairs <= 4 * design.n_rows:
        totals = base.products.get(("units", 0))
        if totals is None:
            weight = weighted(base, design.weights)
            totals = np.bincount(joint_codes(first, 0, base), weights=weight, minlength=pairs)
        return np.flatnonzero(totals.ravel() > 0)
    inside = (base.code >= 0) & (design.weights > 0)
    return np.unique(first.unit[inside] * base.size + base.code[inside])
