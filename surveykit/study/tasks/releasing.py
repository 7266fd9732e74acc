"""Reserve units that go into the field: entered in the log, published, and the only ones that weights know of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from surveykit.errors import SurveyKitError
from surveykit.study.files import places
from surveykit.study.running.artefacts import read_json, read_parquet, to_csv
from surveykit.study.running.journal import require_settled
from surveykit.study.running.lock import study_lock
from surveykit.study.running.manifest import write_atomically
from surveykit.study.running.private import keep_private
from surveykit.study.tasks.draw_log import add_to_log, read_log, sound_log

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.sampling import ReleaseLedger, SamplingPlan
    from surveykit.study.files.study import Study, StudyOutline

__all__ = ["field_sample", "field_table", "release_settings", "release_study", "releases_of", "study_ledger"]


def releases_of(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the releases since the last draw."""
    found: list[dict[str, Any]] = []
    for entry in entries:
        if entry.get("event") in ("draw", "redraw"):
            found = []
        elif entry.get("event") == "release":
            found.append(entry)
    return found


def release_settings(study: StudyOutline) -> dict[str, Any]:
    """What the stages after the draw depend on besides the drawn sample: the releases, if there are any."""
    releases = releases_of(read_log(study))
    return {"releases": [entry["hash"] for entry in releases]} if releases else {}


def study_ledger(study: Study) -> ReleaseLedger:
    """Return the ledger of the study's sample with every release of the log.

    Raises
    ------
    SurveyKitError
        No sample was drawn, the log was changed, or a release of the log is none that the reserve allows.
    """
    from surveykit.sampling import DrawRecord, Sample, open_ledger, release

    if not study.path(places.DRAW_RECORD).exists():
        raise SurveyKitError(
            f"{study.located(places.DRAW_RECORD)} does not exist: draw the sample first with 'surveykit draw'"
        )
    record = DrawRecord.from_dict(read_json(study.path(places.DRAW_RECORD)))
    ledger = open_ledger(Sample(read_parquet(study.path(places.SAMPLE)), record))
    for entry in releases_of(sound_log(study)):
        if entry["content"].get("sample_digest") != record.sample_digest:
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
    from surveykit.sampling import release

    require_settled(study)
    with study_lock(study.output):
        ledger = study_ledger(study)
        refused = _refused(ledger)
        wanted = {name: every for name in ledger.released if every and not name.startswith(refused)} | dict(units)
        if not wanted:
            raise SurveyKitError("release: nothing to release: name strata, as in 'wuhou=20', or give --every N")
        if "reserve" not in ledger.sample.table:
            raise SurveyKitError(
                f"release: the sample has no reserve: say 'reserve:' in {study.definition.files.sampling_plan} before "
                "the draw"
            )
        ledger = release(ledger, wanted, reason)
        content = {"sample_digest": ledger.sample.record.sample_digest, "units": wanted, "reason": reason}
        add_to_log(study, "release", content)
        path = study.path(places.RELEASED)
        write_atomically(path, to_csv(field_table(study, ledger)))
        keep_private(study, path, study.located(places.RELEASED))
    return ledger


def _refused(ledger: ReleaseLedger) -> tuple[str, ...]:
    """Beginnings of the names of clusters that were refused: nobody can be released there."""
    table = ledger.sample.table
    if "listing_status" not in table:
        return ()
    units = table.loc[table["listing_status"] == "refused", "unit_id"]
    paths = sorted({str(unit).rpartition("#")[0] for unit in units})
    return tuple(name for name in ledger.released if any(name == p or name.startswith(f"{p}/") for p in paths))


def field_table(study: Study, ledger: ReleaseLedger) -> pd.DataFrame:
    """Return the units in the field as they may be published, each with its ticket."""
    return with_tickets(study.sampling_plan, ledger.table.drop(columns="reserve", errors="ignore"))


def field_sample(study: Study) -> pd.DataFrame:
    """Return the sample that is in the field, with weights that hold for it: planned and released units, no others."""
    from surveykit.sampling.drawing.reserve import fielded, planned, release_columns

    table = read_parquet(study.path(places.SAMPLE))
    if "reserve" not in table:
        return table
    columns = release_columns(study.sampling_plan)
    released = planned(table, columns)
    for entry in releases_of(sound_log(study)):
        for name, count in entry["content"]["units"].items():
            released[name] = released.get(name, 0) + int(count)
    return fielded(table, columns, released).drop(columns="reserve")


def with_tickets(plan: SamplingPlan, table: pd.DataFrame) -> pd.DataFrame:
    """Add each unit's ticket, the permanent random number of the draw of units."""
    from surveykit.sampling import permanent_key

    seed = f"{plan.seed}/{len(plan.stages)}" if plan.stages else str(plan.seed)
    return table.assign(prn=[permanent_key(seed, str(unit), plan.hash) for unit in table[plan.frame.id]])
