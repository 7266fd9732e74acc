"""Small helpers for text: nearest names, text in a language, piping."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from surveykit.errors import nearest_word

__all__ = ["PIPE", "in_language", "nearest", "pipe", "piped_ids"]

PIPE = re.compile(r"\{\{\s*([A-Za-z0-9_.]*)\s*\}\}")


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
