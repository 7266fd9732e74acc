"""Lines of Latin and Chinese text on a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["pad", "width", "wrap"]

_NOT_FIRST = set("，。、；：！？）》」』”’％…,.;:!?)]}")
_NOT_LAST = set("（《「『“‘([{")
_PIECE = re.compile(r"[⺀-鿿＀-￯　-〿]|[^⺀-鿿＀-￯　-〿\s]+|\s+")


def width(text: str) -> int:
    """Return how many columns a text takes.

    Examples
    --------
    >>> width("抽样 draw")
    9
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, columns: int) -> str:
    """Fill a text with spaces up to a number of columns."""
    return text + " " * max(0, columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Break a text into lines; Latin words stay whole, and no line begins with a closing mark.

    Examples
    --------
    >>> wrap("先抽样，再加权。", 7)
    ['先抽', '样，再', '加权。']
    """
    lines, line = [], ""
    for piece in _PIECE.findall(text.strip()):
        if piece.isspace():
            piece = " "
        if width(line + piece.rstrip()) > columns and line.strip():
            line, carried = _break(line, piece)
            lines.append(line.rstrip())
            line = (carried + piece).lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _break(line: str, piece: str) -> tuple[str, str]:
    """Return what stays on the line and what moves to the next with a closing mark, or with several of them."""
    if piece[0] in _NOT_FIRST and len(line) > 1 and not line[-1].isspace():
        start = len(line)
        while found := re.search(r"(\S)$" if line[start - 1] > "\x7f" else r"([!-~]+)$", line[:start]):
            start = found.start()
            if not start:
                break
            if line[start] not in _NOT_FIRST and line[start - 1] not in _NOT_LAST:
                return line[:start], line[start:]
    return line, ""
