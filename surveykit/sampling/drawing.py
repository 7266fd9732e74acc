"""Draw a stratified simple random sample by permanent random numbers, without loading the frame."""

from __future__ import annotations

import hashlib
import math
import platform
from typing import TYPE_CHECKING, Any, Literal

from surveykit._version import __version__
from surveykit.errors import DataError, DefinitionError, Problem, first_few
from surveykit.sampling.allocation import Allocation, allocate
from surveykit.sampling.frames import Frame, open_frame
from surveykit.sampling.plan import RESERVED, SamplingPlan, check_sampling_plan, plan_hash
from surveykit.sampling.record import DrawRecord, Sample, StratumRecord, sample_digest
from surveykit.sampling.strata import require_unique_ids, stratum_expression, stratum_table

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["draw", "frame_digest", "selection_sql"]

BITS = 52
BEYOND = "g"  # sorts after every hexadecimal digit


def draw(
    plan: SamplingPlan,
    frame: Any,
    allocation: Allocation | None = None,
    *,
    id_check: Literal["auto", "all", "candidates"] = "auto",
) -> Sample:
    """Draw the sample that plan, frame and seed determine.

    The units of each stratum are ordered by the hash of ``seed:id``, and the first ones are taken. The order of rows,
    the file format and the engine do not matter.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; it must have a seed.
    frame : path, pandas, polars or pyarrow table, or DuckDB relation
        The frame; files are read where they lie.
    allocation : Allocation, optional
        Sizes by stratum; found from the plan when left out.
    id_check : {"auto", "all", "candidates"}
        Which ids are compared for duplicates; ``"auto"`` compares all of them up to two million rows and the units
        near the cut beyond. The record says which.

    Returns
    -------
    Sample
        The sample table and the record of the draw.

    Raises
    ------
    DefinitionError
        If the plan is wrong or has no seed.
    DataError
        If the frame lacks columns, has missing, duplicate or floating-point ids, other strata than the plan, or fewer
        units in a stratum than it should give.

    Notes
    -----
    Simple random sampling without replacement within strata: the n smallest of independent uniform numbers are every
    subset with equal probability. Before ranking, units are kept whose hash lies below a share
    ``(n + 8 sqrt(n) + 20) / N``, which leaves the sample as it is (Meng 2013) and needs little memory.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate(
    ...     {"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 2}, "seed": "demo"}
    ... )
    >>> draw(plan, pd.DataFrame({"u": ["a", "b", "c", "d"]})).table["u"].tolist()
    ['b', 'd']
    """
    _require_plan(plan)
    opened = open_frame(frame)
    strata = stratum_table(plan, opened)
    rows = int(strata["population_size"].sum())
    all_checked = require_unique_ids(plan, opened, rows, id_check)
    allocation = allocation or allocate(plan, strata)
    sizes = _sizes(strata, allocation)
    sql, table = _select(plan, opened, strata, sizes)
    _require_unique_drawn(plan, opened, table)
    keys = table.pop("prn")
    cuts = dict(zip(table["stratum"], keys, strict=True))
    population = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    size, total = table["stratum"].map(sizes), table["stratum"].map(population)
    order = table.pop("selection_order").astype("int64")
    table = table.assign(inclusion_probability=size / total, base_weight=total / size, selection_order=order)
    record = DrawRecord(
        plan_id=plan.id,
        plan_hash=plan_hash(plan),
        plan=plan.model_dump(mode="json", exclude_defaults=True),
        seed=str(plan.seed),
        seed_origin=dict(plan.seed_origin),
        hash=plan.hash,
        method=plan.method,
        frame=opened.source,
        frame_rows=rows,
        frame_digest=frame_digest(plan, opened),
        ids_checked="all" if all_checked else "candidates",
        strata=tuple(StratumRecord(s, population[s], n, cuts.get(s, "")) for s, n in sizes.items()),
        sample_digest=sample_digest(table["stratum"].tolist(), table[plan.frame.id].tolist()),
        sql=sql,
        versions={"surveykit": __version__, opened.dialect.name: opened.version(), "python": platform.python_version()},
    )
    return Sample(table, record)


