"""Find the study that a command means."""

from __future__ import annotations

from pathlib import Path

from surveykit.errors import SurveyKitError

__all__ = ["MARKER", "find_study", "named_study"]

MARKER = "study.yaml"


def named_study(folder: Path) -> Path:
    """Return a study's folder or study file that was named outright; no folder above it is looked at.

    Raises
    ------
    SurveyKitError
        The folder holds no study.yaml, or the file is no YAML file.
    """
    if folder.is_file():
        if folder.suffix not in (".yaml", ".yml"):
            raise SurveyKitError(f"{folder}: not a study file: name a folder with a {MARKER}, or a study file (.yaml)")
        return folder.resolve()
    if not (folder / MARKER).is_file():
        raise SurveyKitError(
            f"{folder}: no {MARKER} there: name the study's own folder, or start one with 'surveykit init FOLDER'"
        )
    return folder.resolve()


def find_study(start: Path) -> Path:
    """Return the folder of the study that `start` lies in.

    Parameters
    ----------
    start : pathlib.Path
        A folder or file; its parents are searched upwards for study.yaml, as git does for its folder.

    Raises
    ------
    SurveyKitError
        No folder upwards holds a study.yaml.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise SurveyKitError(
        f"{start}: no {MARKER} here or in any folder above: "
        "go to the folder of a study, name it with --study, or start one with 'surveykit init FOLDER'"
    )
