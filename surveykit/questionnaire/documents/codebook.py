"""The codebook: every column of the data, with its question, who was asked, and its codes."""

from __future__ import annotations

import html
from dataclasses import dataclass

import pandas as pd

from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import choices_of
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.definition.variables import Variable, derived_variables, questionnaire_variables
from surveykit.questionnaire.documents.column_map import plain_label
from surveykit.questionnaire.documents.renderer import Renderer, Settings
from surveykit.questionnaire.documents.sheets import write_sheets

__all__ = ["CODEBOOK", "CodebookEntry", "codebook", "render_codebook_html", "render_codebook_xlsx"]

_WORDS = {
    "zh": {
        "title": "编码手册", "variable": "变量", "question": "题目", "kind": "类型", "universe": "询问对象",
        "code": "编码",
        "label": "含义", "missing": "缺失值", "n": "有效回答数", "number": "题号", "hash": "问卷定义 SHA-256",
        "version": "版本", "dk": "不知道、说不清", "rf": "拒绝回答", "na": "未询问", "nr": "已询问但未作答",
        "tick": "选中为 true，未选为 false",
    },
    "en": {
        "title": "Codebook", "variable": "Variable", "question": "Question", "kind": "Kind", "universe": "Asked of",
        "code": "Code", "label": "Meaning", "missing": "Missing values", "n": "Answers", "number": "No.",
        "hash": "SHA-256 of the definition", "version": "version", "dk": "don't know", "rf": "refused",
        "na": "not asked", "nr": "asked and left blank", "tick": "true if ticked, false if not",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CodebookEntry:
    """One column of the data in words.

    Attributes
    ----------
    variable, kind, number, question, universe : str, str, int, str, str
        Column, kind, number of the question, its wording, and who was asked.
    codes : tuple of (code, meaning)
        Valid codes; a multi has true and false.
    missing : tuple of (kind, meaning, code)
        Kinds of missing values that can occur, with the code in the form where there is one.
    counts : mapping, optional
        Number of rows per code, and per kind of missing value, where data were given.
    """

    variable: str
    kind: str
    number: int
    question: str
    universe: str
    codes: tuple[tuple[str, str], ...]
    missing: tuple[tuple[str, str, str], ...]
    counts: dict[str, int] | None = None


def codebook(
    questionnaire: Questionnaire,
    language: str | None = None,
    data: pd.DataFrame | None = None,
    missing: pd.DataFrame | None = None,
) -> tuple[CodebookEntry, ...]:
    """Describe every column of the data, derived variables at the end.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str, optional
        Language of the texts; the first of the questionnaire when absent.
    data, missing : DataFrame, optional
        Coded responses and their kinds of missing values, to count.

    Returns
    -------
    tuple of CodebookEntry
        In the order of asking.
    """
    chosen = language or questionnaire.languages[0]
    found = [
        _entry(questionnaire, variable, chosen, data, missing) for variable in questionnaire_variables(questionnaire)
    ]
    labels = {derived.id: derived.scale for derived in questionnaire.derive}
    for name in derived_variables(questionnaire):
        codes = tuple((c.code, in_language(c.labels, chosen)) for c in choices_of(questionnaire, labels[name]))
        found.append(CodebookEntry(name, "derived", 0, name, "", codes, (), _counts(name, data, missing)))
    return tuple(found)


def _entry(
    questionnaire: Questionnaire,
    variable: Variable,
    language: str,
    data: pd.DataFrame | None,
    missing: pd.DataFrame | None,
) -> CodebookEntry:
    words = _WORDS.get(language, _WORDS["en"])
    codes = tuple((code, in_language(labels, language)) for code, labels in variable.choices)
    if variable.kind == "multi":
        codes = (("true", words["tick"]),)
    elif variable.kind in ("number", "text", "date"):
        codes = ()
    special = [("na", words["na"], "")] + ([] if variable.required else [("nr", words["nr"], "")])
    if variable.kind != "multi" and not variable.other_text:
        special += [(kind, words[kind], code) for code, kind in variable.specials]
    question = plain_label(questionnaire, variable.labels, language)
    universe = condition_in_words(variable.universe, questionnaire, language)
    counts = _counts(variable.id, data, missing)
    return CodebookEntry(variable.id, variable.kind, variable.number, question, universe, codes, tuple(special), counts)


def _counts(name: str, data: pd.DataFrame | None, missing: pd.DataFrame | None) -> dict[str, int] | None:
    if data is None or name not in data:
        return None
    counts = {str(code): int(n) for code, n in data[name].dropna().astype(str).value_counts(sort=False).items()}
    counts = dict(sorted(counts.items())) if len(counts) <= 60 else {}
    counts["n"] = int(data[name].notna().sum())
    if missing is not None and name in missing:
        kinds = missing[name].value_counts()
        counts |= {kind: int(kinds[kind]) for kind in ("na", "nr", "dk", "rf", "nf") if kind in kinds.index}
    return counts


def render_codebook_html(
    questionnaire: Questionnaire,
    language: str | None = None,
    data: pd.DataFrame | None = None,
    missing: pd.DataFrame | None = None,
) -> str:
    """Render the codebook as one HTML page without scripts; parameters as in :func:`codebook`."""
    chosen = language or questionnaire.languages[0]
    words = _WORDS.get(chosen, _WORDS["en"])
    esc = html.escape
    title = f"{esc(in_language(questionnaire.title, chosen))} — {words['title']}"
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{"zh-CN" if chosen == "zh" else esc(chosen)}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main><h1>{title}</h1>",
        f"<p>{esc(questionnaire.id)}, {words['version']} {questionnaire.version}; {words['hash']} "
        f"<code>{definition_hash(questionnaire)}</code></p>",
    ]
    for entry in codebook(questionnaire, chosen, data, missing):
        parts.append(_section(entry, words))
    return "\n".join([*parts, "</main></body></html>", ""])


def _section(entry: CodebookEntry, words: dict[str, str]) -> str:
    esc, counts = html.escape, entry.counts or {}
    facts = [(words["kind"], entry.kind)]
    if entry.number:
        facts.append((words["number"], str(entry.number)))
    if entry.universe:
        facts.append((words["universe"], entry.universe))
    if entry.counts is not None:
        facts.append((words["n"], f"{counts['n']:,}"))
    rows = [(code, text, counts.get(code)) for code, text in entry.codes]
    rows += [(f"{kind} ({code})" if code else kind, text, counts.get(kind)) for kind, text, code in entry.missing]
    counted = entry.counts is not None
    head = f"<th scope=col>{words['code']}<th scope=col>{words['label']}" + ("<th scope=col>n" if counted else "")
    body = "".join(
        f"<tr><th scope=row><code>{esc(code)}</code><td>{esc(text)}" + (f"<td>{n or 0:,}" if counted else "")
        for code, text, n in rows
    )
    listed = "".join(f"<dt>{name}<dd>{esc(value)}" for name, value in facts)
    return (
        f'<section id="{esc(entry.variable)}"><h2><code>{esc(entry.variable)}</code></h2><p>{esc(entry.question)}</p>'
        f"<dl>{listed}</dl><table><thead><tr>{head}</thead><tbody>{body}</tbody></table></section>"
    )


_STYLE = (
    "body{font-family:'SK Sans','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;line-height:1.6;"
    "color:#1c1c1c;margin:0}main{max-width:56rem;margin:0 auto;padding:1rem}section{border-top:1px solid #767676;"
    "padding:.5rem 0 1rem}h1{font-size:1.5rem}h2{font-size:1.1rem;margin:.5rem 0}dl{display:grid;"
    "grid-template-columns:max-content 1fr;gap:0 1rem;margin:.5rem 0}dt{color:#4f4f4f}dd{margin:0}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.2rem .75rem .2rem 0;"
    "border-bottom:1px solid #d0d0d0;vertical-align:top;overflow-wrap:anywhere}"
)


def render_codebook_xlsx(
    questionnaire: Questionnaire,
    language: str | None = None,
    data: pd.DataFrame | None = None,
    missing: pd.DataFrame | None = None,
) -> bytes:
    """Render the codebook as a workbook (``variables``, ``codes``, ``about``); parameters as in :func:`codebook`."""
    chosen = language or questionnaire.languages[0]
    entries = codebook(questionnaire, chosen, data, missing)
    head = ["variable", "kind", "question_number", "question", "universe", "n"]
    table = [[e.variable, e.kind, e.number or None, e.question, e.universe, (e.counts or {}).get("n")] for e in entries]
    codes: list[list[object]] = [["variable", "code", "meaning", "missing", "n"]]
    for e in entries:
        counts = e.counts or {}
        codes += [[e.variable, code, text, None, counts.get(code)] for code, text in e.codes]
        codes += [[e.variable, code or None, text, kind, counts.get(kind)] for kind, text, code in e.missing]
    about: list[list[object]] = [
        ["questionnaire", questionnaire.id],
        ["version", questionnaire.version],
        ["definition_hash", definition_hash(questionnaire)],
    ]
    return write_sheets({"variables": [head, *table], "codes": codes, "about": about})


def _files(questionnaire: Questionnaire, settings: Settings) -> dict[str, str | bytes]:
    language = settings.language
    return {
        "codebook.html": render_codebook_html(questionnaire, language),
        "codebook.xlsx": render_codebook_xlsx(questionnaire, language),
    }


CODEBOOK = Renderer("codebook", _files)
