"""Find phone numbers, identity numbers, e-mail addresses and accounts in open answers, and mask them."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from surveykit.questionnaire.definition.text import half_width

__all__ = ["identifier_kinds", "mask_identifiers", "mask_series"]

_WIDE = half_width("@.-")
# Digits of one number may be written in groups: 138 0013 8000, 138-0013-8000.
_GAP = r"[ \-－—\u00a0]?"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"(?:18|19|20)\d{2}"
_BYTE = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_CHAT = r"(?i)(?:微信|weixin|wechat|vx|wx)\s*(?:号|id)?\s*[:：]?\s*([a-z][a-z0-9_-]{5,19})"
_KINDS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    ("email", "【邮箱】", re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")),
    ("identity_number", "【证件号】", re.compile(rf"(?<!\d)[1-9]\d{{5}}{_YEAR}{_DAY}\d{{3}}[\dXx](?![\dXx])")),
    ("bank_card", "【卡号】", re.compile(rf"(?<!\d)[3-6](?:\d{_GAP}){{14,17}}\d(?!\d)")),
    ("identity_number", "【证件号】", re.compile(rf"(?<!\d)[1-9]\d{{5}}\d{{2}}{_DAY}\d{{3}}(?!\d)")),
    ("mobile", "【电话】", re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1[3-9](?:{_GAP}\d){{9}}(?!\d)")),
    ("telephone", "【电话】", re.compile(rf"(?<!\d)(?:[(（]?0\d{{2,3}}[)）]?){_GAP}[2-9]\d{{3}}{_GAP}\d{{3,4}}(?!\d)")),
    ("account", "【账号】", re.compile(_CHAT)),
    ("account", "【账号】", re.compile(r"(?i)qq\s*(?:号|群)?\s*(?:是|为)?\s*[:：]?\s*([1-9]\d{4,11})")),
    ("address", "【IP】", re.compile(rf"(?<![\d.])(?:{_BYTE}\.){{3}}{_BYTE}(?![\d.])")),
)  # fmt: skip
# What every pattern needs: cells without it are not looked at, which matters with a million of them.
_WORTH_A_LOOK = r"(?i)[0-9０-９][0-9０-９ \-－—.]{3,}[0-9０-９]|[@＠]|微信|weixin|wechat|vx|wx"


def _masked(text: str) -> tuple[str, set[str]]:
    plain = text.translate(_WIDE)
    found: set[str] = set()
    for kind, mark, pattern in _KINDS:
        for match in reversed(list(pattern.finditer(plain))):
            start, end = match.span(1 if pattern.groups else 0)
            text, plain = text[:start] + mark + text[end:], plain[:start] + mark + plain[end:]
            found.add(kind)
    return text, found


def identifier_kinds(text: str) -> set[str]:
    """Say which kinds of identifiers a text holds.

    Parameters
    ----------
    text : str
        An open answer.

    Returns
    -------
    set of str
        Of "email", "identity_number", "bank_card", "mobile", "telephone", "account" and "address".

    Examples
    --------
    >>> sorted(identifier_kinds("请打 13800138000 找我"))
    ['mobile']
    """
    return _masked(text)[1]


def mask_identifiers(texts: Iterable[str]) -> list[str]:
    """Mask identifiers in texts: the number goes, the words around it stay.

    Parameters
    ----------
    texts : iterable of str
        Open answers.

    Returns
    -------
    list of str

    Notes
    -----
    Only what has the form of a number or address is found; names of persons are not. Open answers are to be read
    by a person before any of them is published.

    Examples
    --------
    >>> mask_identifiers(["电话：138-0013-8000", "多办活动"])
    ['电话：【电话】', '多办活动']
    """
    return [_masked(text)[0] for text in texts]


def mask_series(cells: pd.Series) -> tuple[pd.Series, NDArray[np.int64], set[str]]:
    """Mask identifiers in a column.

    Parameters
    ----------
    cells : Series
        Text; missing stays missing.

    Returns
    -------
    tuple of Series, (m,) int array and set of str
        The column, the places of the cells that were changed, and the kinds found.
    """
    held = pa.array(cells.astype("str"), type=pa.large_string(), from_pandas=True)
    worth = pc.fill_null(pc.match_substring_regex(held, _WORTH_A_LOOK), False)
    places = np.flatnonzero(np.asarray(worth.to_numpy(zero_copy_only=False), dtype=bool))
    kinds: set[str] = set()
    changed: dict[int, str] = {}
    for place in places.tolist():
        text, found = _masked(held[place].as_py())
        if found:
            changed[place] = text
            kinds |= found
    if not changed:
        return cells, np.empty(0, dtype=np.int64), kinds
    where = np.array(sorted(changed), dtype=np.int64)
    texts = held.to_pandas().to_numpy(dtype=object, copy=True)
    texts[where] = [changed[int(place)] for place in where]
    return pd.Series(texts, index=cells.index, name=cells.name, dtype="str"), where, kinds
