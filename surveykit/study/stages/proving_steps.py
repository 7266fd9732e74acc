"""Prove a draw, in one step or in two: from plan, frame or table of clusters, listing, record and log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError
from surveykit.sampling import DrawRecord, Sample, chain_problems, draw_listed, verify_clusters
from surveykit.sampling.drawing.comparing import sample_differences
from surveykit.sampling.multistage.second_step import compared
from surveykit.study.files import places
from surveykit.study.inputs.frames import study_allocation
from surveykit.study.running.artefacts import read_json, read_parquet
from surveykit.study.running.journal import require_settled
from surveykit.study.stages.draw import (
    StudyVerification,
    _published_problems,
    _release_problems,
    published_sample,
    verify_study_draw,
)
from surveykit.study.stages.drawing_steps import drawn_clusters, listing_of
from surveykit.study.tasks.committing import commitment_problems, require_revealed
from surveykit.study.tasks.draw_log import draw_content, last_event, log_lines, read_log

if TYPE_CHECKING:
    from surveykit.sampling import Sample
    from surveykit.study.files.study import Study

__all__ = ["verify_any_draw"]


def verify_any_draw(study: Study) -> StudyVerification:
    """Draw again, in as many steps as the study draws in, and compare with what is in use.

    Raises
    ------
    SurveyKitError
        Nothing has been drawn yet, or a run was interrupted while the files of a stage took their places.
    """
    if study.definition.data.listing is None:
        return verify_study_draw(study)
    require_settled(study)
    first = drawn_clusters(study)
    problems, told = _first_step(study, first)
    if study.path(places.DRAW_RECORD).exists():
        more, said = _second_step(study, first)
        problems += [text for text in more if text not in problems]
        told = [said, *told]
    else:
        told.append("the units are not drawn yet: only the communities were verified")
    if problems:
        return StudyVerification(False, ("NOT verified:", *(f"  {problem}" for problem in problems)))
    return StudyVerification(True, tuple(told))


def _first_step(study: Study, first: Sample) -> tuple[list[str], list[str]]:
    """Draw the communities again, and compare record, table, log and commitment."""
    clusters = study.root / study.definition.data.frame
    found = verify_clusters(study.sampling_plan, clusters, first.record, first.table, study_allocation(study))
    problems, entries, name = list(found.problems), read_log(study), study.located(places.DRAW_LOG)
    problems += [f"{name}: {text}" for text in chain_problems(entries)]
    if first.record.frame != clusters.name:
        problems.append(f"the record names the table of clusters {first.record.frame!r}, the study {clusters.name!r}")
    problems += _published_problems(study, places.CLUSTERS_CSV, first.table)
    entered, content = last_event(entries, "clusters"), draw_content(first.record)
    if entered is None or {key: entered["content"].get(key) for key in content} != content:
        problems.append(f"the record is not that of the last clusters drawn in {name}")
    order = [entry["event"] for entry in entries]
    for before, after in (("reveal", "clusters"), ("clusters", "draw")):
        if before in order and after in order and order.index(after) < order.index(before):
            problems.append(f"{name} has the event {after!r} before {before!r}")
    try:
        require_revealed(study)
    except SurveyKitError as error:
        problems.append(str(error))
    size = f"{len(first.table):,} of {first.record.frame_rows:,} communities"
    return problems, [
        f"verified: {size}; compared: {', '.join(found.checks)}",
        *(log_lines(entries) if entries else []),
    ]


def _second_step(study: Study, first: Sample) -> tuple[list[str], str]:
    """Draw the units again from the listing; return what differs, and what to tell where nothing does."""
    plan = study.sampling_plan
    record = DrawRecord.from_dict(read_json(study.path(places.DRAW_RECORD)))
    problems, _ = commitment_problems(study, record)
    if record.stages[:1] != first.record.stages:
        problems.append("the first stage of the record is not the one that was drawn and published first")
    try:
        again = draw_listed(plan, first, *listing_of(study))
    except SurveyKitError as error:
        return [*problems, str(error)], ""
    found = compared(plan, record, again)
    problems += found.problems
    table, right = read_parquet(study.path(places.SAMPLE)), again.table.assign(unit_id=again.table[plan.frame.id])
    problems += sample_differences("unit_id", right, table)
    problems += _published_problems(study, places.SAMPLE_CSV, published_sample(plan, right))
    problems += _release_problems(study)
    size = f"{len(table):,} of {record.frame_rows:,} listed units"
    return problems, f"verified: {size}; compared: {', '.join(found.checks)}"
