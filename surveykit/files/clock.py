"""A clock before 1980, as machines have whose battery is flat: ZIP archives (XLSX, DOCX) know no such time."""

from __future__ import annotations

import time
import zipfile
from typing import Any

__all__ = ["clock_is_early", "date_archives_from_1980"]

EARLIEST = (1980, 1, 1, 0, 0, 0)


def clock_is_early() -> bool:
    """Whether the clock of this machine stands before 1980."""
    return time.localtime()[:6] < EARLIEST


class _Clock:
    """The module ``time`` as `zipfile` sees it, whose earliest time is the first that an archive can hold."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def localtime(self, seconds: float | None = None) -> time.struct_time:
        now = time.localtime(seconds)
        return now if now[:6] >= EARLIEST else time.struct_time((*EARLIEST, 1, 1, 0))


def date_archives_from_1980() -> None:
    """Let archives that are written in this process carry 1980 where the clock says less."""
    zipfile.time = _Clock()  # type: ignore[attr-defined]
