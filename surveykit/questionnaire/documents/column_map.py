"""Which column of a platform holds which variable."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pandas as pd

from surveykit.questionnaire.definition.models import Item, Labels, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Choice, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import in_language, pipe

__all__ = ["ColumnEntry", "ColumnMap", "plain_label", "wjx_column_map"]

_NUMBERED = re.compile(r"^(\d+)\.")
Platform = Literal["wjx", "xlsform", "surveyjs", "limesurvey", "html"]


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
        ``"wjx"``, ``"xlsform"``, ``"surveyjs"``, ``"limesurvey"`` or ``"html"``.
    questionnaire, version, definition_hash : str, int, str
        The definition.
    language : str
        Language of the texts.
    entries : tuple of ColumnEntry
        In the order of asking.
    """

    platform: Platform
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


def make_entries(questionnaire: Questionnaire, language: str, joined_multi: bool = True) -> list[ColumnEntry]:
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


def wjx_line(text: str) -> str:
    """Return a text as 问卷星 takes it: one line in which nothing reads as a tag or as the number of a question."""
    plain = " ".join(text.split()).replace("[", "【").replace("]", "】")
    return _NUMBERED.sub(r"\1．", plain)


def wjx_column_map(questionnaire: Questionnaire, language: str = "zh") -> ColumnMap:
    """Return which question of 问卷星 holds which variable.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str
        Language of the texts on the platform.

    Returns
    -------
    ColumnMap
        Questions are numbered from 1 in the order of the flow, a grid is one question with rows. ``column`` is the head
        of the column in the export by text: ``"3、题干"``, and ``"5、题干—行"`` for the row of a grid.

    Examples
    --------
    >>> from surveykit.questionnaire import Questionnaire
    >>> q = Questionnaire.model_validate({
    ...     "surveykit": "1", "id": "tiny", "languages": ["zh"], "title": {"zh": "小问卷"},
    ...     "scales": {"yn": {"choices": [["1", "是"], ["2", "否"]]}},
    ...     "flow": [{"page": "p", "items": [{"id": "aware", "type": "single", "scale": "yn", "zh": "您知道吗？"}]}]})
    >>> wjx_column_map(q).entries[0].column
    '1、您知道吗？'
    """
    entries = []
    for plain in make_entries(questionnaire, language):
        options = tuple((code, wjx_line(text)) for code, text in plain.options)
        entry = replace(plain, title=wjx_line(plain.title), row=wjx_line(plain.row), options=options)
        head = f"{entry.number}、{entry.title}"
        column = f"{head}—{entry.row}" if entry.row else head
        entries.append(replace(entry, column=column))
    return ColumnMap(
        "wjx", questionnaire.id, questionnaire.version, definition_hash(questionnaire), language, tuple(entries)
    )
