"""A short account of what became of a file: questions without a column, columns not used, values and times not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from surveykit.errors import first_few
from surveykit.responses.coding.questions import question_kinds
from surveykit.responses.results import RawResponses, Responses

__all__ = ["account_lines", "account_of"]

_COUNTED = {
    "times_not_read": "times_not_read",
    "declared_missing": "declared_missing_values",
    "out_of_range": "out_of_range",
}


def account_of(raw: RawResponses, coded: Responses) -> dict[str, Any]:
    """Count what became of the records, columns and values of a file.

    Parameters
    ----------
    raw : RawResponses
        The file as it was read.
    coded : Responses
        Its answers.

    Returns
    -------
    dict
        file; records_in; questions_without_column and columns_not_used (lists of names); values_not_mapped,
        declared_missing_values, times_not_read and out_of_range (numbers of cells).
    """
    names, kinds = question_kinds(coded)
    absent = [name for name, gone in zip(names, (kinds == 5).all(axis=0), strict=True) if gone and len(kinds)]
    counts = dict.fromkeys(_COUNTED.values(), 0)
    for finding in coded.log:
        if finding.kind in _COUNTED:
            counts[_COUNTED[finding.kind]] += finding.count
    return {
        "file": raw.path,
        "records_in": len(raw.table),
        "questions_without_column": absent,
        "columns_not_used": list(raw.unused),
        "values_not_mapped": int(coded.unmapped["count"].sum()) if len(coded.unmapped) else 0,
        **counts,
    }


def account_lines(account: Mapping[str, Any]) -> list[str]:
    """Say an account in lines, what weighs most first; only what there is.

    Parameters
    ----------
    account : mapping
        From `account_of`.

    Returns
    -------
    list of str
    """
    lines = []
    absent: Sequence[str] = account["questions_without_column"]
    if absent:
        lines.append(f"questions that are not in the file, and not counted: {first_few(absent, 10)}")
    if account["values_not_mapped"]:
        lines.append(f"values that are no option of their question: {account['values_not_mapped']:,}")
    if account["times_not_read"]:
        lines.append(f"times or durations that cannot be read: {account['times_not_read']:,}")
    if account["declared_missing_values"]:
        lines.append(f"values that are declared missing: {account['declared_missing_values']:,}")
    if account["out_of_range"]:
        lines.append(f"answers outside the limits of their question: {account['out_of_range']:,}")
    unused: Sequence[str] = account["columns_not_used"]
    if unused:
        lines.append(f"columns that are not used: {first_few(unused, 10)}")
    return lines
