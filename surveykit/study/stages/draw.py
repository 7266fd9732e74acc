"""Plan and draw: sizes by stratum, the sample and its record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError
from surveykit.study.files import places
from surveykit.study.running.artefacts import read_json, read_parquet, write_csv, write_json, write_parquet
from surveykit.study.running.journal import require_settled
from surveykit.study.running.stage import Making, Stage
from surveykit.study.tasks.committing import commitment_problems, require_revealed

if TYPE_CHECKING:
    from surveykit.sampling import Allocation
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["StudyVerification", "draw_stage", "plan_stage", "verify_study_draw"]


def plan_stage(study: StudyOutline) -> Stage:
    """Allocate the sample."""
    files = study.definition.files
    return Stage(
        "plan",
        "allocating the sample",
        (places.STUDY, files.sampling_plan, files.regions, study.definition.data.frame),
        (places.ALLOCATION, places.PLAN_SUMMARY, places.PLAN_HTML, places.PLAN_DOCUMENT),
        _make_plan,
    )


def draw_stage(study: StudyOutline) -> Stage:
    """Draw the sample."""
    files = study.definition.files
    return Stage(
        "draw",
        "drawing the sample",
        (files.sampling_plan, study.definition.data.frame),
        (places.SAMPLE, places.SAMPLE_CSV, places.DRAW_RECORD),
        _make_draw,
        protected="always",
    )


def _allocation(study: Study) -> Allocation:
    from surveykit.sampling import allocate, stratum_table

    frame = study.root / study.definition.data.frame
    return allocate(study.sampling_plan, stratum_table(study.sampling_plan, frame))


def _make_plan(making: Making) -> None:
    from surveykit.sampling import document_docx, document_html, plan_document, plan_hash

    plan = making.study.sampling_plan
    allocation = _allocation(making.study)
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
    allocation = _allocation(study)
    sample = draw(study.sampling_plan, study.root / study.definition.data.frame, allocation)
    # Answers come back under the name unit_id, whatever the frame calls its units.
    table = sample.table.assign(unit_id=sample.table[study.sampling_plan.frame.id])
    write_parquet(making.output(places.SAMPLE), table)
    write_csv(making.output(places.SAMPLE_CSV), table)
    write_json(making.output(places.DRAW_RECORD), sample.record.to_dict())
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
    from surveykit.sampling import DrawRecord, stratum_table, verify_draw

    require_settled(study)
    if not study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"{study.located(places.DRAW_RECORD)} does not exist: draw the sample first with 'surveykit draw'"
        )
    record = DrawRecord.from_dict(read_json(study.path(places.DRAW_RECORD)))
    table = read_parquet(study.path(places.SAMPLE))
    found = verify_draw(study.sampling_plan, study.root / study.definition.data.frame, record, table)
    wrong, proven = commitment_problems(study, record)
    if found.ok and not wrong:
        strata = stratum_table(study.sampling_plan, study.root / study.definition.data.frame)
        size = f"{len(table):,} of {int(strata['population_size'].sum()):,} units"
        return StudyVerification(True, (f"verified: {size}; compared: {', '.join(found.checks)}", *proven))
    return StudyVerification(False, ("NOT verified:", *(f"  {problem}" for problem in (*found.problems, *wrong))))
