"""Prove a draw in two steps: from plan, table of clusters, listing, records and log."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError
from surveykit.sampling import DrawRecord, Sample, draw_listed, verify_clusters
from surveykit.sampling.multistage.second_step import compared
from surveykit.study.files import places
from surveykit.study.inputs.frames import study_allocation
from surveykit.study.proving.evidence import commitment_problems, proven_lines
from surveykit.study.proving.listed import list_problems
from surveykit.study.proving.verifying import (
    StudyVerification,
    missing_lines,
    record_of,
    sample_problems,
    size_of,
    verify_study_draw,
)
from surveykit.study.running.artefacts import read_json, read_parquet
from surveykit.study.running.journal import require_settled

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["drawn_clusters", "listing_of", "verify_any_draw"]


def drawn_clusters(study: Study) -> Sample:
    """Return the clusters that were drawn.

    Raises
    ------
    SurveyKitError
        None were drawn yet.
    """
    if not study.path(places.CLUSTERS_RECORD).exists():
        raise SurveyKitError(
            f"{study.located(places.CLUSTERS_RECORD)} does not exist: draw the communities first with "
            "'surveykit draw --stage 1'"
        )
    record = DrawRecord.from_dict(read_json(study.path(places.CLUSTERS_RECORD)))
    return Sample(read_parquet(study.path(places.CLUSTERS)), record)


def listing_of(study: Study) -> tuple[Path, Path | None]:
    """Return where the listing lies, and what says which communities could not be listed."""
    data = study.definition.data
    status = study.root / data.listing_status if data.listing_status is not None else None
    return study.root / str(data.listing), status if status is not None and status.exists() else None


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
        told = [*said, *told]
    else:
        told.append("the units are not drawn yet: only the communities were verified")
    if problems:
        return StudyVerification(False, ("NOT verified:", *(f"  {problem}" for problem in problems)))
    return StudyVerification(True, (*told, *proven_lines(study)))


def _first_step(study: Study, first: Sample) -> tuple[list[str], list[str]]:
    """Draw the communities again, and compare record, table, log and commitment."""
    clusters = study.root / study.definition.data.frame
    found = verify_clusters(study.sampling_plan, clusters, first.record, first.table, study_allocation(study))
    problems = [*found.problems, *commitment_problems(study, first.record, "clusters")]
    if first.record.frame != clusters.name:
        problems.append(f"the record names the table of clusters {first.record.frame!r}, the study {clusters.name!r}")
    problems += list_problems(study, places.CLUSTERS_CSV, first.table, published=False)
    size = f"{len(first.table):,} of {first.record.frame_rows:,} communities"
    return problems, [f"verified: {size}; compared: {', '.join(found.checks)}"]


def _second_step(study: Study, first: Sample) -> tuple[list[str], list[str]]:
    """Draw the units again from the listing; return what differs, and what to tell where nothing does."""
    plan, record = study.sampling_plan, record_of(study, "draw the sample first with 'surveykit draw'")
    table = read_parquet(study.path(places.SAMPLE)) if study.path(places.SAMPLE).exists() else None
    problems = commitment_problems(study, record)
    if record.stages[:1] != first.record.stages:
        problems.append("the first stage of the record is not the one that was drawn and published first")
    try:
        drawn = draw_listed(plan, first, *listing_of(study))
    except SurveyKitError as error:
        return [*problems, str(error)], []
    found = compared(plan, record, drawn)
    again = Sample(drawn.table.assign(unit_id=drawn.table[plan.frame.id]), record)
    problems += [*found.problems, *sample_problems(study, again, table, published=False)]
    said = f"verified: {size_of(study, record, again)}; compared: {', '.join(found.checks)}"
    return problems, [said, *missing_lines(study, table, published=False)]
