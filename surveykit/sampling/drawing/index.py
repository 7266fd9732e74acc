"""A frame sorted once by stratum and permanent random number, from which any later sample is read as a range."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surveykit.errors import DataError, OverwriteError, first_few
from surveykit.files.looking import parse_json
from surveykit.files.parquet import parquet_metadata, read_row_groups
from surveykit.sampling.allocation.allocation import Allocation, allocate
from surveykit.sampling.drawing.record import Sample, fill_record
from surveykit.sampling.drawing.units import finish_table, require_drawable, stratum_sizes
from surveykit.sampling.frames.digest import frame_digest, header_of
from surveykit.sampling.frames.encoding import covered_columns
from surveykit.sampling.frames.frames import DuckDBFrame, Frame, NamedFrame, reading_of
from surveykit.sampling.frames.keys import BEYOND, key_expression
from surveykit.sampling.frames.preparing import open_plan_frame, preparation_notes
from surveykit.sampling.frames.scan import Limit, carried_columns, selection_sql
from surveykit.sampling.frames.strata import likeness_notes, require_unique_ids, stratum_expression, stratum_table
from surveykit.sampling.plan.definition import SamplingPlan

__all__ = ["FrameIndex", "draw_indexed", "index_frame", "open_index"]

MARK = b"surveykit_frame_index"
CONTENT = ("seed", "hash", "id", "strata", "counts", "digest", "digest_of", "columns", "source", "reading", "notes")
ROWS = 8_192
BATCH = 32 * ROWS


@dataclass(frozen=True)
class FrameIndex:
    """An indexed frame: a Parquet file sorted by stratum and hash.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    content : dict
        Seed, hash, id, strata, counts by stratum and digest, as stored in the file.
    """

    path: Path
    content: dict[str, Any]


def index_frame(plan: SamplingPlan, frame: Any, path: str | Path) -> FrameIndex:
    """Write a frame sorted by stratum and permanent random number.

    Parameters
    ----------
    plan : SamplingPlan
        Its seed, hash, id and strata are those of the index; every plan that shares them draws from it. The samples
        of one seed are coordinated: a larger one contains a smaller one.
    frame : path, table or DuckDB relation
        The frame; all ids are compared for duplicates.
    path : str or pathlib.Path
        Parquet file to write; it must not exist.

    Returns
    -------
    FrameIndex
        The index.

    Raises
    ------
    OverwriteError
        If the file exists.
    DataError
        If the frame is wrong in any way that `draw` refuses, or the plan has no seed.
    """
    target = Path(path)
    if target.exists():
        raise OverwriteError(f"index: {str(target)!r} exists: give another name, or remove it yourself")
    if plan.seed is None:
        raise DataError("index: the plan has no seed, which decides the order")
    opened = open_plan_frame(plan, frame)
    strata = stratum_table(plan, opened)
    require_unique_ids(plan, opened, int(strata["population_size"].sum()), "all")
    content = {
        "seed": plan.seed,
        "hash": plan.hash,
        "id": plan.frame.id,
        "strata": list(plan.strata),
        "counts": dict(zip(strata["stratum"], strata["population_size"].tolist(), strict=True)),
        "digest": frame_digest(plan, opened),
        "digest_of": header_of(covered_columns(plan, opened)),
        "columns": list(opened.columns()),
        "source": opened.source,
        "reading": reading_of(opened),
        "notes": [*preparation_notes(plan, opened), *likeness_notes(plan, strata)],
    }
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)  # what an interrupted call left, or a link that would be followed
    try:
        _write_sorted(plan, opened, content, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return FrameIndex(target, content)


def _write_sorted(plan: SamplingPlan, frame: Frame, content: dict[str, Any], path: Path) -> None:
    """Write the sorted rows in groups of exactly ROWS; from DuckDB they stream and never lie in memory at once."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sql = _sorted_sql(plan, frame)
    batches = frame.batches(sql, BATCH) if isinstance(frame, DuckDBFrame) else frame.arrow(sql).to_batches(BATCH)
    mark = {MARK: json.dumps(content, ensure_ascii=False).encode()}
    waiting: list[Any] = []
    writer = None
    try:
        for batch in batches:
            waiting.append(batch)
            if writer is None:
                schema = batch.schema.with_metadata(mark)
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            if sum(part.num_rows for part in waiting) < BATCH:
                continue
            rows = pa.Table.from_batches(waiting).replace_schema_metadata(mark)
            whole = rows.num_rows - rows.num_rows % ROWS
            writer.write_table(rows.slice(0, whole), row_group_size=ROWS)
            waiting = rows.slice(whole).to_batches()
        if writer is not None and waiting:
            writer.write_table(pa.Table.from_batches(waiting).replace_schema_metadata(mark), row_group_size=ROWS)
    finally:
        if writer is not None:
            writer.close()


