"""CSV frames: encoding, separator and header row found or given; DuckDB reads the file or a copy of it in UTF-8."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from surveykit.files.csv_rules import QuoteRules, csv_records, first_record
from surveykit.files.duck import csv_header, open_csv, require_quotes, write_blocks
from surveykit.files.looking import FileError
from surveykit.sampling.frames.opening.encodings import decoded_blocks, detect_text_encoding, require_encoding
from surveykit.sampling.frames.opening.reading import OpenedFile, ReadingOptions, Scratch, require_distinct_names

__all__ = ["TEXT_FILES", "open_text"]

TEXT_FILES = (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt", ".txt.gz")
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
HEAD = 2_000_000
LOOKED_AT = 200


def open_text(connection: Any, path: Path, options: ReadingOptions) -> OpenedFile:
    """Open a CSV file; a copy is made in blocks if it is not UTF-8 or has lines above its header."""
    if not next(decoded_blocks(path, "latin-1"), ""):
        raise FileError("the file is empty", "", path.name)
    encoding = require_encoding(path, options.encoding) if options.encoding else detect_text_encoding(path)
    above = options.header_row - 1
    head = _head(path, encoding, above)
    separator = options.separator or _separator(path, head, options.header_row)
    names = csv_header(head, path.name, separator, options.header_row)
    require_distinct_names(names)
    reading = {
        "kind": "CSV",
        "encoding": encoding.upper() + ("" if options.encoding else " (detected)"),
        "separator": SEPARATORS[separator] + ("" if options.separator else " (detected)"),
    }
    if above:
        reading |= {"header_row": str(options.header_row), "left_out": f"{above} lines above the header"}
    if encoding in ("utf-8", "ascii") and not above:
        require_quotes(path, separator)
        return OpenedFile(open_csv(connection, path, names, separator), reading)
    scratch = Scratch()
    copy = scratch.folder / "frame.csv"
    write_blocks(copy, _checked(path, encoding, above, separator))
    return OpenedFile(open_csv(connection, copy, names, separator), reading, above, scratch)


def _below(path: Path, encoding: str, above: int) -> Iterator[str]:
    """The text of a file from the header row on."""
    left = above
    for text in decoded_blocks(path, encoding):
        while left and text:
            _, end, text = text.partition("\n")
            left -= bool(end)
        if text:
            yield text


def _head(path: Path, encoding: str, above: int) -> str:
    head = ""
    for text in _below(path, encoding, above):
        head += text[: HEAD - len(head)]
        if len(head) == HEAD:
            break
    if not head:
        what = f"it has no line {above + 1}" if above else "the file is empty"
        raise FileError(what, "correct 'header_row:' under 'frame:' of the plan" if above else "", path.name)
    return head


def _separator(path: Path, head: str, line: int) -> str:
    """The one separator that parts the header and, if several do, the one by which all rows have its width."""
    if path.name.lower().removesuffix(".gz").endswith(".tsv"):
        return "\t"
    widths = {sign: _width(head, sign) for sign in SEPARATORS}
    parting = [sign for sign, width in widths.items() if width > 1]
    if len(parting) > 1:
        parting = [sign for sign in parting if _even(head, path.name, sign, widths[sign])] or parting
    if len(parting) > 1:
        read = ", ".join(f"{widths[sign]} columns by {SEPARATORS[sign]}" for sign in parting)
        what = f"the header row has {read}"
        raise FileError(what, f"say 'separator: {parting[0]!r}' under 'frame:' of the plan", path.name, line)
    return parting[0] if parting else ","


def _width(head: str, separator: str) -> int:
    try:
        return len(first_record(head, "", separator=separator))
    except FileError:
        return 0


def _even(head: str, file: str, separator: str, width: int) -> bool:
    whole = head[: head.rfind("\n") + 1] or head
    try:
        records = itertools.islice(csv_records(io.StringIO(whole, newline=""), file, separator=separator), LOOKED_AT)
        return all(len(record) == width for _, record in records)
    except FileError:
        return False


def _checked(path: Path, encoding: str, above: int, separator: str) -> Iterator[bytes]:
    """The text in UTF-8 block by block, its quotation marks checked on the way."""
    rules = QuoteRules(path.name, separator, above + 1)
    for text in _below(path, encoding, above):
        block = text.encode("utf-8", "surrogatepass")
        rules.feed(block)
        yield block
    rules.end()
