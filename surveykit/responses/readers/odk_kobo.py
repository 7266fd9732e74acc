"""Read exports of ODK Central (CSV) and KoboToolbox (CSV, XLSX)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few
from surveykit.files.answer_files import FlatVariant, Source
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.questionnaire.definition.spellings import OptionsBy
from surveykit.responses.cells.times import parse_times
from surveykit.responses.cells.user_mapping import Said, what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.readers.file_cells import FileCells, FileLayout, read_cells
from surveykit.responses.readers.flat_columns import refuse_mixed_versions
from surveykit.responses.readers.flat_file import FlatFile, first_header, raw_of_flat, require_variant
from surveykit.responses.readers.repeats import kobo_repeats, odk_repeats, require_records
from surveykit.responses.results import Columns, Finding, RawResponses, UserColumns

__all__ = ["read_kobo", "read_odk"]

_META: dict[str, dict[str, tuple[str, ...]]] = {
    "odk": {"@response_id": ("KEY", "meta-instanceID", "instanceID"), "@submitted_at": ("SubmissionDate",)},
    "kobo": {"@response_id": ("_uuid", "_id"), "@submitted_at": ("_submission_time", "_submission__submission_time")},
}
_ALWAYS = frozenset(
    {
        "start",
        "end",
        "today",
        "KEY",
        "SubmissionDate",
        "FormVersion",
        "ReviewState",
        "DeviceID",
        "Edits",
        "Status",
        "AttachmentsPresent",
        "AttachmentsExpected",
    }
)
_REJECTED = {
    "_validation_status": ("Not approved", "Not Approved", "validation_status_not_approved"),
    "ReviewState": ("rejected",),
}
_VERSION = {"odk": "FormVersion", "kobo": "__version__"}
_READERS: dict[OptionsBy, CellReader] = {
    "code": CellReader("code", separator=r"[\s;]+"),
    "label": CellReader("label", separator=r"[;┋|]|\s+"),
}


def _key(header: str) -> str:
    """``p_sat-sat_venue``, ``p_sat/sat_venue``, ``p_sat.sat_venue`` as ``sat_venue``; ``p/how/1`` as ``how/1``."""
    name = header.rpartition("-")[2] if "-" in header else header
    parts = name.split("/" if "/" in name else ".")
    return "/".join(parts[-2:]) if len(parts) > 1 else name


def _keys(headers: Sequence[str], questionnaire: Questionnaire) -> dict[str, str]:
    """Canonical name of each header: an option of a multiple choice keeps its item."""
    several = {v.item.lower() for v in questionnaire_variables(questionnaire) if v.kind == "multi"}
    made = {}
    for header in headers:
        key = _key(header)
        first, slash, last = key.partition("/")
        made[header] = key if slash and first.lower() in several else (last or first)
    return made


def _durations(table: pd.DataFrame, keys: Mapping[str, str]) -> pd.DataFrame:
    """Seconds between the questions start and end, where the form asks them."""
    by_key = {key.lower(): header for header, key in keys.items()}
    if "start" not in by_key or "end" not in by_key:
        return table
    start, end = (parse_times(table[by_key[name]], "UTC") for name in ("start", "end"))
    seconds = (end - start).dt.total_seconds()
    text = np.where(seconds.isna(), "", seconds.round(3).astype(object).astype(str))
    return table.assign(**{"@duration_seconds": pd.Series(text, index=table.index, dtype="str")})


def _without_rejected(cells: FileCells) -> tuple[pd.DataFrame, NDArray[np.int64], list[Finding]]:
    """Leave out the records that somebody rejected on the platform, and say which."""
    for name, words in _REJECTED.items():
        if name not in cells.table:
            continue
        out = cells.table[name].astype("str").str.strip().isin(words).to_numpy(dtype=bool)
        if out.any():
            numbers = cells.rows[out]
            rows = first_few(numbers.tolist())
            message = f"records that were rejected on the platform ({name}), left out: rows {rows}"
            found = Finding("rejected", message, name, len(numbers), tuple(map(int, numbers[:5])))
            return cells.table[~out].reset_index(drop=True), cells.rows[~out], [found]
    return cells.table, cells.rows, []


def _read(
    source: Source,
    path: str | Path,
    questionnaire: Questionnaire,
    said: Said,
    *,
    variant: FlatVariant | None,
    versions: Sequence[str] | None,
    salt: str | None,
    layout: FileLayout | None,
) -> RawResponses:
    path = Path(path)
    require_variant(path, variant, FlatVariant)
    cells = read_cells(path, layout)
    table, rows, rejected = _without_rejected(cells)
    headers = [str(h) for h in table.columns]
    names = _META[source]
    own = first_header(headers, {name: [fit.lower() for fit in fits] for name, fits in names.items()})
    if "@response_id" not in own:
        raise DataError(
            f"{path.name}: not an export of {'ODK Central' if source == 'odk' else 'KoboToolbox'}: no column "
            f"{' or '.join(names['@response_id'])}; it has {first_few(headers)}"
        )
    expected = str(questionnaire.version) if source == "odk" else None
    refuse_mixed_versions(table, _VERSION[source], versions, expected, path.name)
    require_records(path, table)
    record = own["@response_id"]
    if source == "odk":
        children, repeats = odk_repeats(path, table, record, salt)
    else:
        children, repeats = kobo_repeats(path, cells, table, record, salt)
    keys = _keys(headers, questionnaire)
    unit = next((h for h, key in keys.items() if key.lower() == "unit_id"), None)
    own |= {"@unit_id": unit} if unit else {}
    table = _durations(table, keys)
    own |= {"@duration_seconds": "@duration_seconds"} if "@duration_seconds" in table else {}
    file = FlatFile(
        source=source, path=path, table=table, sha256=cells.sha256, sheet=cells.sheet,
        rows=rows, keys=keys, own=own, readers=_READERS,
        zone="UTC", findings=(*cells.findings, *rejected, *repeats),
        known=tuple(h for h in headers if h.startswith("_") or h in _ALWAYS),
    )  # fmt: skip
    return replace(raw_of_flat(file, questionnaire, said, variant=variant, salt=salt), children=children)


def read_odk(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: FlatVariant | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    versions: Sequence[str] | None = None,
    salt: str | None = None,
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read a CSV export of ODK Central, with or without group paths and split select-multiples.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        What was asked.
    variant : {"codes", "labels"}, optional
        Told from the cells when it is not given.
    column_map : ColumnMap or mapping, optional
        The map written next to the export.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    versions : sequence of str, optional
        Form versions that agree with the definition; by default its own version only.
    salt : str, optional
        With it personal columns are hashed, without it dropped.
    layout : FileLayout, optional
        Where the records lie.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If it is not such an export, holds other versions, or a column is ambiguous.

    Notes
    -----
    An empty cell says nothing about whether the question was asked, and split columns are 0 also when it was not;
    coding works it out from the routing.
    """
    said = what_is_said(column_map, mapping)
    return _read("odk", path, questionnaire, said, variant=variant, versions=versions, salt=salt, layout=layout)


def read_kobo(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: FlatVariant | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    versions: Sequence[str] | None = None,
    salt: str | None = None,
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read a CSV or XLSX export of KoboToolbox, with names or labels, and any layout of select-multiples.

    Parameters
    ----------
    path, questionnaire, variant, column_map, mapping, salt, layout
        As for `read_odk`.
    versions : sequence of str, optional
        Values of ``__version__`` that agree with the definition; several in one file are an error otherwise.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If it is not such an export, holds several versions, or a column is ambiguous.
    """
    said = what_is_said(column_map, mapping)
    return _read("kobo", path, questionnaire, said, variant=variant, versions=versions, salt=salt, layout=layout)
