"""Read exports of form platforms: Qualtrics, SurveyMonkey, Google Forms, 腾讯问卷, 金数据, REDCap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import get_args

import pandas as pd

from surveykit.errors import DataError, choose, first_few
from surveykit.files.answer_files import FlatVariant
from surveykit.files.csv_rules import title_of
from surveykit.questionnaire import Questionnaire, item_choices, questionnaire_variables
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.times import is_zone
from surveykit.responses.cells.user_mapping import what_is_said
from surveykit.responses.readers.file_cells import FileCells, FileLayout, head_rows, read_cells
from surveykit.responses.readers.flat_file import FlatFile, Found, first_header, raw_of_flat, require_variant
from surveykit.responses.readers.form_platforms import PLATFORMS, FormPlatform, FormSource, has_signs, qualtrics_zone
from surveykit.responses.readers.repeats import Children, redcap_repeats
from surveykit.responses.results import Columns, Finding, RawResponses, UserColumns

__all__ = ["read_form_platform"]


def _cells(path: Path, platform: FormPlatform, layout: FileLayout) -> FileCells:
    """Records below all header rows of the platform."""
    rows = head_rows(path, layout, layout.header_row + 2)
    place = layout.header_row - 1
    further = platform.header_rows(rows[place], rows[place + 1 :]) if len(rows) > place else 0
    return read_cells(path, replace(layout, skip_rows=max(layout.skip_rows, further)))


def _zone(path: Path, platform: FormPlatform, stated: str | None, said: str | None) -> tuple[str, list[Finding]]:
    """Time zone of times without one: what the user says, what the file states, what the platform writes."""
    if said is None and stated is not None:
        if not is_zone(stated):
            raise DataError(
                f"{path.name}: the file states the time zone {stated!r} for its times, which is unknown; "
                "say it with zone, for example zone: America/Denver"
            )
        return stated, []
    if said is None or stated is None or stated == said:
        return said or platform.zone, []
    message = f"the file states the time zone {stated!r} for its times; read with {said!r}, as zone says"
    return said, [Finding("zone_differs", message)]


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
    return _words_beside(table, {**columns, **further}, questionnaire, further)


def _words_beside(
    table: pd.DataFrame, columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire, further: Found
) -> tuple[pd.DataFrame, Found]:
    """The only column without a title after that of a single choice: words that stand for its "other"."""
    headers = [str(name) for name in table.columns if not str(name).startswith("@")]
    used = {header for fits in columns.values() for header in fits}
    for _, item in flow_of(questionnaire).questions:
        other = next((choice for choice in item_choices(questionnaire, item) if choice.other), None)
        if item.type != "single" or other is None or item.id not in columns or len(columns[item.id]) != 1:
            continue
        text = f"{item.id}_{other.code}_text"
        main = columns[item.id][0]
        after = list(takewhile(lambda name: re.fullmatch(r"#\d+", name), headers[headers.index(main) + 1 :]))
        if text in columns or len(after) != 1 or after[0] in used:
            continue
        answer, words = (table[name].astype("str").fillna("").str.strip() for name in (main, after[0]))
        label = next(iter(other.labels.values()), other.code)
        table = table.assign(**{main: answer.mask((answer == "") & (words != ""), label).astype("str")})
        further[text] = (after[0],)
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
        Time zone of times without one; by default the one that the file states (Qualtrics), else the platform's.
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
    if not has_signs(source, [title_of(name, headers) for name in headers]):
        signs = " or ".join(", ".join(sorted(sign)) for sign in platform.signs)
        what = f"not an export of {platform.title}: no columns {signs}"
        raise DataError(f"{path.name}: {what}; it has {first_few(headers)}")
    named = platform.columns(headers, cells.above)
    own = first_header(headers, platform.meta)
    records: list[Finding] = []
    children: Children = {}
    if source == "redcap" and "@response_id" not in own:
        own["@response_id"] = headers[0]
        said_so = f"record ids are read from the first column, {headers[0]!r}, as REDCap writes them"
        records.append(Finding("record_id_column", said_so, headers[0]))
    if source == "redcap":
        cells, children, repeats = redcap_repeats(cells, own["@response_id"], salt)
        headers = [str(name) for name in cells.table.columns]
        named = {header: named[header] for header in headers}
        own = {ours: header for ours, header in own.items() if header in named}
        records += repeats
    stated = qualtrics_zone(headers, cells.above, own.get("@submitted_at")) if source == "qualtrics" else None
    zone, zones = _zone(path, platform, stated, zone)
    known = tuple(h for h in headers if h.lower() in platform.known or h.lower().endswith("_complete"))
    file = FlatFile(
        source=source, path=path, table=cells.table, sha256=cells.sha256, sheet=cells.sheet, rows=cells.rows,
        keys={header: name for header, (name, _) in named.items()},
        texts={header: text for header, (_, text) in named.items() if text != header},
        own=own, readers={"code": platform.reader("code"), "label": platform.reader("label")},
        zone=zone, change=_words_that_tick if platform.words_tick else None,
        known=known, findings=(*cells.findings, *previews, *zones, *records),
    )  # fmt: skip
    raw = raw_of_flat(file, questionnaire, what_is_said(column_map, mapping), variant=variant, salt=salt)
    return replace(raw, children=children, day_first=platform.day_first)
