"""File operations that fail on demand: killed, without power, on a full or a broken disk, over the border of a disk.

Every operation of Python on files below a folder goes through one seam and is counted. Written files whose content was
not written through lose half of it when the power goes. What a killed process would not do any more is not done:
after the fault each further operation fails too.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from contextlib import contextmanager
from pathlib import Path

FAULTS = ("kill", "power", "full", "broken")
_CREATING = ("write", "create", "mkdir")


class Killed(BaseException):
    """The process is no more."""


class Seam:
    """Counts operations, and lets one of them and what follows fail."""

    def __init__(self, root: Path, at: int | None = None, fault: str = "", elsewhere: str | None = None) -> None:
        self.root, self.at, self.fault = str(root), at, fault
        self.elsewhere = None if elsewhere is None else str(root / elsewhere)
        self.operations: list[str] = []
        self.dead = False
        self.unsynced: set[int] = set()

    def ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.root)

    def step(self, what: str, path: object) -> None:
        """Count an operation; raise what it shall fail with."""
        if self.dead:
            raise Killed
        number = len(self.operations)
        self.operations.append(f"{what} {os.path.relpath(os.fspath(path), self.root) if self.ours(path) else path}")
        if self.at is None or number < self.at:
            return
        if self.fault in ("kill", "power") and number == self.at:
            self.dead = True
            raise Killed
        name = os.fspath(path) if self.ours(path) else None
        if self.fault == "full" and what in _CREATING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
        if self.fault == "broken" and number == self.at:
            raise OSError(errno.EIO, os.strerror(errno.EIO), name)

    def device(self, path: object) -> bool:
        return self.elsewhere is not None and os.fspath(path).startswith(self.elsewhere)

    def lose_unsynced(self) -> None:
        """Halve what was written and never written through, as after a power cut."""
        for folder, _, files in os.walk(self.root):
            for name in files:
                path = Path(folder) / name
                if path.lstat().st_ino in self.unsynced:
                    os.truncate(path, path.lstat().st_size // 2)


class _Handle:
    """A file open for writing."""

    def __init__(self, seam: Seam, handle, path) -> None:
        self._seam, self._handle, self._path = seam, handle, path

    def write(self, content):
        try:
            self._seam.step("write", self._path)
        except BaseException:
            self._handle.write(content[: len(content) // 2])
            raise
        return self._handle.write(content)

    def __getattr__(self, name):
        return getattr(self._handle, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._handle.close()


@contextmanager
def faulty(seam: Seam):
    """Put the seam in; the disk itself is not waited for."""
    real = {name: getattr(os, name) for name in ("replace", "rename", "unlink", "rmdir", "mkdir", "utime", "fsync")}
    opened, low = io.open, os.open

    def open_(file, mode="r", *rest, **more):
        if not seam.ours(file):
            return opened(file, mode, *rest, **more)
        writes = any(letter in mode for letter in "wxa")
        seam.step("create" if writes else "open", file)
        handle = opened(file, mode, *rest, **more)
        if not writes:
            return handle
        seam.unsynced.add(os.fstat(handle.fileno()).st_ino)
        return _Handle(seam, handle, file)

    def low_open(path, *rest, **more):
        if seam.ours(path):
            seam.step("open", path)
        return low(path, *rest, **more)

    def moving(name):
        def move(source, target, **more):
            if seam.ours(source):
                seam.step(name, target)
                if seam.device(source) != seam.device(target):
                    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), os.fspath(source))
            return real[name](source, target, **more)

        return move

    def touching(name):
        def touch(path, *rest, **more):
            if seam.ours(path) or more.get("dir_fd") is not None:
                seam.step(name, path)
            return real[name](path, *rest, **more)

        return touch

    def fsync(number):
        seam.step("fsync", number)
        seam.unsynced.discard(os.fstat(number).st_ino)

    patched = {name: moving(name) for name in ("replace", "rename")}
    patched |= {name: touching(name) for name in ("unlink", "rmdir", "mkdir", "utime")} | {"fsync": fsync}
    try:
        for name, function in patched.items():
            setattr(os, name, function)
        os.open, io.open, builtins.open = low_open, open_, open_
        yield seam
    finally:
        for name, function in real.items():
            setattr(os, name, function)
        os.open, io.open, builtins.open = low, opened, opened
        if seam.fault == "power" and seam.dead:
            seam.lose_unsynced()
