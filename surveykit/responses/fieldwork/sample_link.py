"""Bind coded answers to the drawn sample and give every sampled unit its disposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.display import NamedTable, Presentation, Shown
from surveykit.errors import DataError, first_few
from surveykit.questionnaire import Questionnaire, evaluate_frame, parse
from surveykit.responses.coding.questions import BLANK, NOT_ASKED, question_kinds
from surveykit.responses.fieldwork.outcome_rates import outcome_rates
from surveykit.responses.quality.checks import QualityReport
from surveykit.responses.quality.duplicates import one_per_unit
from surveykit.responses.quality.rules import DispositionRule
from surveykit.responses.results import Responses

__all__ = ["ANSWERED_SUFFIX", "LinkedSample", "link_sample"]

ANSWERED_SUFFIX = "_answered"


@dataclass(frozen=True)
class LinkedSample(Shown):
    """The sample with its answers.

    Attributes
    ----------
    table : DataFrame
        One row per sampled unit, in the order of the sample: its columns, then `disposition` ("I" complete,
        "P" partial, "R" refusal or break-off, "NC" no contact, "NE" not eligible), response_id, submitted_at,
        duration_seconds, then the answers. An answer whose column the sample has too is called
        ``<column>_answered``: what people say about themselves never overwrites the frame.
    missing : DataFrame
        Same rows: kind of missing of each answer, "na" where there is no response.
    unmatched : DataFrame
        Records without a token or with one that is not in the sample: response_id, unit_id, reason.
    duplicates : DataFrame
        Further records of a unit that has one already: response_id, unit_id, kept (the record that is linked).
    differs : DataFrame
        Where the frame and the answer do not agree: unit_id, column, frame, answer.
    """

    table: pd.DataFrame
    missing: pd.DataFrame
    unmatched: pd.DataFrame
    duplicates: pd.DataFrame
    differs: pd.DataFrame

    def __repr__(self) -> str:
        counts = self.table["disposition"].value_counts()
        return f"<LinkedSample {len(self.table)} units: " + ", ".join(f"{k} {v}" for k, v in counts.items()) + ">"

    def presentation(self) -> Presentation:
        """Return dispositions and outcome rates."""
        counts = self.table["disposition"].value_counts()
        rates = outcome_rates(self.table)[["weighting", "n", "RR1", "RR2", "COOP1", "REF1", "CON1"]]
        note = (
            f"无法与样本对应的答卷 {len(self.unmatched)} 份，重复 {len(self.duplicates)} 份",
            f"{len(self.unmatched)} records that match no unit, {len(self.duplicates)} duplicates",
        )
        dispositions = pd.DataFrame({"disposition": counts.index.astype(str), "units": counts.to_numpy()})
        tables = (
            NamedTable(("最终处置", "Dispositions"), dispositions),
            NamedTable(("应答率（AAPOR）", "Outcome rates (AAPOR)"), rates),
        )
        return Presentation(("样本与答卷", "Sample with answers"), tables, (note,))


def dispositions(responses: Responses, rule: DispositionRule, questionnaire: Questionnaire | None = None) -> pd.Series:
    """Disposition of each record.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    rule : DispositionRule
        Conditions and shares.
    questionnaire : Questionnaire, optional
        Binds the conditions to special codes.

    Returns
    -------
    Series of str
        "R" where the refusal condition holds, "NE" where the other early ends do; else by the share of asked
        questions that are answered (don't know counts, blank does not; a question that the file does not have is not
        counted): "I" from `complete_from`, "P" from
        `partial_from`, "R" (break-off) below. A record of which no question counts as asked holds no answer at all:
        it is "R", as an empty return is (AAPOR 2023, 2.12: logged on, did not complete any item).
    """
    _, kinds = question_kinds(responses, rule.optional)
    asked = (~np.isin(kinds, NOT_ASKED)).sum(axis=1)
    share = (asked - (kinds == BLANK).sum(axis=1)) / np.maximum(asked, 1)  # 0 where nothing was asked
    result = np.where(share >= rule.complete_from, "I", np.where(share >= rule.partial_from, "P", "R"))
    ended = responses.meta["ended"].to_numpy() if "ended" in responses.meta else np.full(len(share), "")
    result = np.where(ended != "", "NE", result)
    if rule.refusal is not None:
        refused = evaluate_frame(parse(rule.refusal, questionnaire), responses.data, responses.missing)
        result = np.where(refused, "R", result)
    return pd.Series(result, index=responses.data.index, name="disposition", dtype="str")


def _unmatched(responses: Responses, known: NDArray[np.bool_]) -> pd.DataFrame:
    rows = responses.meta.loc[~known, ["response_id", "unit_id"]]
    reason = np.where(rows["unit_id"].isna(), "no token", "token not in the sample")
    return rows.assign(reason=reason).reset_index(drop=True)


def _differs(table: pd.DataFrame, shared: list[str]) -> pd.DataFrame:
    parts = []
    for name in shared:
        answer = table[name + ANSWERED_SUFFIX]
        rows = answer.notna() & (answer.astype("str") != table[name].astype("str"))
        held = table.loc[rows, ["unit_id", name]].rename(columns={name: "frame"})
        parts.append(held.assign(column=name, answer=answer[rows])[["unit_id", "column", "frame", "answer"]])
    columns = ["unit_id", "column", "frame", "answer"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def link_sample(
    sample_table: pd.DataFrame,
    responses: Responses,
    quality: QualityReport | None = None,
    *,
    rule: DispositionRule | None = None,
) -> LinkedSample:
    """Bind coded answers to the drawn sample by the token in `unit_id`.

    Parameters
    ----------
    sample_table : DataFrame
        One row per sampled unit with `unit_id`.
    responses : Responses
        Coded answers.
    quality : QualityReport, optional
        Records that it excludes count as "O" (other) and lose their answers; its rules say which of several
        records of a unit is kept.
    rule : DispositionRule, optional
        How records become dispositions; that of the quality rules by default.

    Returns
    -------
    LinkedSample
        Every sampled unit once; a unit without a record is "NC".

    Raises
    ------
    DataError
        If the sample lacks unit_id or has an id twice.
    """
    if "unit_id" not in sample_table.columns:
        raise DataError(f"the sample has no column 'unit_id'; it has {first_few(sample_table.columns)}")
    ids = sample_table["unit_id"].astype("str")
    if ids.duplicated().any():
        raise DataError(f"units that are in the sample twice: {first_few(ids[ids.duplicated()].unique())}")
    rules = quality.rules if quality is not None else None
    rule = rule or (rules.dispositions if rules is not None else DispositionRule())
    known = responses.meta["unit_id"].isin(ids).to_numpy(dtype=bool)
    rows = responses.meta.index[known]
    kept = one_per_unit(responses, rows, rules.duplicates.keep if rules is not None else "first")
    state = dispositions(responses, rule)
    dropped = pd.Series(False, index=responses.data.index)
    if quality is not None:
        dropped = quality.excluded.astype(bool)
        state = state.mask(dropped & state.isin(["I", "P"]), "O")
    place = pd.Series(kept, index=responses.meta.loc[kept, "unit_id"].to_numpy()).reindex(ids.to_numpy())
    there = place.notna().to_numpy(dtype=bool)
    take = place.fillna(-1).to_numpy().astype(np.int64)
    usable = there & ~dropped.reindex(take).fillna(True).to_numpy(dtype=bool)
    shared = [str(name) for name in responses.data if name in sample_table.columns]
    answers = responses.data.reindex(np.where(usable, take, -1)).set_axis(sample_table.index)
    answers = answers.rename(columns={name: name + ANSWERED_SUFFIX for name in shared})
    meta = (
        responses.meta[["response_id", "submitted_at", "duration_seconds"]].reindex(take).set_axis(sample_table.index)
    )
    disposition = state.reindex(take).fillna("NC").set_axis(sample_table.index).astype("str")
    kinds = responses.missing.reindex(np.where(usable, take, -1)).set_axis(sample_table.index).fillna("na")
    kinds = kinds.rename(columns={name: name + ANSWERED_SUFFIX for name in shared})
    table = pd.concat([sample_table, disposition.rename("disposition"), meta, answers], axis=1)
    further = responses.meta.loc[rows.difference(kept, sort=False), ["response_id", "unit_id"]]
    first = responses.meta.loc[kept].set_index("unit_id")["response_id"]
    return LinkedSample(
        table=table,
        missing=kinds,
        unmatched=_unmatched(responses, known),
        duplicates=further.assign(kept=further["unit_id"].map(first)).reset_index(drop=True),
        differs=_differs(table, shared),
    )
