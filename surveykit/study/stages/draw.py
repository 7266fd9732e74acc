"""Plan and draw: sizes by stratum, the sample and its record."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError, first_few
from surveykit.files.looking import read_text
from surveykit.study.files import places
from surveykit.study.inputs.frames import first_lists, study_allocation, study_frame
from surveykit.study.running.artefacts import read_json, read_parquet, to_csv, write_csv, write_json, write_parquet
from surveykit.study.running.journal import require_settled
from surveykit.study.running.stage import Making, Stage
from surveykit.study.tasks.committing import commitment_problems, require_revealed
from surveykit.study.tasks.draw_log import log_draw
from surveykit.study.tasks.releasing import with_tickets

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.sampling import SamplingPlan
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["StudyVerification", "draw_stage", "plan_stage", "published_sample", "verify_study_draw"]

MAX_PUBLISHED = 2_000_000_000


def plan_stage(study: StudyOutline) -> Stage:
    """Allocate the sample."""
    files = study.definition.files
    return Stage(
        "plan",
        "allocating the sample",
        (places.STUDY, files.sampling_plan, files.regions, *first_lists(study)),
        (places.ALLOCATION, places.PLAN_SUMMARY, places.PLAN_HTML, places.PLAN_DOCUMENT),
        _make_plan,
    )


def draw_stage(study: StudyOutline) -> Stage:
    """Draw the sample."""
    files = study.definition.files
    return Stage(
        "draw",
        "drawing the sample",
        (files.sampling_plan, *first_lists(study)),
        (places.SAMPLE, places.SAMPLE_CSV, places.DRAW_RECORD),
        _make_draw,
        protected="always",
    )


def _make_plan(making: Making) -> None:
    from surveykit.sampling import document_docx, document_html, plan_document, plan_hash

    plan = making.study.sampling_plan
    allocation = study_allocation(making.study)
    language = making.study.definition.languages[0]
    regions = making.study.regions
    labels = dict(zip(regions["district"], regions[f"name_{language}"], strict=True))
    document = plan_document(plan, allocation, language, labels)
    making.output(places.PLAN_HTML).write_text(document_html(document), encoding="utf-8")
    making.output(places.PLAN_DOCUMENT).write_bytes(document_docx(document))
    write_csv(making.output(places.ALLOCATION), allocation.table)
    write_json(
        making.output(places.PLAN_SUMMARY),
        {"plan": plan.model_dump(mode="json"), "plan_hash": plan_hash(plan), "method": allocation.method},
    )
    making.counts |= {"strata": len(allocation.table), "sample_size": allocation.total}


def _make_draw(making: Making) -> None:
    from surveykit.sampling import draw

    study = making.study
    require_revealed(study)
    frame = study_frame(study)
    allocation = study_allocation(study, frame)
    sample = draw(study.sampling_plan, frame, allocation)
    # Answers come back under the name unit_id, whatever the frame calls its units.
    table = sample.table.assign(unit_id=sample.table[study.sampling_plan.frame.id])
    write_parquet(making.output(places.SAMPLE), table)
    write_csv(making.output(places.SAMPLE_CSV), published_sample(study.sampling_plan, table))
    write_json(making.output(places.DRAW_RECORD), sample.record.to_dict())
    log_draw(study, sample.record)
    making.seed = sample.record.seed
    making.counts |= {"frame": int(allocation.table["population_size"].sum()), "sample": len(sample.table)}


@dataclass(frozen=True)
class StudyVerification:
    """The outcome of verifying a study's draw: whether all agrees, and what to tell."""

    ok: bool
    lines: tuple[str, ...]


def verify_study_draw(study: Study) -> StudyVerification:
    """Draw again from plan, frame and record, and compare with the sample in use.

    Raises
    ------
    SurveyKitError
        No sample has been drawn yet, or a run was interrupted while the files of a stage took their places.
    """
    from surveykit.sampling import DrawRecord, draw, verify_draw
    from surveykit.sampling.drawing.comparing import sample_differences

    require_settled(study)
    if not study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"{study.located(places.DRAW_RECORD)} does not exist: draw the sample first with 'surveykit draw'"
        )
    plan, frame = study.sampling_plan, study_frame(study)
    record = DrawRecord.from_dict(read_json(study.path(places.DRAW_RECORD)))
    # Derived from plan and frame, as the draw derives it: in stages its sizes stand in the plan of the first one.
    sizes = study_allocation(study, frame) if plan.stages else None
    found = verify_draw(plan, frame, record, allocation=sizes)
    wrong, proven = commitment_problems(study, record)
    problems = [*found.problems, *wrong]
    named = (study.root / study.definition.data.frame).name
    if record.frame != named:
        problems.append(f"the record names the frame {record.frame!r}, the study {named!r}")
    table = read_parquet(study.path(places.SAMPLE))
    try:
        again = draw(plan, frame, sizes).table
    except SurveyKitError:
        again = None  # told by verify_draw
    if again is not None:
        right = again.assign(unit_id=again[plan.frame.id])
        problems += sample_differences("unit_id", right, table)
        problems += _published_problems(study, places.SAMPLE_CSV, published_sample(plan, right))
    problems += _release_problems(study)
    if not problems:
        size = f"{len(table):,} of {record.frame_rows:,} units"
        return StudyVerification(True, (f"verified: {size}; compared: {', '.join(found.checks)}", *proven))
    return StudyVerification(False, ("NOT verified:", *(f"  {problem}" for problem in problems)))


def published_sample(plan: SamplingPlan, table: pd.DataFrame) -> pd.DataFrame:
    """Return the sample that may be published: each unit with its ticket, and nothing of a reserve in hand."""
    if "reserve" in table:
        table = table[~table["reserve"].astype(bool)].drop(columns="reserve").reset_index(drop=True)
    return with_tickets(plan, table)


def _release_problems(study: Study) -> list[str]:
    """Whether every release of the log is one that the reserve allows, and the published list is what it gives."""
    from surveykit.study.tasks.draw_log import read_log
    from surveykit.study.tasks.releasing import field_table, releases_of, study_ledger

    try:
        if not releases_of(read_log(study)):
            stray = study.path(places.RELEASED).exists()
            return [f"{study.located(places.RELEASED)} is there, and the log has no release"] if stray else []
        return _published_problems(study, places.RELEASED, field_table(study, study_ledger(study)))
    except SurveyKitError as error:
        return [str(error)]


def _published_problems(study: Study, place: str, right: pd.DataFrame) -> list[str]:
    """Compare a published table with what would be written today, cell by cell."""
    name = study.located(place)
    try:
        text = read_text(study.path(place), limit=MAX_PUBLISHED)
    except SurveyKitError as error:
        return [str(error)]
    wanted, found = ([*csv.reader(io.StringIO(part))] for part in (to_csv(right).decode("utf-8-sig"), text))
    if wanted == found:
        return []
    if len(wanted) != len(found) or wanted[0] != found[0]:
        return [
            f"{name} has other rows or columns than the draw: {len(found) - 1} rows, the draw gives {len(wanted) - 1}"
        ]
    rows = [at for at, (one, other) in enumerate(zip(wanted, found, strict=True), start=1) if one != other]
    return [f"{name} differs from the draw in lines {first_few(rows)}"]
