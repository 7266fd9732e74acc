"""Frames: where the rows of a population lie and how they are queried, without loading them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from surveykit.errors import DataError, first_few
from surveykit.files.duck import told_as_data_error
from surveykit.sampling.frames.dialects import DUCKDB, Dialect
from surveykit.sampling.frames.opening.files import open_path
from surveykit.sampling.frames.opening.reading import ReadingOptions, Scratch, require_distinct_names

__all__ = ["DuckDBFrame", "Frame", "NamedFrame", "Preparation", "open_frame"]

PUBLISHED = "sampling_frame"
FLOATING = ("FLOAT", "DOUBLE", "REAL", "DECIMAL", "NUMERIC")
UNSTABLE = (
    "TIME",
    "BLOB",
    "BYTEA",
    "BINARY",
    "BPCHAR",
    "CHARACTER(",
    "STRUCT",
    "MAP",
    "JSON",
    "ARRAY",
    "LIST",
    "UNION",
)


def private_name() -> str:
    """Name of a frame while it is queried: one that no table of the user's can have."""
    return f"{PUBLISHED}_{uuid4().hex}"


def published_sql(frame: Frame, sql: str) -> str:
    """The SQL of a record, in which the frame is ``sampling_frame`` wherever it has a name for the moment only.

    A frame that is normalised or has composite ids is a query in brackets; the plan says how it is made.
    """
    return sql.replace(frame.table, PUBLISHED) if frame.table.startswith((f"{PUBLISHED}_", "(")) else sql


@dataclass(frozen=True, slots=True)
class Preparation:
    """How a frame was made of another one for a plan.

    Attributes
    ----------
    origin : Frame
        The frame as it arrived.
    columns : dict of str to str
        SQL of the columns that were made or normalised, by name.
    """

    origin: Frame
    columns: dict[str, str]


def reading_of(frame: Frame) -> dict[str, str]:
    """How the file of a frame is read; empty for objects."""
    return dict(getattr(frame, "reading", {}))


class Frame(Protocol):
    """A table that an engine can query; ``table`` is its name in SQL."""

    @property
    def dialect(self) -> Dialect:
        """Spellings of the engine."""
        ...

    @property
    def table(self) -> str:
        """Name of the frame in SQL."""
        ...

    @property
    def source(self) -> str:
        """Name of the file, or kind of object."""
        ...

    def columns(self) -> dict[str, str]:
        """Column names with the engine's types, in order."""
        ...

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        ...

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        ...

    def version(self) -> str:
        """Version of the engine."""
        ...


