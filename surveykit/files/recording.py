"""What was read is what is hashed: the digests of files, taken from the very bytes that were parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["note_read", "recording"]

_UNSTEADY = "read twice, with another content each time"


@dataclass
class _Recorder:
    """Digests of files by their paths from a folder; those of other folders by their whole paths."""

    root: Path
    digests: dict[str, str] = field(default_factory=dict)

    def note(self, path: Path, content: bytes) -> None:
        place = path.relative_to(self.root) if path.is_relative_to(self.root) else path
        name, digest = place.as_posix(), hashlib.sha256(content).hexdigest()
        if self.digests.setdefault(name, digest) != digest:
            self.digests[name] = _UNSTEADY


_recorder: ContextVar[_Recorder | None] = ContextVar("surveykit_recording", default=None)


@contextmanager
def recording(root: Path) -> Iterator[dict[str, str]]:
    """Collect the SHA-256 of every file that is read whole while the context lasts, by its path from a folder.

    A file that is read twice with different contents has a digest that equals none. Files that are read in parts, such
    as frames, workbooks and Parquet, are not among them.
    """
    recorder = _Recorder(root)
    token = _recorder.set(recorder)
    try:
        yield recorder.digests
    finally:
        _recorder.reset(token)


def note_read(path: Path, content: bytes) -> None:
    """Take down the bytes that something is about to be parsed from; the door calls it for every file read whole."""
    recorder = _recorder.get()
    if recorder is not None:
        recorder.note(path, content)
