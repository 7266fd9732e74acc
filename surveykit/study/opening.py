"""A study in a notebook: open it from any folder inside it, and make what is out of date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["open_study", "run_study"]


def open_study(start: str | Path = ".", *, trust: bool = False) -> Study:
    """Read and check the study that a folder lies in.

    Parameters
    ----------
    start : str or Path
        A folder; its parents are searched upwards for study.yaml, as git does for its folder.
    trust : bool
        Whether the study may name files outside its folder; for studies whose makers you know.

    Returns
    -------
    Study
        Its definitions and tables; `root` is its folder.

    Raises
    ------
    SurveyKitError
        No folder upwards holds a study.yaml.
    DefinitionError
        With every problem of every file.
    """
    from surveykit.study.files.loading import load_study
    from surveykit.study.files.location import find_study

    return load_study(find_study(Path(start)), trust=trust)


def run_study(study: Study, *, until: str | None = None, say: Callable[[str], None] = print) -> None:
    """Make what is out of date in a study, as ``surveykit run`` does; a drawn sample is never replaced.

    Parameters
    ----------
    study : Study
        From `open_study`.
    until : str, optional
        The last stage that is wanted, such as "ingest" or "score"; all of them when absent.
    say : callable
        Receives one line for each thing worth telling; nothing is said when all is up to date.

    Raises
    ------
    OverwriteError
        A drawn sample is out of date.
    SurveyKitError
        There is no such stage, an input is missing, or another run is under way.
    """
    from surveykit.study.pipeline import stages_up_to, study_stages
    from surveykit.study.running.run import all_current, run_stages

    stages = study_stages(study)
    wanted = stages if until is None else stages_up_to(stages, until)
    if not all_current(study, wanted):
        run_stages(study, wanted, say=say)
