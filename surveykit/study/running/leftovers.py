"""What interrupted runs left of unfinished work goes at the next start; links are removed and never followed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

__all__ = ["find_leftovers", "remove_leftovers"]

FOLDER_MARK = ".partial-"
FILE_MARK = ".partial"


def find_leftovers(root: Path, output: Path, outputs: Iterable[str]) -> list[Path]:
    """Find partial files and folders: everywhere below the output folder, and beside outputs that lie elsewhere.

    Parameters
    ----------
    root, output : pathlib.Path
        The study's folder, and its output folder.
    outputs : iterable of str
        Files that stages make, as paths from the root.
    """
    found: dict[Path, None] = {}
    for folder, folders, files in os.walk(output):
        partial = [name for name in folders if name.startswith(FOLDER_MARK)]
        folders[:] = sorted(set(folders) - set(partial))
        partial += [name for name in files if _is_partial(name)]
        found |= dict.fromkeys(Path(folder) / name for name in sorted(partial))
    beside = ((root / name).with_name(f".{Path(name).name}{FILE_MARK}") for name in outputs)
    return list(found | dict.fromkeys(path for path in beside if path.is_symlink() or path.is_file()))


def _is_partial(name: str) -> bool:
    """Whether surveykit gave a file its name: without the point in front it is a user's own."""
    return name.startswith(FOLDER_MARK) or (name.startswith(".") and name.endswith(FILE_MARK))


def remove_leftovers(root: Path, output: Path, outputs: Iterable[str], say: Callable[[str], None]) -> None:
    """Remove them and say so in one line; called while the study is locked and after its journal is settled."""
    found = find_leftovers(root, output, outputs)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    if found:
        names = ", ".join(Path(os.path.relpath(path, root)).as_posix() for path in found)
        say(f"    removed what an interrupted run left unfinished: {names}")
