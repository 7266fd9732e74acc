"""Frames in DuckDB: a path is one file and never a pattern, and what DuckDB refuses becomes a `FileError`."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from surveykit.errors import DataError
from surveykit.files.csv_rules import QuoteRules, first_record
from surveykit.files.looking import FileError, open_regular, require_regular

__all__ = [
    "csv_header",
    "literal_path",
    "open_csv",
    "open_parquet",
    "raw_blocks",
    "require_quotes",
    "told_as_data_error",
    "write_blocks",
]

BLOCK = 1 << 24
MAX_COLUMNS = 20_000
MAX_ROWS_PER_BYTE = 2_000
MANY_ROWS = 50_000_000
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_REASONS = (
    ("unterminated quote", "a quotation mark is not closed, or text follows the closing one", "check the quotes"),
    ("Expected Number of Columns", "not as many cells as the header has", "check separators and quotes"),
    ("unicode", "the text is not UTF-8", "export it again, or say 'encoding:' under 'frame:' of the plan"),
    ("Maximum line size", "the line is longer than 2,000,000 bytes", "check the quotes; no unit needs so long a line"),
    (
        "invalid state",
        "the lines end in different ways (CR LF and LF), or quotation marks break the rules of CSV (RFC 4180)",
        "save the file again with one kind of line end",
    ),
)


def literal_path(connection: Any, path: Path) -> str:
    """Return the pattern that matches a path and nothing else, or fail.

    DuckDB reads every path as a pattern: ``s [1]/f.csv`` would be ``s 1/f.csv``. Characters that mean something in a
    pattern are put between brackets, and the match is tried before anything is read.
    """
    whole = os.path.abspath(path)  # noqa: PTH100 - a link stays the name that the user gave
    pattern = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in whole)
    with told_as_data_error(path.name):
        found = [name for (name,) in connection.execute("select file from glob(?)", [pattern]).fetchall()]
    if [Path(name) for name in found] != [Path(whole)]:
        todo = "rename the folder or the file: letters, digits, - and _ are safe"
        raise FileError("the path holds characters that DuckDB reads as a pattern", todo, str(path))
    return pattern


@contextmanager
def told_as_data_error(source: str, lines_above: int = 0) -> Iterator[None]:
    """Turn what DuckDB and Arrow raise while a frame is read into one error that names the frame and the line.

    A copy that DuckDB reads may lack the first lines of the file: they are added to the line.
    """
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowException, UnicodeDecodeError, EOFError) as error:
        raise _told(str(error), source, lines_above) from error
    except MemoryError:
        raise DataError(f"{source}: there is not enough memory: give open_frame a memory_limit") from None


def _told(text: str, source: str, lines_above: int) -> FileError:
    found = _LINE.search(text)
    line = int(found[1]) + lines_above if found else None
    for sign, what, todo in _REASONS:
        if sign in text:
            return FileError(what, todo, source, line)
    first = next((part for part in text.splitlines() if part.strip()), "no reason given")
    return FileError(f"cannot be read: {first[:300]}", "", source, line)


def open_parquet(connection: Any, path: Path) -> Any:
    """Return a relation over one Parquet file; folders of its path never become columns."""
    size = require_regular(path)
    pattern = literal_path(connection, path)
    with told_as_data_error(path.name):
        counted = connection.execute("select num_rows from parquet_file_metadata(?)", [pattern]).fetchall()
        rows = sum(int(number) for (number,) in counted)
        if rows > MANY_ROWS and rows > MAX_ROWS_PER_BYTE * size:
            what = f"says that it holds {rows:,} rows in {size:,} bytes"
            raise FileError(what, "no frame packs so tightly; write it again", path.name)
        return connection.read_parquet(pattern, hive_partitioning=False, union_by_name=False, filename=False)


def raw_blocks(path: Path, size: int = BLOCK) -> Iterator[bytes]:
    """Iterate over the bytes of a file, unpacked if its name ends in ``.gz``; what cannot be read is a `FileError`."""
    with open_regular(path) as stream:
        packed = path.name.lower().endswith(".gz")
        source = gzip.GzipFile(fileobj=stream) if packed else stream
        try:
            while block := source.read(size):
                yield block
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"not a whole gzip file ({error})", "it may be cut off", path.name) from None


def write_blocks(path: Path, blocks: Iterable[bytes]) -> None:
    """Write a copy block by block."""
    with path.open("wb") as stream:
        for block in blocks:
            stream.write(block)


def csv_header(head: str, file: str, separator: str, line: int = 1) -> list[str]:
    """Read the header row of a CSV frame by the rules and nothing but the rules.

    Raises
    ------
    FileError
        The header is blank or breaks the rules of quotation marks, a column has no name, or there are too many.
    """
    try:
        names = first_record(head, file, separator=separator)
    except FileError as error:
        raise FileError(error.problem.what, error.problem.todo, file, line) from None
    blank = [str(place) for place, name in enumerate(names, start=1) if not name.strip()]
    if blank:
        what = f"columns without a name in the header: {len(blank)}: number {', '.join(blank[:5])}"
        todo = "name each column, or delete it; say 'header_row:' under 'frame:' of the plan if it is another line"
        raise FileError(what, todo, file, line)
    if len(names) > MAX_COLUMNS:
        raise FileError(f"the header has {len(names):,} columns, more than {MAX_COLUMNS:,}", "", file, line)
    return names


def require_quotes(path: Path, separator: str) -> None:
    """Fail on quotation marks that break the rules anywhere in a file of UTF-8."""
    rules = QuoteRules(path.name, separator)
    for number, block in enumerate(raw_blocks(path)):
        rules.feed(block if number else block.removeprefix(b"\xef\xbb\xbf"))
    rules.end()


def open_csv(connection: Any, path: Path, names: list[str], separator: str) -> Any:
    """Return a relation over one CSV file whose cells are text: RFC 4180, UTF-8, one line end, one width.

    Its quotation marks have been checked; see `require_quotes`.
    """
    pattern = literal_path(connection, path)
    with told_as_data_error(path.name):
        return connection.read_csv(
            pattern,
            header=True,
            columns=dict.fromkeys(names, "VARCHAR"),
            auto_detect=False,
            strict_mode=True,
            sep=separator,
            quotechar='"',
            escapechar='"',
            encoding="utf-8",
            compression="gzip" if path.name.lower().endswith(".gz") else "none",
            null_padding=False,
            ignore_errors=False,
            hive_partitioning=False,
            union_by_name=False,
            filename=False,
        )
