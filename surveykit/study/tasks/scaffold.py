"""Start a new study from the starter that the package carries."""

from __future__ import annotations

import shutil
from importlib.resources import as_file, files
from pathlib import Path

from surveykit.errors import OverwriteError

__all__ = ["start_study"]


def start_study(folder: Path) -> list[Path]:
    """Copy the starter study into a new or empty folder.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it does not exist.

    Returns
    -------
    list of pathlib.Path
        The files written.

    Raises
    ------
    OverwriteError
        The folder holds something already; nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OverwriteError(f"{folder} is not empty: nothing was written; name a new or empty folder")
    home = folder.resolve()  # "." has no name of its own
    partial = home.parent / f".{home.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    with as_file(files("surveykit.study") / "starter") as starter:
        shutil.copytree(starter, partial, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    if not home.exists():
        partial.rename(home)
    else:  # a folder in which somebody may stand is not taken away
        for made in sorted(partial.iterdir()):
            made.rename(home / made.name)
        partial.rmdir()
    return sorted(path for path in folder.rglob("*") if path.is_file())
