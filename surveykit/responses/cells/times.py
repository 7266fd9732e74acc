"""Times with their zone and durations in seconds, from the texts of exports; what cannot be read is told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.questionnaire.definition.text import half_width
from surveykit.responses.cells.distinct import distinct_cells

__all__ = [
    "ZONE_ADVICE",
    "ColumnTimes",
    "day_month_order",
    "is_zone",
    "parse_durations",
    "parse_times",
    "readable_dates",
    "times_of_column",
]

ZONE_ADVICE = "name it as in the IANA list, for example 'Asia/Shanghai' or 'UTC'"
_WIDE = half_width(":/-.+")
_PLAIN = r"\d{4}-\d{1,2}-\d{1,2}"
_FORMATS = (
    (rf"{_PLAIN} \d{{1,2}}:\d{{2}}:\d{{2}}", "%Y-%m-%d %H:%M:%S"),
    (rf"{_PLAIN} \d{{1,2}}:\d{{2}}", "%Y-%m-%d %H:%M"),
    (rf"{_PLAIN} \d{{1,2}}:\d{{2}}:\d{{2}}\.\d{{1,9}}", "%Y-%m-%d %H:%M:%S.%f"),
    (_PLAIN, "%Y-%m-%d"),
)
_ISO_ZONED = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})"
_HALF = r"凌晨|早上|清晨|上午|中午|下午|傍晚|晚上|AM|PM|A\.M\.|P\.M\."
_CLOCK = (
    rf"(?:(?P<half>{_HALF})\s*)?(?P<h>\d{{1,2}})(?:[:时点]\s*(?P<m>\d{{1,2}})(?:[:分]\s*(?P<s>\d{{1,2}})(?P<f>\.\d+)?)?[分秒]?)"
    rf"(?:\s*(?P<after>{_HALF}))?"
)
_ZONE = r"(?:\s*(?:(?P<utc>Z|UTC|GMT)|(?:UTC|GMT)?\s*(?P<sign>[+-])(?P<zh>\d{1,2})(?::?(?P<zm>\d{2}))?))?"
_WEEKDAY = r"(?:\s*(?:星期|周|礼拜)[一二三四五六日天])?"
_TAIL = rf"{_WEEKDAY}(?:(?:T|,?\s*){_CLOCK}{_ZONE})?"
_NAMES_OF_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: i for i, name in enumerate(_NAMES_OF_MONTHS.split(), start=1)}
_YEAR_FIRST = re.compile(
    rf"(?P<y>\d{{4}})\s*[-/.年]\s*(?P<mo>\d{{1,2}})\s*[-/.月]\s*(?P<d>\d{{1,2}})\s*日?{_TAIL}", re.I
)
_YEAR_LAST = re.compile(rf"(?P<a>\d{{1,2}})[-/.](?P<b>\d{{1,2}})[-/.](?P<y>\d{{4}}){_TAIL}", re.I)
_NAMED = (
    re.compile(rf"(?P<d>\d{{1,2}})[ -](?P<name>[A-Za-z]{{3,9}})\.?[ ,-]+(?P<y>\d{{4}}){_TAIL}", re.I),
    re.compile(rf"(?P<name>[A-Za-z]{{3,9}})\.? (?P<d>\d{{1,2}}),? (?P<y>\d{{4}}){_TAIL}", re.I),
)
_DIGITS = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<mo>\d{2})(?P<d>\d{2})(?:(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2}))?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")  # days since 1899-12-30, as spreadsheets count: 27 Sep 1954 to 14 Oct 2173
EPOCH = datetime(1899, 12, 30)
FIRST_SERIAL = 20_000

_PARTS = re.compile(
    r"(?:(?P<d>\d+)\s*(?:天|days?|d)\s*)?(?:(?P<h>\d+)\s*(?:小时|时|hours?|hrs?|h)\s*)?"
    r"(?:(?P<m>\d+)\s*(?:分钟|分|minutes?|mins?|m)\s*)?(?:(?P<s>\d+(?:\.\d+)?)\s*(?:秒钟|秒|seconds?|secs?|s)?)?",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2}(?:\.\d+)?)")
_SPREADSHEET = re.compile(r"(1899|190\d)-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d+)?))?)?")
_ISO_DURATION = re.compile(r"P(?:(?P<d>\d+)D)?T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?")


# Hours that may stand with a word for a part of the day; with others the day or the hour is open (晚上 12:05).
_HOURS = {
    **dict.fromkeys(("PM", "下午"), ((0, 23),)),
    **dict.fromkeys(("AM", "上午", "凌晨"), ((0, 12),)),
    **dict.fromkeys(("早上", "清晨"), ((0, 11),)),
    "中午": ((0, 2), (11, 14)),
    "傍晚": ((4, 8), (16, 20)),
    "晚上": ((5, 11), (17, 23)),
}
_AFTERNOON = {"PM": 12, "下午": 12, "中午": 3, "傍晚": 12, "晚上": 12}  # hours below are those of the afternoon


def _seconds(text: str) -> float:
    plain = text.strip().translate(_WIDE)
    if not plain:
        return float("nan")
    if clock := _TIME.fullmatch(plain):
        hours, minutes, seconds = clock.groups()
        return int(hours or 0) * 3600 + int(minutes) * 60 + float(seconds)
    if sheet := _SPREADSHEET.fullmatch(plain):
        year, month, day, h, m, s = sheet.groups()
        whole = datetime(int(year), int(month), int(day)) - EPOCH
        if int(year) >= 1904:  # a workbook that counts from 1904 on, as no duration lasts four years
            whole -= timedelta(days=1462)
            if whole > timedelta(days=31):
                return float("nan")
        return whole.total_seconds() + int(h or 0) * 3600 + int(m or 0) * 60 + float(s or 0)
    if match := _PARTS.fullmatch(plain) or _ISO_DURATION.fullmatch(plain):
        d, h_, m_, s_ = (float(match[name] or 0) for name in "dhms")
        return d * 86400 + h_ * 3600 + m_ * 60 + s_
    return float("nan")


def parse_durations(cells: pd.Series) -> NDArray[np.float64]:
    """Read durations such as ``123秒``, ``2分3秒``, ``0:02:03``, ``PT2M3S``, ``123`` or a spreadsheet's duration.

    Parameters
    ----------
    cells : Series
        Text.

    Returns
    -------
    (n,) array
        Seconds; NaN where there is none or it cannot be read.
    """
    distinct, places = distinct_cells(cells)
    return np.array([_seconds(text) for text in distinct])[places]


def is_zone(name: str) -> bool:
    """Whether there is a time zone of a name.

    Examples
    --------
    >>> is_zone("Asia/Shanghai"), is_zone("Mars/X"), is_zone("")
    (True, False, False)
    """
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError, TypeError):
        return False
    return bool(name)


def day_month_order(texts: Sequence[str]) -> tuple[bool | None, str]:
    """Tell from a whole column whether the day or the month comes first where the year comes last.

    Parameters
    ----------
    texts : sequence of str
        The column's texts.

    Returns
    -------
    tuple of bool or None and str
        True day first, False month first, None where nothing tells or the column contradicts itself; and the text
        that tells it.

    Examples
    --------
    >>> day_month_order(["06/09/2021", "13/09/2021"])
    (True, '13/09/2021')
    >>> day_month_order(["06/09/2021", "05/12/2021"])
    (None, '')
    """
    told: dict[bool, str] = {}
    for text in texts:
        match = _YEAR_LAST.fullmatch(text.strip().translate(_WIDE))
        if match and (int(match["a"]) > 12) != (int(match["b"]) > 12):
            told.setdefault(int(match["a"]) > 12, text)
    return next(iter(told.items())) if len(told) == 1 else (None, "")


def _clock(match: re.Match[str]) -> tuple[int, int, float] | None:
    """Hours, minutes and seconds; None where a half of the day contradicts them."""
    if not match["h"]:
        return 0, 0, 0.0
    h, m, s = int(match["h"]), int(match["m"] or 0), int(match["s"] or 0) + float(match["f"] or 0)
    half = (match["half"] or match["after"] or "").upper().replace(".", "")
    if match["half"] and match["after"]:
        return None
    if half in _HOURS:
        if not any(first <= h <= last for first, last in _HOURS[half]):
            return None
        h = h + 12 if h < _AFTERNOON.get(half, 0) else 0 if h == 12 and half in ("AM", "上午", "凌晨") else h
    return (h, m, s) if h < 24 and m < 60 and s < 60 else None


def _moment(text: str, day_first: bool | None) -> datetime | None:
    """A time, with its zone where it has one."""
    plain = " ".join(text.strip().translate(_WIDE).split())
    if _SERIAL.fullmatch(plain):
        days = float(plain)
        return EPOCH + timedelta(seconds=round(days * 86400)) if days >= FIRST_SERIAL else None
    try:
        if match := _DIGITS.fullmatch(plain):
            return datetime(*(int(match[name] or 0) for name in ("y", "mo", "d", "h", "m", "s")))  # type: ignore[arg-type]
        if match := _YEAR_FIRST.fullmatch(plain):
            return _whole(match, int(match["mo"]), int(match["d"]))
        if match := _YEAR_LAST.fullmatch(plain):
            if day_first is None:
                return None
            a, b = int(match["a"]), int(match["b"])
            return _whole(match, b if day_first else a, a if day_first else b)
        for pattern in _NAMED:
            if (match := pattern.fullmatch(plain)) and match["name"][:3].lower() in _MONTHS:
                return _whole(match, _MONTHS[match["name"][:3].lower()], int(match["d"]))
    except (ValueError, OverflowError):
        return None
    return None


def _whole(match: re.Match[str], month: int, day: int) -> datetime | None:
    clock = _clock(match)
    if clock is None:
        return None
    h, m, s = clock
    zone = None
    if match["utc"]:
        zone = UTC
    elif match["sign"]:
        minutes = int(match["zh"]) * 60 + int(match["zm"] or 0)
        zone = timezone(timedelta(minutes=minutes if match["sign"] == "+" else -minutes))
    return datetime(int(match["y"]), month, day, h, m, tzinfo=zone) + timedelta(seconds=s)


@dataclass(frozen=True)
class ColumnTimes:
    """The times of a column.

    Attributes
    ----------
    moments : Series of datetime64[us, UTC]
        NaT where there is none or it cannot be read.
    unread : (n,) bool array
        Where a text cannot be read.
    day_first : bool, optional
        The order that was used for texts with the year last; None where there was none.
    told_by : str
        The text that tells the order, "" where the user says it.
    """

    moments: pd.Series
    unread: NDArray[np.bool_]
    day_first: bool | None = None
    told_by: str = ""


def times_of_column(cells: pd.Series, zone: str, day_first: bool | None = None) -> ColumnTimes:
    """Read a column of times; those without a zone are taken to be in `zone`.

    Parameters
    ----------
    cells : Series
        Text such as ``2021/9/6 8:05:00``, ``2021年9月6日 下午8:05``, ``2021-09-06T00:05:00.000Z``, ``44445.3368``.
    zone : str
        Name of a time zone.
    day_first : bool, optional
        Whether the day comes before the month where the year comes last. By default the whole column decides, and
        where it does not, such texts are not read.

    Returns
    -------
    ColumnTimes
    """
    distinct, places = distinct_cells(cells)
    texts = pd.Series(distinct, dtype="str").str.strip()
    order, told_by = (day_first, "") if day_first is not None else day_month_order(distinct)
    plain = texts.str.replace("/", "-", regex=False)
    local = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]")
    utc = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    left = np.array(texts != "", dtype=bool)
    for pattern, form in _FORMATS:
        if (here := left & plain.str.fullmatch(pattern).to_numpy(dtype=bool)).any():
            local[here] = pd.to_datetime(plain[here], format=form, errors="coerce").astype("datetime64[us]")
            left &= ~here
    if (here := left & texts.str.fullmatch(_ISO_ZONED).to_numpy(dtype=bool)).any():
        utc[here] = pd.to_datetime(texts[here], format="ISO8601", errors="coerce", utc=True).astype(utc.dtype)
        left &= ~here
    for place in np.flatnonzero(left).tolist():
        moment = _moment(distinct[place], order)
        if moment is not None and moment.tzinfo is None:
            local.iloc[place] = moment
        elif moment is not None:
            utc.iloc[place] = pd.Timestamp(moment).tz_convert("UTC")
    there = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT").dt.tz_convert("UTC")
    moments = there.where(there.notna(), utc).astype("datetime64[us, UTC]")
    unread = (moments.isna() & (texts != "")).to_numpy(dtype=bool)
    used = order if any(_YEAR_LAST.fullmatch(t.strip().translate(_WIDE)) for t in np.array(distinct)[left]) else None
    return ColumnTimes(moments.iloc[places].reset_index(drop=True), unread[places], used, told_by)


def parse_times(cells: pd.Series, zone: str, day_first: bool | None = None) -> pd.Series:
    """Read times; see `times_of_column`.

    Parameters
    ----------
    cells, zone, day_first
        As for `times_of_column`.

    Returns
    -------
    Series of datetime64[us, UTC]
        NaT where it cannot be read. The original text stays in the raw table.
    """
    return times_of_column(cells, zone, day_first).moments


def readable_dates(texts: Sequence[str], day_first: bool | None = None) -> NDArray[np.bool_]:
    """Say which texts of a column are dates, the order of day and month decided from all of them.

    Parameters
    ----------
    texts : sequence of str
        Distinct texts of a column.
    day_first : bool, optional
        As for `times_of_column`.

    Returns
    -------
    (m,) bool array
    """
    order = day_month_order(texts)[0] if day_first is None else day_first
    return np.array([_moment(text, order) is not None for text in texts], dtype=bool)
