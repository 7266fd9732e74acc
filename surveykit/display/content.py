"""What a result shows: a title, tables and notes, the same for every output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from surveykit.display.words import HEADS, VALUES
from surveykit.language import Language

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "NamedTable",
    "Presentation",
    "Words",
    "facts",
    "pick",
    "presentation_of",
    "recipe_notes",
    "translated",
]

Words = tuple[str, str]
"""A text in Chinese and in English."""


@dataclass(frozen=True)
class NamedTable:
    """A table with its name.

    Attributes
    ----------
    name : tuple of str
        Chinese and English.
    table : pandas.DataFrame
        What is shown. Aggregated rows only: no row stands for a person or a unit of the sample.
    """

    name: Words
    table: pd.DataFrame


@dataclass(frozen=True)
class Presentation:
    """A result as it is shown.

    Attributes
    ----------
    title : tuple of str
        Chinese and English.
    tables : tuple of NamedTable
        In order; the first is the main one.
    notes : tuple of (str, str)
        What must be said with the numbers: how they were made, and what they do not mean.
    figure : str
        A small SVG that stands below the first table in a notebook; made by surveykit, its texts escaped.
    """

    title: Words
    tables: tuple[NamedTable, ...]
    notes: tuple[Words, ...] = ()
    figure: str = ""

    def labelled(self, labels: Mapping[str, str] | None) -> Presentation:
        """Return the same with the texts of codes (districts, levels, variables) in place of the codes."""
        if not labels:
            return self
        names = {str(code): str(text) for code, text in labels.items()}
        return replace(self, tables=tuple(replace(t, table=_renamed(t.table, names)) for t in self.tables))


def pick(words: Words, language: Language) -> str:
    """Return the text in one language."""
    return words[0] if language == "zh" else words[1]


def translated(text: object, language: Language) -> str:
    """Return a value's Chinese name where it has one; the value itself in English."""
    return VALUES.get(str(text), str(text)) if language == "zh" else str(text).replace("_", " ")


def facts(items: Mapping[str, Any]) -> pd.DataFrame:
    """Return single numbers as a table of two columns, item and value; missing ones are left out."""
    import pandas as pd

    kept = {name: value for name, value in items.items() if value is not None and value == value}
    return pd.DataFrame({"item": list(kept), "value": pd.Series(list(kept.values()), dtype=object)})


def presentation_of(title: Words, tables: Mapping[Words, pd.DataFrame], *notes: Words) -> Presentation:
    """Return named tables under a title; empty ones are left out."""
    return Presentation(title, tuple(NamedTable(n, t) for n, t in tables.items() if len(t)), notes)


def recipe_notes(recipe: Mapping[str, Any]) -> tuple[Words, ...]:
    """Return a recipe as one note: every entry that says something."""
    said = {key: value for key, value in recipe.items() if value not in (None, [], (), "", {})}
    if not said:
        return ()
    written = {key: _plain_text(value) for key, value in said.items()}
    zh = "；".join(f"{HEADS.get(key, key)}：{VALUES.get(text, text)}" for key, text in written.items())
    return ((zh, "; ".join(f"{key}: {text}" for key, text in written.items())),)


def _plain_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_plain_text(part)}" for name, part in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _renamed(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Texts that are codes become their labels; numbers stay."""
    import pandas as pd

    changed = table.copy()
    for column in changed.columns:
        if not pd.api.types.is_numeric_dtype(changed[column].dtype):
            changed[column] = [names.get(v, v) if isinstance(v, str) else v for v in changed[column].tolist()]
    return changed
