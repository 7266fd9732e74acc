"""output/manifest.json: what was made, from what, with which versions, seeds and counts."""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveykit._version import __version__
from surveykit.errors import DataError, SurveyKitError
from surveykit.files.looking import UnreadableError, file_sha256, read_json
from surveykit.study.running.durable import sync_folder

__all__ = ["FileHashes", "Manifest", "code_version", "hash_text", "package_versions", "write_atomically"]

FORMAT = 1
_YOUNG_NS = 3_000_000_000  # the coarsest file systems keep times in steps of two seconds
_RECORDED = ("numpy", "scipy", "pandas", "pyarrow", "duckdb", "weasyprint", "matplotlib", "jinja2")


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as hex."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def code_version() -> str:
    """Return the version with a digest of the library's own files, so that changed code makes results out of date."""
    package = Path(__file__).resolve().parents[1]
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts and path.suffix not in {".otf", ".pyc"}:
            digest.update(path.relative_to(package).as_posix().encode())
            digest.update(path.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def package_versions() -> dict[str, str]:
    """Return the versions of the packages that numbers and pages rest on."""
    return {name: importlib.metadata.version(name) for name in _RECORDED if importlib.util.find_spec(name)}


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that it appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.partial")
    temporary.unlink(missing_ok=True)
    # "x": a link that somebody put there in the meantime is not followed.
    with temporary.open("xb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


@dataclass
class FileHashes:
    """SHA-256 of files; a file is not read again while its size, its times and its place on the disk are the same.

    The time of a file is not trusted if the file was young when it was read, or younger than the clock: another change
    could bear the same time.
    """

    root: Path
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, relative: str) -> str:
        """Return the hash of a file, or ``"missing"``."""
        path = self.root / relative
        try:
            status = path.stat()
        except FileNotFoundError:
            return "missing"
        entry, seen = self.known.get(relative), _signature(status)
        if entry and entry.get("settled") and all(entry.get(key) == value for key, value in seen.items()):
            return str(entry["sha256"])
        settled = _settled(status)
        digest = file_sha256(path)
        self.known[relative] = {**seen, "settled": settled, "sha256": digest}
        return digest


def _signature(status: os.stat_result) -> dict[str, int]:
    """Return what tells a file from a changed one; ctime cannot be set back by a program that sets mtime back."""
    ctime_ns, inode = status.st_ctime_ns, status.st_ino
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "ctime_ns": ctime_ns, "inode": inode}


def _settled(status: os.stat_result) -> bool:
    """Whether a later change would bear another time; st_ctime is that of the last change on POSIX alone."""
    return os.name == "posix" and max(status.st_mtime_ns, status.st_ctime_ns) + _YOUNG_NS < time.time_ns()


def _is_manifest(content: Any) -> bool:
    if not isinstance(content, dict) or content.get("format") != FORMAT or not isinstance(content.get("file", ""), str):
        return False
    stages, files = content.get("stages"), content.get("files")
    if not isinstance(stages, dict) or not isinstance(files, dict):
        return False
    whole = all(
        isinstance(entry, dict)
        and isinstance(entry.get("fingerprint"), str)
        and all(isinstance(entry.get(name), dict) for name in ("inputs", "outputs"))
        for entry in stages.values()
    )
    return whole and all(isinstance(entry, dict) and isinstance(entry.get("sha256"), str) for entry in files.values())


@dataclass
class Manifest:
    """The record of a study's output folder.

    Attributes
    ----------
    path : pathlib.Path
        output/manifest.json.
    stages : dict
        By stage: fingerprint, inputs and outputs with their hashes, seed, counts, seconds.
    files : dict
        Size, time and hash of every file seen.
    file : str
        The study file whose run this records; empty before the first.
    """

    path: Path
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    file: str = ""

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read the manifest; an absent one is empty, a damaged one an error."""
        try:
            path.lstat()
            content = read_json(path)
        except (FileNotFoundError, NotADirectoryError):
            return cls(path)
        except (UnreadableError, OSError) as error:
            reason = error.problem.what if isinstance(error, UnreadableError) else error.strerror
            raise SurveyKitError(
                f"{path}: the record of earlier runs cannot be read ({reason}): nothing was changed; "
                "leave it where it is, see to the disk or to its rights, and run again"
            ) from None
        except DataError as error:
            raise SurveyKitError(
                f"{path}: the record of earlier runs cannot be read ({error}): "
                "move it away; everything but the drawn sample will be made again"
            ) from None
        if not _is_manifest(content):
            raise SurveyKitError(f"{path}: not a manifest of this version: move it away")
        return cls(path, content["stages"], content["files"], content.get("file", ""))

    def save(self, **header: Any) -> None:
        """Write the manifest whole."""
        content = {
            "format": FORMAT,
            "surveykit": code_version(),
            "versions": package_versions(),
            **header,
            "stages": self.stages,
            "files": dict(sorted(self.files.items())),
        }
        write_atomically(self.path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
