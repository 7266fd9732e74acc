"""Read exports of form platforms: Qualtrics, SurveyMonkey, Google Forms, 腾讯问卷, 金数据, REDCap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pandas as pd

from surveykit.errors import DataError, choose, first_few
from surveykit.files.answer_files import FlatVariant
from surveykit.files.csv_rules import title_of
from surveykit.questionnaire import Questionnaire, questionnaire_variables
from surveykit.responses.cells.user_mapping import what_is_said
from surveykit.responses.readers.file_cells import FileCells, FileLayout, head_rows, read_cells
from surveykit.responses.readers.flat_file import FlatFile, Found, first_header, raw_of_flat, require_variant
from surveykit.responses.readers.form_platforms import PLATFORMS, FormPlatform, FormSource, platform_of
from surveykit.responses.results import Columns, Finding, RawResponses, UserColumns

__all__ = ["read_form_platform"]


def _cells(path: Path, platform: FormPlatform, layout: FileLayout) -> FileCells:
    """Records below all header rows of the platform."""
    rows = head_rows(path, layout, layout.header_row + 2)
    further = platform.header_rows(rows[layout.header_row :]) if len(rows) >= layout.header_row else 0
    return read_cells(path, replace(layout, skip_rows=max(layout.skip_rows, further)))


def _without_previews(source: FormSource, cells: FileCells) -> tuple[FileCells, list[Finding]]:
    """Say how many records are previews or tests of the survey's makers; they stay."""
    if source != "qualtrics" or "Status" not in cells.table:
        return cells, []
    held = cells.table["Status"].astype("str").str.strip()
    test = held.isin(["Survey Preview", "Survey Test", "1", "2", "3", "4"]) & ~held.isin(["0", "IP Address"])
    if not test.any():
        return cells, []
    numbers = cells.rows[test.to_numpy(dtype=bool)]
    kinds, rows = first_few(held[test].unique()), first_few(numbers.tolist())
    message = f"records that are previews or tests (Status {kinds}), kept: rows {rows}"
    return cells, [Finding("previews", message, "Status", len(numbers))]


def _words_that_tick(
    table: pd.DataFrame, columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire
) -> tuple[pd.DataFrame, Found]:
    """The column of "other" as words, which tick it."""
    further: Found = {}
    for variable in questionnaire_variables(questionnaire):
        option = f"{variable.item}_{variable.option}"
        if not variable.other_text or option not in columns or variable.id in columns:
            continue
        header = columns[option][0]
        words = table[header].astype("str").fillna("").str.strip()
        table = table.assign(**{f"@{option}": (words != "").map({True: "1", False: ""}).astype("str")})
        further |= {variable.id: (header,), option: (f"@{option}",)}
    return table, further


def read_form_platform(
    path: str | Path,
    questionnaire: Questionnaire,
    source: FormSource,
    *,
    variant: FlatVariant | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    zone: str | None = None,
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read an export of a form platform as CSV or XLSX.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        What was asked; columns are matched by our ids, then by the questions' texts.
    source : {"qualtrics", "surveymonkey", "google", "tencent", "jinshuju", "redcap"}
        The platform.
    variant : {"codes", "labels"}, optional
        Told from the cells when it is not given.
    column_map : ColumnMap or mapping, optional
        The map written next to the export.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    salt : str, optional
        With it personal columns are hashed, without it dropped.
    zone : str, optional
        Time zone of times without one; the platform's by default.
    layout : FileLayout, optional
        Where the records lie; the platform's further header rows are found by themselves.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If the source or the variant is unknown, it is not such an export or a column is ambiguous.
    """
    path = Path(path)
    choose("source", source, get_args(FormSource))
    require_variant(path, variant, FlatVariant)
    platform = PLATFORMS[source]
    cells, previews = _without_previews(source, _cells(path, platform, layout or FileLayout()))
    headers = [str(name) for name in cells.table.columns]
    if source not in platform_of([title_of(name, headers) for name in headers]):
        signs = " or ".join(", ".join(sorted(sign)) for sign in platform.signs)
        what = f"not an export of {platform.title}: no columns {signs}"
        raise DataError(f"{path.name}: {what}; it has {first_few(headers)}")
    named = platform.columns(headers, cells.above)
    own = first_header(headers, platform.meta)
    known = tuple(h for h in headers if h.lower() in platform.known or h.lower().endswith("_complete"))
    file = FlatFile(
        source=source, path=path, table=cells.table, sha256=cells.sha256, sheet=cells.sheet, rows=cells.rows,
        keys={header: name for header, (name, _) in named.items()},
        texts={header: text for header, (_, text) in named.items() if text != header},
        own=own, readers={"code": platform.reader("code"), "label": platform.reader("label")},
        zone=zone or platform.zone, change=_words_that_tick if platform.words_tick else None,
        known=known, findings=(*cells.findings, *previews),
    )  # fmt: skip
    raw = raw_of_flat(file, questionnaire, what_is_said(column_map, mapping), variant=variant, salt=salt)
    return raw if platform.day_first is None else replace(raw, day_first=platform.day_first)
