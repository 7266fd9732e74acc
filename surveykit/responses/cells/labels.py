"""Compare headers and labels regardless of width, numbering and punctuation."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["NO", "YES", "normalise_label", "without_number"]

# What ticks the option of a column of its own, and what does not.
YES = frozenset({"1", "1.0", "y", "yes", "true", "是"})
NO = frozenset({"0", "0.0", "n", "no", "false", "否"})
_NUMBERING = re.compile(r"^\s*(?:第?\s*\d{1,3}\s*(?:题|[、.:：．]))\s*")
_TAGS = re.compile(r"<[^<>]{1,200}>")


def normalise_label(text: str) -> str:
    """Bring a label to the form in which labels are compared.

    Parameters
    ----------
    text : str
        A label of an option or a row.

    Returns
    -------
    str
        NFKC, without tags, blanks, punctuation and dashes, in small letters.

    Examples
    --------
    >>> normalise_label("18—29 岁") == normalise_label("18-29岁")
    True
    """
    plain = unicodedata.normalize("NFKC", _TAGS.sub("", text)).casefold()
    return "".join(c for c in plain if not (c.isspace() or unicodedata.category(c)[0] == "P" or c in "~`^|+<>=$"))


def without_number(text: str) -> str:
    """A header without the number of the question before its text.

    Examples
    --------
    >>> without_number("12、您的性别是？")
    '您的性别是？'
    """
    return _NUMBERING.sub("", text)
