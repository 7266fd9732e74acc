"""Several records of one person."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.coding.questions import question_kinds
from surveykit.responses.quality.near_duplicates import maximum_match, option_codes
from surveykit.responses.quality.rules import DuplicateRule, NearDuplicateRule
from surveykit.responses.results import Responses

__all__ = ["duplicate_flags", "near_duplicate_flags", "one_per_unit"]

ROWS_AT_ONCE = 100_000


def one_per_unit(responses: Responses, rows: pd.Index, keep: str) -> pd.Index:
    """Choose one record for each unit.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    rows : Index
        Records with a token.
    keep : {"first", "last", "most_answers"}
        By the time of submission, then by the order in the file; or the one with most answers, then the earlier.

    Returns
    -------
    Index
        Records that are kept.
    """
    chosen = responses.meta.loc[rows, ["unit_id", "submitted_at"]].copy()
    chosen["order"] = np.arange(len(chosen))
    by, up = ["submitted_at", "order"], [keep == "first", keep == "first"]
    if keep == "most_answers":
        answers = pd.Series((question_kinds(responses)[1] == 0).sum(axis=1), index=responses.data.index)
        chosen["answers"] = answers.loc[rows]
        by, up = ["answers", "order"], [False, True]
    chosen = chosen.sort_values(by, ascending=up, kind="stable", na_position="last")
    return chosen.index[~chosen["unit_id"].duplicated()]


def duplicate_flags(
    responses: Responses, rule: DuplicateRule, indices: dict[str, NDArray[np.float64]]
) -> dict[str, NDArray[np.bool_]]:
    """Flag further records of a token, and records that agree in all answers.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    rule : DuplicateRule
        Which record is kept, and how many answers make agreement worth a flag.
    indices : dict
        Receives the number of records from a record's device, where devices are known: a support, never a flag.

    Returns
    -------
    dict of str to (n,) bool array
        "duplicate_token" for all records of a token but the one that is kept; "same_answers" for all that agree,
        since nobody can tell which of them is the copy.
    """
    unit = responses.meta["unit_id"]
    known = unit.notna() & (unit != "")
    kept = one_per_unit(responses, responses.meta.index[known], rule.keep)
    further = known.to_numpy(dtype=bool) & ~responses.meta.index.isin(kept)
    flags = {"duplicate_token": np.asarray(further, dtype=bool)}
    if rule.same_answers is not None:
        answered = (question_kinds(responses)[1] == 0).sum(axis=1) >= rule.same_answers
        flags["same_answers"] = np.asarray(_answers_hashed(responses.data).duplicated(keep=False).to_numpy() & answered)
    if rule.device and "device" in responses.meta:
        device = responses.meta["device"].astype("str").fillna("")
        count = device.map(device.value_counts()).to_numpy(dtype=float)
        indices["records_of_device"] = np.where(device == "", np.nan, count)
    return flags


def _answers_hashed(data: pd.DataFrame) -> pd.Series:
    """Hash of each record's answers; some rows at a time, since texts are copied for it."""
    parts = [
        pd.util.hash_pandas_object(data.iloc[start : start + ROWS_AT_ONCE].astype("str").fillna(""), index=False)
        for start in range(0, len(data), ROWS_AT_ONCE)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.Series(dtype="uint64")


def near_duplicate_flags(
    responses: Responses,
    questionnaire: Questionnaire,
    rule: NearDuplicateRule | None,
    indices: dict[str, NDArray[np.float64]],
    notes: list[str],
) -> dict[str, NDArray[np.bool_]]:
    """Flag records that nearly agree with another one.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        Says which columns have one answer.
    rule : NearDuplicateRule, optional
        Limits; nothing is compared without it.
    indices : dict
        Receives the maximum percent match of each record, as a share.
    notes : list of str
        Receives a sentence when the check is left out for the number of records.

    Returns
    -------
    dict of str to (n,) bool array
        "near_duplicate" for both records of a pair, since nobody can tell which of them is the copy.
    """
    if rule is None:
        return {}
    n = len(responses.data)
    if n > rule.maximum_records:
        notes.append(
            f"near duplicates were not looked for: {n:,} records are more than maximum_records = "
            f"{rule.maximum_records:,}, and the time grows with their square"
        )
        return {}
    single = [v.id for v in questionnaire_variables(questionnaire) if v.kind in ("single", "grid") and not v.other_text]
    codes = option_codes(responses.data, list(rule.columns) or single)
    if codes.shape[1] < rule.minimum_columns:
        notes.append(
            f"near duplicates were not looked for: {codes.shape[1]} columns have one answer and minimum_columns is "
            f"{rule.minimum_columns}"
        )
        return {}
    share, _ = maximum_match(codes, rule.minimum_columns)
    indices["maximum_match"] = share
    with np.errstate(invalid="ignore"):
        return {"near_duplicate": np.asarray(share > rule.above)}
