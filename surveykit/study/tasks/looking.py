"""Look a study over before anything is drawn: its files, its questionnaire, what can be printed, its frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.errors import Problem
from surveykit.questionnaire import lint_questionnaire
from surveykit.sampling import FrameReport, check_frame
from surveykit.study.files.inside import outside_problems
from surveykit.study.files.study import count_parts
from surveykit.study.inputs.frames import first_lists
from surveykit.study.tasks.frame_reading import reading_line
from surveykit.study.tasks.printing import printing_problems

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["StudyLook", "frame_lines", "look_over"]


@dataclass(frozen=True)
class StudyLook:
    """What a study is and what may be wrong with it.

    Attributes
    ----------
    parts : dict
        Numbers of what it consists of.
    outside : list of Problem
        Files outside the study's folder.
    doubts : dict of str to list of Problem
        What may be a slip, by kind: ``lint`` (the questionnaire), ``glyph`` (characters that no font has), ``frame``.
    frame : FrameReport, optional
        The frame; None while there is none.
    """

    parts: dict[str, object]
    outside: list[Problem]
    doubts: dict[str, list[Problem]]
    frame: FrameReport | None


def look_over(study: Study, *, all_ids: bool = False) -> StudyLook:
    """Look at everything that a study holds.

    Parameters
    ----------
    study : Study
        The study.
    all_ids : bool
        Compare the ids of a large frame for likeness, too.
    """
    file, name = study.definition.files.questionnaire, study.definition.data.frame
    report = look_at_frame(study, all_ids=all_ids)
    lint = [problem.at(problem.file or file, problem.line) for problem in lint_questionnaire(study.questionnaire)]
    framed = [problem.at(name, problem.line) for problem in report.doubts] if report else []
    doubts = {"lint": lint, "glyph": printing_problems(study), "frame": framed}
    return StudyLook(dict(count_parts(study)), outside_problems(study.root, study.definition), doubts, report)


def look_at_frame(study: Study, *, all_ids: bool = False) -> FrameReport | None:
    """Check the frame against the plan, or return None while there is none yet.

    Parameters
    ----------
    study : Study
        The study.
    all_ids : bool
        Compare the ids of a large frame for likeness, too.
    """
    if not all((study.root / name).exists() for name in first_lists(study)):
        return None
    return check_frame(study.sampling_plan, study.frame_at_hand, ids="all" if all_ids else "auto")


def frame_lines(study: Study, report: FrameReport | None) -> list[str]:
    """Say what the frame is, how it was read, what normalising changes and what was not looked at."""
    name = study.definition.data.frame
    if report is None:
        missing = [name for name in first_lists(study) if not (study.root / name).exists()]
        return [f"frame {name}: there is no such file yet" for name in missing]
    late = study.sampling_plan.listing is not None
    said = f"frame {name}: {report.rows:,} units in {report.strata:,} strata"
    if late:
        said = f"table of clusters {name}: {report.rows:,} clusters in {report.strata:,} strata"
    lines = [said] if report.rows else []
    lines += [reading_line(name, report.reading)] if report.reading else []
    lines += [f"frame {name}: {note}" for note in report.notes]
    return lines + [f"frame {name}: not looked at: {what}" for what in report.skipped]
