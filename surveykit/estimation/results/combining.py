"""Several results of one design as one, with their joint covariance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.errors import DataError
from surveykit.estimation.kernel.covariance import covariance_of
from surveykit.estimation.kernel.row_units import combined_units
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.results.rows import COLUMNS_AFTER, COLUMNS_BEFORE

__all__ = ["combine"]


def combine(results: Sequence[Estimates]) -> Estimates:
    """Put results of one design together, for example the city and its districts.

    Parameters
    ----------
    results : sequence of Estimates
        Made from one and the same design object, in this session (a payload has no linearised totals).

    Returns
    -------
    Estimates
        All rows in order, each with its own degrees of freedom; domain columns of any result are kept, empty text
        where a result has none; the covariance is joint over all rows, and contrasts follow the rule of `contrast_df`.

    Raises
    ------
    DataError
        When the results come from different designs, or one of them holds no linearised totals or replicates.

    Examples
    --------
    >>> from surveykit.design import SurveyDesign
    >>> from surveykit.estimation import survey_mean
    >>> design = SurveyDesign({"y": [1.0, 2, 3, 5], "g": list("aabb"), "w": [1] * 4}, weights="w")
    >>> combine([survey_mean(design, "y"), survey_mean(design, "y", by="g")]).covariance.shape
    (3, 3)
    """
    if not results:
        raise DataError("There is nothing to combine: pass at least one result.")
    owners = [result.influence[0] if result.influence is not None else None for result in results]
    if owners[0] is None or any(owner is not owners[0] for owner in owners):
        raise DataError("Results can be combined only when they were made from the same design object.")
    design, parts, replicates = owners[0], None, None
    if isinstance(design, ReplicateDesign):
        replicates = np.concatenate([_replicates(result) for result in results], axis=1)
        values = np.concatenate([result.estimates for result in results])
        covariance = design.replicate_covariance(replicates, values)
    else:
        kept = [_parts(result) for result in results]
        parts = tuple(np.concatenate(stage, axis=1) for stage in zip(*kept, strict=True))
        covariance = covariance_of(design, parts)
    start = 0
    for result in results:
        rows = slice(start, start + len(result))
        covariance[rows, rows] = result.covariance
        start = rows.stop
    by = list(dict.fromkeys(column for result in results for column in result.recipe.get("by", [])))
    known = [pair for result in results for pair in result.recipe.get("kinds", {}).items()]
    kinds = {name: kind if all(k == kind for n, k in known if n == name) else "mean" for name, kind in known}
    recipe = {**results[0].recipe, "by": by, "combined": len(results), "kinds": kinds}
    table = _table([result.table for result in results], by)
    first = results[0]
    units = combined_units([result.units for result in results])
    return Estimates(table, covariance, recipe, first.conf_level, first.design_df, replicates, (design, parts), units)


def _table(tables: Sequence[pd.DataFrame], by: list[str]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for table in tables:
        for record in table.to_dict("records"):
            row: dict[str, Any] = dict.fromkeys(by, "")
            row.update({str(name): value for name, value in record.items()})
            rows.append(row)
    return pd.DataFrame(rows, columns=[*COLUMNS_BEFORE, *by, *COLUMNS_AFTER])


def _parts(result: Estimates) -> tuple[np.ndarray, ...]:
    if result.influence is None or result.influence[1] is None:
        raise DataError("A result holds no linearised totals (it was too large): estimate everything in one call.")
    parts: tuple[np.ndarray, ...] = result.influence[1]
    return parts


def _replicates(result: Estimates) -> np.ndarray:
    if result.replicates is None:
        raise DataError("A result holds no replicates: estimate everything in one call.")
    return result.replicates
