"""Multistage draws: each stage is a draw of its own, stratified by what was drawn before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from surveykit.errors import DataError, first_few
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.drawing.clusters import list_clusters, list_units
from surveykit.sampling.drawing.inside import Inside
from surveykit.sampling.drawing.record import DrawRecord, IdsChecked, Sample, sample_digest
from surveykit.sampling.drawing.units import draw_units
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.frames import Frame, open_frame, reading_of, require_columns, require_plain_type
from surveykit.sampling.frames.preparing import preparation_notes
from surveykit.sampling.frames.strata import require_unique_ids, stratum_table
from surveykit.sampling.plan.definition import (
    RESERVED,
    SIZED,
    STAGED,
    FrameSource,
    SamplingPlan,
    SizeRule,
    Stage,
    plan_hash,
)
from surveykit.sampling.selection.probabilities import CERTAIN

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_first", "draw_later", "draw_stages", "join_stages", "require_free_names"]

STAGE_PROBABILITY = "inclusion_probability_"


def draw_stages(plan: SamplingPlan, frame: Frame, allocation: Allocation | None, id_check: str) -> Sample:
    """Draw clusters, then clusters or units within them, and multiply the inclusion probabilities.

    The frame has one row per unit with the ids of its clusters. Stage k hashes ``seed/k:id``, where the id of a
    cluster is
    the path of ids down to it. The table carries ``inclusion_probability_1``, ``_2``, ... besides their product.
    """
    clusters = [stage.id for stage in plan.stages[:-1]]
    kinds = require_columns(frame, [*plan.strata, *clusters, plan.frame.id])
    require_free_names(plan, frame.columns(), f"frame {frame.source!r}")
    for name in clusters:
        require_plain_type(frame, name, kinds[name], "cluster")
    rows = int(stratum_table(plan, frame)["population_size"].sum())
    all_checked = require_unique_ids(plan, frame, rows, id_check)
    first = draw_first(plan, list_clusters(plan, frame, 0), allocation, id_check)
    sample = join_stages(plan, frame.source, draw_later(plan, frame, first, id_check))
    checked: IdsChecked = "all" if all_checked else "candidates"
    whole = frame_digest(plan, frame)
    record = replace(
        sample.record,
        frame_rows=rows,
        frame_digest=whole,
        ids_checked=checked,
        notes=(*preparation_notes(plan, frame), *sample.record.notes),
        reading=reading_of(frame),
    )
    return replace(sample, record=record)


def require_free_names(plan: SamplingPlan, columns: Iterable[str], where: str) -> None:
    """Fail on columns that the sample would carry and that have the names of columns that the draw adds."""
    kept = plan.frame.keep if plan.frame.keep is not None else tuple(columns)
    own = (plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages))
    names = [name for name in kept if name not in own]
    added = (*RESERVED, *STAGED, "psu_path", *(("listing_status",) if plan.listing is not None else ()))
    clash = [name for name in names if name.lower() in added or name.lower().startswith(STAGE_PROBABILITY)]
    if clash:
        raise DataError(
            f"{where}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them, or leave them out of frame.keep"
        )


def draw_first(
    plan: SamplingPlan,
    listed: pd.DataFrame,
    allocation: Allocation | None,
    id_check: str,
    keep: tuple[str, ...] = (),
) -> Sample:
    """Draw the units of the first stage from their list."""
    inner = _inner_plan(plan, 0, plan.stages[0])
    inner = inner.model_copy(update={"frame": FrameSource(id="cluster_path", keep=(*(inner.frame.keep or ()), *keep))})
    if allocation is not None and "sample_clusters" in allocation.table:
        table = allocation.table
        sizes = dict(zip(table["stratum"], table["sample_clusters"].astype(int).tolist(), strict=True))
        inner = inner.model_copy(update={"size": SizeRule(by_stratum=sizes)})
    return draw_units(inner, open_frame(listed), None, id_check)


def draw_later(plan: SamplingPlan, frame: Frame, first: Sample, id_check: str) -> list[Sample]:
    """Draw the stages after the first, each in what the one before drew; return the samples of all stages."""
    stages = [first]
    for number, stage in enumerate(plan.stages[1:], start=1):
        drawn = set(stages[-1].table["cluster_path"].tolist())
        if not drawn:
            raise DataError(f"plan {plan.id!r}: stage {number} drew no cluster: raise its size, or use a fixed size")
        last = number == len(plan.stages) - 1
        listed = list_units(plan, frame, drawn) if last else list_clusters(plan, frame, number)
        listed = listed[listed["stratum"].isin(drawn)].reset_index(drop=True)
        inside = Inside(plan, stage, listed)
        inner = _inner_plan(plan, number, stage)
        inner = inner.model_copy(update={"size": SizeRule(by_stratum=inside.sizes)})
        sample = draw_units(inner, open_frame(inside.listed), None, id_check)
        record = replace(sample.record, notes=(*sample.record.notes, *inside.notes))
        stages.append(Sample(inside.restored(sample.table), record))
    return stages


def _inner_plan(plan: SamplingPlan, number: int, stage: Stage) -> SamplingPlan:
    last = number == len(plan.stages) - 1
    selection = stage.selection
    if not last and (selection.size or stage.method in SIZED):
        selection = selection.model_copy(update={"size": "cluster_size"})
    keep = None if last else (*([] if number else plan.strata), "cluster_size")
    return SamplingPlan(
        id=f"{plan.id}:{number + 1}",
        frame=FrameSource(id=plan.frame.id if last else "cluster_path", keep=keep),
        strata=("stratum",) if number else plan.strata,
        levels={} if number else plan.levels,
        method=stage.method,
        selection=selection,
        size=stage.size,
        seed=f"{plan.seed}/{number + 1}",
        seed_origin=plan.seed_origin,
        hash=plan.hash,
        reserve=plan.reserve if last else 0,
    )


def join_stages(plan: SamplingPlan, source: str, stages: list[Sample]) -> Sample:
    """Multiply the probabilities of the stages and restore the first-stage strata.

    ``variance_stratum`` and ``variance_psu`` are stratum and unit of the first stage, but for units of the first stage
    that were taken with certainty: each is a stratum by itself, and what was drawn in it first are its sampling units.
    """
    table = stages[-1].table.rename(columns={"stratum": "cluster_path", "inclusion_probability": "p"})
    table = table.drop(columns="base_weight")
    last = len(stages)
    table = table.rename(columns={"p": f"{STAGE_PROBABILITY}{last}"})
    paths = {last: table[plan.frame.id]}
    for number in range(last - 1, 0, -1):
        paths[number] = table["cluster_path"]
        drawn = stages[number - 1].table.set_index("cluster_path")
        table[f"{STAGE_PROBABILITY}{number}"] = drawn.loc[table["cluster_path"], "inclusion_probability"].to_numpy()
        table["cluster_path"] = drawn.loc[table["cluster_path"], "stratum"].to_numpy()
    table = table.rename(columns={"cluster_path": "stratum"})
    certain = table["inclusion_probability_1"] >= CERTAIN
    variance = {
        "variance_stratum": table["stratum"].where(~certain, paths[1]),
        "variance_psu": paths[1].where(~certain, paths[2]),
    }
    ordered = [f"{STAGE_PROBABILITY}{number}" for number in range(1, last + 1)]
    probability = table[ordered].prod(axis=1)
    order = table.pop("selection_order")
    reserve = {"reserve": table.pop("reserve")} if plan.reserve else {}
    front = [name for name in table.columns if name not in ("stratum", *ordered)]
    table = table[[*front, "stratum", *ordered]].assign(
        inclusion_probability=probability,
        base_weight=1.0 / probability,
        selection_order=order,
        **variance,
        **reserve,
    )
    record: DrawRecord = replace(
        stages[-1].record,
        plan_id=plan.id,
        plan_hash=plan_hash(plan),
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        seed=str(plan.seed),
        method=" / ".join(stage.method for stage in plan.stages),
        frame=source,
        sample_digest=sample_digest(table["stratum"].tolist(), table[plan.frame.id].tolist()),
        notes=tuple(note for sample in stages for note in sample.record.notes),
        stages=tuple(sample.record for sample in stages),
    )
    if table[plan.frame.id].duplicated().any():
        twice = table.loc[table[plan.frame.id].duplicated(), plan.frame.id]
        raise DataError(f"frame {source!r}: ids occur more than once ({first_few(twice)}): keep one row per unit")
    return Sample(table.reset_index(drop=True), record)
