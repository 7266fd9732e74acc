"""Verify a draw: in its study, or from what was published of it, with the frame or with its digest alone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from surveykit.errors import SurveyKitError
from surveykit.files.looking import read_text
from surveykit.sampling import DrawRecord, Sample, SamplingPlan, allocate, draw, stratum_table, verify_draw
from surveykit.sampling.drawing.comparing import sample_differences
from surveykit.sampling.drawing.record import in_reserve
from surveykit.sampling.drawing.verify import checks_of
from surveykit.study.files import places
from surveykit.study.files.validation import validate
from surveykit.study.files.yaml_reader import parse_yaml
from surveykit.study.proving.evidence import commitment_problems, proven_lines
from surveykit.study.proving.listed import column_notes, list_problems, unframed_problems
from surveykit.study.proving.log import read_log, releases_of
from surveykit.study.proving.releasing import field_table, ledger_of, published_sample
from surveykit.study.running.artefacts import read_json, read_parquet
from surveykit.study.running.journal import require_settled

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.sampling import Allocation
    from surveykit.study.files.study import Study
    from surveykit.study.proving.log import DrawFiles

__all__ = [
    "StudyVerification",
    "missing_lines",
    "record_of",
    "sample_problems",
    "size_of",
    "verify_published_draw",
    "verify_study_draw",
]

PLAN = "plan.yaml"


@dataclass(frozen=True)
class StudyVerification:
    """The outcome of verifying a study's draw: whether all agrees, and what to tell."""

    ok: bool
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PublishedDraw:
    """What was published of a draw, in one folder, with the frame if it is at hand."""

    folder: Path
    sampling_plan: SamplingPlan
    frame_at_hand: Path | None

    def path(self, place: str) -> Path:
        """Where a published file lies: under its own name in the folder."""
        return self.folder / Path(place).name

    def located(self, place: str) -> str:
        """Name of a published file."""
        return Path(place).name


def verify_study_draw(study: Study) -> StudyVerification:
    """Draw again from plan, frame and record, and compare with the sample in use and what is published of it.

    Raises
    ------
    SurveyKitError
        No sample has been drawn yet, or a run was interrupted while the files of a stage took their places.
    """
    require_settled(study)
    record = record_of(study, "draw the sample first with 'surveykit draw'")
    table = read_parquet(study.path(places.SAMPLE)) if study.path(places.SAMPLE).exists() else None
    return _verified(study, record, table, published=False)


def verify_published_draw(folder: Path, frame: Path | None = None) -> StudyVerification:
    """Verify a draw from its published files alone: no study, and nothing that is private.

    Parameters
    ----------
    folder : pathlib.Path
        With plan.yaml, record.json and log.jsonl; commitment.json, sample.csv and released.csv where there are any.
    frame : pathlib.Path, optional
        A copy of the frame; columns that decide nothing may be empty in it. Without it the frame is known by its digest
        only, and which units it gives cannot be proven.

    Returns
    -------
    StudyVerification
        Whether all agrees that could be compared, and what could not.

    Raises
    ------
    SurveyKitError
        The plan or the record is not there, or cannot be read, or the plan draws in two steps.
    """
    if not (folder / PLAN).exists():
        raise SurveyKitError(f"verify-draw: {folder / PLAN} is not there: put the published plan beside record.json")
    if frame is not None and not frame.exists():
        raise SurveyKitError(f"verify-draw: the frame {frame} is not there: correct the name, or leave it out")
    plan = validate(SamplingPlan, parse_yaml(read_text(folder / PLAN), PLAN))
    if plan.listing is not None:
        raise SurveyKitError(
            "verify-draw: this plan draws in two steps, and the listing that the second draws from is not among what "
            "is published: verify it in its study, without --published"
        )
    files = PublishedDraw(folder, plan, frame)
    record = record_of(files, "put the published record there")
    return _verified(files, record, None, published=True)


def record_of(files: DrawFiles, todo: str) -> DrawRecord:
    """The record of the draw of units, or an error that says what to do."""
    if not files.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(f"{files.located(places.DRAW_RECORD)} does not exist: {todo}")
    return DrawRecord.from_dict(read_json(files.path(places.DRAW_RECORD)))


