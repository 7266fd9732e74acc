"""A frame as a plan reads it: ids made of several columns, and values normalised, in a query over the frame."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from surveykit.errors import DataError
from surveykit.sampling.frames.frames import (
    DuckDBFrame,
    Frame,
    Preparation,
    open_frame,
    require_columns,
    require_plain_type,
)
from surveykit.sampling.frames.normalising import letters_of, normalised_sql
from surveykit.sampling.frames.postgres import PostgresFrame
from surveykit.sampling.frames.spark import SparkFrame
from surveykit.sampling.plan.definition import ClusterTable, FrameSource, NormaliseStep, SamplingPlan

__all__ = [
    "first_stage_plan",
    "open_as_said",
    "open_beside",
    "open_plan_frame",
    "preparation_notes",
    "prepared_frame",
    "steps_by_column",
    "text_columns",
]

JOINT = "/"


def open_plan_frame(plan: SamplingPlan, frame: Any) -> Frame:
    """Open what a plan draws from first: how its file is read, ids made of their parts, values normalised.

    It is the frame of units, or the table of clusters where the units are listed after these were drawn.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    frame : path, table or DuckDB relation
        See `draw`. A frame that was opened by this function before is returned as it is.

    Returns
    -------
    Frame
        The frame, on its own engine.

    Raises
    ------
    DataError
        If it cannot be read, lacks columns, has the column that its ids are made into, or is of a kind that cannot be
        normalised.
    """
    if plan.listing is not None and plan.clusters is not None:
        return open_beside(plan, frame, plan.clusters)
    opened = open_as_said(plan.frame, frame)
    return prepared_frame(plan, opened, plan.frame.parts, steps_by_column(plan))


def first_stage_plan(plan: SamplingPlan, keep: tuple[str, ...] = ()) -> SamplingPlan:
    """The plan of the first stage alone, its units being the clusters."""
    first = plan.stages[0]
    return SamplingPlan(
        id=plan.id,
        frame=FrameSource(id=first.id, keep=keep, normalise=plan.frame.normalise),
        strata=plan.strata,
        levels=plan.levels,
        method=first.method,
        selection=first.selection,
        size=first.size,
        seed=plan.seed,
        hash=plan.hash,
    )


def open_as_said(said: FrameSource | ClusterTable | None, frame: Any) -> Frame:
    """Open a file as the plan says that it is read, or an object."""
    if said is None:
        return open_frame(frame)
    return open_frame(
        frame, encoding=said.encoding, separator=said.separator, sheet=said.sheet, header_row=said.header_row
    )


def open_beside(plan: SamplingPlan, table: Any, said: ClusterTable | None) -> Frame:
    """Open a table that lies beside the frame of units, its columns normalised as those of their names there."""
    opened = open_as_said(said, table)
    present = opened.columns()
    steps = {name: taken for name, taken in steps_by_column(plan).items() if name in present}
    return prepared_frame(plan, opened, (), steps)


def prepared_frame(
    plan: SamplingPlan, opened: Frame, parts: tuple[str, ...], said: dict[str, tuple[NormaliseStep, ...]]
) -> Frame:
    """Make ids of parts and normalise columns of an opened frame, in a query over it; once only."""
    steps = {name: taken for name, taken in said.items() if taken}
    if getattr(opened, "prepared", None) is not None or not (parts or steps):
        return opened
    made = _made_columns(plan, opened, parts, steps)
    kept = [name for name in opened.columns() if name not in made]
    quote = opened.dialect.quote
    columns = [f"{sql} as {quote(name)}" for name, sql in made.items()] + [quote(name) for name in kept]
    preparation = Preparation(opened, made)
    if isinstance(opened, DuckDBFrame):
        return replace(opened, relation=opened.relation.project(", ".join(columns)), prepared=preparation)
    if isinstance(opened, SparkFrame):
        return replace(opened, data=opened.data.selectExpr(*columns), prepared=preparation)
    if isinstance(opened, PostgresFrame):
        table = f"(select {', '.join(columns)} from {opened.table}) as prepared"
        return replace(opened, table=table, prepared=preparation)
    raise DataError(f"frame: {type(opened).__name__} can be neither normalised nor given composite ids")


def text_columns(plan: SamplingPlan) -> tuple[str, ...]:
    """Columns that a plan reads as text: the id or its parts, strata, ids of clusters."""
    clusters = [stage.id for stage in plan.stages[:-1]]
    return tuple(dict.fromkeys([*(plan.frame.parts or (plan.frame.id,)), *plan.strata, *clusters]))


def steps_by_column(plan: SamplingPlan) -> dict[str, tuple[NormaliseStep, ...]]:
    """Steps of each column that the plan says something of; none at all means that its values are distinct."""
    said = plan.frame.normalise
    if isinstance(said, dict):
        return dict(said)
    return dict.fromkeys(text_columns(plan), said) if said else {}


def _made_columns(
    plan: SamplingPlan, frame: Frame, parts: tuple[str, ...], steps: dict[str, tuple[NormaliseStep, ...]]
) -> dict[str, str]:
    dialect = frame.dialect
    kinds = require_columns(frame, [*parts, *steps])
    if parts and plan.frame.id in kinds:
        raise DataError(
            f"frame {frame.source!r}: it has a column {plan.frame.id!r}, and the plan makes that id of "
            f"{' and '.join(map(repr, parts))}: rename the frame's column"
        )
    for name in (*parts, *steps):
        require_plain_type(frame, name, kinds[name], "id" if name in parts else "stratum")
    texts = {name: dialect.text(dialect.quote(name)) for name in (*parts, *steps)}
    made = {}
    for name, taken in steps.items():
        letters = letters_of(frame, [texts[name]]) if "nfkc" in taken else set()
        made[name] = texts[name] = normalised_sql(texts[name], taken, dialect, letters)
    if parts:
        empty = " or ".join(f"{texts[name]} is null or trim({texts[name]}) = ''" for name in parts)
        joint = f", {dialect.literal(JOINT)}, ".join(texts[name] for name in parts)
        made = {plan.frame.id: f"case when {empty} then null else concat({joint}) end", **made}
    return made


def preparation_notes(plan: SamplingPlan, frame: Frame) -> tuple[str, ...]:
    """What normalising changed in a frame, column by column, in words; empty for a frame as it arrived."""
    prepared: Preparation | None = getattr(frame, "prepared", None)
    if prepared is None:
        return ()
    origin, notes = prepared.origin, []
    dialect = origin.dialect
    for name, steps in steps_by_column(plan).items():
        if not steps or name not in prepared.columns:
            continue
        was = dialect.text(dialect.quote(name))
        changed = (
            f"select was, made, count(*) as number from (select {was} as was, {prepared.columns[name]} as made "
            f"from {origin.table}) as pairs where was <> made group by was, made"
        )
        values, rows = origin.rows(f"select count(*), sum(number) from ({changed}) as changed")[0]
        told = f"{name!r} is normalised ({', '.join(steps)}): {int(rows or 0)} rows change"
        if values:
            few = origin.rows(f"select was, made from ({changed}) as changed order by was limit 3")
            told += f", {int(values)} values ({', '.join(f'{a!r} to {b!r}' for a, b in few)}{', ...' * (values > 3)})"
        notes.append(told)
    if plan.frame.parts and plan.frame.id in prepared.columns:
        notes.append(f"{plan.frame.id!r} is made of {', '.join(map(repr, plan.frame.parts))}, joined by {JOINT!r}")
    return tuple(notes)