def _sorted_sql(plan: SamplingPlan, frame: Frame) -> str:
    dialect = frame.dialect
    quote, text = dialect.quote, dialect.text
    plain = [plan.frame.id, *(name for name in plan.strata if name != "stratum")]
    columns = [f"{text(quote(name))} as {quote(name)}" for name in plain]
    columns += [quote(name) for name in carried_columns(plan, frame)]
    return (
        f"select {', '.join(columns)}, {stratum_expression(plan, frame)} as stratum, "
        f"{key_expression(plan, frame, str(plan.seed))} as prn from {frame.table} order by stratum, prn, "
        f"{quote(plain[0])}"
    )


def open_index(path: str | Path) -> FrameIndex:
    """Open an index.

    Parameters
    ----------
    path : str or pathlib.Path
        File that `index_frame` wrote.

    Returns
    -------
    FrameIndex
        The index.

    Raises
    ------
    DataError
        If the file is no index.
    """
    if not Path(path).exists():
        raise DataError(f"index: file {str(path)!r} does not exist")
    metadata = parquet_metadata(Path(path))
    if MARK not in metadata:
        raise DataError(f"index: {str(path)!r} is no frame index: write one with index_frame")
    content = parse_json(metadata[MARK].decode("utf-8", "replace"), Path(path).name)
    lacking = [name for name in CONTENT if not isinstance(content, dict) or name not in content]
    if lacking:
        raise DataError(f"index: {str(path)!r} is no whole frame index ({first_few(lacking)}): index the frame again")
    return FrameIndex(Path(path), content)


def draw_indexed(plan: SamplingPlan, index: FrameIndex, allocation: Allocation | None = None) -> Sample:
    """Draw simple random samples from an index by reading the first rows of each stratum.

    Parameters
    ----------
    plan : SamplingPlan
        A plan with method ``"srs"`` and the seed, hash, id and strata of the index.
    index : FrameIndex
        The index.
    allocation : Allocation, optional
        Sizes; found from the plan and the counts of the index when left out.

    Returns
    -------
    Sample
        The same sample and digests as `draw` on the frame that was indexed; `verify_draw` accepts its record on either.

    Raises
    ------
    DataError
        If plan and index disagree, or a stratum holds too few units.
    """
    import numpy as np
    import pandas as pd

    require_drawable(plan)
    _require_match(plan, index)
    counts = index.content["counts"]
    strata = pd.DataFrame({"stratum": list(counts), "population_size": list(counts.values())})
    allocation = allocation or allocate(plan, strata)
    sizes = stratum_sizes(strata, allocation)
    starts = dict(zip(counts, np.concatenate([[0], np.cumsum(list(counts.values()))[:-1]]).tolist(), strict=True))
    reach = {s: min(n + plan.reserve, counts[s]) if n else 0 for s, n in sizes.items()}
    rows = np.concatenate([np.arange(starts[s], starts[s] + n) for s, n in reach.items()])
    groups = np.unique(rows // ROWS)
    held, part = read_row_groups(index.path, groups.tolist(), lambda name: _wanted(plan, name))
    table = part.take(np.searchsorted(groups, rows // ROWS) * ROWS + rows % ROWS).to_pandas()
    table["selection_order"] = np.concatenate([np.arange(1, n + 1) for n in reach.values()])
    table["inclusion_probability"] = table["stratum"].map(sizes) / table["stratum"].map(counts)
    cuts = dict(zip(table["stratum"].tolist(), table["prn"].tolist(), strict=True))
    table = finish_table(plan, table, sizes)
    named = NamedFrame(tuple(n for n in held if n in plan.strata or n not in ("stratum", "prn")))
    limits = {s: Limit(n, counts[s], BEYOND) for s, n in reach.items() if n}
    record = fill_record(
        plan,
        table,
        sizes,
        counts,
        cuts,
        frame=index.content["source"],
        frame_digest=index.content["digest"],
        ids_checked="all",
        sql=selection_sql(plan, named, limits),
        engine={"index": index.path.name},
        notes=tuple(index.content["notes"]),
        reading=dict(index.content["reading"]),
    )
    return Sample(table, record)


def _wanted(plan: SamplingPlan, name: str) -> bool:
    always = (plan.frame.id, *plan.strata, "stratum", "prn")
    return name in always or plan.frame.keep is None or name in plan.frame.keep


def _require_match(plan: SamplingPlan, index: FrameIndex) -> None:
    if plan.method != "srs" or plan.stages:
        raise DataError("index: only simple random samples in one stage are read from an index")
    want = {"seed": plan.seed, "hash": plan.hash, "id": plan.frame.id, "strata": list(plan.strata)}
    want["digest_of"] = header_of(covered_columns(plan, NamedFrame(tuple(index.content["columns"]))))
    differ = [f"{name}: plan {value!r}, index {index.content[name]!r}" for name, value in want.items()
              if value != index.content[name]]  # fmt: skip
    if differ:
        raise DataError(
            f"index {index.path.name!r} was made for another plan ({first_few(differ)}): index the frame again"
        )