def _verified(
    files: DrawFiles, record: DrawRecord, table: pd.DataFrame | None, *, published: bool
) -> StudyVerification:
    frame = files.frame_at_hand
    if frame is None:
        problems, lists = commitment_problems(files, record), unframed_problems(files, record)
        if problems or lists:
            return StudyVerification(
                False, ("NOT verified:", *(f"  {text}" for text in lists), *(f"  {text}" for text in problems))
            )
        lead = f"agrees, WITHOUT THE FRAME: its digest is {record.frame_digest}; which units it gives was not proven"
        return StudyVerification(True, (lead, *missing_lines(files, None, published=True), *proven_lines(files)))
    again = _drawn(files, frame, record)
    problems = _record_problems(files, frame, record, published=published)
    lists = [] if again is None else sample_problems(files, again, table, published=published)
    if problems or lists or again is None:
        return StudyVerification(
            False, ("NOT verified:", *(f"  {text}" for text in lists), *(f"  {text}" for text in problems))
        )
    checked = ", ".join(checks_of(record))
    lines = [
        f"verified: {size_of(files, record, again)}; compared: {checked}",
        *missing_lines(files, table, published=published),
    ]
    lines += column_notes(files, _published_tables(files, again)) if published else []
    return StudyVerification(True, (*lines, *proven_lines(files)))


def missing_lines(files: DrawFiles, table: pd.DataFrame | None, *, published: bool) -> list[str]:
    """What was not compared because it is not here; the published list must be in a study."""
    place = places.SAMPLE_CSV if published else places.SAMPLE
    if files.path(place).exists() or table is not None:
        return []
    return [f"not compared: {files.located(place)}, which is not here"]


def _sizes(files: DrawFiles, frame: Any) -> Allocation | None:
    """Derived from plan and frame, as the draw derives it: in stages its sizes stand in the plan of the first one."""
    plan = files.sampling_plan
    return allocate(plan, stratum_table(plan, frame)) if plan.stages else None


def _drawn(files: DrawFiles, frame: Any, record: DrawRecord) -> Sample | None:
    """The sample drawn again, as a study keeps it, with the record that is verified; nothing if it cannot be drawn."""
    try:
        table = draw(files.sampling_plan, frame, _sizes(files, frame)).table
    except SurveyKitError:
        return None  # told by verify_draw
    return Sample(table.assign(unit_id=table[files.sampling_plan.frame.id]), record)


def _record_problems(files: DrawFiles, frame: Any, record: DrawRecord, *, published: bool) -> list[str]:
    """Draw again, and compare the record with it, the commitment and the log."""
    found = verify_draw(files.sampling_plan, frame, record, allocation=_sizes(files, frame))
    problems = [*found.problems, *commitment_problems(files, record)]
    named = frame.name if isinstance(frame, Path) else frame.source
    if not published and record.frame != named:
        problems.append(f"the record names the frame {record.frame!r}, the study {named!r}")
    return problems


def sample_problems(files: DrawFiles, again: Sample, table: pd.DataFrame | None, *, published: bool) -> list[str]:
    """Compare the sample in use and the published lists, and see that every release is one that the reserve allows."""
    problems = [] if table is None else sample_differences("unit_id", again.table, table)
    try:
        tables = _published_tables(files, again)
    except SurveyKitError as error:
        return [*problems, str(error)]
    for place, right in tables.items():
        problems += list_problems(files, place, right, published=published)
    if places.RELEASED not in tables and files.path(places.RELEASED).exists():
        problems.append(f"{files.located(places.RELEASED)} is there, and the log has no release")
    return problems


def _published_tables(files: DrawFiles, again: Sample) -> dict[str, pd.DataFrame]:
    """What the published lists should hold."""
    plan = files.sampling_plan
    tables = {places.SAMPLE_CSV: published_sample(plan, again.table)}
    if releases_of(read_log(files)):
        tables[places.RELEASED] = field_table(plan, ledger_of(files, again))
    return tables


def size_of(files: DrawFiles, record: DrawRecord, again: Sample) -> str:
    """How many units were drawn, are in reserve and were released, of how many."""
    reserve = files.sampling_plan.reserve
    held = int(in_reserve(again.table, reserve).sum())
    drawn, rows = len(again.table) - held, record.frame_rows
    if not reserve:
        return f"{drawn:,} of {rows:,} units"
    released = sum(sum(entry["content"]["units"].values()) for entry in releases_of(read_log(files)))
    return (
        f"{drawn:,} of {rows:,} units and a reserve of {held:,}, of which {released:,} were released: "
        f"{drawn + released:,} in the field"
    )
