"""The digest of a frame: resistant to collisions, the same for every order of rows, on every engine, in plain SQL."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np
from numpy.typing import NDArray

from surveykit.sampling.frames.encoding import Covered, covered_columns, row_expression
from surveykit.sampling.frames.frames import DuckDBFrame, Frame
from surveykit.sampling.frames.preparing import open_plan_frame
from surveykit.sampling.plan.definition import SamplingPlan

__all__ = ["DIGEST_FORMAT", "digest_sql", "frame_digest"]

DIGEST_FORMAT = 2
PREFIX = 3
IN_MEMORY = 2_000_000
BATCH = 262_144

Hashes = NDArray[np.uint8]


def frame_digest(plan: SamplingPlan, frame: Any) -> str:
    """Digest of every column of a frame that decides the sample of a plan.

    Parameters
    ----------
    plan : SamplingPlan
        The plan: its id, strata, cluster columns, sizes, order, balancing variables, coordinates and the columns that
        its allocation needs are covered. Its seed does not matter.
    frame : path, table or DuckDB relation
        See `draw`.

    Returns
    -------
    str
        SHA-256 of a header that names the columns and of one line per bucket, ``bucket count digest``, in order. A row
        is hashed by SHA-256 in its canonical text, its bucket is the first three digits of that hash, and the digest
        of a bucket is the SHA-256 of its rows' hashes, sorted and joined.

    Raises
    ------
    DataError
        If the frame cannot be read or lacks columns, or a column that orders a list is of a type without a canonical
        text.

    Notes
    -----
    Two different frames have one digest only where SHA-256 itself collides: equal digests mean equal bucket lines,
    those mean equal sorted lists of row hashes, and equal row hashes mean equal rows, as the text of a row can be read
    back in one way only. A sum of hashes (the digest before format 2) has no such property: Wagner (2002) finds other
    terms with the same sum in seconds.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 1}})
    >>> frame_digest(plan, pd.DataFrame({"u": [1, 2]})) == frame_digest(plan, pd.DataFrame({"u": ["2", "1"]}))
    True
    """
    opened = open_plan_frame(plan, frame)
    columns = covered_columns(plan, opened)
    if isinstance(opened, DuckDBFrame):
        lines = _streamed_lines(opened, row_expression(columns, opened))
    else:
        lines = [(str(b), int(n), str(digest)) for b, n, digest in opened.rows(_bucket_sql(columns, opened))]
    return root_of(header_of(columns), lines)


def header_of(columns: tuple[Covered, ...]) -> str:
    """First line of what is hashed at the root: the format and the columns with their readings and steps."""
    content = [DIGEST_FORMAT, *([entry.reading, entry.column, *entry.steps] for entry in columns)]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def root_of(header: str, lines: list[tuple[str, int, str]]) -> str:
    """Digest of header and bucket lines."""
    text = "".join(f"{bucket} {count} {digest}\n" for bucket, count, digest in sorted(lines))
    return hashlib.sha256(f"{header}\n{text}".encode()).hexdigest()


def _bucket_sql(columns: tuple[Covered, ...], frame: Frame) -> str:
    dialect = frame.dialect
    hashed = dialect.hash_hex("sha256", "row_text")
    digest = dialect.hash_hex("sha256", dialect.sorted_text("row_hash"))
    return (
        f"select bucket, count(*) as units, {digest} as digest from (select substr(row_hash, 1, {PREFIX}) as bucket, "
        f"row_hash from (select {hashed} as row_hash from (select {row_expression(columns, frame)} as row_text "
        f"from {frame.table}) as texts) as hashed) as buckets group by bucket"
    )


def digest_sql(plan: SamplingPlan, frame: Any) -> str:
    """Plain SQL that gives the digest of a frame on its engine, for whoever verifies without surveykit.

    Parameters
    ----------
    plan : SamplingPlan
        The plan.
    frame : path, table or DuckDB relation
        The frame; only its columns and their types are looked at.

    Returns
    -------
    str
        One query over the frame.

    Examples
    --------
    >>> import pandas as pd
    >>> plan = SamplingPlan.model_validate({"id": "p", "frame": {"id": "u"}, "size": {"per_stratum": 1}})
    >>> frame = open_plan_frame(plan, pd.DataFrame({"u": ["a", "b"]}))
    >>> frame.rows(digest_sql(plan, frame))[0][0] == frame_digest(plan, frame)
    True
    """
    opened = open_plan_frame(plan, frame)
    columns = covered_columns(plan, opened)
    dialect = opened.dialect
    line = "concat(bucket, ' ', units, ' ', digest, chr(10))"
    root = f"concat({dialect.literal(header_of(columns))}, chr(10), {dialect.sorted_text(line)})"
    return f"select {dialect.hash_hex('sha256', root)} from ({_bucket_sql(columns, opened)}) as bucket_lines"


def _streamed_lines(frame: DuckDBFrame, row: str) -> list[tuple[str, int, str]]:
    """Bucket lines of a DuckDB frame; the hashes of large frames wait on disk, so memory does not grow with it."""
    hashes = _hash_batches(frame, row)
    held: list[Hashes] = []
    count = 0
    for part in hashes:
        held.append(part)
        count += len(part)
        if count > IN_MEMORY:
            return _lines_by_disk(held, hashes)
    return _lines(np.concatenate(held)) if held else []


def _hash_batches(frame: DuckDBFrame, row: str) -> Iterator[Hashes]:
    sql = f"select unhex(sha256({row})) as row_hash from {frame.table}"
    for batch in frame.batches(sql, BATCH):
        column = batch.column(0)
        start = 32 * column.offset
        buffer = np.frombuffer(column.buffers()[2], dtype=np.uint8)
        yield buffer[start : start + 32 * len(column)].reshape(-1, 32)


def _lines_by_disk(held: list[Hashes], rest: Iterator[Hashes]) -> list[tuple[str, int, str]]:
    """Deal the hashes out to sixteen files by their first digit, and sort one file at a time."""
    lines: list[tuple[str, int, str]] = []
    with ExitStack() as stack:
        files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(16)]

        def deal(part: Hashes) -> None:
            digit = part[:, 0] >> 4
            order = np.argsort(digit, kind="stable")
            dealt, ends = part[order], np.searchsorted(digit[order], np.arange(17))
            for file, start, end in zip(files, ends[:-1], ends[1:], strict=True):
                file.write(dealt[start:end].tobytes())

        for part in held:
            deal(part)
        held.clear()
        for part in rest:
            deal(part)
        for file in files:
            file.seek(0)
            lines += _lines(np.frombuffer(file.read(), dtype=np.uint8).reshape(-1, 32))
            file.truncate(0)
    return lines


def _lines(hashes: Hashes) -> list[tuple[str, int, str]]:
    """Sort hashes, and hash the joined digits of each bucket."""
    whole = np.ascontiguousarray(hashes).view(">u8").reshape(-1, 4)
    order = np.argsort(whole[:, 0].astype(np.uint64), kind="stable")
    first = whole[order, 0]
    if (first[1:] == first[:-1]).any():
        order = np.lexsort(tuple(whole[:, at].astype(np.uint64) for at in (3, 2, 1, 0)))
    ordered = hashes[order]
    bucket = (ordered[:, 0].astype(np.int64) << 4) | (ordered[:, 1] >> 4)
    bounds = np.flatnonzero(np.diff(bucket, prepend=-1, append=-1))
    found = []
    for start, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        joined = ordered[start:end].tobytes().hex()
        found.append((f"{int(bucket[start]):03x}", end - start, hashlib.sha256(joined.encode()).hexdigest()))
    return found
