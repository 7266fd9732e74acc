"""Draw the units of a plan without stages: stratified, by permanent random numbers, without loading the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.errors import DataError, DefinitionError, Problem, first_few
from surveykit.sampling.allocation.allocation import Allocation, allocate
from surveykit.sampling.drawing.listing import select_rows
from surveykit.sampling.drawing.record import Sample, fill_record
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.frames import Frame, published_sql, reading_of
from surveykit.sampling.frames.keys import BEYOND, threshold
from surveykit.sampling.frames.preparing import preparation_notes
from surveykit.sampling.frames.scan import (
    Limit,
    quick_selection_sql,
    require_unique_candidates,
    require_unique_drawn,
    selection_sql,
)
from surveykit.sampling.frames.strata import likeness_notes, require_unique_ids, stratum_table
from surveykit.sampling.plan.checks import check_sampling_plan
from surveykit.sampling.plan.definition import SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_units", "finish_table", "require_drawable", "stratum_sizes"]


def draw_units(plan: SamplingPlan, opened: Frame, allocation: Allocation | None, id_check: str) -> Sample:
    """Draw from an opened frame by a plan that has been checked and has no stages."""
    strata = stratum_table(plan, opened)
    rows = int(strata["population_size"].sum())
    all_checked = require_unique_ids(plan, opened, rows, id_check)
    allocation = allocation or allocate(plan, strata)
    sizes = stratum_sizes(strata, allocation)
    notes: tuple[str, ...] = ()
    population = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    if plan.method == "srs":
        reach = {s: min(n + plan.reserve, population[s]) if n else 0 for s, n in sizes.items()}
        sql, table, digest = _select(plan, opened, strata, reach, all_checked)
        require_unique_drawn(plan, opened, table)
        cuts = dict(zip(table["stratum"].tolist(), table["prn"].tolist(), strict=True))
        table["inclusion_probability"] = table["stratum"].map(sizes) / table["stratum"].map(population)
    else:
        table, sql, digest, notes = select_rows(plan, opened, sizes)
        cuts = {}
    table = finish_table(plan, table, sizes)
    record = fill_record(
        plan,
        table,
        sizes,
        population,
        cuts,
        frame=opened.source,
        frame_digest=digest,
        ids_checked="all" if all_checked else "candidates",
        sql=published_sql(opened, sql),
        engine={opened.dialect.name: opened.version()},
        notes=(*preparation_notes(plan, opened), *likeness_notes(plan, strata), *notes),
        reading=reading_of(opened),
    )
    return Sample(table, record)


def finish_table(plan: SamplingPlan, table: pd.DataFrame, sizes: dict[str, int]) -> pd.DataFrame:
    """Put the drawn columns in order: probability, weight, order, and whether a unit is in reserve."""
    order = table.pop("selection_order").astype("int64")
    probability = table.pop("inclusion_probability")
    table = table.drop(columns="prn").assign(inclusion_probability=probability, base_weight=1.0 / probability)
    table["selection_order"] = order
    if plan.reserve:
        table["reserve"] = order > table["stratum"].map(sizes)
    return table


def _select(
    plan: SamplingPlan, frame: Frame, strata: pd.DataFrame, sizes: dict[str, int], all_checked: bool
) -> tuple[str, pd.DataFrame, str]:
    """Draw; widen the threshold of strata that came out short, which leaves the sample the same."""
    population = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    factor = 1.0
    while True:
        limits = {s: Limit(n, population[s], threshold(n, population[s], factor)) for s, n in sizes.items() if n > 0}
        if not limits:
            raise DataError(f"plan {plan.id!r}: no units are to be drawn in any stratum: raise the size")
        table: pd.DataFrame = frame.arrow(quick_selection_sql(plan, frame, limits)).to_pandas()
        if not all_checked:
            require_unique_candidates(plan, frame, limits)
        if len(table) == sum(limit.size for limit in limits.values()):
            return selection_sql(plan, frame, limits), table, frame_digest(plan, frame)
        if all(limit.threshold == BEYOND for limit in limits.values()):
            raise DataError(
                f"frame {frame.source!r}: {len(table)} units were found where {sum(sizes.values())} should be: "
                "the frame changed while it was read; draw again"
            )
        factor *= 4.0


def require_drawable(plan: SamplingPlan) -> None:
    """Fail on a plan that is wrong or has no seed."""
    problems = check_sampling_plan(plan)
    if plan.seed is None:
        problems.append(
            Problem(
                "the plan has no seed", "give a seed of text, best a public value after the plan is fixed", ("seed",)
            )
        )
    if problems:
        raise DefinitionError(problems)


def stratum_sizes(strata: pd.DataFrame, allocation: Allocation) -> dict[str, int]:
    """Size by stratum, or an error where allocation and frame disagree."""
    sizes, present = allocation.sizes, strata["stratum"].tolist()
    known = set(present)
    absent, unsized = [s for s in sizes if s not in known], [s for s in present if s not in sizes]
    if absent or unsized:
        raise DataError(
            f"allocation: strata without rows in the frame ({first_few(absent)}) or without a size "
            f"({first_few(unsized)}): "
            "allocate from the stratum table of this frame"
        )
    population = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    short = [f"{s} ({sizes[s]} of {population[s]})" for s in present if sizes[s] > population[s]]
    if short:
        raise DataError(
            f"allocation: more units are asked for than the stratum holds in {first_few(short)}: lower their size"
        )
    return {s: sizes[s] for s in present}
