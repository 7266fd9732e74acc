"""What was read is what is hashed: the digests of a study's definitions, taken from the very bytes that were parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from surveykit.errors import SurveyKitError

__all__ = ["changed_inputs", "note_loaded", "recording", "refuse_changed"]

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


_recorder: ContextVar[_Recorder | None] = ContextVar("surveykit_loaded", default=None)


@contextmanager
def recording(root: Path) -> Iterator[dict[str, str]]:
    """Collect the SHA-256 of every definition of the study in a folder that is read while the context lasts.

    A file that is read twice with different contents has a digest that equals none.
    """
    recorder = _Recorder(root)
    token = _recorder.set(recorder)
    try:
        yield recorder.digests
    finally:
        _recorder.reset(token)


def note_loaded(path: Path, content: bytes) -> None:
    """Take down the bytes that a definition is about to be parsed from; readers of definitions call it."""
    recorder = _recorder.get()
    if recorder is not None:
        recorder.note(path, content)


def changed_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names in `now` whose digest is another one than in `before`; names that it lacks are left out."""
    return [name for name, digest in now.items() if before.get(PurePosixPath(name).as_posix(), digest) != digest]


def refuse_changed(changed: Sequence[str], stage: str, *, while_made: bool) -> None:
    """Stop if something changed that a stage was, or would be, made from.

    Raises
    ------
    SurveyKitError
        Names the files; what the stage made is thrown away by the caller.
    """
    if not changed:
        return
    what = ", ".join(changed)
    if while_made:
        raise SurveyKitError(
            f"{what} changed while {stage} was being made: what it made was thrown away, and the files of earlier runs "
            "are as they were; run again"
        )
    raise SurveyKitError(
        f"{what} changed after this run had read the study: {stage} and what follows were not made; run again "
        "(in Python, open the study again first)"
    )
