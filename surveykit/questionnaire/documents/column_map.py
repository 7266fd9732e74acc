"""Which column of a platform holds which variable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from surveykit.questionnaire.definition.models import Item, Labels, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Choice, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import in_language, pipe

__all__ = ["ColumnEntry", "ColumnMap", "column_map_of", "make_entries", "option_text", "plain_label"]


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """Where one answer stands in an export of a platform.

    Attributes
    ----------
    variable : str
        Our column; for a multi the item, whose columns are ``item_code``.
    item : str
        The item.
    kind : str
        ``single``, ``multi``, ``grid``, ``number``, ``text`` or ``date``.
    number : int
        Number of the question on the platform, from 1.
    title : str
        Text of the question as the platform shows it, in the language of the map.
    row : str
        Text of the grid row, ``""`` otherwise.
    column : str
        Name of the column as the platform writes it, where that is fixed.
    options : tuple of (code, text)
        Our codes and the platform's texts in the order shown there, specials and "other" included.
    other : str
        Code of the option that is followed by free text, ``""`` if none.
    """

    variable: str
    item: str
    kind: str
    number: int
    title: str
    row: str = ""
    column: str = ""
    options: tuple[tuple[str, str], ...] = ()
    other: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """All columns of one export, with the definition that it was made from.

    Attributes
    ----------
    platform : str
        Name of the renderer, such as ``"wjx"``, ``"xlsform"``, ``"surveyjs"`` or ``"limesurvey"``.
    questionnaire, version, definition_hash : str, int, str
        The definition.
    language : str
        Language of the texts.
    entries : tuple of ColumnEntry
        In the order of asking.
    """

    platform: str
    questionnaire: str
    version: int
    definition_hash: str
    language: str
    entries: tuple[ColumnEntry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        head = {
            name: getattr(self, name)
            for name in ("platform", "questionnaire", "version", "definition_hash", "language")
        }
        entries = [
            {name: getattr(entry, name) for name in ColumnEntry.__dataclass_fields__}
            | {"options": [*map(list, entry.options)]}
            for entry in self.entries
        ]
        return {**head, "entries": entries}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> ColumnMap:
        """Read what :meth:`to_dict` wrote."""
        entries = tuple(
            ColumnEntry(**{**entry, "options": tuple((str(code), str(text)) for code, text in entry["options"])})
            for entry in record["entries"]
        )
        return cls(**{**record, "entries": entries})

    def to_frame(self) -> pd.DataFrame:
        """Return one row per option (one per column where there are no options), for a CSV file."""
        rows = []
        for entry in self.entries:
            for position, (code, text) in enumerate(entry.options or (("", ""),), start=1):
                rows.append({
                    "variable": entry.variable, "item": entry.item, "kind": entry.kind, "question": entry.number,
                    "title": entry.title, "row": entry.row, "column": entry.column,
                    "position": position if code else None, "code": code, "text": text,
                })  # fmt: skip
        return pd.DataFrame(rows).assign(definition_hash=self.definition_hash)


def plain_label(questionnaire: Questionnaire, labels: Labels, language: str) -> str:
    """Return a label on one line, with ``[question]`` in the place of piped answers."""
    items = {e.id: e for page in questionnaire.flow for e in page.items if isinstance(e, Item)}

    def named(item_id: str) -> str:
        item = items.get(item_id)
        return f"[{in_language(item.label, language)}]" if item is not None else item_id

    return " ".join(pipe(in_language(labels, language), named).split())


def make_entries(questionnaire: Questionnaire, language: str) -> list[ColumnEntry]:
    """Return an entry per column, without platform names."""
    entries: list[ColumnEntry] = []
    for step, item in flow_of(questionnaire).questions:
        choices = item_choices(questionnaire, item)
        title = plain_label(questionnaire, item.label, language)
        options = tuple((choice.code, option_text(choice, language)) for choice in choices)
        other = next((choice.code for choice in choices if choice.other), "")
        if item.type == "grid":
            for row in item.rows:
                text = in_language(labels_of(row[1:], questionnaire.languages), language)
                name = f"{item.id}_{row[0]}"
                entries.append(ColumnEntry(name, item.id, "grid", step.number, title, text, options=options))
        else:
            entries.append(ColumnEntry(item.id, item.id, item.type, step.number, title, options=options, other=other))
    return entries


def option_text(choice: Choice, language: str) -> str:
    """Return the text of an option on one line."""
    return " ".join(in_language(choice.labels, language).split())


def column_map_of(
    questionnaire: Questionnaire, platform: str, language: str, entries: Iterable[ColumnEntry]
) -> ColumnMap:
    """Put the entries of a platform together with the definition that they come from."""
    digest = definition_hash(questionnaire)
    return ColumnMap(platform, questionnaire.id, questionnaire.version, digest, language, tuple(entries))
