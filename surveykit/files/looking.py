"""Look at a file before it is read: what it is, how large, whether its text is text. Every finding is a `FileError`."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Literal

from surveykit.errors import DataError, Problem
from surveykit.files.recording import note_read

__all__ = [
    "MAX_JSON",
    "MAX_TEXT",
    "FileError",
    "FileKind",
    "UnreadableError",
    "file_kind",
    "file_sha256",
    "open_regular",
    "parse_json",
    "read_bytes",
    "read_json",
    "read_text",
    "require_regular",
]

MAX_TEXT = 50_000_000
MAX_JSON = 200_000_000
MAX_DIGITS = 400
_BLOCK = 1 << 20
FileKind = Literal["xlsx", "xls", "parquet", "spss", "stata", "text"]
_SIGNS: dict[bytes, FileKind] = {
    b"PK\x03\x04": "xlsx",
    b"PK\x05\x06": "xlsx",  # an archive without parts
    b"\xd0\xcf\x11\xe0": "xls",
    b"PAR1": "parquet",
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"<stata_dta>": "stata",
}
_OLD_STATA = (b"\x71", b"\x72", b"\x73")  # a letter each, so that the name has to say it too


class FileError(DataError):
    """A file cannot be read; carries the finding with its place.

    Parameters
    ----------
    what, todo : str
        What is wrong and what to do.
    file : str
        The file as messages show it.
    line : int, optional
        The line, from 1.
    """

    def __init__(self, what: str, todo: str, file: str, line: int | None = None) -> None:
        self.problem = Problem(what, todo, (), file, line)
        super().__init__(str(self.problem))


class UnreadableError(FileError):
    """The system did not let a file be read; nothing is known of what it holds."""


def require_regular(path: Path, *, shown: str | None = None, limit: int | None = None) -> int:
    """Fail unless a path is a regular file of no more than a number of bytes; return its size.

    Pipes, devices and folders are refused: the first two need never end.
    """
    name = shown or path.name
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        what = "no such file" if shown is None else "the file does not exist"
        raise FileError(what, "restore it or correct its name", shown or str(path)) from None
    except (OSError, ValueError) as error:
        what, todo = f"the file cannot be read ({_reason(error)})", "correct its name or its rights"
        raise UnreadableError(what, todo, name) from None
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise FileError(f"{kind}, not a file", "name a file", name)
    if limit is not None and status.st_size > limit:
        raise FileError(f"the file has {status.st_size:,} bytes, more than {limit:,}", "split it or cut it down", name)
    return status.st_size


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return os.strerror(error.errno) if error.errno else str(error)
    return str(error)


@contextmanager
def open_regular(path: Path, *, shown: str | None = None, limit: int | None = None) -> Iterator[IO[bytes]]:
    """Open a regular file for reading bytes; what the system refuses becomes a `FileError`."""
    require_regular(path, shown=shown, limit=limit)
    try:
        # Without waiting: between the look and the opening a pipe may have been put there.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        stream = os.fdopen(handle, "rb")
    except OSError as error:
        todo = "correct its rights" if error.errno in (errno.EACCES, errno.EPERM) else ""
        raise UnreadableError(f"the file cannot be read ({_reason(error)})", todo, shown or path.name) from None
    with stream:
        yield stream


def file_kind(path: Path) -> FileKind:
    """Tell what kind of table a file holds by its first bytes; "text" is whatever is none of the others."""
    with open_regular(path) as stream:
        start = stream.read(16)
    if path.suffix == ".dta" and start.startswith(_OLD_STATA):
        return "stata"
    return next((kind for sign, kind in _SIGNS.items() if start.startswith(sign)), "text")


def read_bytes(path: Path, *, shown: str | None = None, limit: int = MAX_TEXT) -> bytes:
    """Read a whole file that is no larger than a limit."""
    with open_regular(path, shown=shown, limit=limit) as stream:
        try:
            content = stream.read(limit + 1)
        except (OSError, MemoryError) as error:
            reason = "there is not enough memory" if isinstance(error, MemoryError) else _reason(error)
            raise UnreadableError(f"the file cannot be read ({reason})", "", shown or path.name) from None
    if len(content) > limit:
        raise FileError(f"the file has more than {limit:,} bytes", "split it or cut it down", shown or path.name)
    note_read(path, content)
    return content


def read_text(path: Path, *, shown: str | None = None, limit: int = MAX_TEXT) -> str:
    """Read a whole file of UTF-8, with or without a mark."""
    raw = read_bytes(path, shown=shown, limit=limit)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileError(
            "the file is not in UTF-8", "save it again with the encoding UTF-8", shown or path.name, line
        ) from None


def read_json(path: Path, *, shown: str | None = None, limit: int = MAX_JSON) -> Any:
    """Read a JSON file; numbers that are no numbers, and numbers of hundreds of digits, are refused."""
    return parse_json(read_text(path, shown=shown, limit=limit), shown or path.name)


def parse_json(text: str, shown: str, line: int = 1) -> Any:
    """Parse JSON text; see `read_json`."""
    try:
        return json.loads(text, parse_constant=_no_number, parse_int=_whole)
    except json.JSONDecodeError as error:
        place = line + error.lineno - 1
        raise FileError(f"not whole JSON ({error.msg})", "it may be cut off", shown, place) from None
    except RecursionError:
        raise FileError("JSON nested too deeply", "it is no file of this kind", shown) from None
    except (ValueError, OverflowError) as error:
        raise FileError(f"not JSON that can be used ({error})", "correct or remove it", shown) from None


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _whole(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError(f"a number of {len(digits):,} digits")
    return int(digits)


def file_sha256(path: Path) -> str:
    """Hash the bytes of a file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    with open_regular(path) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
