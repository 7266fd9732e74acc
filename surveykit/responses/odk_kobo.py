"""Read exports of ODK Central (CSV) and KoboToolbox (CSV, XLSX)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.questionnaire import ColumnMap, Questionnaire
from surveykit.responses.flat_columns import finish, flat_columns, options_by, refuse_mixed_versions, require_questions
from surveykit.responses.text_tables import read_text_table
from surveykit.responses.times import parse_times
from surveykit.responses.types import Columns, RawResponses, Source, Variant
from surveykit.responses.values import CellReader

__all__ = ["read_kobo", "read_odk"]

_META: dict[str, dict[str, tuple[str, ...]]] = {
    "odk": {"response_id": ("KEY", "meta-instanceID", "instanceID"), "submitted_at": ("SubmissionDate",)},
    "kobo": {"response_id": ("_uuid", "_id"), "submitted_at": ("_submission_time", "_submission__submission_time")},
}
_VERSION = {"odk": "FormVersion", "kobo": "__version__"}
_ZONE = {"odk": "UTC", "kobo": "UTC"}


def _key(header: str, choices: bool = True) -> str:
    """``p_sat-sat_venue`` and ``p_sat/sat_venue`` as ``sat_venue``; ``p_aware-channel/1`` as ``channel/1``."""
    name = header.rpartition("-")[2] if "-" in header else header
    parts = name.split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else name


def _keys(headers: Sequence[str], questionnaire: Questionnaire) -> dict[str, str]:
    """Canonical name of each header: an option of a multiple choice keeps its item."""
    several = {v.item.lower() for v in questionnaire.variables() if v.kind == "multi"}
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


def _read(
    source: Source,
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: Variant | None,
    column_map: Columns | None,
    versions: Sequence[str] | None,
    salt: str | None,
) -> RawResponses:
    path = Path(path)
    table, sheet, digest = read_text_table(path)
    keys = _keys([str(h) for h in table.columns], questionnaire)
    names = _META[source]
    own = {kind: next((h for h in fits if h in table), None) for kind, fits in names.items()}
    if own["response_id"] is None:
        raise DataError(
            f"{path.name}: not an export of {'ODK Central' if source == 'odk' else 'KoboToolbox'}: no column "
            f"{' or '.join(names['response_id'])}; it has {first_few(table.columns)}"
        )
    expected = str(questionnaire.version) if source == "odk" else None
    refuse_mixed_versions(table, _VERSION[source], versions, expected, path.name)
    columns = flat_columns(list(keys), questionnaire, keys.__getitem__, column_map=column_map, file=path.name)
    lost = require_questions(columns, questionnaire, path.name)
    by = {"codes": "code", "labels": "label"}.get(variant or "") or options_by(table, columns, questionnaire, path.name)
    table = _durations(table, keys)
    columns |= {f"@{kind}": (header,) for kind, header in own.items() if header is not None}
    unit = next((h for h, key in keys.items() if key.lower() == "unit_id"), None)
    columns |= {"@unit_id": (unit,)} if unit else {}
    columns |= {"@duration_seconds": ("@duration_seconds",)} if "@duration_seconds" in table else {}
    table, findings = finish(table, columns, lost, salt)
    reader = CellReader("code", separator=r"[\s;]+") if by == "code" else CellReader("label", separator=r"[;┋|]")
    return RawResponses(
        table=table, columns=columns, source=source, variant="codes" if by == "code" else "labels", path=str(path),
        sha256=digest, sheet=sheet, findings=tuple(findings), reader=reader,
        column_map=column_map if isinstance(column_map, ColumnMap) else None, zone=_ZONE[source],
    )  # fmt: skip


def read_odk(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: Variant | None = None,
    column_map: Columns | None = None,
    versions: Sequence[str] | None = None,
    salt: str | None = None,
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
        The map written next to the export, or the user's own: our column to the file's header or headers.
    versions : sequence of str, optional
        Form versions that agree with the definition; by default its own version only.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

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
    return _read(
        "odk",
        path,
        questionnaire,
        variant=variant,
        column_map=column_map,
        versions=versions,
        salt=salt,
    )


def read_kobo(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: Variant | None = None,
    column_map: Columns | None = None,
    versions: Sequence[str] | None = None,
    salt: str | None = None,
) -> RawResponses:
    """Read a CSV or XLSX export of KoboToolbox, with names or labels, and any layout of select-multiples.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        What was asked.
    variant : {"codes", "labels"}, optional
        Told from the cells when it is not given.
    column_map : ColumnMap or mapping, optional
        The map written next to the export, or the user's own: our column to the file's header or headers.
    versions : sequence of str, optional
        Values of ``__version__`` that agree with the definition; several in one file are an error otherwise.
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If it is not such an export, holds several versions, or a column is ambiguous.
    """
    return _read(
        "kobo",
        path,
        questionnaire,
        variant=variant,
        column_map=column_map,
        versions=versions,
        salt=salt,
    )
