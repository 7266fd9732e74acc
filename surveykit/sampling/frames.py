"""Frames: where the rows of a population lie and how they are queried, without loading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from surveykit.errors import DataError, first_few
from surveykit.sampling.dialects import DUCKDB, Dialect

__all__ = ["Frame", "open_frame"]

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
    table: str = "sampling_frame"

    def columns(self) -> dict[str, str]:
        """Column names with DuckDB's types, in order."""
        return {name: str(kind) for name, kind in zip(self.relation.columns, self.relation.types, strict=True)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        result: list[tuple[Any, ...]] = self.relation.query(self.table, sql).fetchall()
        return result

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        return self.relation.query(self.table, sql).to_arrow_table()

    def version(self) -> str:
        """Version of DuckDB."""
        import duckdb

        return str(duckdb.__version__)


def open_frame(frame: Any) -> Frame:
    """Open a frame for queries.

    Parameters
    ----------
    frame : path, pandas, polars or pyarrow table, or DuckDB relation
        Parquet or CSV by its file name (``.parquet``, ``.csv``, also ``.csv.gz``). A CSV is read as text throughout, so
        that ``007`` stays ``007``; its first row holds the column names.

    Returns
    -------
    Frame
        The opened frame.

    Raises
    ------
    DataError
        If the file is not there, or the object is no table.
    """
    if isinstance(frame, DuckDBFrame):
        return frame
    if isinstance(frame, str | Path):
        return _open_file(Path(frame))
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


def _open_file(path: Path) -> DuckDBFrame:
    import duckdb

    if not path.exists():
        raise DataError(f"frame: file {str(path)!r} does not exist: check frame.file of the plan")
    name = path.name.lower()
    connection = duckdb.connect()
    try:
        if name.endswith((".parquet", ".pq")):
            return DuckDBFrame(connection.read_parquet(str(path)), path.name)
        if name.endswith((".csv", ".csv.gz", ".tsv")):
            return DuckDBFrame(connection.read_csv(str(path), header=True, all_varchar=True), path.name)
    except duckdb.Error as error:
        raise DataError(f"frame: file {str(path)!r} cannot be read: {str(error).splitlines()[0]}") from error
    raise DataError(f"frame: {path.name!r} is neither .parquet nor .csv: convert the frame to one of them")


def _open_table(frame: Any, module: str) -> DuckDBFrame:
    import duckdb
    import pyarrow as pa

    repeated = [name for name in dict.fromkeys(_names(frame)) if _names(frame).count(name) > 1]
    if repeated:
        raise DataError(f"frame: column names occur twice ({first_few(repeated)}): rename them")
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
