"""One run at a time in one study."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from surveykit.errors import SurveyKitError

__all__ = ["study_lock"]


@contextmanager
def study_lock(root: Path) -> Iterator[None]:
    """Hold the study for this process; a lock left by a process that died is taken over.

    Raises
    ------
    SurveyKitError
        Another process is running this study.
    """
    path = root / "output" / ".lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
            break
        except FileExistsError:
            holder = _holder(path)
            if holder is not None and _alive(holder):
                raise SurveyKitError(
                    f"another run of this study is under way (process {holder}): "
                    f"wait until it ends; if there is none, delete {path.relative_to(root)}"
                ) from None
            path.unlink(missing_ok=True)
    try:
        with os.fdopen(handle, "w") as stream:
            stream.write(str(os.getpid()))
        yield
    finally:
        path.unlink(missing_ok=True)


def _holder(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return process != os.getpid()
