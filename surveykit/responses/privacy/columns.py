"""Personal columns are dropped or replaced by salted hashes when a file is read."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from surveykit.errors import DataError, first_few
from surveykit.responses.results import Finding

__all__ = ["PERSONAL", "drop_personal", "personal_columns", "salted_hash", "without_personal"]

PERSONAL = re.compile(
    r"^(?:来自ip|ip|ip ?address|ipaddr|来源详情|openid|unionid|微信昵称|昵称|nickname|微信|姓名|真实姓名|您的姓名"
    r"|name|full ?name"
    r"|手机|手机号|手机号码|电话|联系电话|联系方式|phone|phone ?number|mobile|tel|邮箱|电子邮箱|邮件"
    r"|e[-_ ]?mail|email ?address"
    r"|身份证|身份证号|证件号码|id ?card|地理位置|经度|纬度|经纬度|location|latitude|longitude|gps|_geolocation|_gps.*"
    r"|qq|qq号|地址|详细地址|家庭住址|address|头像|user ?agent|ua|deviceid|device ?id|imei|subscriberid|simserial"
    r"|phonenumber|username|submittername|submitterid|_submitted_by|firstname|lastname|referrer|refurl)$",
    re.IGNORECASE,
)
_WITHIN = re.compile(
    r"姓名|手机号|电话号码|身份证|微信号|微信昵称|邮箱|家庭住址|详细地址|经纬度|open_?id|union_?id", re.IGNORECASE
)
_AROUND = re.compile(r"^\s*(?:第?\d{1,3}(?:题|[、.:：．]))?\s*|[：:？?。（(].*$")
MINIMUM_SALT = 16
_GUARDED = ("@device", "@interviewer")


def personal_columns(headers: list[str]) -> list[str]:
    """Headers that name personal data.

    Parameters
    ----------
    headers : list of str
        Headers of a file.

    Returns
    -------
    list of str
    """
    return [header for header in headers if _WITHIN.search(header) or any(map(PERSONAL.match, _readings(header)))]


def _readings(header: str) -> set[str]:
    """A header without number and remarks; its parts in ``code. text`` and ``group/name``; with blanks for ``_``."""
    plain = _AROUND.sub("", header).strip()
    code, _, text = header.partition(". ")
    parts = {plain, code.strip(), _AROUND.sub("", text).strip(), plain.rpartition("/")[2], plain.rpartition("-")[2]}
    return parts | {part.replace("_", " ").replace("-", " ").strip() for part in parts}


def salted_hash(values: pd.Series, salt: str) -> pd.Series:
    """Replace values by the first 32 hexadecimal digits of HMAC-SHA-256 under a salt.

    Parameters
    ----------
    values : Series
        Text; "" and missing stay "".
    salt : str
        At least 16 characters; keep it apart from the data.

    Returns
    -------
    Series of str

    Raises
    ------
    DataError
        If the salt is short: short salts can be tried out.
    """
    if len(salt) < MINIMUM_SALT:
        raise DataError(f"the salt has {len(salt)} characters and needs at least {MINIMUM_SALT}")
    known = {"": ""}
    for value in values.astype("str").fillna("").unique():
        known.setdefault(value, hmac.new(salt.encode(), value.encode(), hashlib.sha256).hexdigest()[:32])
    return values.astype("str").fillna("").map(known)


def drop_personal(
    table: pd.DataFrame, *, salt: str | None = None, keep: Sequence[str] = (), also: Sequence[str] = ()
) -> tuple[pd.DataFrame, list[Finding]]:
    """Take personal columns out of a raw table, or hash them.

    Parameters
    ----------
    table : DataFrame
        Cells as text.
    salt : str, optional
        With it columns are hashed, without it dropped.
    keep : sequence of str
        Headers of questions and tokens, which are not personal columns whatever they are called.
    also : sequence of str
        Headers that are personal whatever they are called.

    Returns
    -------
    tuple of DataFrame and list of Finding
        The table without the columns (or with hashes), and a finding that lists them by name only.
    """
    headers = [str(name) for name in table.columns]
    named = {*personal_columns(headers), *also}
    names = [name for name in headers if name in named and name not in keep]
    if not names:
        return table, []
    if salt is None:
        finding = Finding(
            "personal_dropped", f"personal columns dropped on reading: {first_few(names, 20)}", count=len(names)
        )
        return table.drop(columns=names), [finding]
    hashed = table.assign(**{name: salted_hash(table[name], salt) for name in names})
    finding = Finding(
        "personal_hashed", f"personal columns replaced by salted hashes: {first_few(names, 20)}", count=len(names)
    )
    return hashed, [finding]


def without_personal(
    table: pd.DataFrame, columns: Mapping[str, tuple[str, ...]], salt: str | None
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], list[Finding]]:
    """Take personal columns out of a table whose columns are matched.

    Questions, record number, token, times and mode stay whatever their header is; the device never stays as it is, and
    the interviewer only under a header that names nothing personal.

    Parameters
    ----------
    table : DataFrame
        Cells as text.
    columns : mapping of str to tuple of str
        Headers by our column, meta data with a leading "@".
    salt : str, optional
        With it personal columns are hashed, without it dropped.

    Returns
    -------
    tuple of DataFrame, dict and list of Finding
        Table and columns without what was dropped; what was done, by name only. A token that stands in a personal
        column is kept, since the sample is linked by it, and said.
    """
    keep = [h for ours, fits in columns.items() if ours not in _GUARDED for h in fits]
    device = [h for h in columns.get("@device", ()) if h not in keep]
    table, findings = drop_personal(table, salt=salt, keep=keep, also=device)
    left = {ours: fits for ours, fits in columns.items() if all(header in table for header in fits)}
    tokens = personal_columns([h for ours in ("@unit_id", "@response_id") for h in columns.get(ours, ())])
    if tokens:
        message = f"the token or record number stands in a personal column: {first_few(tokens)}; better give out tokens"
        findings.append(Finding("personal_token", message, count=len(tokens)))
    return table, left, findings
