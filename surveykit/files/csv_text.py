"""Read CSV files of answers as text: encoding and separator by plain rules, RFC 4180 over the whole file."""

from __future__ import annotations

import codecs
import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from surveykit.errors import DataError, first_few
from surveykit.files.csv_rules import QuoteRules, csv_records, first_record, require_header, unique_header
from surveykit.files.looking import FileError, open_regular, read_bytes, require_regular
from surveykit.files.text_encoding import detect_encoding

__all__ = [
    "decoded",
    "detect_separator",
    "read_csv_rows",
    "read_csv_text",
    "read_plain_csv",
]

SEPARATORS = (",", ";", "\t")
MAX_BYTES = 2_000_000_000
MAX_PLAIN = 200_000_000
MAX_COLUMNS = 20_000
MAX_ROW_BYTES = 1 << 26
BLOCK = 1 << 20
HEAD = 4_000_000
SNIFFED = 2000
# In these, bytes below 128 are ASCII characters wherever they stand: 0x22 is a quotation mark and no part of another.
_PLAIN = {"utf-8", "utf-8-sig", "ascii", "gb18030", "gbk", "gb2312", "cp1252", "iso8859-1"}


def decoded(path: Path, encoding: str, size: int = BLOCK) -> Iterator[str]:
    """Iterate over the text of a file block by block.

    Raises
    ------
    FileError
        The encoding is unknown, or does not fit.
    """
    try:
        "".encode(encoding)  # refuses what Python calls an encoding and is none of text, such as hex
        decoder = codecs.getincrementaldecoder(encoding)()
    except (LookupError, ValueError):
        raise FileError(
            f"there is no encoding {encoding!r}", "name it as Python does, e.g. gb18030", path.name
        ) from None
    position = 0
    with open_regular(path) as stream:
        try:
            while block := stream.read(size):
                yield decoder.decode(block)
                position += len(block)
            yield decoder.decode(b"", final=True)
        except UnicodeError:
            what = f"the text is not in {encoding} (after byte {position:,})"
            raise FileError(what, "name its encoding, or save it as UTF-8", path.name) from None


def detect_separator(text: str, file: str) -> str:
    """Return comma, semicolon or tab: the one that parts the header row into most cells, the comma where they agree."""
    counts = {}
    for separator in SEPARATORS:
        try:
            counts[separator] = len(first_record(text, file, separator=separator))
        except FileError as error:
            if error.problem.what == "the first line is empty":
                raise
            counts[separator] = 0
    if not any(counts.values()):
        first_record(text, file)
    return max(SEPARATORS, key=lambda separator: counts[separator])


def _check_quotes(path: Path, encoding: str, separator: str) -> None:
    rules = QuoteRules(path.name, separator)
    if codecs.lookup(encoding).name in _PLAIN:
        with open_regular(path) as stream:
            first = True
            while block := stream.read(BLOCK << 4):
                rules.feed(block.removeprefix(codecs.BOM_UTF8) if first else block)
                first = False
    else:
        for text in decoded(path, encoding, BLOCK << 4):
            rules.feed(text.lstrip("\ufeff").encode("utf-8", "surrogatepass"))
    rules.end()


def read_csv_text(
    path: Path, *, encoding: str | None = None, separator: str | None = None, repeated: bool = False
) -> pd.DataFrame:
    """Read a CSV with every cell as text.

    Parameters
    ----------
    path : Path
        The file.
    encoding : str, optional
        UTF-8 (with or without mark) or GB18030 are tried when it is not given.
    separator : str, optional
        Comma, semicolon or tab, by the header row when it is not given.
    repeated : bool
        Take columns of one name; see `surveykit.files.csv_rules.unique_header`.

    Returns
    -------
    DataFrame
        Text columns as categoricals (their categories are the distinct cells); an empty cell is "".

    Raises
    ------
    DataError
        If the file is empty, cut off, in an unknown encoding, breaks the rules of quotation marks (RFC 4180), or has
        rows of different lengths or columns of one name.
    """
    if require_regular(path, limit=MAX_BYTES) == 0:
        raise DataError(f"{path.name}: the file is empty")
    encoding = encoding or detect_encoding(path)
    head = next(decoded(path, encoding, HEAD), "").removeprefix("\ufeff")
    separator = separator or detect_separator(head, path.name)
    header = first_record(head, path.name, separator=separator)
    if len(header) > MAX_COLUMNS:
        raise FileError(f"the header has {len(header):,} columns, more than {MAX_COLUMNS:,}", "", path.name, 1)
    header = unique_header(header) if repeated else header
    require_header(path.name, header)
    _check_quotes(path, encoding, separator)
    kinds = _kinds(head, path.name, separator, header)
    return _read(path, encoding, separator, header, kinds)


