"""Read an export of 问卷星 (wjx.cn): text, option-number and score variants."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from surveykit.errors import DataError, first_few
from surveykit.files.answer_files import WjxVariant
from surveykit.questionnaire import ColumnMap, Questionnaire, wjx_column_map
from surveykit.responses.cells.distinct import arrow_text
from surveykit.responses.cells.user_mapping import Said, what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.privacy.columns import without_personal
from surveykit.responses.readers.file_cells import FileLayout, read_cells
from surveykit.responses.readers.flat_file import questions_lost, require_variant, unused_columns
from surveykit.responses.readers.odd_cells import sound_cells
from surveykit.responses.readers.wjx_columns import match_columns
from surveykit.responses.results import Columns, RawResponses, UserColumns

__all__ = ["WJX_READERS", "read_wjx"]

HEAD = ("序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP")
LINK_COLUMNS = ("sojumpparm", "自定义参数", "自定义字段")
_LINK = r"(?:sojumpparm|joinparm)\s*[=:]\s*(?P<token>[^&\s;]+)"
_BLANK = frozenset({"", "(空)", "（空）"})
_SKIPPED = frozenset({"(跳过)", "（跳过）"})
SEPARATOR = "┋|→"  # between options that were chosen, and between those that were ranked
WJX_READERS: dict[WjxVariant, CellReader] = {
    "text": CellReader("label", _BLANK, _SKIPPED, separator=SEPARATOR),
    "number": CellReader("place", _BLANK | {"-2"}, _SKIPPED | {"-3"}),
    "score": CellReader("label", _BLANK | {"-2"}, _SKIPPED | {"-3"}, separator=SEPARATOR),
}
_INTEGER = re.compile(r"-?\d{1,3}\Z")


def _link_column(table: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Column with the link parameter; taken out of the source details where it stands there."""
    for name in LINK_COLUMNS:
        if name in table.columns:
            return table, name
    if "来源详情" not in table.columns:
        return table, None
    cells = pa.array(table["来源详情"].astype("str"), type=pa.large_string(), from_pandas=True)
    found = pc.struct_field(pc.extract_regex(cells, _LINK), "token")
    if found.null_count == len(found):
        return table, None
    return table.assign(sojumpparm=arrow_text(pc.fill_null(found, ""))), "sojumpparm"


def _looks_numeric(table: pd.DataFrame, columns: Mapping[str, Sequence[str]], column_map: ColumnMap) -> bool | None:
    """Whether choice cells hold small integers only; None when there is nothing to judge by."""
    seen = False
    for entry in column_map.entries:
        if not entry.options or entry.variable not in columns:
            continue
        texts = {text.strip() for _, text in entry.options}
        for header in columns[entry.variable]:
            cells = {str(c).strip() for c in table[header].unique()} - _BLANK - _SKIPPED
            if not cells:
                continue
            if not all(_INTEGER.match(cell) for cell in cells):
                return False
            seen = seen or not cells <= texts
    return True if seen else None


def _variant(
    path: Path, table: pd.DataFrame, columns: Mapping[str, Sequence[str]], column_map: ColumnMap, split: bool
) -> WjxVariant:
    numeric = _looks_numeric(table, columns, column_map)
    if "总分" in table.columns and numeric:
        raise DataError(
            f"{path.name}: cells are numbers and there is a column 总分, so they may be scores or places of options; "
            'say which with variant="score" or variant="number"'
        )
    if numeric is None and not split:
        raise DataError(f'{path.name}: the cells do not tell the variant; say variant="text" or variant="number"')
    return "number" if numeric or split else "text"


def _scores(
    variant: WjxVariant, scores: Mapping[str, Mapping[str, str]] | None, column_map: ColumnMap, file: str
) -> dict[str, Mapping[str, str]]:
    """Scores by column; places of options cannot be told from scores, so they must be given."""
    if variant != "score":
        if scores:
            raise DataError(f'{file}: scores are given, but the variant is {variant!r}; say variant="score"')
        return {}
    if not scores:
        todo = 'give scores={"item": {"score": "code"}}, or export texts'
        raise DataError(
            f"{file}: a score says nothing about the option without the questionnaire's table of scores; {todo}"
        )
    known = {e.variable: e.item for e in column_map.entries}
    strange = [name for name in scores if name not in known and name not in known.values()]
    if strange:
        raise DataError(f"{file}: scores of questions that are not in the questionnaire: {first_few(strange)}")
    return {name: scores.get(name) or scores[item] for name, item in known.items() if name in scores or item in scores}


