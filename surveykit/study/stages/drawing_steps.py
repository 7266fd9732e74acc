"""Draw in two steps: the communities, and when these are listed, units in them. Loaded when something is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from surveykit.errors import DataError, DefinitionError, Problem, SurveyKitError
from surveykit.sampling import DrawRecord, Sample, check_listing, draw_clusters, draw_listed
from surveykit.study.files import places
from surveykit.study.inputs.frames import study_allocation
from surveykit.study.running.artefacts import read_json, read_parquet, write_csv, write_json, write_parquet
from surveykit.study.running.stage import Making
from surveykit.study.stages.draw import published_sample
from surveykit.study.tasks.committing import require_revealed
from surveykit.study.tasks.draw_log import log_clusters, log_draw

if TYPE_CHECKING:
    from surveykit.study.files.study import Study

__all__ = ["drawn_clusters", "listing_of", "make_clusters", "make_sample"]


def make_clusters(making: Making) -> None:
    """Draw the communities; write them, their record, and a form for what becomes of them."""
    study = making.study
    require_revealed(study)
    allocation = study_allocation(study)
    sample = draw_clusters(study.sampling_plan, study.root / study.definition.data.frame, allocation)
    first, table = study.sampling_plan.stages[0].id, sample.table
    write_parquet(making.output(places.CLUSTERS), table)
    write_csv(making.output(places.CLUSTERS_CSV), table)
    write_json(making.output(places.CLUSTERS_RECORD), sample.record.to_dict())
    form = table[[first, *study.sampling_plan.strata, "cluster_size"]].assign(status="")
    write_csv(making.output(places.LISTING_FORM), form)
    log_clusters(study, sample.record)
    for note in sample.record.notes:
        making.report(f"    {note}")
    making.seed = sample.record.seed
    making.counts |= {"clusters": sample.record.frame_rows, "drawn": len(table)}


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


def make_sample(making: Making) -> None:
    """Draw units from the listing; refuse one that is not whole with every problem."""
    study, plan = making.study, making.study.sampling_plan
    require_revealed(study)
    first = drawn_clusters(study)
    listing, status = listing_of(study)
    if not listing.exists():
        raise DataError(
            f"draw: {study.definition.data.listing} is not there: the {len(first.table)} drawn communities "
            f"({study.located(places.CLUSTERS_CSV)}) are listed first, in one file with a column "
            f"{plan.stages[0].id!r} or in a folder with a file for each; then 'surveykit draw --stage 2'"
        )
    named = study.definition.data.listing_status
    if named is not None and status is None:
        making.report(f"    {named} is not there: no community is marked refused or empty")
    report = check_listing(plan, first, listing, status)
    if report.problems:
        todo = "correct the listing, or mark clusters refused or empty"
        where = str(study.definition.data.listing)
        raise DefinitionError([Problem(text, todo).at(where, None) for text in report.problems])
    sample = draw_listed(plan, first, listing, status)
    table = sample.table.assign(unit_id=sample.table[plan.frame.id])
    write_parquet(making.output(places.SAMPLE), table)
    write_csv(making.output(places.SAMPLE_CSV), published_sample(plan, table))
    write_json(making.output(places.DRAW_RECORD), sample.record.to_dict())
    write_csv(making.output(places.LISTING_REPORT), report.table)
    log_draw(study, sample.record)
    for note in sample.record.notes:
        making.report(f"    {note}")
    making.seed = sample.record.seed
    making.counts |= {"listed": len(report.units), "sample": len(sample.table)}