def _read(path: Path, encoding: str, separator: str, header: list[str], kinds: dict[str, pa.DataType]) -> pd.DataFrame:
    bad: list[str] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        bad.append(f"{row.actual_columns} cells in {row.text[:40]!r}")
        return "skip"

    plain = "utf8" if codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") else encoding
    for size in (BLOCK, MAX_ROW_BYTES):
        bad.clear()
        try:
            with open_regular(path) as stream:
                table = pyarrow.csv.read_csv(
                    stream,
                    read_options=pyarrow.csv.ReadOptions(
                        column_names=header, skip_rows_after_names=1, encoding=plain, block_size=size
                    ),
                    parse_options=pyarrow.csv.ParseOptions(
                        delimiter=separator, newlines_in_values=True, invalid_row_handler=keep
                    ),
                    convert_options=pyarrow.csv.ConvertOptions(
                        column_types=kinds, strings_can_be_null=False, quoted_strings_can_be_null=False
                    ),
                )
            break
        except (pa.ArrowException, UnicodeError) as error:
            if "straddling" in str(error) and size < MAX_ROW_BYTES:
                continue  # a row longer than a block
            what = f"the table cannot be read ({str(error)[:200]}); is the file cut off?"
            raise DataError(f"{path.name}: {what}") from error
    if bad:
        raise DataError(
            f"{path.name}: rows whose number of cells is not {len(header)}, as the header has: {first_few(bad)}; "
            "the file may be cut off or a quotation mark may be missing"
        )
    cells: pd.DataFrame = table.to_pandas()
    return cells


def _kinds(head: str, file: str, separator: str, header: list[str]) -> dict[str, pa.DataType]:
    """Distinct cells are kept once where the first rows repeat themselves, and row by row where they do not."""
    whole = head[: head.rfind("\n") + 1] or head
    rows = []
    try:
        for _, record in itertools.islice(
            csv_records(io.StringIO(whole, newline=""), file, separator=separator), SNIFFED
        ):
            rows.append(record)
    except FileError:
        pass  # the last of the rows at hand is cut off within a quoted cell
    repeated = pa.dictionary(pa.int32(), pa.string())
    seen = [len({row[place] for row in rows[1:] if place < len(row)}) for place in range(len(header))]
    few = max(len(rows) / 3, 50)
    return {name: pa.string() if count > few else repeated for name, count in zip(header, seen, strict=True)}


def read_plain_csv(path: Path, **options: Any) -> pd.DataFrame:
    """Read a comma-separated file in UTF-8 with the types that pandas finds, or those that are named.

    Parameters
    ----------
    path : Path
        The file; no more than 200 MB.
    **options
        Of `pandas.read_csv`: ``dtype``, ``keep_default_na``, ``na_values``.

    Returns
    -------
    DataFrame
        Without columns if the file has no header.

    Raises
    ------
    DataError
        If the file breaks the rules of CSV (RFC 4180), has rows of different lengths or is no UTF-8.
    """
    content = read_bytes(path, limit=MAX_PLAIN)
    rules = QuoteRules(path.name, ",")
    rules.feed(content.removeprefix(codecs.BOM_UTF8))
    rules.end()
    _require_one_width(content, path.name)
    try:
        table: pd.DataFrame = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig", index_col=False, **options)
        return table
    except pd.errors.EmptyDataError:
        return pd.DataFrame()
    except (ValueError, OverflowError, pd.errors.ParserError) as error:
        raise FileError(f"the table cannot be read ({str(error).strip()[:200]})", "restore it", path.name) from error


def _require_one_width(content: bytes, file: str) -> None:
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", errors="replace", newline="")
    width = 0
    for line, record in csv_records(text, file):
        width = width or len(record)
        if len(record) != width:
            what = f"{len(record)} cells where the header has {width}"
            raise FileError(what, "check commas and quotes", file, line)


def read_csv_rows(path: Path, *, encoding: str | None = None) -> list[tuple[int, list[str]]]:
    """Read the records of a CSV with whatever stands above its header, each with the line on which it begins.

    Parameters
    ----------
    path : Path
        The file; no more than 200 MB.
    encoding : str, optional
        As for `read_csv_text`.

    Raises
    ------
    DataError
        As for `read_csv_text`, but rows may be of any length.
    """
    require_regular(path, limit=MAX_PLAIN)
    encoding = encoding or detect_encoding(path)
    text = "".join(decoded(path, encoding)).removeprefix("\ufeff")
    lines = text.splitlines(keepends=True)
    separator = max(SEPARATORS, key=lambda sign: sum(line.count(sign) for line in lines[:20]))
    _check_quotes(path, encoding, separator)
    found, before = [], 0
    for last, record in csv_records(io.StringIO(text, newline=""), path.name, separator=separator):
        found.append((before + 1, record))
        before = last
    return found
