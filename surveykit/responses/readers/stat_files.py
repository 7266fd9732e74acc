"""Read SPSS and Stata files with their user-missing values kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from surveykit.files.looking import file_sha256
from surveykit.files.statistics import StatisticsPackage, read_statistics
from surveykit.questionnaire import Questionnaire
from surveykit.responses.cells.missing_codes import Declared
from surveykit.responses.cells.user_mapping import Said, what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.readers.flat_file import META, FlatFile, first_header, raw_of_flat
from surveykit.responses.readers.value_labels import compare_value_labels
from surveykit.responses.results import Columns, RawResponses, UserColumns

__all__ = ["read_spss", "read_stata"]


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


def _declared(meta: Any) -> dict[str, Declared]:
    """Missing values that a file declares, by variable; they are blank unless the questionnaire knows their code."""
    found = {}
    for header, ranges in (getattr(meta, "missing_ranges", None) or {}).items():
        codes = {_cell(r["lo"]): "nr" for r in ranges if r["lo"] == r["hi"]}
        numbers = [(float(r["lo"]), float(r["hi"]), "nr") for r in ranges if r["lo"] != r["hi"] and _number(r)]
        found[str(header)] = Declared(codes, tuple(numbers))
    for header, values in (getattr(meta, "missing_user_values", None) or {}).items():
        found[str(header)] = Declared(dict.fromkeys(map(str, values), "nr"))
    return found


def _number(limits: Mapping[str, Any]) -> bool:
    return not any(isinstance(limits[side], str) for side in ("lo", "hi"))


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
        missing=_declared(meta),
    )  # fmt: skip
    raw = raw_of_flat(file, questionnaire, said, variant="codes", salt=salt)
    labels = {
        str(header): {_cell(value): str(label) for value, label in held.items()}
        for header, held in (getattr(meta, "variable_value_labels", None) or {}).items()
    }
    differ = compare_value_labels(labels, raw.columns, questionnaire, raw.values, path.name)
    return replace(raw, findings=(*raw.findings, *differ))


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
        If the file is damaged, not of this questionnaire, or has value labels that contradict it.
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
        If the file is damaged, not of this questionnaire, or has value labels that contradict it.
    MissingDependencyError
        If pyreadstat is not installed.
    """
    return _read("stata", path, questionnaire, what_is_said(column_map, mapping), salt, zone)
