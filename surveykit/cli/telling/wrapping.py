"""Lines of Latin and Chinese text on a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["pad", "width", "wrap"]

_NOT_FIRST = set("，。、；：！？）》」』”’％…,.;:!?)]}")
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
    """Return what stays on the line and what moves to the next with a closing mark."""
    if piece[0] in _NOT_FIRST and len(line) > 1 and not line[-1].isspace():
        found = re.search(r"(\S)$" if width(line[-1]) == 2 else r"(\S+)$", line)
        if found and found.start() > 0:
            return line[: found.start()], line[found.start() :]
    return line, ""
