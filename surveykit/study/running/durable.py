"""Files that survive: written through to the disk, and moved whole, across file systems too."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

__all__ = ["copy_whole", "make_folder", "move_whole", "sync_file", "sync_folder", "sync_tree"]


def sync_file(path: Path) -> None:
    """Wait until the content of a file is on the disk."""
    with path.open("r+b") as handle:
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems that know no such thing
            raise
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each with its name on the disk."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        sync_folder(place.parent)


def sync_tree(folder: Path) -> None:
    """Wait until everything in a folder that is one's own is on the disk, and its name too."""
    for place, _, files in os.walk(folder):
        for name in files:
            sync_file(Path(place) / name)
        sync_folder(Path(place))
    sync_folder(folder.parent)


def _owner_only(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file with its rights and times, so that the copy appears whole or not at all; links are not followed.

    Until the copy has the rights of the file, only its owner may read it. What `source` points to is copied when it is
    a link; a link in the place of the partial file is removed.
    """
    temporary = target.with_name(f".{target.name}.partial")
    temporary.unlink(missing_ok=True)
    with source.open("rb") as reading, open(temporary, "xb", opener=_owner_only) as writing:
        shutil.copyfileobj(reading, writing, 1 << 20)
        writing.flush()
        os.fsync(writing.fileno())
    shutil.copystat(source, temporary)
    temporary.replace(target)


def move_whole(source: Path, target: Path) -> None:
    """Put a file in the place of another, which is there until then; over the border of a file system it is copied."""
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy_whole(source, target)
        sync_folder(target.parent)
        source.unlink()
    sync_folder(target.parent)
