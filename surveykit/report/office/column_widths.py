"""Widths of a table's columns, fixed in the file so that every reader draws the same table."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["column_widths", "text_width"]

_WORD = re.compile(r"[^\s\u2e80-\uffef]+")
FEWEST_CHARACTERS = 4
BOLD, SLACK = 1.06, 1.06


def text_width(text: str, size: float) -> float:
    """Return the width of a text in twentieths of a point; a Chinese character is as wide as its size.

    Examples
    --------
    >>> text_width("知晓率", 9.0), text_width("73.1", 9.0)
    (540.0, 360.0)
    """
    ems = sum(
        1.0 if ord(c) > 0x2E7F else 0.7 if c.isupper() or c in "%@mwMW—" else 0.5 if not c.isalpha() else 0.52
        for c in text
    )
    return ems * size * 20


def column_widths(
    columns: Sequence[Sequence[str]], numbers: Sequence[bool], size: float, total: int, padding: int
) -> tuple[list[int], bool]:
    """Divide a width among columns.

    Every column gets what its longest word, number or four Chinese characters need; what is left goes where texts are
    longest.

    Parameters
    ----------
    columns : sequence of sequences of str
        Texts of each column, its head first.
    numbers : sequence of bool
        Which columns are of numbers, which are never broken.
    size : float
        Size of type in points.
    total, padding : int
        Width of the table and of both margins of a cell, in twentieths of a point.

    Returns
    -------
    widths : list of int
        Sum to ``total``.
    fits : bool
        Whether no word or number has to be broken.
    """
    least, wanted = [], []
    for texts, number in zip(columns, numbers, strict=True):
        head, cells = texts[0], texts[1:]
        natural = [text_width(head, size) * BOLD, *(text_width(text, size) for text in cells)]
        words = [_longest(head, size) * BOLD, *(natural[1:] if number else (_longest(text, size) for text in cells))]
        least.append(max(words) * SLACK + padding)
        wanted.append(min(max(natural) * SLACK + padding, total))
    if sum(least) >= total:
        return _rounded([width * total / sum(least) for width in least], total), sum(least) <= total
    if sum(wanted) <= total:
        return _rounded([width * total / sum(wanted) for width in wanted], total), True
    share = (total - sum(least)) / max(sum(wanted) - sum(least), 1e-9)
    spread = [low + (high - low) * share for low, high in zip(least, wanted, strict=True)]
    return _rounded(spread, total), True


def _longest(text: str, size: float) -> float:
    """Return the width that a text needs at least: its longest word, or a few Chinese characters."""
    words = max((text_width(word, size) for word in _WORD.findall(text)), default=0.0)
    return max(words, min(text_width(text, size), FEWEST_CHARACTERS * size * 20))


def _rounded(widths: Sequence[float], total: int) -> list[int]:
    made = [int(width) for width in widths]
    made[-1] += total - sum(made)
    return made