def frame_digest(plan: SamplingPlan, frame: Any, *, salt: str | None = None) -> str:
    """Digest of the ids and strata of a frame that does not depend on the order of rows or the engine.

    Parameters
    ----------
    plan : SamplingPlan
        The plan: id column, strata, hash.
    frame : path, table or DuckDB relation
        See `draw`.
    salt : str, optional
        Text hashed before each id; the seed of the plan when left out. Give ``""`` to publish a digest before the
        seed is known.

    Returns
    -------
    str
        SHA-256 of the lines ``stratum, count, sum, sum`` with the sums over two lanes of 60 bits of the hashes.

    Raises
    ------
    DataError
        If the frame cannot be read or lacks columns.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 1}, "seed": "s"})
    >>> frame_digest(plan, pd.DataFrame({"u": [1, 2]})) == frame_digest(plan, pd.DataFrame({"u": ["2", "1"]}))
    True
    """
    opened = open_frame(frame)
    dialect = opened.dialect
    key = key_expression(plan, opened, plan.seed or "" if salt is None else salt)
    lanes = [
        f"sum(cast({dialect.hex_integer(f'substr(prn, {start}, 15)')} as {dialect.wide_integer}))" for start in (1, 16)
    ]
    rows = opened.rows(
        f"select stratum, count(*), {', '.join(lanes)} from "
        f"(select {stratum_expression(plan, opened)} as stratum, {key} as prn from {opened.table}) as keyed "
        "group by stratum"
    )
    lines = "".join(f"{s}\t{n}\t{int(a)}\t{int(b)}\n" for s, n, a, b in sorted(rows))
    return hashlib.sha256(lines.encode()).hexdigest()


def key_expression(plan: SamplingPlan, frame: Frame, seed: str) -> str:
    """SQL of the permanent random number: the hash of ``seed:id`` as hexadecimal text."""
    dialect = frame.dialect
    identifier = dialect.text(dialect.quote(plan.frame.id))
    return dialect.hash_hex(plan.hash, f"concat({dialect.literal(seed + ':')}, {identifier})")


def selection_sql(plan: SamplingPlan, frame: Frame, limits: dict[str, tuple[int, str]]) -> str:
    """SQL that draws the sample.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    frame : Frame
        An opened frame.
    limits : dict of str to (int, str)
        For each stratum the size and the threshold below which hashes are ranked.

    Returns
    -------
    str
        One query, self-contained but for the frame, named ``frame``.
    """
    dialect = frame.dialect
    quote, text = dialect.quote, dialect.text
    plain = [plan.frame.id, *(name for name in plan.strata if name != "stratum")]
    carried = carried_columns(plan, frame)
    columns = [f"{text(quote(name))} as {quote(name)}" for name in plain] + [quote(name) for name in carried]
    values = ", ".join(f"({dialect.literal(s)}, {n}, {dialect.literal(t)})" for s, (n, t) in limits.items())
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
    clash = [name for name in carried if name.lower() in (*RESERVED, "limit_stratum", "limit_size", "limit_prn")]
    if clash:
        raise DataError(
            f"frame {frame.source!r}: columns have the names of columns that the draw adds ({first_few(clash)}): "
            "rename them, or leave them out of frame.keep"
        )
    return carried


def threshold(size: int, population: int, factor: float = 1.0) -> str:
    """Hexadecimal threshold below which about ``size + 8 sqrt(size) + 20`` hashes of a stratum lie."""
    share = factor * (size + 8.0 * math.sqrt(size) + 20.0) / population
    return BEYOND if share >= 1.0 else f"{int(share * 2**BITS):013x}"


def _select(plan: SamplingPlan, frame: Frame, strata: pd.DataFrame, sizes: dict[str, int]) -> tuple[str, pd.DataFrame]:
    """Draw; widen the threshold of strata that came out short, which leaves the sample the same."""
    population = dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True))
    factor = 1.0
    while True:
        limits = {s: (n, threshold(n, population[s], factor)) for s, n in sizes.items() if n > 0}
        if not limits:
            raise DataError(f"plan {plan.id!r}: no units are to be drawn in any stratum: raise the size")
        sql = selection_sql(plan, frame, limits)
        table: pd.DataFrame = frame.arrow(sql).to_pandas()
        if len(table) == sum(n for n, _ in limits.values()):
            return sql, table
        if all(t == BEYOND for _, t in limits.values()):
            raise DataError(
                f"frame {frame.source!r}: {len(table)} units were found where {sum(sizes.values())} should be: "
                "the frame changed while it was read; draw again"
            )
        factor *= 4.0


def _require_plan(plan: SamplingPlan) -> None:
    problems = check_sampling_plan(plan)
    if plan.seed is None:
        problems.append(
            Problem(
                "the plan has no seed", "give a seed of text, best a public value after the plan is fixed", ("seed",)
            )
        )
    if problems:
        raise DefinitionError(problems)


def _sizes(strata: pd.DataFrame, allocation: Allocation) -> dict[str, int]:
    sizes, present = allocation.sizes, strata["stratum"].tolist()
    absent, unsized = [s for s in sizes if s not in set(present)], [s for s in present if s not in sizes]
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


def _require_unique_drawn(plan: SamplingPlan, frame: Frame, table: pd.DataFrame) -> None:
    twice = table.loc[table[plan.frame.id].duplicated(), plan.frame.id]
    if len(twice):
        raise DataError(
            f"frame {frame.source!r}: ids occur more than once in column {plan.frame.id!r} ({first_few(twice)}): "
            "keep one row per unit"
        )
