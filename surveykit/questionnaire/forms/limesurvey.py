"""LimeSurvey's tab-separated survey file (experimental: not tried on a LimeSurvey server)."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Labels, Questionnaire
from surveykit.questionnaire.definition.structure import flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import pipe
from surveykit.questionnaire.documents.column_map import ColumnMap, column_map_of, make_entries
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.routing.ast import Answered, Compare, Const, Count, Expression, Has, In, Ref
from surveykit.questionnaire.routing.writing import all_of, written

__all__ = ["LIMESURVEY", "limesurvey_column_map", "limesurvey_text", "render_limesurvey_tsv"]

HEAD = ("class", "type/scale", "name", "relevance", "text", "help", "language", "validation", "mandatory", "other")
_TYPES = {"single": "L", "multi": "M", "grid": "F", "number": "N", "text": "S", "date": "D", "note": "X"}
_LOCALES = {"zh": "zh-Hans"}
EXPERIMENTAL = "experimental: not tried on a LimeSurvey server; random order and limits of answers are not carried"


@dataclass
class _Names:
    """Names that LimeSurvey allows: letters and digits for questions, at most five characters for answers."""

    questions: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, str], str] = field(default_factory=dict)
    ticks: dict[str, str] = field(default_factory=dict)


def _names(questionnaire: Questionnaire) -> _Names:
    names = _Names()
    taken: set[str] = set()
    for step, item in flow_of(questionnaire).questions:
        name = item.id.replace("_", "")
        name = f"{name}q{step.number}" if name in taken else name
        taken.add(name)
        names.questions[item.id] = names.columns[item.id] = name
        for k, choice in enumerate(item_choices(questionnaire, item), start=1):
            short = choice.code.isalnum() and len(choice.code) <= 5
            code = choice.code if short else f"A{k}"
            names.answers[item.id, choice.code] = code
            names.ticks[f"{item.id}_{choice.code}"] = f"{name}_{code}"
        for row in item.rows:
            names.columns[f"{item.id}_{row[0]}"] = f"{name}_{row[0].replace('_', '')}"
    return names


def render_limesurvey_tsv(questionnaire: Questionnaire) -> str:
    """Render the questionnaire for LimeSurvey's import of tab-separated text.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    str
        UTF-8 text for a ``.txt`` file: settings, the survey's texts per language, then all groups and questions once
        for each language in the same order. Experimental: the layout follows LimeSurvey's description and was not
        tried on a server. Early ends become conditions of all that follows.
    """
    rows: list[dict[str, Any]] = [
        {"class": "S", "name": "language", "text": _locale(questionnaire.languages[0])},
        {"class": "S", "name": "additional_languages", "text": " ".join(map(_locale, questionnaire.languages[1:]))},
        {"class": "S", "name": "format", "text": "G"},
    ]
    for language in questionnaire.languages:
        texts = (
            ("surveyls_title", questionnaire.title),
            ("surveyls_welcometext", questionnaire.intro),
            ("surveyls_endtext", questionnaire.closing),
        )
        rows += [
            {"class": "SL", "name": name, "text": _safe(labels, language), "language": _locale(language)}
            for name, labels in texts
        ]
    for language in questionnaire.languages:
        rows += _rows(questionnaire, language)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, HEAD, delimiter="\t", lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def _locale(language: str) -> str:
    return _LOCALES.get(language, language)


def _safe(labels: Labels, language: str) -> str:
    text = html.escape(" ".join(labels.get(language, "").split()), quote=False)
    return text.replace("{", "{ ").replace("}", " }")


def _rows(questionnaire: Questionnaire, language: str) -> list[dict[str, Any]]:
    names = _names(questionnaire)
    rows: list[dict[str, Any]] = []
    where = {"language": _locale(language)}

    def relevance(condition: Expression) -> str:
        if condition == Const(True):
            return "1"
        return limesurvey_text(condition, names.columns, names.answers, names.ticks)

    page = -1
    for step in flow_of(questionnaire).steps:
        if step.page_index != page:
            page = step.page_index
            title = _safe(step.page.label, language) or step.page.page
            rows.append(
                {
                    "class": "G",
                    "type/scale": str(page + 1),
                    "name": title,
                    "relevance": relevance(step.on_page),
                    **where,
                }
            )
        if not isinstance(step.entry, End):
            rows += [
                row | where for row in _question(questionnaire, step.entry, names, relevance(step.in_page), language)
            ]
    return rows


def _question(
    questionnaire: Questionnaire, item: Item, names: _Names, relevance: str, language: str
) -> list[dict[str, Any]]:
    kind = "!" if item.widget == "dropdown" else "T" if item.widget == "long" else _TYPES[item.type]
    label = pipe(item.label.get(language, ""), lambda name: f"\0{names.questions[name]}.shown\1")
    text = _safe({language: label}, language).replace("\0", "{").replace("\1", "}")
    head = {
        "class": "Q", "type/scale": kind, "name": names.questions.get(item.id, item.id.replace("_", "")),
        "relevance": relevance, "text": text, "help": _safe(item.hint, language),
        "mandatory": "Y" if item.required else "N", "other": "N",
    }  # fmt: skip
    rows: list[dict[str, Any]] = [head]
    choices = item_choices(questionnaire, item) if item.type in ("single", "multi", "grid") else ()
    for row in item.rows:
        rows.append({"class": "SQ", "name": row[0].replace("_", ""), "relevance": "1",
                     "text": _safe(labels_of(row[1:], questionnaire.languages), language)})  # fmt: skip
    for choice in choices:
        code = names.answers[item.id, choice.code]
        kind_of_row = {"class": "SQ", "relevance": "1"} if item.type == "multi" else {"class": "A", "type/scale": "0"}
        rows.append(kind_of_row | {"name": code, "text": _safe(choice.labels, language)})
    return rows


def limesurvey_column_map(questionnaire: Questionnaire, language: str | None = None) -> ColumnMap:
    """Return the columns of a LimeSurvey export with question codes: ``sat[venue]``, ``channel[1]``.

    The options are listed in order; LimeSurvey's answer code is ours where it has at most five letters and digits, else
    ``A1``, ``A2``, ... by position.
    """
    chosen = language or questionnaire.languages[0]
    names = _names(questionnaire)
    entries = []
    for entry in make_entries(questionnaire, chosen):
        name, _, row = names.columns[entry.variable].partition("_")
        entries.append(replace(entry, column=f"{name}[{row}]" if row else name))
    return column_map_of(questionnaire, "limesurvey", chosen, entries)


def limesurvey_text(
    expression: Expression, names: Mapping[str, str], codes: Mapping[tuple[str, str], str], multi: Mapping[str, str]
) -> str:
    """Write a bound expression for the expression manager of LimeSurvey (experimental).

    Parameters
    ----------
    expression : Expression
        A bound tree.
    names : mapping
        Our column to LimeSurvey's name of the answer.
    codes : mapping
        (item, our code) to LimeSurvey's answer code.
    multi : mapping
        ``item_code`` of a multi to the name of its subquestion.

    Returns
    -------
    str
        The expression without its braces.
    """

    def code(ref: Ref, value: str) -> str:
        return value if ref.kind == "number" else f'"{codes.get((ref.id, value), value)}"'

    def leaf(test: Expression) -> str:
        match test:
            case Answered(ref):
                if ref.kind == "multi":
                    return f"count({_ticks(ref)}) > 0"
                return f"!is_empty({names[ref.column]}.NAOK)"
            case Has(ref, value):
                return f'{multi[f"{ref.id}_{value}"]}.NAOK == "Y"'
            case Count(ref, op, number):
                return f"count({_ticks(ref)}) {op} {number}"
            case In(ref, values):
                return "(" + " or ".join(f"{names[ref.column]}.NAOK == {code(ref, value)}" for value in values) + ")"
            case Compare(ref, op, value):
                name = f"{names[ref.column]}.NAOK"
                guards = [] if op == "==" else [f"!is_empty({name})"]
                if op not in ("==", "!="):
                    guards += [f"{name} != {code(ref, special)}" for special, _ in ref.specials]
                    return all_of(*guards, f"{name} {op} {value}")
                return all_of(*guards, f"{name} {op} {code(ref, value)}")
        raise TypeError(test)

    def _ticks(ref: Ref) -> str:
        return ", ".join(f"{multi[f'{ref.id}_{value}']}.NAOK" for value in ref.codes)

    return written(expression, leaf, "!", lambda value: "1 == 1" if value else "1 == 2")


LIMESURVEY = Renderer(
    "limesurvey",
    lambda q, _: {"limesurvey.txt": render_limesurvey_tsv(q)},
    lambda *_: (EXPERIMENTAL,),
    limesurvey_column_map,
)