@dataclass(frozen=True)
class DuckDBFrame:
    """A frame in DuckDB: a file, a table in memory or a relation of the caller's connection.

    Attributes
    ----------
    relation : duckdb.DuckDBPyRelation
        Its rows.
    source : str
        Name of the file, or kind of object.
    reading : dict of str to str
        How a file is read; see `OpenedFile`.
    lines_above : int
        Lines of the file that lie above what DuckDB reads.
    scratch : Scratch, optional
        The folder of a copy, which goes with the frame.
    prepared : Preparation, optional
        How the frame was made of another.
    """

    relation: Any
    source: str
    dialect: Dialect = DUCKDB
    table: str = field(default_factory=private_name)
    reading: dict[str, str] = field(default_factory=dict)
    lines_above: int = 0
    scratch: Scratch | None = None
    prepared: Preparation | None = None

    def columns(self) -> dict[str, str]:
        """Column names with DuckDB's types, in order."""
        return {name: str(kind) for name, kind in zip(self.relation.columns, self.relation.types, strict=True)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with told_as_data_error(self.source, self.lines_above):
            result: list[tuple[Any, ...]] = self.relation.query(self.table, sql).fetchall()
        return result

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        with told_as_data_error(self.source, self.lines_above):
            return self.relation.query(self.table, sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> Iterator[Any]:
        """Run a query and return its rows as pyarrow record batches of about the given number, one at a time."""
        with told_as_data_error(self.source, self.lines_above):
            result = self.relation.query(self.table, sql)
            read = getattr(result, "to_arrow_reader", None) or result.fetch_record_batch  # the name before DuckDB 2
            yield from read(rows)

    def version(self) -> str:
        """Version of DuckDB."""
        import duckdb

        return str(duckdb.__version__)


@dataclass(frozen=True)
class NamedFrame:
    """A frame of which only the column names are needed, to write SQL that someone else runs."""

    names: tuple[str, ...]
    source: str = "index"
    dialect: Dialect = DUCKDB
    table: str = PUBLISHED

    def columns(self) -> dict[str, str]:
        """Column names without types."""
        return dict.fromkeys(self.names, "")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Nothing can be queried."""
        raise NotImplementedError

    def arrow(self, sql: str) -> Any:
        """Nothing can be queried."""
        raise NotImplementedError

    def version(self) -> str:
        """No engine."""
        return ""


def open_frame(
    frame: Any,
    *,
    encoding: str | None = None,
    separator: str | None = None,
    sheet: str | None = None,
    header_row: int = 1,
    memory_limit: str | None = None,
    threads: int | None = None,
) -> Frame:
    """Open a frame for queries.

    Parameters
    ----------
    frame : path, pandas, polars or pyarrow table, or DuckDB relation
        A file by the end of its name: ``.parquet``; ``.csv``, ``.tsv`` and ``.txt``, also with ``.gz``; ``.xlsx``,
        ``.xlsm``, ``.xls``, ``.xlsb`` and ``.ods``; ``.duckdb``, ``.sqlite`` and ``.db``. A path is one file, whatever
        characters it holds. A CSV is read by RFC 4180 from its first byte to its last; the cells of CSV files,
        workbooks and SQLite are text throughout, so that ``007`` stays ``007``.
    encoding : str, optional
        Encoding of a CSV as Python names it. When left out: UTF-8, UTF-16, UTF-32 or GB18030 are told by the bytes; a
        text that may be something else is refused, with each reading shown.
    separator : str, optional
        What parts the cells of a CSV. When left out: the one of comma, semicolon, tab and bar that parts the header,
        refused where several would; the tab in ``.tsv``.
    sheet : str, optional
        Sheet of a workbook, or table of a database; the only one when left out, refused where there are several.
    header_row : int
        Line or row of the column names, from 1; what stands above is left out.
    memory_limit : str, optional
        Memory that DuckDB may use for a file, such as ``"200MB"``; it writes to the folder for temporary files what
        does not fit. DuckDB's own limit (most of the memory) when left out.
    threads : int, optional
        Threads that DuckDB may use for a file; all when left out.

    Returns
    -------
    Frame
        The opened frame. A CSV that is not UTF-8 or has lines above its header is copied in blocks, and the cells of a
        workbook or of SQLite row by row, into a private temporary folder that goes with the frame.

    Raises
    ------
    DataError
        If the file is not there or breaks the rules, the object is no table, or limits are given for anything but a
        file. What is wrong far down in a file may be found by a query only, and is told then.
    """
    if isinstance(frame, str | Path):
        options = ReadingOptions(encoding, separator, sheet, header_row)
        path = Path(frame)
        found = open_path(path, options, memory_limit, threads)
        return DuckDBFrame(
            found.relation, path.name, reading=found.reading, lines_above=found.lines_above, scratch=found.scratch
        )
    if memory_limit is not None or threads is not None:
        raise DataError("frame: memory_limit and threads hold for files: set them on the connection of this object")
    if isinstance(frame, DuckDBFrame):
        return frame
    module = type(frame).__module__.split(".")[0]
    if type(frame).__name__ == "DuckDBPyRelation":
        return DuckDBFrame(frame, "duckdb relation")
    if module in ("pandas", "polars", "pyarrow"):
        return _open_table(frame, module)
    if all(callable(getattr(frame, name, None)) for name in ("columns", "rows", "arrow", "version")):
        opened: Frame = frame
        return opened
    raise DataError(
        f"frame: {type(frame).__name__} is no frame: give the path of a file, a pandas, polars or pyarrow table, "
        "or a DuckDB relation"
    )


def _open_table(frame: Any, module: str) -> DuckDBFrame:
    import duckdb
    import pyarrow as pa

    require_distinct_names(_names(frame))
    try:
        if module == "pandas":
            table = pa.Table.from_pandas(frame, preserve_index=False)
        else:
            table = frame.to_arrow() if module == "polars" else frame
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(f"frame: a column mixes types: {error}: give each column one type") from error
    return DuckDBFrame(duckdb.connect().from_arrow(table), f"{module} table")


def _names(frame: Any) -> list[str]:
    names = frame.column_names if hasattr(frame, "column_names") else frame.columns
    return [str(name) for name in names]


def require_columns(frame: Frame, columns: Sequence[str]) -> dict[str, str]:
    """Return the frame's columns, or fail naming those that are missing."""
    present = frame.columns()
    missing = [name for name in columns if name not in present]
    if missing:
        raise DataError(
            f"frame {frame.source!r}: columns are missing ({first_few(missing)}); it has "
            f"{first_few(list(present), 12)}: "
            "correct the plan's column names or the frame"
        )
    return present


def require_plain_type(frame: Frame, column: str, kind: str, role: str) -> None:
    """Fail if ids or strata are of a type whose text differs between engines."""
    name = kind.upper()
    if name.startswith(FLOATING):
        raise DataError(
            f"frame {frame.source!r}: {role} column {column!r} holds {kind} numbers, whose text differs between "
            "engines (a whole-number column with a missing value becomes floats): give integers or text"
        )
    if name.startswith(UNSTABLE) or name.endswith("]"):
        raise DataError(
            f"frame {frame.source!r}: {role} column {column!r} is of type {kind}, whose text differs between engines: "
            "give integers, dates or text"
        )
