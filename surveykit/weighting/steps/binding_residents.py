"""From the steps about residents in a plan to steps bound to the rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.credits import Mask
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.patterns import make_patterns
from surveykit.weighting.arrays.raking import RakingMargin, check_levels, check_margin_totals
from surveykit.weighting.inputs.auxiliaries import Part, margin_part, numeric_part, stack_parts
from surveykit.weighting.inputs.groups import Group
from surveykit.weighting.inputs.margins import (
    MarginTables,
    Totals,
    code_margin,
    margin_source,
    read_totals,
    resolve_margins,
)
from surveykit.weighting.inputs.outcome import CompiledStep
from surveykit.weighting.plan.residents import CoverageStep, ResidentsStep
from surveykit.weighting.steps.calibration import MeetTotals
from surveykit.weighting.steps.residents import CarryOver, PseudoParticipation, ReportCoverage


def build_coverage(
    step: CoverageStep, tables: MarginTables, table: pd.DataFrame, rows: tuple[Mask, Mask]
) -> ReportCoverage:
    """Bind a coverage step; ``rows`` are those with weight and those known to be ineligible."""
    used, ineligible = rows
    settings = step.model_dump(mode="json", exclude_defaults=True)
    if step.frame is None:
        return ReportCoverage(resolve_margins(step, tables, table, used), None, ineligible, settings)
    frame = _table(tables, step.frame, "the frame")
    counts = _sizes(frame, "count", step.frame)
    coded = []
    for margin in step.margins:
        totals = read_totals(margin_source(margin, tables), margin.variables, margin.label)
        coded.append(code_margin(frame, margin.variables, totals, counts > 0, name=margin.label, groups=margin.groups))
    return ReportCoverage(tuple(coded), counts, ineligible, settings)


def build_residents(
    step: ResidentsStep, tables: MarginTables, table: pd.DataFrame, used: Mask, group: Group | None
) -> CompiledStep:
    """Bind a residents step: to weights where the method gives some, else to an estimator."""
    settings = step.model_dump(mode="json", exclude_defaults=True)
    if step.cells is None:
        margins = resolve_margins(step, tables, table, used, group)
        return _calibrated([margin_part(margin) for margin in margins], margins, used, settings)
    cells = _table(tables, step.cells, "cells of residents")
    sizes = _sizes(cells, step.counts, step.cells)
    columns = tuple(dict.fromkeys([*step.predictors, *(name for names in step.random for name in names)]))
    patterns = make_patterns(table, cells, columns, step.numeric, used)
    margins = tuple(_margin(table, cells, sizes, name, used) for name in columns)
    if step.method == "calibrated":
        parts = [margin_part(margin) for margin in margins]
        for name in step.numeric:
            total = float(sizes @ pd.to_numeric(cells[name]).to_numpy(dtype=float))
            parts.append(numeric_part(table, name, total, used))
        return _calibrated(parts, margins, used, settings)
    if step.method == "pseudo_likelihood":
        return PseudoParticipation(patterns, sizes, margins, settings)
    return CarryOver(step, cells, margins, settings)


def _calibrated(
    parts: list[Part], margins: tuple[RakingMargin, ...], used: Mask, settings: dict[str, Any]
) -> MeetTotals:
    check_margin_totals([(margin.name, margin.totals) for margin in margins])
    for margin in margins:
        check_levels(margin, np.where(margin.codes >= 0, used.astype(float), 0.0))
    return MeetTotals(stack_parts(parts), "participation", settings=settings, kind="residents")


def _margin(table: pd.DataFrame, cells: pd.DataFrame, sizes: Array, name: str, used: Mask) -> RakingMargin:
    sums = pd.Series(sizes).groupby(pd.Series(level_text(cells[name]), dtype=object)).sum()
    totals: Totals = {(str(level),): float(total) for level, total in sums.items()}
    return code_margin(table, (name,), totals, used, name=name)


def _table(tables: MarginTables, name: str, what: str) -> pd.DataFrame:
    if name not in tables:
        raise DataError(f"{what} {name!r} was not handed over: pass margins={{{name!r}: table}}")
    return tables[name]


def _sizes(table: pd.DataFrame, column: str, name: str) -> Array:
    if column not in table.columns:
        raise DataError(f"{name!r} has no column {column!r}; there are {first_few(list(table.columns))}")
    sizes = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=float)
    bad = ~np.isfinite(sizes) | (sizes < 0)
    if bad.any():
        raise DataError(
            f"{name!r}: {column!r} must hold numbers of at least 0; mend {int(bad.sum())} rows "
            f"({first_few(np.flatnonzero(bad).tolist())})"
        )
    return sizes
