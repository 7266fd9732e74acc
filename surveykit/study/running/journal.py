"""How the files of a stage take their places: all of them, even if the run is killed between two renames.

The outputs of a stage, and copies of earlier files that are kept, are written through to the disk in partial folders.
Then the journal is written, whole or not at all; from that moment the stage is made, and whoever holds the study next
finishes the renames. Every step can be done twice. The record of the stage is written after the last rename, and only
then the journal goes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from surveykit.errors import SurveyKitError
from surveykit.files.looking import FileError, UnreadableError, read_json
from surveykit.study.running.durable import copy_whole, make_folder, move_whole, sync_folder, sync_tree
from surveykit.study.running.manifest import FileHashes, write_atomically
from surveykit.study.running.private import keep_folder_private, keep_private

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline
    from surveykit.study.running.manifest import Manifest

__all__ = ["JOURNAL", "Journal", "read_journal", "recover", "require_settled", "settle", "stage_archive", "workshop_of"]

JOURNAL = ".journal.json"
FORMAT = 1
MAX_BYTES = 50_000_000
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Journal:
    """A stage whose files are made and not yet all in their places.

    Attributes
    ----------
    stage : str
        Its name.
    study_file : str
        The study file whose run made it.
    entry : dict
        What the manifest will say of it; its "outputs" hold the hash of each file.
    before : dict of str to str
        The hash of what lay in each place, or "missing".
    guarded : bool
        Whether what lies in a place must not be replaced if it is neither the earlier nor the new file.
    archive : str, optional
        The name of the folder in archive/ that the earlier files are kept in.
    """

    stage: str
    study_file: str
    entry: dict[str, Any]
    before: dict[str, str] = field(default_factory=dict)
    guarded: bool = False
    archive: str | None = None

    def write(self, output: Path) -> None:
        """Write the journal; from now on the stage is made."""
        content = {"format": FORMAT, **asdict(self)}
        write_atomically(output / JOURNAL, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
        sync_folder(output)


def workshop_of(output: Path, stage: str) -> Path:
    """Return the folder that a stage writes its outputs to."""
    return output / f".partial-{stage}"


def _kept_aside(output: Path, stage: str) -> Path:
    return output / "archive" / f".partial-{stage}"


def stage_archive(root: Path, output: Path, stage: str, names: Sequence[str]) -> str:
    """Copy earlier files into a partial folder of the archive; return the name that the folder will have.

    The name says when; a number follows if that folder exists, whatever the clock says.
    """
    partial = _kept_aside(output, stage)
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    for name in names:
        copy = partial / _below(name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy_whole(root / name, copy)
    sync_tree(partial)
    stem = final = f"{stage}-{time.strftime('%Y%m%dT%H%M%S')}"
    number = 1
    while (output / "archive" / final).exists():
        number += 1
        final = f"{stem}-{number}"
    return final


def _below(name: str) -> Path:
    """Return the place of a file in the archive; one from outside the study lies in it by the names of its folders."""
    path = PurePosixPath(name)
    return Path(*[part for part in path.parts if part not in ("..", path.anchor)])


def read_journal(output: Path) -> Journal | None:
    """Read the journal of an interrupted run; None if there is none.

    Raises
    ------
    SurveyKitError
        It is not a journal: somebody changed it. Or it cannot be read, and then nothing is known of it.
    """
    path = output / JOURNAL
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise _no_journal(path)
        content = read_json(path, limit=MAX_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (UnreadableError, OSError) as error:
        reason = error.problem.what if isinstance(error, UnreadableError) else error.strerror
        raise SurveyKitError(
            f"{path}: the journal of an interrupted run cannot be read ({reason}): nothing was changed; "
            "leave it where it is, see to the disk or to its rights, and run again"
        ) from None
    except FileError:
        if not os.path.lexists(path):  # a run that is under way has just finished
            return None
        raise _no_journal(path) from None
    if not _is_journal(content):
        raise _no_journal(path)
    return Journal(**{name: value for name, value in content.items() if name != "format"})


def _no_journal(path: Path) -> SurveyKitError:
    return SurveyKitError(
        f"{path}: not the journal of an interrupted run: move it away; what that run was about is made again"
    )


def _is_journal(content: Any) -> bool:
    """Whether JSON has the form of a journal, and names its stage and its archive by plain names."""
    if not isinstance(content, dict) or set(content) != {"format", *(one.name for one in fields(Journal))}:
        return False
    entry, archive = content["entry"], content["archive"]
    if content["format"] != FORMAT or not isinstance(entry, dict) or not isinstance(entry.get("fingerprint"), str):
        return False
    texts = [entry.get("inputs"), entry.get("outputs"), content["before"]]
    names = [content["stage"]] + ([] if archive is None else [archive])
    return (
        all(isinstance(one, dict) and all(isinstance(text, str) for text in one.values()) for one in texts)
        and set(entry["outputs"]) == set(content["before"])
        and {"seed", "counts"} <= set(entry)
        and isinstance(content["study_file"], str)
        and isinstance(content["guarded"], bool)
        and all(isinstance(name, str) and _PLAIN.fullmatch(name) is not None for name in names)
    )


def require_settled(study: StudyOutline) -> None:
    """Refuse to read outputs while those of one stage are partly earlier and partly new."""
    journal = read_journal(study.output)
    if journal is not None:
        raise SurveyKitError(
            f"{study.definition.output}/: a run was interrupted while the files of {journal.stage} took their places: "
            "finish it with 'surveykit run' first"
        )


def settle(
    study: StudyOutline, journal: Journal, manifest: Manifest, save: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Do what a journal says, from wherever it was interrupted."""
    root, output = study.root, study.output
    workshop = workshop_of(output, journal.stage)
    if journal.archive is not None:
        partial, final = _kept_aside(output, journal.stage), output / "archive" / journal.archive
        if partial.is_dir() and not final.exists():
            partial.rename(final)
            sync_folder(final.parent)
        say(f"    the earlier files are kept in {final.relative_to(root)}")
    for name in journal.entry["outputs"]:
        staged, place = workshop / name, root / name
        make_folder(place.parent)
        keep_folder_private(study, name)
        if staged.is_file():
            keep_private(study, staged, name)
            move_whole(staged, place)
        elif place.is_file() and not place.is_symlink():
            keep_private(study, place, name)
    manifest.stages[journal.stage] = journal.entry
    save()
    (output / JOURNAL).unlink()
    sync_folder(output)
    shutil.rmtree(workshop, ignore_errors=True)


