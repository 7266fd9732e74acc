"""Draw in two steps: the communities, and when these are listed, units in them. Loaded when something is drawn."""

from __future__ import annotations

from surveykit.errors import DataError, DefinitionError, Problem
from surveykit.sampling import check_listing, draw_clusters, draw_listed
from surveykit.sampling.drawing.record import in_reserve
from surveykit.study.files import places
from surveykit.study.inputs.frames import study_allocation
from surveykit.study.proving.committing import require_revealed
from surveykit.study.proving.entering import log_clusters
from surveykit.study.proving.releasing import published_sample
from surveykit.study.proving.two_steps import drawn_clusters, listing_of
from surveykit.study.running.artefacts import write_csv, write_json, write_parquet
from surveykit.study.running.stage import Making
from surveykit.study.stages.draw import enter_draw

__all__ = ["make_clusters", "make_sample"]


def make_clusters(making: Making) -> None:
    """Draw the communities; write them, their record, and a form for what becomes of them."""
    study = making.study
    require_revealed(study)
    allocation = study_allocation(study)
    sample = draw_clusters(study.sampling_plan, study.frame_at_hand, allocation)
    first, table = study.sampling_plan.stages[0].id, sample.table
    write_parquet(making.output(places.CLUSTERS), table)
    write_csv(making.output(places.CLUSTERS_CSV), table)
    write_json(making.output(places.CLUSTERS_RECORD), sample.record.to_dict())
    form = table[[first, *study.sampling_plan.strata, "cluster_size"]].assign(status="")
    write_csv(making.output(places.LISTING_FORM), form)
    log_clusters(study, sample.record)
    making.seed = sample.record.seed
    making.counts |= {"clusters": sample.record.frame_rows, "drawn": len(table)}


def make_sample(making: Making, given_up: str | None = None) -> None:
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
    enter_draw(making, sample.record, given_up)
    making.seed = sample.record.seed
    held = int(in_reserve(table, plan.reserve).sum())
    making.counts |= {"listed": len(report.units), "sample": len(table) - held}
    making.counts |= {"reserve": held} if plan.reserve else {}
