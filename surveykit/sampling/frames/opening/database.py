"""Frames in database files: DuckDB reads its own, a table of SQLite is copied as text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from surveykit.errors import first_few
from surveykit.files.duck import literal_path, open_parquet, told_as_data_error
from surveykit.files.looking import FileError, open_regular
from surveykit.sampling.frames.opening.reading import (
    OpenedFile,
    ReadingOptions,
    Scratch,
    require_distinct_names,
    write_texts,
)

__all__ = ["DATABASES", "open_database"]

DATABASES = (".duckdb", ".sqlite", ".sqlite3", ".db")
SQLITE, DUCK = b"SQLite format 3\x00", b"DUCK"


def open_database(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    """Open a table of a database file, which is read and never written."""
    with open_regular(path) as stream:
        start = stream.read(16)
    if start == SQLITE:
        return _open_sqlite(connection, path, options)
    if start[8:12] == DUCK:
        return _open_duckdb(connection, path, options)
    raise FileError("neither a SQLite nor a DuckDB database", "give a file of one of them", path.name)


def _table(tables: list[str], file: str, wanted: str | None) -> str:
    if wanted is None and len(tables) == 1:
        return tables[0]
    if wanted is None:
        raise FileError(f"the database has several tables or none ({first_few(tables)})", "say 'sheet:' under 'frame:' "
                        "of the plan, which names a table here", file)  # fmt: skip
    if wanted not in tables:
        raise FileError(f"the database has no table {wanted!r} ({first_few(tables)})", "correct 'sheet:'", file)
    return wanted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _reading(kind: str, table: str, options: ReadingOptions) -> dict[str, str]:
    return {"kind": kind, "table": table + ("" if options.sheet else " (the only one)")}


def _open_duckdb(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    literal_path(connection, path)
    address = str(path.resolve()).replace("'", "''")
    with told_as_data_error(path.name):
        connection.execute(f"attach '{address}' as frame_file (read_only)")
        listed = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_catalog = 'frame_file' order by 2"
        ).fetchall()
        schemas = {str(name): str(schema) for schema, name in listed}
        table = _table(list(schemas), path.name, options.sheet)
        relation = connection.sql(f"select * from frame_file.{_quoted(schemas[table])}.{_quoted(table)}")
    return OpenedFile(relation, _reading("DuckDB", table, options))


def _open_sqlite(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    scratch = Scratch()
    copy = scratch.folder / "frame.parquet"
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as source:
            listed = source.execute("select name from sqlite_master where type in ('table', 'view') order by name")
            tables = [str(name) for (name,) in listed if not str(name).startswith("sqlite_")]
            table = _table(tables, path.name, options.sheet)
            found = source.execute(f"select * from {_quoted(table)}")
            names = [str(column[0]) for column in found.description]
            require_distinct_names(names)
            write_texts(names, _texts(found, names, path.name), copy)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FileError(f"the database cannot be read ({error})", "it may be damaged", path.name) from None
    return OpenedFile(open_parquet(connection, copy), _reading("SQLite", table, options), 0, scratch)


def _texts(rows: Any, names: list[str], file: str) -> Iterator[list[str | None]]:
    for row in rows:
        bad = [names[place] for place, value in enumerate(row) if isinstance(value, bytes)]
        if bad:
            raise FileError(f"columns hold binary values ({first_few(bad)})", "leave them out by a view", file)
        yield [None if value is None else repr(value) if isinstance(value, float) else str(value) for value in row]
