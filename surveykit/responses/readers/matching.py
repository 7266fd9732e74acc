"""Match the columns of a file to the questionnaire's, in a fixed order of trust."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import ColumnEntry
from surveykit.responses.cells.labels import normalise_header

__all__ = ["match_columns"]


def _candidates(headers: Sequence[str], entry: ColumnEntry) -> list[str]:
    """Headers for an entry by the first rule that finds any: fixed name, id, text of the question."""
    for wanted in (entry.column, entry.variable):
        if wanted and wanted in headers:
            return [wanted]
    title = normalise_header(entry.title + entry.row)
    found = [h for h in headers if normalise_header(h) == title]
    if not found and entry.row:
        row = normalise_header(entry.row)
        number = f"第{entry.number}题"
        found = [h for h in headers if h.startswith(number) and normalise_header(h.removeprefix(number)) == row]
    return found


def match_columns(
    headers: Sequence[str],
    entries: Sequence[ColumnEntry],
    *,
    mapping: Mapping[str, Sequence[str] | str] | None = None,
    file: str = "",
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Find the header of each entry of a column map.

    The order is: what `mapping` says, the column name fixed by the map, our id, the text of the question
    (NFKC, without number and punctuation).

    Parameters
    ----------
    headers : sequence of str
        Headers of the file.
    entries : sequence of ColumnEntry
        The column map.
    mapping : mapping, optional
        Our column to the file's header or headers, written by the user.
    file : str
        Name of the file for messages.

    Returns
    -------
    tuple of dict and list
        Headers by our column, and our columns that were not found.

    Raises
    ------
    DataError
        If a header is named that the file does not have, or several headers fit one column or one header fits several.
    """
    found: dict[str, tuple[str, ...]] = {}
    lost: list[str] = []
    mapping = mapping or {}
    for entry in entries:
        if entry.variable in mapping:
            said = mapping[entry.variable]
            names = (said,) if isinstance(said, str) else tuple(said)
            absent = [name for name in names if name not in headers]
            if absent:
                raise DataError(
                    f"{file}: the mapping of {entry.variable!r} names columns that are not there: {first_few(absent)}"
                )
            found[entry.variable] = names
            continue
        names = tuple(_candidates(headers, entry))
        if len(names) > 1:
            raise DataError(
                f"{file}: several columns fit {entry.variable!r} ({entry.title}): {first_few(names)}; "
                "name the right one in the mapping"
            )
        if names:
            found[entry.variable] = names
        else:
            lost.append(entry.variable)
    owners: dict[str, list[str]] = {}
    for variable, names in found.items():
        for name in names:
            owners.setdefault(name, []).append(variable)
    shared = {name: variables for name, variables in owners.items() if len(variables) > 1}
    if shared:
        name, variables = next(iter(shared.items()))
        raise DataError(f"{file}: column {name!r} fits {first_few(variables)}; name the right columns in the mapping")
    return found, lost
