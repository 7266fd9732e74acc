"""Find phone numbers, identity numbers, e-mail addresses and accounts in open answers, and mask them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from surveykit.responses.privacy.identifiers import KINDS, PLAIN, WORTH_A_LOOK

__all__ = ["identifier_kinds", "mask_identifiers", "mask_series"]

# A cell that is a point in time and nothing else: every record has one or two of them.
_A_TIME = (
    r"^\s*\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?"
    r"([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?\s*$"
)


def _masked(text: str) -> tuple[str, set[str]]:
    plain = text.translate(PLAIN)
    found: set[str] = set()
    for kind, mark, pattern, group in KINDS:
        for match in reversed(list(pattern.finditer(plain))):
            start, end = match.span(group)
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
        Of "email", "identity_number", "passport", "bank_card", "mobile", "telephone", "account", "plate", "location"
        and "address" (of a computer).

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
    Only what has the form of a number or address is found, also in groups, in Chinese numerals and in disguise; names
    of persons and streets are not. Open answers are to be read by a person before any of them is published. How much is
    found, and what is masked by mistake, is measured on a labelled set; see docs/methods/responses.md.

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
    worth = pc.fill_null(pc.match_substring_regex(held, WORTH_A_LOOK), False)
    worth = pc.and_not(worth, pc.fill_null(pc.match_substring_regex(held, _A_TIME), False))
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
