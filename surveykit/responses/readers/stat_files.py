"""Read SPSS and Stata files with their user-missing values kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveykit.errors import first_few
from surveykit.files.looking import file_sha256
from surveykit.files.statistics import StatisticsPackage, read_statistics
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.cells.user_mapping import Said, what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.readers.flat_file import FlatFile, first_header, raw_of_flat
from surveykit.responses.results import Columns, Finding, RawResponses, UserColumns

__all__ = ["read_spss", "read_stata"]

META = {
    "@response_id": ("response_id", "respid", "id"),
    "@unit_id": ("unit_id",),
    "@submitted_at": ("submitted_at", "submitdate"),
    "@duration_seconds": ("duration_seconds", "interviewtime"),
}


def _cell(value: object) -> str:
    """A value as a code: 5 for 5.0, the letter of an extended missing value of Stata, "" for missing."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float | np.floating):
        if np.isnan(value):
            return ""
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def _text_table(data: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name in data.columns:
        places, distinct = pd.factorize(data[name], use_na_sentinel=False)
        texts = np.array([_cell(None if _missing(v) else v) for v in distinct], dtype=object)
        columns[str(name)] = pd.Series(texts[places]).astype("str").astype("category")
    return pd.DataFrame(columns)


def _missing(value: object) -> bool:
    return value is None or value is pd.NaT or (isinstance(value, float) and bool(np.isnan(value)))


def _user_missing(meta: Any, columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire) -> list[Finding]:
    """Declared user-missing values that are neither special codes nor options of their question."""
    findings = []
    by_header = {headers[0]: name for name, headers in columns.items()}
    variables = {v.id: v for v in questionnaire_variables(questionnaire)}
    for header, ranges in (meta.missing_ranges or {}).items():
        variable = variables.get(by_header.get(header, ""))
        if variable is None:
            continue
        known = {code for code, _ in (*variable.choices, *variable.specials)}
        single = [_cell(float(r["lo"])) for r in ranges if r["lo"] == r["hi"] and not isinstance(r["lo"], str)]
        strange = [code for code in single if code not in known]
        if strange:
            message = f"{variable.id}: declared missing in the file but no special code: {first_few(strange)}"
            findings.append(Finding("user_missing", message, variable.id, len(strange)))
    return findings


def _read(
    source: StatisticsPackage,
    path: str | Path,
    questionnaire: Questionnaire,
    said: Said,
    salt: str | None,
    zone: str,
) -> RawResponses:
    path = Path(path)
    data, meta = read_statistics(path, source)
    table = _text_table(data)
    headers = [str(h) for h in table.columns]
    file = FlatFile(
        source=source, path=path, table=table, sha256=file_sha256(path), keys={h: h for h in headers},
        own=first_header(headers, META), readers={"code": CellReader("code", first_row=1)}, first_row=1, zone=zone,
    )  # fmt: skip
    raw = raw_of_flat(file, questionnaire, said, variant="codes", salt=salt)
    return replace(raw, findings=(*_user_missing(meta, raw.columns, questionnaire), *raw.findings))


def read_spss(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    zone: str = "Asia/Shanghai",
) -> RawResponses:
    """Read an SPSS file (.sav); don't know and refused stay apart although SPSS calls them missing.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        Variable names are our columns.
    column_map : ColumnMap or mapping, optional
        Our column to the file's variable, where names differ.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    salt : str, optional
        With it personal variables are hashed, without it dropped.
    zone : str
        Time zone of times without one.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If the file is damaged, or not of this questionnaire.
    MissingDependencyError
        If pyreadstat is not installed.
    """
    return _read("spss", path, questionnaire, what_is_said(column_map, mapping), salt, zone)


def read_stata(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    zone: str = "Asia/Shanghai",
) -> RawResponses:
    """Read a Stata file (.dta).

    Parameters
    ----------
    path, questionnaire, column_map, mapping, salt, zone
        As for `read_spss`.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If the file is damaged, or not of this questionnaire.
    MissingDependencyError
        If pyreadstat is not installed.
    """
    return _read("stata", path, questionnaire, what_is_said(column_map, mapping), salt, zone)
