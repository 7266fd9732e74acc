"""The query that finds the units with the smallest keys, and what it must find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.errors import DataError, first_few
from surveykit.sampling.frames.frames import DuckDBFrame, Frame
from surveykit.sampling.frames.keys import key_expression
from surveykit.sampling.frames.strata import stratum_expression
from surveykit.sampling.plan.definition import RESERVED, SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Limit",
    "carried_columns",
    "quick_selection_sql",
    "require_unique_candidates",
    "require_unique_drawn",
    "selection_sql",
]

FEW = 200
"""Strata whose limits an engine parses one by one in no time."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What is drawn in a stratum: size, population and the threshold below which hashes are ranked."""

    size: int
    population: int
    threshold: str


def require_unique_drawn(plan: SamplingPlan, frame: Frame, table: pd.DataFrame) -> None:
    """Fail on blank or repeated ids among the units at hand."""
    units = table[plan.frame.id]
    twice, blank = units[units.duplicated()], units[units.str.strip() == ""]
    if len(twice) or len(blank):
        raise DataError(
            f"frame {frame.source!r}: ids are blank ({first_few(blank)}) or occur more than once ({first_few(twice)}) "
            f"in column {plan.frame.id!r}: keep one row with one id per unit"
        )


def require_unique_candidates(plan: SamplingPlan, frame: Frame, limits: dict[str, Limit]) -> None:
    """Fail on ids that are repeated among the units near the cut, drawn or not."""
    unit = frame.dialect.text(frame.dialect.quote(plan.frame.id))
    highest = max(limit.threshold for limit in limits.values())
    key = key_expression(plan, frame, str(plan.seed))
    twice = (
        f"select unit from (select {unit} as unit from {frame.table} where {key} < {frame.dialect.literal(highest)}) "
        "as near_the_cut group by unit having count(*) > 1 order by unit limit 5"
    )
    found = [row[0] for row in frame.rows(twice)]
    if found:
        raise DataError(f"frame {frame.source!r}: ids occur more than once ({first_few(found)}): keep one row per unit")


def quick_selection_sql(plan: SamplingPlan, frame: Frame, limits: dict[str, Limit]) -> str:
    """The query of `selection_sql` as DuckDB parses it fast: of many strata the limits come as three long texts."""
    names, mark = list(limits), "\x1f"
    if not isinstance(frame, DuckDBFrame) or len(names) <= FEW or any(mark in name for name in names):
        return selection_sql(plan, frame, limits)
    sizes, thresholds = ([str(getattr(one, part)) for one in limits.values()] for part in ("size", "threshold"))
    split = [
        f"unnest(string_split({frame.dialect.literal(mark.join(texts))}, '{mark}'))"
        for texts in (names, sizes, thresholds)
    ]
    rows = f"select {split[0]} as limit_stratum, cast({split[1]} as bigint) as limit_size, {split[2]} as limit_prn"
    return _selection(plan, frame, rows)


def selection_sql(plan: SamplingPlan, frame: Frame, limits: dict[str, Limit]) -> str:
    """SQL that draws a simple random sample from each stratum.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    frame : Frame
        An opened frame.
    limits : dict of str to Limit
        Size and threshold of each stratum.

    Returns
    -------
    str
        One query, self-contained but for the frame, named ``sampling_frame``.
    """
    literal = frame.dialect.literal
    values = ", ".join(f"({literal(s)}, {one.size}, {literal(one.threshold)})" for s, one in limits.items())
    return _selection(plan, frame, f"select * from (values {values}) as limits(limit_stratum, limit_size, limit_prn)")


def _selection(plan: SamplingPlan, frame: Frame, limit_rows: str) -> str:
    quote, text = frame.dialect.quote, frame.dialect.text
    plain = [plan.frame.id, *(name for name in plan.strata if name != "stratum")]
    carried = carried_columns(plan, frame)
    columns = [f"{text(quote(name))} as {quote(name)}" for name in plain] + [quote(name) for name in carried]
    names = ", ".join(quote(name) for name in [*plain, *carried])
    return f"""with limits as ({limit_rows}),
keyed as (select {", ".join(columns)}, {stratum_expression(plan, frame)} as stratum,
  {key_expression(plan, frame, str(plan.seed))} as prn from {frame.table}),
candidates as (select keyed.*, limit_size from keyed join limits on stratum = limit_stratum where prn < limit_prn),
ranked as (select *, row_number() over (partition by stratum order by prn, {quote(plan.frame.id)}) as selection_order
  from candidates)
select {names}, stratum, prn, selection_order from ranked
where selection_order <= limit_size order by stratum, selection_order"""


def carried_columns(plan: SamplingPlan, frame: Frame) -> list[str]:
    """Columns that the sample carries besides the id and the strata."""
    wanted = list(plan.frame.keep) if plan.frame.keep is not None else list(frame.columns())
    carried = [name for name in wanted if name != plan.frame.id and name not in plan.strata]
    internal = ("limit_stratum", "limit_size", "limit_prn")
    clash = [name for name in carried if name.lower() in (*RESERVED, *internal) or name.lower().startswith("listed_")]
    if clash:
        raise DataError(
            f"frame {frame.source!r}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them, or leave them out of frame.keep"
        )
    return carried
