"""Small helpers for text: nearest names, text in a language, piping, full-width digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from surveykit.errors import nearest_word

__all__ = ["PIPE", "half_width", "in_language", "nearest", "pipe", "piped_ids"]

PIPE = re.compile(r"\{\{\s*([A-Za-z0-9_.]*)\s*\}\}")

_TO_WIDE = 0xFEE0


def half_width(signs: str = "") -> dict[int, int]:
    """Return a table for `str.translate` from full-width digits, and from some full-width signs, to ASCII.

    Examples
    --------
    >>> "－１．５％".translate(half_width(".-"))
    '-1.5％'
    """
    return {ord(sign) + _TO_WIDE: ord(sign) for sign in "0123456789" + signs}


def nearest(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """Return "did you mean 'x'?", or what else to say when nothing is near."""
    names = list(known)
    near = nearest_word(name, names)
    if near:
        return f"did you mean {near!r}?"
    if otherwise:
        return otherwise
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"known: {shown}" if names else "none is defined"


def in_language(labels: Mapping[str, str], language: str, otherwise: str = "") -> str:
    """Return the text in a language, else in the first language that has one."""
    return labels.get(language) or next((text for text in labels.values() if text), otherwise)


def piped_ids(text: str) -> list[str]:
    """Return the ids in ``{{...}}`` of a label."""
    return PIPE.findall(text)


def pipe(text: str, write: Callable[[str], str]) -> str:
    """Replace each ``{{id}}`` by what ``write`` makes of the id."""
    return PIPE.sub(lambda found: write(found.group(1)), text)
