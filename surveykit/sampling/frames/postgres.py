"""Frames in PostgreSQL: the same SQL, the same sample, and nothing written to the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from surveykit.errors import DataError, MissingDependencyError
from surveykit.sampling.frames.dialects import POSTGRES, Dialect
from surveykit.sampling.frames.frames import Preparation

__all__ = ["PostgresFrame", "postgres_frame"]


@dataclass(frozen=True)
class PostgresFrame:
    """A frame held by a PostgreSQL server.

    Attributes
    ----------
    connection : psycopg.Connection
        An open connection; each query runs in a transaction of its own, or in the one that is open.
    table : str
        Quoted name of the table or view.
    source : str
        Name in messages and records.
    prepared : Preparation, optional
        How the frame was made of another.
    """

    connection: Any
    table: str
    source: str
    dialect: Dialect = POSTGRES
    prepared: Preparation | None = None

    def _run(self, sql: str) -> tuple[list[Any], list[tuple[Any, ...]]]:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(sql)
            return list(cursor.description), cursor.fetchall()

    def columns(self) -> dict[str, str]:
        """Column names with PostgreSQL's types, in order."""
        described, _ = self._run(f"select * from {self.table} limit 0")
        return {column.name: column.type_display for column in described}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a query and return its rows."""
        return self._run(sql)[1]

    def arrow(self, sql: str) -> Any:
        """Run a query and return a pyarrow table."""
        import pyarrow as pa

        described, rows = self._run(sql)
        columns = {}
        for at, column in enumerate(described):
            values = [row[at] for row in rows]
            try:
                columns[column.name] = pa.array(values)
            except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):  # uuid, network addresses, ...
                columns[column.name] = pa.array([None if value is None else str(value) for value in values])
        return pa.table(columns)

    def version(self) -> str:
        """Version of the server."""
        return str(self.rows("show server_version")[0][0])


def postgres_frame(connection: Any, table: str, *, schema: str | None = None) -> PostgresFrame:
    """Give a PostgreSQL table to the functions that take a frame.

    Parameters
    ----------
    connection : psycopg.Connection
        An open connection of psycopg 3. Only reading rights on the table are needed.
    table : str
        Table or view, as it is spelled in the database; it stays where it is, and only counts and candidates are
        fetched by simple random sampling (all units by the other methods).
    schema : str, optional
        Schema; found by the search path when left out. Name it when two schemas have a table of this name.

    Returns
    -------
    PostgresFrame
        A frame for `draw`, `stratum_table`, `frame_digest` and `verify_draw`.

    Raises
    ------
    MissingDependencyError
        If the object is no connection of psycopg 3.
    DataError
        If there is no such table, or the database does not store UTF-8.
    """
    if not all(hasattr(connection, name) for name in ("transaction", "cursor", "info")):
        raise MissingDependencyError(
            f"postgres_frame: {type(connection).__name__} is no connection of psycopg 3: install it "
            "('surveykit[postgres]') and give psycopg.connect(...)"
        )
    parts = [schema, table] if schema is not None else [table]
    name = ".".join(POSTGRES.quote(part) for part in parts)
    frame = PostgresFrame(connection, name, ".".join(parts))
    if frame.rows(f"select to_regclass({POSTGRES.literal(name)}) is null")[0][0]:
        raise DataError(f"frame: PostgreSQL has no table {name}: check its spelling and schema")
    encoding = frame.rows("show server_encoding")[0][0]
    if encoding != "UTF8":
        raise DataError(
            f"frame {frame.source!r}: the database stores {encoding}, but ids are hashed as UTF-8: convert it"
        )
    return frame
