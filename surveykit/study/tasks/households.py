"""Persons within the households of a study: contact sheets, who was asked, and a row for each where everyone is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from surveykit.errors import first_few
from surveykit.files.person_methods import GridMethod
from surveykit.responses.fieldwork.households import as_persons, strayed_from_grid
from surveykit.sampling import contact_sheets
from surveykit.sampling.multistage.persons import person_grid
from surveykit.study.files import places
from surveykit.study.proving.releasing import field_sample, study_ledger
from surveykit.study.running.journal import require_settled
from surveykit.study.running.manifest import write_atomically
from surveykit.study.running.private import keep_private

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.responses import Responses
    from surveykit.study.files.study import Study

__all__ = ["field_persons", "write_contact_sheets"]


def write_contact_sheets(study: Study) -> tuple[str, int]:
    """Write the contact sheets of the units that are in the field; return where, and the number of units.

    Raises
    ------
    SurveyKitError
        No sample was drawn.
    """
    require_settled(study)
    study_ledger(study)  # refuses a study without a sample, or whose log was changed
    table, block = field_sample(study), study.questionnaire.household
    language = study.definition.languages[0]
    text = contact_sheets(
        study.sampling_plan,
        table,
        persons=block.method if block is not None else None,
        title=study.definition.title[language],
        language=language,
    )
    path = study.path(places.CONTACT_SHEETS)
    write_atomically(path, text.encode("utf-8"))
    keep_private(study, path, study.located(places.CONTACT_SHEETS))
    refused = int((table["listing_status"] == "refused").sum()) if study.sampling_plan.listing is not None else 0
    return study.located(places.CONTACT_SHEETS), len(table) - refused


def field_persons(
    study: Study, sample: pd.DataFrame, responses: Responses, report: Callable[[str], None]
) -> tuple[pd.DataFrame, Responses, list[dict[str, object]]]:
    """Say whether the persons asked are those of the grid; make persons of households where everyone is asked.

    Returns
    -------
    sample, responses
        As given, or a row for each person where everyone in a household is asked.
    strayed : list of dict
        Records in which another person was asked than the grid says.
    """
    block, plan = study.questionnaire.household, study.sampling_plan
    if block is None:
        return sample, responses, []
    if block.method == "all":
        persons, named = as_persons(sample, responses, block)
        report(f"    {len(sample):,} households, {len(persons):,} rows with their persons")
        return persons, named, []
    method, seed = block.method, str(plan.seed)
    if not (method == "kish" or method == "kish_1949"):
        return sample, responses, []
    chosen: GridMethod = method
    strayed = strayed_from_grid(
        responses,
        block,
        lambda unit: person_grid(chosen, seed, unit, most=30, hash_name=plan.hash),
        sample["unit_id"].astype("str").tolist(),
    )
    if not len(strayed):
        report("    in every household the person of its grid was asked")
        return sample, responses, []
    report(
        f"    ATTENTION: in {len(strayed)} records another person was asked than the grid says, units "
        f"{first_few(strayed['unit_id'].tolist())}: their chance of being asked is not known; see the interviewers"
    )
    rows: list[dict[str, object]] = [{str(name): row[name] for name in row} for row in strayed.to_dict("records")]
    return sample, responses, rows
