"""Reserve units that go into the field: entered in the log, published, and the only ones that weights know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from surveykit.errors import SurveyKitError
from surveykit.sampling import DrawRecord, ReleaseLedger, Sample, open_ledger, permanent_key, release
from surveykit.sampling.drawing.record import in_reserve
from surveykit.sampling.drawing.reserve import fielded, planned, release_columns, reserve_of
from surveykit.study.files import places
from surveykit.study.proving.entering import add_to_log, log_head, sound_log
from surveykit.study.proving.log import releases_of
from surveykit.study.running.artefacts import read_json, read_parquet, to_csv
from surveykit.study.running.journal import require_settled
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically
from surveykit.study.running.private import keep_private

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.sampling import SamplingPlan
    from surveykit.study.files.study import Study
    from surveykit.study.proving.log import DrawFiles

__all__ = [
    "drawn_line",
    "field_sample",
    "field_table",
    "head_line",
    "ledger_of",
    "published_sample",
    "release_study",
    "study_ledger",
]


def study_ledger(study: Study) -> ReleaseLedger:
    """Return the ledger of the study's sample with every release of the log.

    Raises
    ------
    SurveyKitError
        No sample was drawn, the log was changed, or a release of the log is none that the reserve allows.
    """
    if not study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"{study.located(places.DRAW_RECORD)} does not exist: draw the sample first with 'surveykit draw'"
        )
    record = DrawRecord.from_dict(read_json(study.path(places.DRAW_RECORD)))
    return ledger_of(study, Sample(read_parquet(study.path(places.SAMPLE)), record))


def ledger_of(files: DrawFiles, sample: Sample) -> ReleaseLedger:
    """The ledger of a drawn sample with every release of the log that stands; see `study_ledger`."""
    ledger = open_ledger(sample)
    for entry in releases_of(sound_log(files)):
        if entry["content"].get("sample_digest") != sample.record.sample_digest:
            raise SurveyKitError(f"release: entry {entry['entry']} of the log releases units of another sample")
        ledger = release(ledger, entry["content"]["units"], entry["content"]["reason"])
    return ledger


def release_study(study: Study, units: Mapping[str, int], every: int, reason: str) -> ReleaseLedger:
    """Release reserve units, enter it in the log, and write the units that are in the field.

    Parameters
    ----------
    study : Study
        A study whose sample was drawn with a reserve.
    units : mapping of str to int
        Number by stratum, or by cluster in a plan of stages.
    every : int
        Number in every stratum or cluster that `units` does not name; 0 for none.
    reason : str
        Why, for the log.

    Raises
    ------
    SurveyKitError
        There is no such reserve, or no reason.
    """
    require_settled(study)
    with study_lock(study.output):
        ledger = study_ledger(study)
        refused = _refused(study.sampling_plan, ledger)
        wanted = {name: every for name in ledger.released if every and not name.startswith(refused)} | dict(units)
        if not wanted:
            raise SurveyKitError("release: nothing to release: name strata, as in 'wuhou=20', or give --every N")
        if not reserve_of(ledger.sample):
            raise SurveyKitError(
                f"release: the sample has no reserve: say 'reserve:' in {study.definition.files.sampling_plan} before "
                "the draw"
            )
        ledger = release(ledger, wanted, reason)
        content = {"sample_digest": ledger.sample.record.sample_digest, "units": wanted, "reason": reason}
        add_to_log(study, "release", content)
        path = study.path(places.RELEASED)
        write_atomically(path, to_csv(field_table(study.sampling_plan, ledger)))
        keep_private(study, path, study.located(places.RELEASED))
    return ledger


def _refused(plan: SamplingPlan, ledger: ReleaseLedger) -> tuple[str, ...]:
    """Beginnings of the names of clusters that were refused: nobody can be released there."""
    table = ledger.sample.table
    if plan.listing is None:
        return ()
    units = table.loc[table["listing_status"] == "refused", "unit_id"]
    paths = sorted({str(unit).rpartition("#")[0] for unit in units})
    return tuple(name for name in ledger.released if any(name == p or name.startswith(f"{p}/") for p in paths))


def field_table(plan: SamplingPlan, ledger: ReleaseLedger) -> pd.DataFrame:
    """Return the units in the field as they may be published, each with its ticket."""
    table = ledger.table
    return with_tickets(plan, table.drop(columns="reserve") if plan.reserve else table)


def published_sample(plan: SamplingPlan, table: pd.DataFrame) -> pd.DataFrame:
    """Return the sample that may be published: each unit with its ticket, and nothing of a reserve in hand."""
    if plan.reserve:
        table = table[~in_reserve(table, plan.reserve)].drop(columns="reserve").reset_index(drop=True)
    return with_tickets(plan, table)


def field_sample(study: Study) -> pd.DataFrame:
    """Return the sample that is in the field, with weights that hold for it: planned and released units, no others."""
    table, reserve = read_parquet(study.path(places.SAMPLE)), study.sampling_plan.reserve
    if not reserve:
        return table
    columns = release_columns(study.sampling_plan)
    released = planned(table, columns, reserve)
    for entry in releases_of(sound_log(study)):
        for name, count in entry["content"]["units"].items():
            released[name] = released.get(name, 0) + int(count)
    return fielded(table, columns, released, reserve).drop(columns="reserve")


def with_tickets(plan: SamplingPlan, table: pd.DataFrame) -> pd.DataFrame:
    """Add each unit's ticket, the permanent random number of the draw of units."""
    seed = f"{plan.seed}/{len(plan.stages)}" if plan.stages else str(plan.seed)
    return table.assign(prn=[permanent_key(seed, str(unit), plan.hash) for unit in table[plan.frame.id]])


def head_line(study: Study) -> str:
    """Say the last hash of the log, which fixes all of it once it is published."""
    return f"head of the log: {log_head(study)}; publish it"


def drawn_line(study: Study) -> str:
    """Say how many units are the sample, in reserve and in the field."""
    table, reserve = read_parquet(study.path(places.SAMPLE)), study.sampling_plan.reserve
    if not reserve:
        return f"{len(table):,} units are the sample"
    held = int(in_reserve(table, reserve).sum())
    released = sum(sum(entry["content"]["units"].values()) for entry in releases_of(sound_log(study)))
    planned = len(table) - held
    return (
        f"{planned:,} units are the sample, {held:,} its reserve, of which {released:,} were released: "
        f"{planned + released:,} in the field"
    )
