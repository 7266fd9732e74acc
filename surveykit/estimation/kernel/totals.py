"""The grouped pass: from rows to totals per sampling unit and domain cell. Everything later is algebra on these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from surveykit.design.adjustments import sweep
from surveykit.design.replicate_design import ReplicateDesign
from surveykit.design.stages import Stage
from surveykit.design.survey_design import SurveyDesign

__all__ = ["Design", "Moment", "active_stages", "cell_sums", "moment_totals", "replicate_totals", "unit_totals"]

Design = SurveyDesign | ReplicateDesign

DENSE_LIMIT = 20_000_000
"""Largest matrix of units by cells that is made at once for replicates."""


@dataclass(frozen=True, eq=False)
class Moment:
    """A variable to be added up within cells, before weighting.

    Attributes
    ----------
    values : numpy.ndarray or None, shape (n,)
        The variable, 0 outside the cells; None = 1 for every row in a cell.
    code : numpy.ndarray or None, shape (n,)
        Cell of each row, -1 = in none; None = every row in cell 0.
    size : int
        Number of cells.
    products : dict
        Weighted values once made, by the identity of the weights; for a base moment also joint codes and unit totals.
    base : Moment or None
        The moment that counts the rows of the same cells; None = this one does.
    whole : Moment or None
        Where the values are 0 or 1: the moment of which these totals are parts, its cells once for each level.
    """

    values: np.ndarray | None
    code: np.ndarray | None
    size: int
    products: dict[Any, np.ndarray] = field(default_factory=dict)
    base: Moment | None = None
    whole: Moment | None = None


def active_stages(design: SurveyDesign) -> tuple[Stage, ...]:
    """Return the stages that contribute to the variance: a later one only where a fraction above it is known."""
    return tuple(stage for i, stage in enumerate(design.stages) if i == 0 or np.any(stage.unit_carry > 0))


def weighted(moment: Moment, weights: np.ndarray) -> np.ndarray:
    """Return weight times value, 0 outside the cells, shape (n,)."""
    if moment.values is None and moment.code is None:
        return weights
    key = id(weights)
    if key not in moment.products:
        if moment.values is not None:
            moment.products[key] = weights * moment.values
        else:
            assert moment.code is not None
            moment.products[key] = weights if moment.code.min() >= 0 else np.where(moment.code >= 0, weights, 0.0)
    return moment.products[key]


def cell_sums(weighted_values: np.ndarray, code: np.ndarray | None, size: int) -> np.ndarray:
    """Return sums over cells, shape (size,); values outside the cells must be 0.

    Rows are added one by one in their order whatever the cells: so a part that is the whole has the very sum of the
    whole, and no part has a larger one.
    """
    if code is None:
        return np.bincount(np.zeros(weighted_values.size, dtype=np.intp), weights=weighted_values, minlength=1)
    return np.bincount(inside_codes(code), weights=weighted_values, minlength=size)


def inside_codes(code: np.ndarray) -> np.ndarray:
    """Return codes with 0 for rows in no cell (their values are 0)."""
    return code if code.min() >= 0 else np.maximum(code, 0)


def moment_totals(design: Design, moments: Sequence[Moment]) -> list[np.ndarray]:
    """Return the weighted total of each moment in each cell, each of shape (size,)."""
    return [moment_sums(moment, design.weights) for moment in moments]


def moment_sums(moment: Moment, weights: np.ndarray) -> np.ndarray:
    """Return the weighted total of a moment in each cell, shape (size,), made once."""
    key = ("sums", id(weights))
    if key not in moment.products:
        moment.products[key] = cell_sums(weighted(moment, weights), moment.code, moment.size)
    return moment.products[key]


def unit_totals(design: SurveyDesign, moments: Sequence[Moment]) -> list[list[np.ndarray]]:
    """Return weighted totals by sampling unit and cell, adjustments credited.

    Parameters
    ----------
    design : SurveyDesign
        The design.
    moments : sequence of Moment
        What to add up.

    Returns
    -------
    list of list of numpy.ndarray
        One list per active stage, in it one array of shape (m_s, size) per moment.
    """
    stages = active_stages(design)
    if design.adjustments:
        return _swept_totals(design, moments, stages)
    products = [weighted(moment, design.weights) for moment in moments]
    return [_stage_totals(design, depth, moments, products) for depth in range(len(stages))]


def _unit_weights(design: SurveyDesign, depth: int) -> np.ndarray:
    key = ("unit weights", depth)
    if key not in design.cache:
        stage = design.stages[depth]
        design.cache[key] = np.bincount(stage.unit, weights=design.weights, minlength=stage.n_units)[:, None]
    totals: np.ndarray = design.cache[key]
    return totals


def _stage_totals(
    design: SurveyDesign, depth: int, moments: Sequence[Moment], products: Sequence[np.ndarray]
) -> list[np.ndarray]:
    stage = design.stages[depth]
    out = []
    for moment, product in zip(moments, products, strict=True):
        if moment.code is None and moment.values is None:
            out.append(_unit_weights(design, depth))
        elif moment.code is None or moment.size == 1:
            out.append(np.bincount(stage.unit, weights=product, minlength=stage.n_units)[:, None])
        else:
            key = ("units", depth)
            totals = moment.products.get(key)
            if totals is None:
                joint = joint_codes(stage, depth, moment)
                flat = np.bincount(joint, weights=product, minlength=stage.n_units * moment.size)
                totals = flat.reshape(stage.n_units, moment.size)
                if totals.size <= 4 * stage.unit.size:
                    moment.products[key] = totals
            out.append(totals)
    return out


def joint_codes(stage: Stage, depth: int, moment: Moment) -> np.ndarray:
    """Return unit * size + cell of each row, made once for all moments of the same cells."""
    assert moment.code is not None
    holder = moment.base or moment
    key = ("joint", depth)
    if key not in holder.products:
        holder.products[key] = stage.unit * moment.size + inside_codes(moment.code)
    return holder.products[key]


def _swept_totals(design: SurveyDesign, moments: Sequence[Moment], stages: Sequence[Stage]) -> list[list[np.ndarray]]:
    out: list[list[np.ndarray]] = [[] for _ in stages]
    for moment in moments:
        product = weighted(moment, design.weights)
        dense = np.zeros((design.n_rows, moment.size))
        dense[np.arange(design.n_rows), 0 if moment.code is None else np.maximum(moment.code, 0)] = product
        dense = sweep(design.adjustments, dense)
        for stage, totals in zip(stages, out, strict=True):
            columns = [
                np.bincount(stage.unit, weights=dense[:, j], minlength=stage.n_units) for j in range(moment.size)
            ]
            totals.append(np.column_stack(columns))
    return out


def replicate_totals(design: ReplicateDesign, moments: Sequence[Moment]) -> list[np.ndarray]:
    """Return the total of each moment in each cell in each replicate, each of shape (R, size)."""
    units, out = design.factors.shape[0], []
    for moment in moments:
        product = weighted(moment, design.base_weights)
        if moment.code is None or moment.size == 1:
            flat = np.bincount(design.unit, weights=product, minlength=units)[:, None]
            out.append(design.factors.T @ flat)
        elif units * moment.size <= DENSE_LIMIT:
            joint = design.unit * moment.size + inside_codes(moment.code)
            flat = np.bincount(joint, weights=product, minlength=units * moment.size)
            out.append(design.factors.T @ flat.reshape(units, moment.size))
        else:
            out.append(_by_cell(design, moment, product))
    place = {id(moment): i for i, moment in enumerate(moments)}
    for moment, totals in zip(moments, out, strict=True):
        if moment.whole is not None and id(moment.whole) in place:
            _complete_parts(design, moment, totals, out[place[id(moment.whole)]])
    return out


def _complete_parts(design: ReplicateDesign, moment: Moment, part: np.ndarray, whole: np.ndarray) -> None:
    """Make parts that lack nothing of the whole equal to it, in place: a product of matrices adds up in any order."""
    assert moment.whole is not None
    size = moment.whole.size
    everything = np.tile(whole, (1, moment.size // size))
    near = (np.abs(part - everything) <= 1e-9 * np.abs(everything)) & (part != everything)
    if not near.any():
        return
    everyone = np.where(weighted(moment.whole, design.base_weights) != 0, design.base_weights, 0.0)
    own = np.zeros(everyone.size, dtype=np.int64) if moment.whole.code is None else moment.whole.code
    for j in np.flatnonzero(near.any(axis=0)):
        inside = np.zeros(everyone.size, dtype=np.int64) if moment.code is None else moment.code
        belongs = inside == j if moment.values is None else (inside == j) & (moment.values != 0)
        lacking = np.where((own == j % size) & ~belongs, everyone, 0.0)
        rest = design.factors.T @ np.bincount(design.unit, weights=lacking, minlength=design.factors.shape[0])
        part[:, j] = np.where(near[:, j] & (rest == 0), everything[:, j], part[:, j])


def _by_cell(design: ReplicateDesign, moment: Moment, product: np.ndarray) -> np.ndarray:
    assert moment.code is not None
    total = np.zeros((design.n_replicates, moment.size))
    for cell in range(moment.size):
        rows = np.flatnonzero(moment.code == cell)
        total[:, cell] = design.factors[design.unit[rows]].T @ product[rows]
    return total
