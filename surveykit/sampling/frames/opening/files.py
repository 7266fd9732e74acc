"""Open the file of a frame by the end of its name."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from surveykit.errors import DataError
from surveykit.files.duck import literal_path, open_parquet, told_as_data_error
from surveykit.files.looking import require_regular
from surveykit.sampling.frames.opening.database import DATABASES, open_database
from surveykit.sampling.frames.opening.reading import OpenedFile, ReadingOptions, require_distinct_names
from surveykit.sampling.frames.opening.text_file import TEXT_FILES, open_text
from surveykit.sampling.frames.opening.workbook import WORKBOOKS, open_workbook

__all__ = ["open_path"]


def open_path(path: Path, options: ReadingOptions, memory_limit: str | None, threads: int | None) -> OpenedFile:
    """Open a file by the end of its name in a connection of its own; see `open_frame`."""
    import duckdb

    if not path.exists():
        raise DataError(f"frame: file {str(path)!r} does not exist: check frame.file of the plan")
    require_regular(path)
    config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": tempfile.gettempdir()}
    config |= {"memory_limit": memory_limit} if memory_limit is not None else {}
    config |= {"threads": threads} if threads is not None else {}
    try:
        connection = duckdb.connect(config=config)
    except duckdb.Error as error:
        raise DataError(f"frame: memory_limit {memory_limit!r} or threads {threads!r} is wrong: {error}") from error
    return _by_name(connection, path, options)


def _by_name(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    name = path.name.lower()
    textual, listed = name.endswith(TEXT_FILES), name.endswith((*WORKBOOKS, *DATABASES))
    given = {
        "encoding": options.encoding is not None and not textual,
        "separator": options.separator is not None and not textual,
        "sheet": options.sheet is not None and not listed,
        "header_row": options.header_row != 1 and not name.endswith((*TEXT_FILES, *WORKBOOKS)),
    }
    if any(given.values()):
        idle = ", ".join(repr(option) for option, told in given.items() if told)
        raise DataError(f"frame: {path.name!r} is of a kind that has no {idle}: remove it from the plan's 'frame:'")
    if name.endswith((".parquet", ".pq")):
        require_distinct_names(_parquet_names(connection, path))
        return OpenedFile(open_parquet(connection, path), {"kind": "Parquet"})
    if textual:
        return open_text(connection, path, options)
    if name.endswith(WORKBOOKS):
        return open_workbook(connection, path, options)
    if name.endswith(DATABASES):
        return open_database(connection, path, options)
    known = ", ".join((".parquet", ".csv", ".tsv", ".txt", *WORKBOOKS, *DATABASES))
    raise DataError(f"frame: {path.name!r} is of no known kind: convert the frame to one of {known}")


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