def recover(
    study: StudyOutline, journal: Journal, manifest: Manifest, save: Callable[[], None], say: Callable[[str], None]
) -> None:
    """Finish what an interrupted run left in the journal, after a look at every place.

    Raises
    ------
    SurveyKitError
        A file in a protected place is neither the earlier nor the new one, or a place lies outside the study.
    """
    say(f"    finishing what an interrupted run left of {journal.stage}")
    workshop = workshop_of(study.output, journal.stage)
    after: Mapping[str, str] = journal.entry["outputs"]
    staged, placed = FileHashes(workshop), FileHashes(study.root)
    for name in after:
        if not _allowed(study, name):
            journal_file = f"{study.definition.output}/{JOURNAL}"
            raise SurveyKitError(f"{journal_file}: {name} lies outside the study: move the journal away")
        if journal.guarded and placed.of(name) not in (journal.before[name], after[name], "missing"):
            raise SurveyKitError(
                f"{name} changed after a run was interrupted that was putting a new one in its place: "
                "move it away and run again; nothing was changed"
            )
        if (workshop / name).is_file() and staged.of(name) != after[name]:
            left = (workshop / name).relative_to(study.root).as_posix()
            raise SurveyKitError(
                f"{left} is not the file that was made before the run was interrupted: remove "
                f"{study.definition.output}/{JOURNAL} and run again"
            )
    settle(study, journal, manifest, save, say)


def _allowed(study: StudyOutline, name: str) -> bool:
    """Whether a place lies in the study, or is one that the study file itself names for data."""
    data = study.definition.data
    inside = (study.root / name).parent.resolve().is_relative_to(study.root.resolve())
    return inside or name in (data.frame, data.answers, *data.response_files)
