"""One run at a time in one study."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surveykit.errors import SurveyKitError

__all__ = ["study_lock"]


@contextmanager
def study_lock(output: Path) -> Iterator[None]:
    """Hold a study's output folder for this process; the lock of a process that died is free.

    Raises
    ------
    SurveyKitError
        Another process is running this study.
    """
    from filelock import FileLock, Timeout

    path = output / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise SurveyKitError(f"{output.parent}: another run of this study is under way: wait until it ends") from None
    try:
        yield
    finally:
        lock.release()
