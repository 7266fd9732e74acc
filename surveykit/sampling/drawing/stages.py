"""Multistage draws: each stage is a draw of its own, stratified by what was drawn before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from surveykit.errors import DataError, first_few
from surveykit.sampling.allocation.allocation import Allocation
from surveykit.sampling.drawing.record import DrawRecord, IdsChecked, Sample, sample_digest
from surveykit.sampling.drawing.units import draw_units
from surveykit.sampling.frames.digest import frame_digest
from surveykit.sampling.frames.frames import Frame, open_frame, reading_of, require_columns, require_plain_type
from surveykit.sampling.frames.preparing import preparation_notes
from surveykit.sampling.frames.strata import require_unique_ids, stratum_table
from surveykit.sampling.plan.definition import SIZED, FrameSource, SamplingPlan, SizeRule, Stage, plan_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw_stages"]

PATH = "/"
STAGE_PROBABILITY = "inclusion_probability_"


def draw_stages(plan: SamplingPlan, frame: Frame, allocation: Allocation | None, id_check: str) -> Sample:
    """Draw clusters, then clusters or units within them, and multiply the inclusion probabilities.

    The frame has one row per unit with the ids of its clusters. Stage k hashes ``seed/k:id``, where the id of a
    cluster is
    the path of ids down to it. The table carries ``inclusion_probability_1``, ``_2``, ... besides their product.
    """
    clusters = [stage.id for stage in plan.stages[:-1]]
    kinds = require_columns(frame, [*plan.strata, *clusters, plan.frame.id])
    _require_free_names(plan, frame)
    for name in clusters:
        require_plain_type(frame, name, kinds[name], "cluster")
    rows = int(stratum_table(plan, frame)["population_size"].sum())
    all_checked = require_unique_ids(plan, frame, rows, id_check)
    stages: list[Sample] = []
    for number, stage in enumerate(plan.stages):
        last = number == len(plan.stages) - 1
        inner = _inner_plan(plan, number, stage)
        drawn = set(stages[-1].table["cluster_path"].tolist()) if number else None
        if drawn == set():
            raise DataError(f"plan {plan.id!r}: stage {number} drew no cluster: raise its size, or use a fixed size")
        listed = _list_clusters(plan, frame, number) if not last else _list_units(plan, frame, drawn)
        if drawn is not None:
            listed = listed[listed["stratum"].isin(drawn)].reset_index(drop=True)
            wanted = int(stage.size.per_stratum or 0)
            sizes = {str(s): min(wanted, int(n)) for s, n in listed["stratum"].value_counts().items()}
            inner = inner.model_copy(update={"size": SizeRule(by_stratum=sizes)})
        elif allocation is not None and "sample_clusters" in allocation.table:
            table = allocation.table
            sizes = dict(zip(table["stratum"], table["sample_clusters"].astype(int).tolist(), strict=True))
            inner = inner.model_copy(update={"size": SizeRule(by_stratum=sizes)})
        stages.append(draw_units(inner, open_frame(listed), None, id_check))
    sample = _join(plan, frame, stages)
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


def _require_free_names(plan: SamplingPlan, frame: Frame) -> None:
    """Fail on columns that the sample would carry and that have the names of columns that stages add."""
    kept = plan.frame.keep if plan.frame.keep is not None else tuple(frame.columns())
    own = (plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages))
    names = [name for name in kept if name not in own]
    clash = [n for n in names if n.lower() in ("cluster_path", "psu_path") or n.lower().startswith(STAGE_PROBABILITY)]
    if clash:
        raise DataError(
            f"frame {frame.source!r}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them, or leave them out of frame.keep"
        )


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


def _path(plan: SamplingPlan, frame: Frame, depth: int) -> str:
    """SQL of the path of cluster ids down to a depth, strata first so that ids are nested in them."""
    dialect = frame.dialect
    names = [*plan.strata, *(stage.id for stage in plan.stages[:depth])]
    parts = [dialect.text(dialect.quote(name)) for name in names]
    return parts[0] if len(parts) == 1 else f"concat({(', ' + dialect.literal(PATH) + ', ').join(parts)})"


def _list_clusters(plan: SamplingPlan, frame: Frame, number: int) -> pd.DataFrame:
    """One row per cluster of a stage: path, parent, size."""
    dialect, stage = frame.dialect, plan.stages[number]
    column = dialect.quote(stage.id)
    empty = f"{column} is null or trim({dialect.text(column)}) = ''"
    missing = int(frame.rows(f"select count(*) from {frame.table} where {empty}")[0][0])
    if missing:
        raise DataError(
            f"frame {frame.source!r}: cluster column {stage.id!r} is missing in {missing} rows: fill it in, or leave "
            "those units out of the frame"
        )
    if stage.selection.size:
        _require_sizes(frame, plan, stage.selection.size)
    size = f"cast({dialect.quote(stage.selection.size)} as {dialect.double})" if stage.selection.size else ""
    measure = dialect.sorted_sum(size) if size else "count(*)"
    keys = [f"{_path(plan, frame, number + 1)} as cluster_path"]
    if number:
        keys.append(f"{_path(plan, frame, number)} as stratum")
    else:
        keys += [f"{dialect.text(dialect.quote(name))} as {dialect.quote(name)}" for name in plan.strata]
    inner = f"select {', '.join(keys)}, {dialect.quote(stage.id)} as this_id" + (
        f", {dialect.quote(stage.selection.size)}" if stage.selection.size else ""
    )
    names = ["cluster_path", *(["stratum"] if number else [dialect.quote(name) for name in plan.strata])]
    sql = (
        f"select {', '.join(names)}, {measure} as cluster_size from ({inner} from {frame.table}) as clusters "
        f"group by {', '.join(names)}"
    )
    table: pd.DataFrame = frame.arrow(sql).to_pandas()
    return table


def _require_sizes(frame: Frame, plan: SamplingPlan, column: str) -> None:
    """Fail on rows that add nothing known, or a negative number, to the size of their cluster."""
    dialect = frame.dialect
    size, unit = f"cast({dialect.quote(column)} as {dialect.double})", dialect.text(dialect.quote(plan.frame.id))
    require_columns(frame, [column])
    wrong = f"from {frame.table} where {size} is null or not ({size} >= 0)"
    count = int(frame.rows(f"select count(*) {wrong}")[0][0])
    if count:
        shown = [row[0] for row in frame.rows(f"select {unit} {wrong} order by 1 limit 5")]
        raise DataError(
            f"frame {frame.source!r}: {column!r}, the size of a cluster, is missing or negative in {count} rows; ids "
            f"{first_few(shown)}: correct the values"
        )


def _list_units(plan: SamplingPlan, frame: Frame, drawn: set[str] | None) -> pd.DataFrame:
    """Units of the drawn clusters, with their cluster as the stratum and the columns that the sample carries."""
    dialect = frame.dialect
    names = [plan.frame.id, *plan.strata, *(stage.id for stage in plan.stages[:-1])]
    kept = plan.frame.keep if plan.frame.keep is not None else tuple(frame.columns())
    last = plan.stages[-1].selection
    used = [*([last.size] if last.size else []), *last.order, *last.balance, *last.coordinates]
    columns = [f"{dialect.text(dialect.quote(name))} as {dialect.quote(name)}" for name in dict.fromkeys(names)]
    columns += [dialect.quote(name) for name in dict.fromkeys([*kept, *used]) if name not in names]
    path = _path(plan, frame, len(plan.stages) - 1)
    inside = f" where {path} in ({', '.join(map(dialect.literal, sorted(drawn)))})" if drawn is not None else ""
    sql = f"select {', '.join(columns)}, {path} as stratum from {frame.table}{inside}"
    table: pd.DataFrame = frame.arrow(sql).to_pandas()
    return table


def _join(plan: SamplingPlan, frame: Frame, stages: list[Sample]) -> Sample:
    """Multiply the probabilities of the stages and restore the first-stage strata."""
    table = stages[-1].table.rename(columns={"stratum": "cluster_path", "inclusion_probability": "p"})
    table = table.drop(columns="base_weight")
    last = len(stages)
    table = table.rename(columns={"p": f"inclusion_probability_{last}"})
    for number in range(last - 1, 0, -1):
        drawn = stages[number - 1].table.set_index("cluster_path")
        table[f"inclusion_probability_{number}"] = drawn.loc[table["cluster_path"], "inclusion_probability"].to_numpy()
        parents = drawn.loc[table["cluster_path"], "stratum"].to_numpy()
        if number == last - 1:
            table.insert(len(table.columns), "psu_path", table["cluster_path"].to_numpy())
        table["cluster_path"] = parents
    table = table.rename(columns={"cluster_path": "stratum"}).drop(columns="psu_path")
    ordered = [f"inclusion_probability_{number}" for number in range(1, last + 1)]
    probability = table[ordered].prod(axis=1)
    order = table.pop("selection_order")
    reserve = {"reserve": table.pop("reserve")} if plan.reserve else {}
    front = [name for name in table.columns if name not in ("stratum", *ordered)]
    table = table[[*front, "stratum", *ordered]].assign(
        inclusion_probability=probability, base_weight=1.0 / probability, selection_order=order, **reserve
    )
    record: DrawRecord = replace(
        stages[-1].record,
        plan_id=plan.id,
        plan_hash=plan_hash(plan),
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        seed=str(plan.seed),
        method=" / ".join(stage.method for stage in plan.stages),
        frame=frame.source,
        sample_digest=sample_digest(table["stratum"].tolist(), table[plan.frame.id].tolist()),
        notes=tuple(note for sample in stages for note in sample.record.notes),
        stages=tuple(sample.record for sample in stages),
    )
    if table[plan.frame.id].duplicated().any():
        twice = table.loc[table[plan.frame.id].duplicated(), plan.frame.id]
        raise DataError(f"frame {frame.source!r}: ids occur more than once ({first_few(twice)}): keep one row per unit")
    return Sample(table.reset_index(drop=True), record)
