"""What a command tells: results on standard output, progress and messages on standard error, or one JSON object."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TextIO

from surveykit.cli.telling.progress import Progress
from surveykit.language import translator

__all__ = ["Terminal", "current", "harmless", "has_colour", "opened", "write_anything"]


@dataclass
class Terminal:
    """Where a call's words go.

    Attributes
    ----------
    language : {"en", "zh"}
        The language of messages.
    json : bool
        Whether standard output is one JSON object; messages then go to standard error.
    quiet : bool
        Whether only results, warnings and errors are told.
    progress : bool, optional
        Whether progress is shown; by default when standard error is a terminal.
    answer : dict
        What the JSON object holds under ``result``.
    warnings : list of dict
        Warnings so far, for the JSON object.
    """

    language: str = "en"
    json: bool = False
    quiet: bool = False
    progress: bool | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        live = sys.stderr.isatty()
        shown = (live if self.progress is None else self.progress) and not self.quiet
        self._ticker = Progress(sys.stderr, live=shown and live, logged=shown, ansi=has_colour(sys.stderr))

    def text(self, message: object) -> str:
        """Return a message in the language of the call."""
        return translator(self.language)(str(message))

    def show(self, line: str) -> None:
        """Print a line of the result."""
        self._print(self.text(line), sys.stderr if self.json else sys.stdout)

    def say(self, line: str) -> None:
        """Print a line that is good to know; ``--quiet`` leaves it out."""
        if not self.quiet:
            self.show(line)

    def complain(self, line: str) -> None:
        """Print a warning or an error."""
        self._print(self.text(line), sys.stderr)

    def show_as_is(self, line: str) -> None:
        """Print a line of the result that is in the language of the call, or in none."""
        self._print(line, sys.stderr if self.json else sys.stdout)

    def complain_as_is(self, line: str) -> None:
        """Print an error whose text is in the language of the call already."""
        self._print(line, sys.stderr)

    def working(self, title: str) -> None:
        """Say what is being done; shown while it lasts."""
        self._ticker.start(harmless(self.text(title)))

    def give(self, entries: Mapping[str, Any]) -> None:
        """Add to the result of ``--json``."""
        self.answer.update(entries)

    def close(self, *, failed: bool = False) -> None:
        """End the progress line."""
        self._ticker.stop(finished=not failed)

    def _print(self, line: str, stream: TextIO) -> None:
        with self._ticker.paused():
            print(harmless(line), file=stream, flush=True)


# Control characters but tab and newline, and those that turn the direction of a line.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(line: str) -> str:
    r"""Write control characters out, so that no text of a file can move the cursor, colour or hide what is said.

    Examples
    --------
    >>> harmless("a" + chr(27) + "[2Jb")
    'a\\u001b[2Jb'
    """
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", line)


def write_anything() -> None:
    """Let standard output and standard error take any character: what their encoding lacks is written out."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def has_colour(stream: TextIO) -> bool:
    """Whether control sequences may be written: to a terminal, unless NO_COLOR is set or it is a dumb one."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


_open: list[Terminal] = []


def current() -> Terminal:
    """Return the terminal of the command that runs."""
    return _open[-1] if _open else Terminal(progress=False)


@contextmanager
def opened(terminal: Terminal) -> Iterator[Terminal]:
    """Make a terminal the one that commands write to."""
    _open.append(terminal)
    failed = True
    try:
        yield terminal
        failed = False
    finally:
        _open.pop()
        terminal.close(failed=failed)
