"""Read the catalogue of a language: TOML files, one for each room of the package, ``"English" = "translation"``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from surveykit.language.template import Template

__all__ = ["headings", "read_catalogue"]

HEADINGS = "headings.toml"


@cache
def read_catalogue(language: str) -> tuple[Template, ...]:
    """Return every text that has a translation, the heaviest first.

    Parameters
    ----------
    language : str
        The folder of the language, such as ``"zh"``.
    """
    found: dict[str, Template] = {}
    for file in sorted((files("surveykit.language") / language).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml") and file.name != HEADINGS:
            for key, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if text:
                    found.setdefault(key, Template(key, text))
    return tuple(sorted(found.values(), key=lambda template: -template.weight))


@cache
def headings(language: str) -> dict[str, str]:
    """Return what columns of tables are called in a language; in English they are called as in the file.

    Parameters
    ----------
    language : {"zh", "en"}
    """
    if language == "en":
        return {}
    return dict(tomllib.loads((files("surveykit.language") / language / HEADINGS).read_text(encoding="utf-8")))
