"""Layouts of form platforms that write one column for each question: where their header is, and what is no question."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from surveykit.questionnaire.definition.spellings import OptionsBy
from surveykit.responses.cells.values import CellReader

__all__ = ["PLATFORMS", "FormPlatform", "FormSource", "Header", "platform_of"]

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
        Given the rows after the header: how many of them are headers too.
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
    header_rows: Callable[[Sequence[Sequence[str]]], int]
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


def _none(rows: Sequence[Sequence[str]]) -> int:
    return 0


_IMPORT_ID = re.compile(r'\s*\{"ImportId"')
_QUALTRICS_PART = re.compile(r"\s+[-–]\s+Selected Choice\s*\Z")


def _qualtrics_rows(rows: Sequence[Sequence[str]]) -> int:
    """Texts and import ids; the older export has texts only."""
    if len(rows) > 1 and any(_IMPORT_ID.match(cell) for cell in rows[1]):
        return 2
    return 1


def _qualtrics(header: Sequence[str], above: Sequence[Sequence[str]]) -> Header:
    texts = above[0] if above else header
    named = {}
    for place, name in enumerate(header):
        text = texts[place] if place < len(texts) else name
        named[name] = (name, _QUALTRICS_PART.sub("", text))
    return named


_MONKEY_ANSWER = frozenset({"", "response", "open-ended response", "回复", "开放式回复"})


def _monkey_rows(rows: Sequence[Sequence[str]]) -> int:
    return 1


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
        (frozenset({"record_id", "redcap_survey_identifier"}), frozenset({"record_id", "redcap_event_name"})),
        {"@response_id": ("record_id",), "@unit_id": ("redcap_survey_identifier", "unit_id")},
        _none,
        _redcap,
        known=frozenset({"redcap_event_name", "redcap_data_access_group", "redcap_survey_identifier"}),
    ),
}  # fmt: skip


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
    held = {name.strip() for name in header}
    found = [s for s, platform in PLATFORMS.items() if any(sign <= held for sign in platform.signs)]
    first = next((name.strip() for name in header if name.strip()), "")
    if "google" in found and first not in ("Timestamp", "时间戳记", "时间戳"):
        found.remove("google")
    if not found and "record_id" in held and any(name.endswith("_complete") for name in held):
        found.append("redcap")
    return found
