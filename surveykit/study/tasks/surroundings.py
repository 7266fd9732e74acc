"""Where a study is made: rights, space, text encoding, and programs that make life easier."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import locale
import os
import shutil
import sys
import tempfile
import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

__all__ = ["examine_surroundings"]


@dataclass(frozen=True)
class Finding:
    """One thing looked for.

    Attributes
    ----------
    name : str
        What was looked for.
    state : {"ok", "missing", "without"}
        Whether it is there and works; "without" is something that a study can do without.
    detail : str
        Its version, or what is wrong.
    todo : str
        What to do about it.
    """

    name: str
    state: Literal["ok", "missing", "without"]
    detail: str
    todo: str = ""

    @property
    def ok(self) -> bool:
        """Whether a study can be made as far as this goes."""
        return self.state != "missing"


LEAST_BYTES = 500 * 2**20  # a study of twenty districts with every edition takes about a fifth of it


def examine_surroundings(folder: Path) -> list[Finding]:
    """Look at the folder of a study and at the machine around it.

    Parameters
    ----------
    folder : pathlib.Path
        Where the study lies or shall lie.
    """
    return [
        _writable("study folder", folder),
        _writable("temporary folder", Path(tempfile.gettempdir())),
        _space(folder),
        _encoding(),
        _locale(),
        _browser(),
        _spark(),
    ]


def _writable(name: str, folder: Path) -> Finding:
    """Write a file, for rights alone do not tell of disks that can only be read or are full."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"surveykit")
    except OSError as error:
        todo = "change its rights, or work in a folder of your own"
        return Finding(name, "missing", f"{folder}: cannot be written ({error.strerror})", todo)
    return Finding(name, "ok", str(folder))


def _space(folder: Path) -> Finding:
    existing = next((place for place in (folder, *folder.parents) if place.exists()), Path.cwd())
    free = shutil.disk_usage(existing).free
    shown = f"{free / 2**30:.1f} GB free"
    if free >= LEAST_BYTES:
        return Finding("disk", "ok", shown)
    return Finding("disk", "missing", shown, "free some space: a study with all its reports takes about 0.5 GB")


def _encoding() -> Finding:
    encoding = (sys.stdout.encoding or "ascii").lower().replace("_", "-")
    try:
        "问卷✓".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        todo = "set the environment variable PYTHONUTF8=1"
        return Finding("text encoding", "missing", f"{encoding} cannot write Chinese", todo)
    return Finding("text encoding", "ok", encoding)


def _locale() -> Finding:
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), None)
    shown = chosen or ".".join(part or "?" for part in locale.getlocale())
    wished = os.environ.get("SURVEYKIT_LANG")
    return Finding("locale", "ok", f"{shown}, SURVEYKIT_LANG={wished}" if wished else shown)


def _browser() -> Finding:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        todo = "open report.html and form.html on another machine"
        return Finding("browser", "without", "none found", todo)
    return Finding("browser", "ok", str(getattr(found, "name", type(found).__name__)))


def _spark() -> Finding:
    if importlib.util.find_spec("pyspark") is None:
        todo = "only frames on Spark need it: pip install 'surveykit[spark]', and Java 17"
        return Finding("Spark", "without", "not installed", todo)
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return Finding("Spark", "without", "pyspark without Java", "only frames on Spark need it: install Java 17")
    return Finding("Spark", "ok", importlib.metadata.version("pyspark"))
