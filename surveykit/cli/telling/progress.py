"""A line that says what is going on once it takes more than two seconds, and how long it has taken."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from surveykit.cli.telling.wrapping import cut, width

__all__ = ["Progress"]

PATIENCE = 2.0  # seconds without a word
BEAT = 0.5


class Progress:
    """The progress of one command.

    Parameters
    ----------
    stream : text stream
        Where it is shown.
    live : bool
        Whether the line is redrawn in its place, with the seconds; needs a terminal.
    logged : bool
        Whether a step is told at all; if not live, once when it starts.
    ansi : bool
        Whether the line may be erased by a control sequence; otherwise spaces overwrite it.
    """

    def __init__(self, stream: TextIO, *, live: bool, logged: bool, ansi: bool) -> None:
        self._stream, self._live, self._logged, self._ansi = stream, live, logged, ansi
        self._title, self._started, self._drawn = "", 0.0, 0
        self._lock = threading.RLock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, title: str) -> None:
        """Begin a step; the one before it is done."""
        with self._lock:
            self._finish()
            self._title, self._started = title, time.monotonic()
            if self._logged and not self._live:
                print(title, file=self._stream, flush=True)
        if self._live and self._thread is None:
            self._thread = threading.Thread(target=self._tick, daemon=True)
            self._thread.start()

    def stop(self, *, finished: bool = True) -> None:
        """End the last step."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        with self._lock:
            if finished:
                self._finish()
            self._erase()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something else is printed."""
        with self._lock:
            self._erase()
            yield

    def _tick(self) -> None:
        while not self._ended.wait(BEAT):
            with self._lock:
                elapsed = time.monotonic() - self._started
                if self._title and elapsed >= PATIENCE:
                    self._draw(f"{self._title} … {elapsed:.0f} s")

    def _finish(self) -> None:
        """Leave a line for a step that took long enough to be seen."""
        if self._live and self._title:
            elapsed = time.monotonic() - self._started
            self._erase()
            if elapsed >= PATIENCE:
                print(f"{self._title} ({elapsed:.1f} s)", file=self._stream, flush=True)
        self._title = ""

    def _draw(self, line: str) -> None:
        shown = cut(line, shutil.get_terminal_size().columns - 1)
        padding = "\x1b[K" if self._ansi else " " * max(0, self._drawn - width(shown))
        self._stream.write("\r" + shown + padding)
        self._stream.flush()
        self._drawn = width(shown)

    def _erase(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K" if self._ansi else "\r" + " " * self._drawn + "\r")
            self._stream.flush()
            self._drawn = 0
