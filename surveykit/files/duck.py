"""Frames in DuckDB: a path is one file and never a pattern, and what DuckDB refuses becomes a `FileError`."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from surveykit.errors import DataError
from surveykit.files.csv_rules import QuoteRules, first_record
from surveykit.files.looking import FileError, open_regular, require_regular

__all__ = ["csv_header", "literal_path", "open_csv", "open_parquet", "told_as_data_error"]

HEAD = 2_000_000
BLOCK = 1 << 24
MAX_COLUMNS = 20_000
MAX_ROWS_PER_BYTE = 2_000
MANY_ROWS = 50_000_000
_LINE = re.compile(r"CSV Error on Line: (\d+)")
_REASONS = (
    ("unterminated quote", "a quotation mark is not closed, or text follows the closing one", "check the quotes"),
    ("Expected Number of Columns", "not as many cells as the header has", "check separators and quotes"),
    ("unicode", "the text is not UTF-8", "save it as UTF-8, or convert it to Parquet"),
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
def told_as_data_error(source: str) -> Iterator[None]:
    """Turn what DuckDB and Arrow raise while a frame is read into one error that names the frame and the line."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowException, UnicodeDecodeError, EOFError) as error:
        raise _told(str(error), source) from error
    except MemoryError:
        raise DataError(f"{source}: there is not enough memory: give open_frame a memory_limit") from None


def _told(text: str, source: str) -> FileError:
    line = _LINE.search(text)
    for sign, what, todo in _REASONS:
        if sign in text:
            return FileError(what, todo, source, int(line[1]) if line else None)
    first = next((part for part in text.splitlines() if part.strip()), "no reason given")
    return FileError(f"cannot be read: {first[:300]}", "", source, int(line[1]) if line else None)


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


def _unpacked(path: Path, stream: IO[bytes]) -> IO[bytes]:
    return gzip.open(stream) if path.name.lower().endswith(".gz") else stream  # type: ignore[return-value]


def csv_header(path: Path, delimiter: str) -> list[str]:
    """Read the header row of a CSV frame by the rules and nothing but the rules.

    Raises
    ------
    FileError
        The file is empty or not UTF-8, its first line is blank or longer than a line may be, a column has no name, or
        the header has one column and looks as if another character parted its names.
    """
    with open_regular(path) as stream:
        try:
            raw = _unpacked(path, stream).read(HEAD + 4)
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"not a whole gzip file ({error})", "it may be cut off", path.name) from None
    if not raw:
        raise FileError("the file is empty", "", path.name)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FileError("the text is UTF-16, not UTF-8", "save it as UTF-8, or convert it to Parquet", path.name, 1)
    text = raw.decode("utf-8-sig", "replace")
    names = first_record(text, path.name, separator=delimiter)
    return _sound_names(names, path.name, delimiter)


def _sound_names(names: list[str], file: str, delimiter: str) -> list[str]:
    blank = [str(place) for place, name in enumerate(names, start=1) if not name.strip()]
    if blank:
        what = f"columns without a name in the header: {len(blank)}: number {', '.join(blank[:5])}"
        raise FileError(what, "name each column, or delete it", file, 1)
    if any("\ufffd" in name for name in names):
        raise FileError("the header is not UTF-8", "save it as UTF-8, or convert it to Parquet", file, 1)
    if len(names) > MAX_COLUMNS:
        raise FileError(f"the header has {len(names):,} columns, more than {MAX_COLUMNS:,}", "", file, 1)
    others = [letter for letter in ",;\t|" if letter != delimiter and letter in names[0]]
    if len(names) == 1 and others:
        what = f"the header {names[0][:60]!r} is one column when {delimiter!r} parts the cells"
        todo = f"say 'delimiter: {others[0]!r}' under 'frame:' of the plan, or save the file with commas"
        raise FileError(what, todo, file, 1)
    return names


def _check_quotes(path: Path, delimiter: str) -> None:
    rules = QuoteRules(path.name, delimiter)
    with open_regular(path) as stream:
        source = _unpacked(path, stream)
        try:
            first = True
            while block := source.read(BLOCK):
                rules.feed(block.removeprefix(b"\xef\xbb\xbf") if first else block)
                first = False
        except (OSError, EOFError, zlib.error) as error:
            raise FileError(f"not a whole gzip file ({error})", "it may be cut off", path.name) from None
    rules.end()


def open_csv(connection: Any, path: Path, names: list[str], delimiter: str) -> Any:
    """Return a relation over one CSV file whose cells are text: RFC 4180, UTF-8, one line end, one width."""
    _check_quotes(path, delimiter)
    pattern = literal_path(connection, path)
    with told_as_data_error(path.name):
        return connection.read_csv(
            pattern,
            header=True,
            columns=dict.fromkeys(names, "VARCHAR"),
            auto_detect=False,
            strict_mode=True,
            sep=delimiter,
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
