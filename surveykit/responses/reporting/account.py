"""The account of reading for the quality report: what became of records, columns and values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from surveykit.errors import first_few
from surveykit.responses.fieldwork.sample_link import LinkedSample
from surveykit.responses.results import Responses

__all__ = ["account_table", "matched_line"]

_NAMED = ("questions_without_column", "columns_not_used")
_COUNTED = ("values_not_mapped", "declared_missing_values", "times_not_read", "out_of_range")


def account_table(responses: Responses, linked: LinkedSample, accounts: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Put the accounts of all files together.

    Parameters
    ----------
    responses : Responses
        Records of all files, later exports over earlier ones.
    linked : LinkedSample
        Says which of them match the sample.
    accounts : sequence of mapping
        From `account_of`, one for each file.

    Returns
    -------
    DataFrame
        what, count, which (names of questions and columns). The rows on records are always there, the others where
        there is anything to say.
    """
    rows: list[tuple[str, int, str]] = [
        ("records_in", sum(account["records_in"] for account in accounts), ""),
        ("matched", len(responses.data) - len(linked.unmatched), ""),
        ("unmatched", len(linked.unmatched), ""),
    ]
    for name in _NAMED:
        named = list(dict.fromkeys(text for account in accounts for text in account[name]))
        rows.append((name, len(named), first_few(named, 10) if named else ""))
    rows += [(name, sum(account[name] for account in accounts), "") for name in _COUNTED]
    kept = [row for row in rows if row[1] or row[0] in ("records_in", "matched", "unmatched")]
    return pd.DataFrame(kept, columns=["what", "count", "which"])


def matched_line(linked: LinkedSample, responses: Responses) -> str:
    """Say how many records match the sample.

    Parameters
    ----------
    linked : LinkedSample
        From `link_sample`.
    responses : Responses
        All records.

    Returns
    -------
    str
    """
    n, strange, further = len(responses.data), len(linked.unmatched), len(linked.duplicates)
    if not further:
        return f"{n:,} records: {n - strange:,} match the sample, {strange:,} do not"
    return f"{n:,} records: {n - strange:,} match the sample ({further:,} a unit that has one), {strange:,} do not"
