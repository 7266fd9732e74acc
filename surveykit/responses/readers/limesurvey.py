"""Read CSV exports of LimeSurvey: answer codes or full answers; question codes, texts or both as headers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.files.answer_files import LimeSurveyVariant
from surveykit.questionnaire import Questionnaire, item_choices, questionnaire_variables
from surveykit.questionnaire.definition.spellings import OptionsBy
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.responses.cells.user_mapping import what_is_said
from surveykit.responses.cells.values import CellReader
from surveykit.responses.readers.file_cells import FileLayout, read_cells
from surveykit.responses.readers.flat_columns import refuse_mixed_versions
from surveykit.responses.readers.flat_file import FlatFile, Found, raw_of_flat, require_variant
from surveykit.responses.results import Columns, RawResponses, UserColumns

__all__ = ["read_limesurvey"]

_PAGE_TIME = re.compile(r"^(?:groupTime\d+|Group time: )")
_READERS: dict[OptionsBy, CellReader] = {
    "code": CellReader("code", frozenset({""})),
    "label": CellReader("label", frozenset({"", "N/A"})),
}
ALWAYS = (
    "id",
    "submitdate",
    "lastpage",
    "startlanguage",
    "seed",
    "token",
    "startdate",
    "datestamp",
    "ipaddr",
    "refurl",
)
HEAD = ("id", "submitdate", "lastpage", "startlanguage")
_CODE = re.compile(r"^(?P<item>[A-Za-z][A-Za-z0-9_]*)\[(?P<part>[A-Za-z0-9_]+)\]")
# The two scales of a question, q[row][1] and q[row][2]; older exports write q_row#0 and q_row#1.
_DUAL = re.compile(
    r"^(?P<item>[A-Za-z][A-Za-z0-9_]*?)(?:\[(?P<part>[A-Za-z0-9_]+)\]\[(?P<scale>[12])\]|_(?P<row>[A-Za-z0-9]+)#(?P<from0>[01]))$"
)
_TEXT = re.compile(r"^(?P<code>[A-Za-z][A-Za-z0-9_]*(?:#[01]|\[[A-Za-z0-9_]+\](?:\[[12]\])?)?)\s*[.:]\s+\S")


def _keys(headers: Sequence[str], questionnaire: Questionnaire) -> dict[str, str]:
    """``sat[venue]`` as ``sat_venue``, ``channel[1]`` as ``channel_1``, ``channel[other]`` as its text column.

    Of a question with two scales each is a grid of its own: ``q[row][2]`` as ``q_2_row``.
    """
    others = {}
    for _, item in flow_of(questionnaire).questions:
        code = next((choice.code for choice in item_choices(questionnaire, item) if choice.other), None)
        if code is not None:
            others[item.id.lower()] = f"{item.id}_{code}_text"
    made = {}
    for header in headers:
        code = match["code"] if (match := _TEXT.match(header)) else header
        if dual := _DUAL.match(code):
            scale = dual["scale"] or str(int(dual["from0"]) + 1)
            made[header] = f"{dual['item']}_{scale}_{dual['part'] or dual['row']}"
        elif match := _CODE.match(code):
            name, part = match["item"], match["part"]
            made[header] = others.get(name.lower(), code) if part == "other" else f"{name}_{part}"
        else:
            made[header] = code
    return made


def _own_other(table: pd.DataFrame, columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire) -> pd.DataFrame:
    """``-oth-`` as the code of "other"; a text after a multiple choice ticks its "other"."""
    changed: dict[str, pd.Series] = {}
    for _, item in flow_of(questionnaire).questions:
        code = next((choice.code for choice in item_choices(questionnaire, item) if choice.other), None)
        if code is None:
            continue
        if item.type == "single" and item.id in columns:
            header = columns[item.id][0]
            changed[header] = table[header].astype("str").replace({"-oth-": code})
        text = columns.get(f"{item.id}_{code}_text")
        if item.type == "multi" and text and f"{item.id}_{code}" not in columns:
            words = table[text[0]].astype("str").fillna("").str.strip()
            changed[f"@{item.id}_{code}"] = (words != "").map({True: "Y", False: ""}).astype("str")
    return table.assign(**changed)


def _own_texts(
    table: pd.DataFrame, columns: Mapping[str, Sequence[str]], questionnaire: Questionnaire
) -> tuple[pd.DataFrame, Found]:
    """Other options as codes, and texts without the apostrophe that stands before ``=``."""
    table = _own_other(table, columns, questionnaire)
    texts = [columns[v.id][0] for v in questionnaire_variables(questionnaire) if v.kind == "text" and v.id in columns]
    table = table.assign(**{h: table[h].astype("str").str.replace(r"^'(?==)", "", regex=True) for h in texts})
    return table, {name.removeprefix("@"): (name,) for name in map(str, table.columns) if name.startswith("@")}


def read_limesurvey(
    path: str | Path,
    questionnaire: Questionnaire,
    *,
    variant: LimeSurveyVariant | None = None,
    column_map: Columns | None = None,
    mapping: UserColumns | None = None,
    versions: Sequence[str] | None = None,
    salt: str | None = None,
    zone: str = "Asia/Shanghai",
    layout: FileLayout | None = None,
) -> RawResponses:
    """Read a CSV export of LimeSurvey.

    Parameters
    ----------
    path : str or Path
        The file; comma or semicolon.
    questionnaire : Questionnaire
        What was asked; question codes are our ids, subquestion codes our rows and options.
    variant : {"codes", "answers"}, optional
        Answer codes or full answers; told from the cells when it is not given.
    column_map : ColumnMap or mapping, optional
        The map written next to the export.
    mapping : UserMapping or mapping, optional
        What the user says: our column to the file's header or headers; also for response_id, unit_id, submitted_at,
        duration_seconds, mode, interviewer and device.
    versions : sequence of str, optional
        Values of a column ``definition_hash`` or ``version``, where there is one, that may stand together.
    salt : str, optional
        With it personal columns are hashed, without it dropped.
    zone : str
        Time zone of the server.
    layout : FileLayout, optional
        Where the records lie.

    Returns
    -------
    RawResponses

    Raises
    ------
    DataError
        If it is not such an export or a column is ambiguous.

    Notes
    -----
    Empty means "not asked or not answered"; coding works out which. An answer that starts with ``=`` comes with an
    apostrophe, which is taken off again in texts.
    """
    path = Path(path)
    require_variant(path, variant, LimeSurveyVariant)
    cells = read_cells(path, layout)
    table = cells.table
    codes = {str(h): match["code"] if (match := _TEXT.match(str(h))) else str(h) for h in table.columns}
    lower = {code.lower(): header for header, code in codes.items()}
    by_text = {
        "response id": "id",
        "date submitted": "submitdate",
        "last page": "lastpage",
        "start language": "startlanguage",
    }
    found = {by_text.get(name, name): header for name, header in lower.items()}
    absent = [name for name in HEAD[:2] if name not in found]
    if absent:
        raise DataError(
            f"{path.name}: not an export of LimeSurvey: no column {first_few(absent)}; "
            f"it has {first_few(table.columns)}"
        )
    refuse_mixed_versions(table, found.get("definition_hash"), versions, None, path.name)
    meta = {
        "@response_id": "id",
        "@submitted_at": "submitdate",
        "@unit_id": "token",
        "@duration_seconds": "interviewtime",
    }
    headers = [str(h) for h in table.columns]
    file = FlatFile(
        source="limesurvey", path=path, table=table, sha256=cells.sha256, sheet=cells.sheet, rows=cells.rows,
        findings=cells.findings,
        known=tuple(found[name] for name in ALWAYS if name in found),
        keys=_keys(headers, questionnaire), pages=tuple(h for h in headers if _PAGE_TIME.match(h)),
        own={ours: found[theirs] for ours, theirs in meta.items() if theirs in found},
        readers=_READERS, by_label="answers", zone=zone, change=_own_texts,
    )  # fmt: skip
    return raw_of_flat(file, questionnaire, what_is_said(column_map, mapping), variant=variant, salt=salt)
