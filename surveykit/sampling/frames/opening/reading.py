"""What the openers of files are told and what they give back."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from surveykit.errors import DataError

__all__ = ["OpenedFile", "ReadingOptions", "Scratch", "require_distinct_names", "write_texts"]

ROWS = 16_384


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a file is to be read; what is left out is found from the file, and said.

    Attributes
    ----------
    encoding, separator, sheet : str, optional
        See `open_frame`.
    header_row : int
        Line or row of the column names, from 1.
    """

    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    header_row: int = 1


class Scratch:
    """A private folder for a copy that DuckDB can read; it goes with the frame that needs it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="surveykit-frame-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that DuckDB reads.

    Attributes
    ----------
    relation : duckdb.DuckDBPyRelation
        Its rows.
    reading : dict of str to str
        How it is read: ``kind``, ``encoding``, ``separator``, ``sheet``, ``header_row``, ``left_out``, as far as they
        apply.
    lines_above : int
        Lines that the copy lacks and the file has above.
    scratch : Scratch, optional
        Holds the copy, if there is one.
    """

    relation: Any
    reading: dict[str, str] = field(default_factory=dict)
    lines_above: int = 0
    scratch: Scratch | None = None


def write_texts(names: list[str], rows: Iterable[list[str | None]], path: Path) -> None:
    """Write rows of text to a Parquet file in groups, so that no more than one group lies in memory."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in names])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        waiting = iter(rows)
        while group := list(islice(waiting, ROWS)):
            columns = list(zip(*group, strict=True))
            writer.write_table(pa.table([pa.array(column, pa.string()) for column in columns], schema=schema))


def require_distinct_names(names: Sequence[str]) -> None:
    """Fail on column names that SQL cannot tell apart; DuckDB would rename one of them without a word."""
    known: dict[str, list[str]] = {}
    for name in names:
        known.setdefault(name.casefold(), []).append(name)
    repeated = [" and ".join(map(repr, found)) for found in known.values() if len(found) > 1]
    if repeated:
        raise DataError(
            f"frame: column names occur twice or differ by case only ({'; '.join(repeated[:5])}): rename them"
        )
