"""Files that hold what identifies people: who may read them, and how they are destroyed."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.files.looking import file_sha256, read_json
from surveykit.study.files import places
from surveykit.study.files.answer_paths import answer_files
from surveykit.study.files.inside import lies_inside
from surveykit.study.running.manifest import write_atomically

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["PERSONAL", "PURGES", "PurgePlan", "keep_folder_private", "keep_private", "purge_originals", "purge_plan"]

PERSONAL = frozenset(
    {
        places.SAMPLE,
        places.SAMPLE_CSV,
        places.RELEASED,
        places.RELEASES,
        places.CONTACT_SHEETS,
        places.ORIGINALS,
        places.LINKED,
        places.LINKED_MISSING,
        places.CLEANING_LOG,
        places.CHANGED_ANSWERS,
        places.RESPONSES_LOG,
        places.QUALITY_XLSX,
        places.FRAME_INDEX,
        places.WEIGHTS,
        places.FINAL_WEIGHTS,
    }
)
PURGES = "purges.json"
FILE_MODE, FOLDER_MODE = 0o600, 0o700


def keep_private(study: StudyOutline, path: Path, relative: str) -> None:
    """Let only the owner read a file with personal data; nothing is done to other files.

    Parameters
    ----------
    study : StudyOutline
        The study.
    path : pathlib.Path
        The file, wherever it lies for the moment.
    relative : str
        Its place, as a path from the study's root.
    """
    data = study.definition.data
    if _is_personal(study, relative) or relative in {*data.response_files, data.frame, data.answers}:
        path.chmod(FILE_MODE)


def keep_folder_private(study: StudyOutline, relative: str) -> None:
    """Let only the owner enter the folder of a file with personal data, unless it is the output folder itself."""
    folder = (study.root / relative).parent
    if _is_personal(study, relative) and folder != study.output:
        folder.chmod(FOLDER_MODE)


def _is_personal(study: StudyOutline, relative: str) -> bool:
    return relative in {study.located(place) for place in PERSONAL}


@dataclass(frozen=True)
class PurgePlan:
    """What would be destroyed.

    Attributes
    ----------
    files : tuple of str
        Files that hold original answers, as paths from the study's root, with those of earlier runs in the archive.
    kept : tuple of str
        Files with personal data that results rest on, which are kept.
    """

    files: tuple[str, ...]
    kept: tuple[str, ...]


def purge_plan(study: StudyOutline) -> PurgePlan:
    """Find the original answers of a study: exports, cells as they were written, and what tells answers apart."""
    found: list[Path] = []
    for entry in study.definition.data.responses:
        place = study.root / entry.file
        named = [study.root / name for name in answer_files(study.root, entry.file)]
        found += [path for path in sorted(place.rglob("*")) if path.is_file()] if place.is_dir() else named
    names = (places.ORIGINALS, places.CHANGED_ANSWERS, places.CLEANING_LOG)
    found += [study.path(name) for name in names]
    archive = study.output / "archive"
    wanted = {path.name for path in found}
    found += [path for path in sorted(archive.rglob("*")) if path.name in wanted]
    files = [path.relative_to(study.root).as_posix() for path in found if path.is_file() or path.is_symlink()]
    kept = [study.located(name) for name in sorted(PERSONAL) if study.path(name).is_file()]
    inside = tuple(name for name in dict.fromkeys(files) if lies_inside(study.root, name))
    return PurgePlan(inside, tuple(name for name in kept if name not in inside))


def purge_originals(study: StudyOutline, plan: PurgePlan) -> Path:
    """Overwrite and remove the files of a plan, and record which they were, with hashes and time.

    Returns
    -------
    pathlib.Path
        The record, ``purges.json`` in the study's output folder.
    """
    record = study.output / PURGES
    entries = read_json(record) if record.exists() else []
    gone: list[dict[str, object]] = []
    entry = {"time": time.strftime("%Y-%m-%dT%H:%M:%S%z"), "files": gone}
    for name in plan.files:
        path = study.root / name
        gone.append({"file": name, "bytes": path.stat().st_size, "sha256": file_sha256(path)})
        _destroy(path)
        content = json.dumps([*entries, entry], ensure_ascii=False, indent=1) + "\n"
        write_atomically(record, content.encode("utf-8"))
    return record


def _destroy(path: Path) -> None:
    """Overwrite a file once and remove it; disks and file systems may keep copies that no program reaches."""
    if not path.is_symlink():
        with path.open("r+b") as handle:
            left = path.stat().st_size
            while left > 0:
                left -= handle.write(bytes(min(left, 1 << 20)))
            handle.flush()
            os.fsync(handle.fileno())
    path.unlink()
