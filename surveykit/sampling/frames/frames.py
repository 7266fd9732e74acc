"""Frames: where the rows of a population lie and how they are queried, without loading them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from surveykit.errors import DataError, first_few
from surveykit.files.duck import csv_header, literal_path, open_csv, open_parquet, told_as_data_error
from surveykit.files.looking import require_regular
from surveykit.sampling.frames.dialects import DUCKDB, Dialect

__all__ = ["DuckDBFrame", "Frame", "NamedFrame", "open_frame"]

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
    """The SQL of a record, in which the frame is ``sampling_frame`` wherever it has a name for the moment only."""
    return sql.replace(frame.table, PUBLISHED) if frame.table.startswith(f"{PUBLISHED}_") else sql


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
    """A frame in DuckDB: a file, a table in memory or a relation of the caller's connection."""

    relation: Any
    source: str
    dialect: Dialect = DUCKDB
    table: str = field(default_factory=private_name)

    def columns(self) -> dict[str, str]:
        """Column names with DuckDB's types, in order."""
        return {name: str(kind) for name, kind in zip(self.relation.columns, self.relation.types, strict=True)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        with told_as_data_error(self.source):
            result: list[tuple[Any, ...]] = self.relation.query(self.table, sql).fetchall()
        return result

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        with told_as_data_error(self.source):
            return self.relation.query(self.table, sql).to_arrow_table()

    def batches(self, sql: str, rows: int) -> Iterator[Any]:
        """Run a query and return its rows as pyarrow record batches of about the given number, one at a time."""
        with told_as_data_error(self.source):
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
    frame: Any, *, delimiter: str | None = None, memory_limit: str | None = None, threads: int | None = None
) -> Frame:
    """Open a frame for queries.

    Parameters
    ----------
    frame : path, pandas, polars or pyarrow table, or DuckDB relation
        Parquet or CSV by its file name (``.parquet``, ``.csv``, also ``.csv.gz``). A path is one file, whatever
        characters it holds. A CSV is read by RFC 4180 in UTF-8 from its first byte to its last, and as text throughout,
        so that ``007`` stays ``007``; its first row holds the column names.
    delimiter : str, optional
        What parts the cells of a CSV: the comma (in ``.tsv`` the tab) when left out, never guessed.
    memory_limit : str, optional
        Memory that DuckDB may use for a file, such as ``"200MB"``; it writes to the folder for temporary files what
        does not fit. DuckDB's own limit (most of the memory) when left out.
    threads : int, optional
        Threads that DuckDB may use for a file; all when left out.

    Returns
    -------
    Frame
        The opened frame.

    Raises
    ------
    DataError
        If the file is not there or breaks the rules, the object is no table, or limits are given for anything but a
        file. What is wrong far down in a file may be found by a query only, and is told then.
    """
    if isinstance(frame, str | Path):
        return _open_file(Path(frame), delimiter, memory_limit, threads)
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
        f"frame: {type(frame).__name__} is no frame: give a Parquet or CSV path, a pandas, polars or pyarrow table, "
        "or a DuckDB relation"
    )


def _open_file(path: Path, delimiter: str | None, memory_limit: str | None, threads: int | None) -> DuckDBFrame:
    import duckdb

    if not path.exists():
        raise DataError(f"frame: file {str(path)!r} does not exist: check frame.file of the plan")
    require_regular(path)
    name = path.name.lower()
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": tempfile.gettempdir()}
    config |= {"memory_limit": memory_limit} if memory_limit is not None else {}
    config |= {"threads": threads} if threads is not None else {}
    try:
        connection = duckdb.connect(config=config)
    except duckdb.Error as error:
        raise DataError(f"frame: memory_limit {memory_limit!r} or threads {threads!r} is wrong: {error}") from error
    if name.endswith((".parquet", ".pq")):
        relation = open_parquet(connection, path)
        _require_distinct_names(_parquet_names(connection, path))
        return DuckDBFrame(relation, path.name)
    if name.endswith((".csv", ".csv.gz", ".tsv")):
        parted = delimiter or ("\t" if name.endswith(".tsv") else ",")
        if len(parted) != 1 or parted in '"\r\n' or not parted.isascii():
            raise DataError(f"frame: delimiter {parted!r} is not one character that can part cells: give ',' or ';'")
        names = csv_header(path, parted)
        _require_distinct_names(names)
        return DuckDBFrame(open_csv(connection, path, names, parted), path.name)
    raise DataError(f"frame: {path.name!r} is neither .parquet nor .csv: convert the frame to one of them")


def _parquet_names(connection: Any, path: Path) -> list[str]:
    """Names of the top-level columns as the file spells them."""
    pattern = literal_path(connection, path)
    with told_as_data_error(path.name):
        rows = connection.execute("select name, num_children from parquet_schema(?)", [pattern]).fetchall()
    names, skip = [], 0
    for name, children in rows[1:]:
        if not skip:
            names.append(str(name))
        skip = max(skip - 1, 0) + int(children or 0)
    return names


def _open_table(frame: Any, module: str) -> DuckDBFrame:
    import duckdb
    import pyarrow as pa

    _require_distinct_names(_names(frame))
    try:
        if module == "pandas":
            table = pa.Table.from_pandas(frame, preserve_index=False)
        else:
            table = frame.to_arrow() if module == "polars" else frame
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise DataError(f"frame: a column mixes types: {error}: give each column one type") from error
    return DuckDBFrame(duckdb.connect().from_arrow(table), f"{module} table")


def _require_distinct_names(names: Sequence[str]) -> None:
    """Fail on column names that SQL cannot tell apart; DuckDB would rename one of them without a word."""
    known: dict[str, list[str]] = {}
    for name in names:
        known.setdefault(name.casefold(), []).append(name)
    repeated = [" and ".join(map(repr, found)) for found in known.values() if len(found) > 1]
    if repeated:
        raise DataError(
            f"frame: column names occur twice or differ by case only ({'; '.join(repeated[:5])}): rename them"
        )


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