def _parts_said(said: Said, column_map: ColumnMap, headers: list[str], file: str) -> dict[str, tuple[str, ...]]:
    """Columns of options and of words after "other" that the user names; the map has no entries for them."""
    entries = {entry.variable for entry in column_map.entries}
    parts = {name: tuple(fits) for name, fits in said.columns.items() if name not in entries}
    absent = [header for fits in parts.values() for header in fits if header not in headers]
    if absent:
        raise DataError(f"{file}: the mapping names columns that are not there: {first_few(absent)}")
    return parts


def read_wjx(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: WjxVariant | None = None,
    encoding: str | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    salt: str | None = None,
    scores: Mapping[str, Mapping[str, str]] | None = None,
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read an export of 问卷星 as XLSX, XLS or CSV.

    Parameters
    ----------
    path : str or Path
        The file.
    questionnaire : Questionnaire
        What was asked.
    variant : {"text", "number", "score"}, optional
        What stands in the cells; told from the cells when it is not given, never guessed when they do not tell.
    encoding : str, optional
        Of a CSV; UTF-8 and GB18030 are tried.
    column_map : ColumnMap or mapping, optional
        Which question holds which variable, ``wjx_column_map(questionnaire)`` by default.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    salt : str, optional
        With it, personal columns are replaced by salted hashes; without it they are dropped.
    scores : mapping, optional
        For the score variant: the code of each score, by item or grid row (a grid's id for all its rows), for example
        ``{"sat_overall": {"100": "5", "75": "4"}}``. Questions that are not named are read as texts.
    layout : FileLayout, optional
        Where the records lie, when the header is not in the first row.

    Returns
    -------
    RawResponses
        Cells as text, with the columns matched.

    Raises
    ------
    DataError
        If the file is damaged or not an export of this questionnaire, or a column is ambiguous.

    Notes
    -----
    The layout follows public descriptions of the export: 序号, 提交答卷时间, 所用时间, 来源, 来源详情, 来自IP, then the
    questions. The link parameter is looked for in a column of its own, then in 来源详情.
    """
    path = Path(path)
    require_variant(path, variant, WjxVariant)
    said = what_is_said(column_map, mapping)
    own_map = said.column_map or wjx_column_map(questionnaire)
    layout = layout or FileLayout()
    cells = read_cells(path, replace(layout, encoding=encoding or layout.encoding))
    table = cells.table
    absent = [name for name in HEAD[:3] if name not in table.columns]
    if absent:
        raise DataError(
            f"{path.name}: not an export of 问卷星: no column {first_few(absent)}; the first row holds "
            f"{first_few(table.columns)}. Where the header is in another row, say header_row"
        )
    headers = list(map(str, table.columns))
    matched, lost = match_columns(headers, own_map.entries, mapping=said.columns, file=path.name)
    columns = {**matched, **_parts_said(said, own_map, headers, path.name)}
    lost = [v for v in lost if not any(name.startswith(f"{v}_") for name in columns)]
    if len(lost) > len(own_map.entries) / 2:
        raise DataError(
            f"{path.name}: {len(lost)} of {len(own_map.entries)} questions of {questionnaire.id} are not in the "
            f"file: {first_few(lost)}; is it the export of another questionnaire or version?"
        )
    several = any(e.kind == "multi" and e.variable not in columns and e.variable not in lost for e in own_map.entries)
    variant = variant or _variant(path, table, columns, own_map, several)
    by_column = _scores(variant, scores, own_map, path.name)
    table, link = _link_column(table)
    meta = {"@response_id": "序号", "@submitted_at": "提交答卷时间", "@duration_seconds": "所用时间"}
    columns |= {key: (name,) for key, name in meta.items()}
    columns |= {"@unit_id": (link,)} if link else {}
    columns |= {"@device": ("来自IP",)} if "来自IP" in table else {}
    columns |= said.own_headers(list(map(str, table.columns)), path.name)
    table, columns, findings = without_personal(table, columns, salt)
    table, odd = sound_cells(table, cells.rows)
    findings += [*odd, *cells.findings, *questions_lost(lost)]
    return RawResponses(
        table=table, columns=columns, source="wjx", variant=variant, path=str(path), sha256=cells.sha256,
        sheet=cells.sheet,
        findings=tuple(findings), reader=WJX_READERS[variant], column_map=own_map,
        rows=cells.rows, unused=unused_columns(table, columns, HEAD), scores=by_column, values=said.values,
        missing=said.missing, blanks=said.blanks,
    )  # fmt: skip
