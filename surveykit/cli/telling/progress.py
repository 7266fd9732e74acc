"""A line that says what is going on once it takes more than two seconds, and how long it has taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.live import Live
    from rich.text import Text

__all__ = ["Progress"]

PATIENCE = 2.0  # seconds without a word


class Progress:
    """The progress of one command.

    Parameters
    ----------
    stream : text stream
        Where it is shown.
    live : bool
        Whether a step is told once it takes long, and again with its seconds when it ends; for a terminal.
    logged : bool
        Whether a step is told at all; if not live, once when it starts.
    ansi : bool
        Whether the line of a live step is redrawn in its place, with the seconds; that takes control sequences.
    """

    def __init__(self, stream: TextIO, *, live: bool, logged: bool, ansi: bool) -> None:
        self._stream, self._live, self._logged, self._ansi = stream, live, logged, ansi
        self._title, self._started = "", 0.0
        self._lock = threading.RLock()
        self._timer: threading.Timer | None = None
        self._shown: Live | None = None

    def start(self, title: str) -> None:
        """Begin a step; the one before it is done."""
        with self._lock:
            self._finish()
            self._title, self._started = title, time.monotonic()
            if self._live:
                self._timer = threading.Timer(PATIENCE, self._tell)
                self._timer.daemon = True
                self._timer.start()
            elif self._logged:
                print(title, file=self._stream, flush=True)

    def stop(self, *, finished: bool = True) -> None:
        """End the last step."""
        with self._lock:
            self._finish(told=finished)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something else is printed."""
        with self._lock:
            shown, self._shown = self._shown, None
            if shown is not None:
                shown.stop()
            yield
            if shown is not None:
                self._tell()

    def _tell(self) -> None:
        """Show the line of the step that goes on."""
        with self._lock:
            if not self._title or self._shown is not None:
                return
            if not self._ansi:
                print(f"{self._title} …", file=self._stream, flush=True)
                return
            from rich.console import Console
            from rich.live import Live

            console = Console(file=self._stream, force_terminal=True, color_system=None)
            self._shown = Live(
                console=console,
                get_renderable=self._line,
                refresh_per_second=2,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._shown.start(refresh=True)

    def _line(self) -> Text:
        from rich.text import Text

        elapsed = time.monotonic() - self._started
        return Text(f"{self._title} … {elapsed:.0f} s", no_wrap=True, overflow="ellipsis")

    def _finish(self, *, told: bool = True) -> None:
        """Take the line away; leave one for a step that took long enough to be seen."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._shown is not None:
            self._shown.stop()
            self._shown = None
        elapsed = time.monotonic() - self._started
        if told and self._live and self._title and elapsed >= PATIENCE:
            print(f"{self._title} ({elapsed:.1f} s)", file=self._stream, flush=True)
        self._title = ""
