"""Layouts of form platforms that write one column for each question: where their header is, and what is no question."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from surveykit.questionnaire.definition.spellings import OptionsBy
from surveykit.responses.cells.values import CellReader

__all__ = ["PLATFORMS", "FormPlatform", "FormSource", "Header", "has_signs", "platform_of", "qualtrics_zone"]

FormSource = Literal["qualtrics", "surveymonkey", "google", "tencent", "jinshuju", "redcap"]
Header = dict[str, tuple[str, str]]  # by column: name of the question, and its text


@dataclass(frozen=True)
class FormPlatform:
    """What the exports of one platform have in common.

    Attributes
    ----------
    title : str
        Its name.
    signs : tuple of frozenset of str
        Headers that tell it, any of the sets.
    meta : mapping of str to sequence of str
        Headers of meta data in small letters, by our name with a leading "@"; the first that is there counts.
    known : frozenset of str
        Further headers that are no questions, in small letters.
    separator : str
        What stands between several options in one cell, as a regular expression; a cell with it is tried against whole
        labels first.
    zone : str
        Time zone of times without one.
    day_first : bool, optional
        Order of day and month, where the platform always writes one.
    header_rows : callable
        Given the header and the rows after it: how many of them are headers too. A row that could be a record is none.
    columns : callable
        Given the header and those rows: name and text of each column.
    blanks : frozenset of str
        Cells for "left blank".
    words : str, optional
        What stands around the words after "other"; see `CellReader`.
    words_tick : bool
        Whether the column of "other" holds the words instead of a tick.
    """

    title: str
    signs: tuple[frozenset[str], ...]
    meta: Mapping[str, Sequence[str]]
    header_rows: Callable[[Sequence[str], Sequence[Sequence[str]]], int]
    columns: Callable[[Sequence[str], Sequence[Sequence[str]]], Header]
    known: frozenset[str] = frozenset()
    separator: str = r"\s*[;,]\s*"
    zone: str = "Asia/Shanghai"
    day_first: bool | None = None
    blanks: frozenset[str] = field(default_factory=lambda: frozenset({""}))
    words: str | None = None
    words_tick: bool = False

    def reader(self, by: OptionsBy) -> CellReader:
        """How its cells are read."""
        if self.words is None:
            return CellReader(by, self.blanks, separator=self.separator)
        return CellReader(by, self.blanks, separator=self.separator, words=self.words)


def _one_row(header: Sequence[str], above: Sequence[Sequence[str]]) -> Header:
    return {name: (name, name) for name in header}


def _none(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    return 0


def _cells_under(header: Sequence[str], row: Sequence[str], names: Collection[str]) -> list[str]:
    """Cells of a row that are not blank, under headers given in small letters."""
    held = [cell.strip() for name, cell in zip(header, row, strict=False) if name.strip().lower() in names]
    return [cell for cell in held if cell]


_IMPORT_ID = re.compile(r"""\s*\{\s*["']ImportId["']""")
_TIME_ZONE = re.compile(r"""["']timeZone["']\s*:\s*["']([^"']*)["']""")
_QUALTRICS_DATES = frozenset({"startdate", "enddate", "recordeddate", "start date", "end date", "recorded date"})
_QUALTRICS_IDS = frozenset({"responseid", "response id"})
_DIGIT = re.compile(r"\d")
_QUALTRICS_PART = re.compile(r"\s+[-–]\s+Selected Choice\s*\Z")


def _qualtrics_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """Texts and import ids; the older export has texts only, and files that people made may have neither.

    A date of a record holds digits, its title in any language none; a record without dates has the id of a response.
    """
    ids = [any(_IMPORT_ID.match(cell) for cell in row) for row in rows[:2]]
    if True in ids:
        return ids.index(True) + 1
    if not rows:
        return 0
    dates = _cells_under(header, rows[0], _QUALTRICS_DATES)
    if dates:
        return 0 if any(_DIGIT.search(cell) for cell in dates) else 1
    numbers = _cells_under(header, rows[0], _QUALTRICS_IDS)
    return int(bool(numbers) and not any(_DIGIT.search(cell) or cell.startswith("R_") for cell in numbers))


def qualtrics_zone(header: Sequence[str], above: Sequence[Sequence[str]], column: str | None) -> str | None:
    """Time zone that the row of import ids states for a column of times.

    Parameters
    ----------
    header : sequence of str
        Headers of the file.
    above : sequence of sequence of str
        Further header rows.
    column : str, optional
        Header of the times.

    Returns
    -------
    str or None
        As written, ``UTC`` for ``Z``; None where nothing is stated.
    """
    place = header.index(column) if column in header else len(header)
    cells = [row[place] for row in above if place < len(row) and _IMPORT_ID.match(row[place])]
    stated = [match[1].strip() for cell in cells if (match := _TIME_ZONE.search(cell))]
    zone = next((zone for zone in stated if zone), None)
    return "UTC" if zone == "Z" else zone


def _qualtrics(header: Sequence[str], above: Sequence[Sequence[str]]) -> Header:
    texts = above[0] if above else header
    named = {}
    for place, name in enumerate(header):
        text = texts[place] if place < len(texts) else name
        named[name] = (name, _QUALTRICS_PART.sub("", text))
    return named


_MONKEY_ANSWER = frozenset({"", "response", "open-ended response", "回复", "开放式回复"})


_MONKEY_META = frozenset(
    """respondent id|respondentid|collector id|collectorid|start date|startdate|end date|enddate|date created|
    datecreated|date modified|datemodified|ip address""".replace("\n    ", "").split("|")
)


def _monkey_rows(header: Sequence[str], rows: Sequence[Sequence[str]]) -> int:
    """The second header row is blank under the meta data, which every record has."""
    return int(bool(rows) and any(cell.strip() for cell in rows[0]) and not _cells_under(header, rows[0], _MONKEY_META))


def _monkey(header: Sequence[str], above: Sequence[Sequence[str]]) -> Header:
    """A question's text stands over its first column only; the second row names its options and rows."""
    named, stem = {}, ""
    parts = above[0] if above else []
    for place, name in enumerate(header):
        part = parts[place].strip() if place < len(parts) else ""
        if not re.fullmatch(r"#\d+#*", name):
            stem = name
        named[name] = (name, stem if part.casefold() in _MONKEY_ANSWER else f"{stem} - {part}")
    return named


def _redcap(header: Sequence[str], above: Sequence[Sequence[str]]) -> Header:
    """``channel___1`` is option 1 of the question channel."""
    return {name: (re.sub(r"___", "_", name), name) for name in header}


_QUALTRICS_META = {
    "@response_id": ("responseid", "response id"),
    "@submitted_at": ("recordeddate", "recorded date", "enddate", "end date"),
    "@duration_seconds": ("duration (in seconds)", "duration__in_seconds_"),
    "@unit_id": ("unit_id", "externalreference", "externaldatareference"),
}
_QUALTRICS_KNOWN = """
    startdate enddate status progress finished responseset distributionchannel userlanguage ipaddress name emailaddress
    recipientlastname recipientfirstname recipientemail externalreference externaldatareference locationlatitude
    locationlongitude locationaccuracy
"""
# Columns that REDCap adds to the questions; the record id has the name that the project gave it, and comes first.
_REDCAP_OWN = (
    "redcap_event_name",
    "redcap_survey_identifier",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_data_access_group",
)
PLATFORMS: dict[FormSource, FormPlatform] = {
    "qualtrics": FormPlatform(
        "Qualtrics",
        (
            frozenset({"ResponseId", "RecordedDate"}),
            frozenset({"ResponseID", "ResponseSet"}),
            frozenset({"Response ID", "Recorded Date"}),
        ),
        _QUALTRICS_META,
        _qualtrics_rows,
        _qualtrics,
        known=frozenset(_QUALTRICS_KNOWN.split()),
        separator=r"\s*,\s*",
        zone="UTC",
    ),
    "surveymonkey": FormPlatform(
        "SurveyMonkey",
        (frozenset({"Respondent ID", "Collector ID"}), frozenset({"RespondentID", "CollectorID"})),
        {
            "@response_id": ("respondent id", "respondentid"),
            "@submitted_at": ("end date", "enddate", "date modified", "datemodified"),
            "@unit_id": ("unit_id", "custom data 1", "customdata1", "custom data", "customdata"),
        },
        _monkey_rows,
        _monkey,
        known=frozenset(
            {"collector id", "collectorid", "start date", "startdate", "ip address", "email address", "first name",
             "last name", "date created", "custom data 1"}
        ),
        zone="UTC",
        words_tick=True,
    ),
    "google": FormPlatform(
        "Google Forms",
        (frozenset({"Timestamp"}), frozenset({"时间戳记"}), frozenset({"时间戳"})),
        {"@submitted_at": ("timestamp", "时间戳记", "时间戳"), "@unit_id": ("unit_id",)},
        _none,
        _one_row,
        known=frozenset({"username", "email address", "电子邮件地址", "score", "分数"}),
        separator=r"\s*[,;]\s+|\s*;\s*",
    ),
    "tencent": FormPlatform(
        "腾讯问卷",
        (frozenset({"编号", "开始答题时间", "结束答题时间"}), frozenset({"答卷编号", "开始答题时间", "结束答题时间"})),
        {
            "@response_id": ("编号", "答卷编号"),
            "@submitted_at": ("结束答题时间",),
            "@duration_seconds": ("答题时长", "答题时长(秒)", "答题时长（秒）"),
            "@unit_id": ("unit_id", "自定义字段"),
        },
        _none,
        _one_row,
        known=frozenset(
            {"开始答题时间", "地理位置国家和地区", "地理位置省", "地理位置市", "ip", "ua", "openid", "来源", "用户类型",
             "用户标识"}
        ),
        separator=r"\s*[;；┋\n|]\s*|\s*,\s*",
        words=r"(?P<label>.*?)\s*[:：〖]\s*(?P<text>.*?)〗?",
    ),
    "jinshuju": FormPlatform(
        "金数据",
        (frozenset({"序号", "提交时间", "填写时长"}), frozenset({"序号", "提交人", "提交时间"})),
        {
            "@response_id": ("序号",),
            "@submitted_at": ("提交时间",),
            "@duration_seconds": ("填写时长",),
            "@unit_id": ("unit_id", "扩展属性", "x_field_1"),
        },
        _none,
        _one_row,
        known=frozenset(
            {"提交人", "修改时间", "更新时间", "填写设备", "操作系统", "浏览器", "填写地区", "ip", "微信昵称"}
        ),
        separator=r"\s*[,，;；\n┋|、]\s*",
        words=r"(?P<label>.*?)\s*[:：〖]\s*(?P<text>.*?)〗?",
    ),
    "redcap": FormPlatform(
        "REDCap",
        tuple(frozenset({name}) for name in _REDCAP_OWN),
        {"@response_id": ("record_id",), "@unit_id": ("redcap_survey_identifier", "unit_id")},
        _none,
        _redcap,
        known=frozenset(_REDCAP_OWN),
    ),
}  # fmt: skip


def has_signs(source: FormSource, header: Sequence[str]) -> bool:
    """Whether a header has what the exports of a platform have, wherever its columns stand."""
    held = {name.strip() for name in header}
    if source == "redcap" and any(name.endswith("_complete") for name in held):
        return True
    return any(sign <= held for sign in PLATFORMS[source].signs)


def platform_of(header: Sequence[str]) -> list[FormSource]:
    """Platforms whose exports have such a header.

    Parameters
    ----------
    header : sequence of str
        Headers of a file.

    Returns
    -------
    list of str
    """
    found: list[FormSource] = [source for source in PLATFORMS if has_signs(source, header) and source != "redcap"]
    first = next((name.strip() for name in header if name.strip()), "")
    if "google" in found and first not in ("Timestamp", "时间戳记", "时间戳"):
        found.remove("google")
    held = {name.strip() for name in header}
    if not found and (held & set(_REDCAP_OWN) or ("record_id" in held and has_signs("redcap", header))):
        found.append("redcap")
    return found
