"""Which language a call speaks: ``--lang``, else SURVEYKIT_LANG, else the study's first language, else the locale."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from surveykit.errors import DataError
from surveykit.files.looking import read_text
from surveykit.language import LANGUAGES

__all__ = ["VARIABLE", "choose_language", "locale_language"]

VARIABLE = "SURVEYKIT_LANG"
_FIRST = re.compile(r"""^languages\s*:\s*(?:\[\s*|\n\s*-\s*)["']?(zh|en)\b""", re.MULTILINE)


def choose_language(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """Return the language of a call, before its words are parsed: even their errors are told in it.

    Parameters
    ----------
    words : sequence of str
        The words after ``surveykit``.
    environment : mapping
        The environment variables.
    """
    named = _option(words, "--lang")
    if named in LANGUAGES:
        return str(named)
    wished = environment.get(VARIABLE, "")[:2].lower()
    if wished in LANGUAGES:
        return wished
    return _study_language(_option(words, "--study")) or locale_language(environment)


def locale_language(environment: Mapping[str, str]) -> str:
    """Return Chinese for a Chinese locale, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environment.get(name):
            return "zh" if environment[name].lower().startswith("zh") else "en"
    return "en"


def _option(words: Sequence[str], name: str) -> str | None:
    for word, following in zip(words, [*words[1:], None], strict=False):
        if word == "--":
            return None
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _study_language(folder: str | None) -> str | None:
    """Read no more of a study than its first language; a broken study must still be told about."""
    start = Path(folder) if folder else Path.cwd()
    for place in (start,) if folder else (start, *start.parents):
        try:
            text = read_text(place if place.is_file() else place / "study.yaml", limit=5_000_000)
        except (DataError, OSError):
            continue
        found = _FIRST.search(text)
        return found[1] if found else None
    return None
