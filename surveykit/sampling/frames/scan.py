"""One pass over a frame that finds the candidates of a draw and the frame's digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.errors import DataError, first_few
from surveykit.sampling.frames.frames import DuckDBFrame, Frame
from surveykit.sampling.frames.keys import (
    BEYOND,
    digest_of,
    frame_digest,
    key_expression,
    permanent_key,
    text_expression,
)
from surveykit.sampling.frames.strata import stratum_expression
from surveykit.sampling.plan.definition import RESERVED, SamplingPlan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Limit", "Scan", "carried_columns", "scan_frame", "selection_sql"]

COARSE_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """What is drawn in a stratum: size, population and the threshold below which hashes are ranked."""

    size: int
    population: int
    threshold: str


@dataclass(frozen=True)
class Scan:
    """The drawn units of every stratum in order, with their keys, and the digest of the frame."""

    table: pd.DataFrame
    digest: str


def scan_frame(plan: SamplingPlan, frame: Frame, limits: dict[str, Limit]) -> Scan:
    """Draw the units with the smallest keys and digest the frame.

    In DuckDB with MD5 both come from one pass that hashes every id once; the candidates are ranked here by keys that
    are hashed again in Python. Otherwise the engine runs `selection_sql`, and the digest takes a second pass.
    """
    highest = max(limit.threshold for limit in limits.values())
    share = 1.0 if highest == BEYOND else int(highest, 16) / 2.0**52
    rows = sum(limit.population for limit in limits.values())
    if isinstance(frame, DuckDBFrame) and plan.hash == "md5" and share * rows <= COARSE_ROWS:
        return _one_pass(plan, frame, limits, highest)
    table = frame.arrow(selection_sql(plan, frame, limits)).to_pandas()
    return Scan(table, frame_digest(plan, frame))


def _one_pass(plan: SamplingPlan, frame: Frame, limits: dict[str, Limit], highest: str) -> Scan:
    dialect = frame.dialect
    quote, text = dialect.quote, dialect.text
    carried = carried_columns(plan, frame)
    strata = [name for name in plan.strata if name != "stratum"]
    kept = [*strata, *carried]
    columns = [f"{text(quote(name))} as {quote(name)}" for name in strata] + [quote(name) for name in carried]
    fields = ["candidate_id: candidate_id", *(f"{quote(name)}: {quote(name)}" for name in kept)]
    first, second = dialect.digest_lanes("digest_key")
    coarse = int(highest[:6], 16) if highest != BEYOND else 2**24
    leading = "(((lane1 & 255) << 16) | (lane1 & 65280) | ((lane1 >> 16) & 255))"
    found = frame.arrow(f"""with hashed as (select {stratum_expression(plan, frame)} as stratum,
  {text(quote(plan.frame.id))} as candidate_id, {"".join(column + ", " for column in columns)}
  {dialect.digest_key(text_expression(plan, frame, str(plan.seed)))} as digest_key from {frame.table}),
lanes as (select * exclude (digest_key), {first} as lane1, {second} as lane2 from hashed)
select stratum, count(*) as units, cast(sum(lane1) as varchar) as sum1, cast(sum(lane2) as varchar) as sum2,
  list({{{", ".join(fields)}}}) filter (where {leading} <= {coarse}) as candidates from lanes group by stratum""")
    sums = zip(*(found[name].to_pylist() for name in ("stratum", "units", "sum1", "sum2")), strict=True)
    digest = digest_of({s: (int(n), int(a), int(b)) for s, n, a, b in sums})
    return Scan(_rank(plan, frame, found, [*strata, *carried], limits), digest)


def _rank(plan: SamplingPlan, frame: Frame, found: object, kept: list[str], limits: dict[str, Limit]) -> pd.DataFrame:
    """Order the candidates of each stratum by their keys and take the first ones."""
    import numpy as np
    import pyarrow as pa

    table: pa.Table = found
    lists = table["candidates"].combine_chunks()
    labels = np.repeat(np.array(table["stratum"].to_pylist(), dtype=object), np.diff(lists.offsets.to_numpy()))
    flat = lists.flatten()
    data = pa.table({name: flat.field(name) for name in ["candidate_id", *kept]}).to_pandas()
    data = data.rename(columns={"candidate_id": plan.frame.id})[[plan.frame.id, *kept]]
    data["stratum"] = labels
    data["prn"] = [permanent_key(str(plan.seed), unit, plan.hash) for unit in data[plan.frame.id]]
    require_unique_drawn(plan, frame, data)
    allowed = data["stratum"].map({s: limit.threshold for s, limit in limits.items()})
    data = data[allowed.notna() & (data["prn"] < allowed.fillna(""))]
    data = data.sort_values(["stratum", "prn", plan.frame.id], kind="stable", ignore_index=True)
    data["selection_order"] = data.groupby("stratum").cumcount() + 1
    wanted = data["stratum"].map({s: limit.size for s, limit in limits.items()})
    drawn: pd.DataFrame = data[data["selection_order"] <= wanted].reset_index(drop=True)
    return drawn


def require_unique_drawn(plan: SamplingPlan, frame: Frame, table: pd.DataFrame) -> None:
    """Fail on blank or repeated ids among the units at hand."""
    units = table[plan.frame.id]
    twice, blank = units[units.duplicated()], units[units.str.strip() == ""]
    if len(twice) or len(blank):
        raise DataError(
            f"frame {frame.source!r}: ids are blank ({first_few(blank)}) or occur more than once ({first_few(twice)}) "
            f"in column {plan.frame.id!r}: keep one row with one id per unit"
        )


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
    dialect = frame.dialect
    quote, text = dialect.quote, dialect.text
    plain = [plan.frame.id, *(name for name in plan.strata if name != "stratum")]
    carried = carried_columns(plan, frame)
    columns = [f"{text(quote(name))} as {quote(name)}" for name in plain] + [quote(name) for name in carried]
    values = ", ".join(
        f"({dialect.literal(s)}, {limit.size}, {dialect.literal(limit.threshold)})" for s, limit in limits.items()
    )
    names = ", ".join(quote(name) for name in [*plain, *carried])
    return f"""with limits as (select * from (values {values}) as limits(limit_stratum, limit_size, limit_prn)),
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
    internal = ("limit_stratum", "limit_size", "limit_prn", "candidate_id", "digest_key", "lane1", "lane2")
    clash = [name for name in carried if name.lower() in (*RESERVED, *internal) or name.lower().startswith("listed_")]
    if clash:
        raise DataError(
            f"frame {frame.source!r}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them, or leave them out of frame.keep"
        )
    return carried
