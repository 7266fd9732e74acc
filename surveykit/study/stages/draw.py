"""Plan and draw: sizes by stratum, the sample and its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.inputs.frames import first_lists, study_allocation
from surveykit.study.running.artefacts import write_csv, write_json, write_parquet
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.sampling import DrawRecord
    from surveykit.study.files.study import StudyOutline

__all__ = ["draw_again", "draw_stage", "enter_draw", "plan_stage"]


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


def draw_again(stage: Stage, reason: str) -> Stage:
    """Return the stage of the draw, allowed to give up releases of the sample that it replaces, for a reason."""
    make: Callable[..., None] = stage.make
    return replace(stage, make=partial(make, given_up=reason))


def _make_draw(making: Making, given_up: str | None = None) -> None:
    from surveykit.sampling import draw
    from surveykit.study.proving.committing import require_revealed
    from surveykit.study.proving.releasing import published_sample

    study = making.study
    require_revealed(study)
    frame = study.frame_at_hand
    allocation = study_allocation(study, frame)
    sample = draw(study.sampling_plan, frame, allocation)
    # Answers come back under the name unit_id, whatever the frame calls its units.
    table = sample.table.assign(unit_id=sample.table[study.sampling_plan.frame.id])
    write_parquet(making.output(places.SAMPLE), table)
    write_csv(making.output(places.SAMPLE_CSV), published_sample(study.sampling_plan, table))
    write_json(making.output(places.DRAW_RECORD), sample.record.to_dict())
    enter_draw(making, sample.record, given_up)
    making.seed = sample.record.seed
    planned = sum(stratum.sample_size for stratum in sample.record.strata)
    counts = {"sample": planned, "reserve": len(table) - planned} if study.sampling_plan.reserve else {}
    making.counts |= {"frame": int(allocation.table["population_size"].sum()), "sample": len(table)} | counts


def enter_draw(making: Making, record: DrawRecord, given_up: str | None) -> None:
    """Enter a draw in the log; the list of released units goes with a sample that is given up."""
    from surveykit.study.proving.entering import log_draw

    study = making.study
    lost = log_draw(study, record, given_up)
    if lost and study.path(places.RELEASED).exists():
        study.path(places.RELEASED).unlink()
        making.report(
            f"    {lost} released units were given up with the earlier sample; {study.located(places.RELEASED)} was "
            "taken away"
        )
