"""XLSForm: the questionnaire for ODK, KoboToolbox and other servers of the same family."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from surveykit.questionnaire.definition.models import End, Item, Labels, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Choice, Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import pipe, piped_ids
from surveykit.questionnaire.documents.column_map import ColumnMap, column_map_of, make_entries
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.documents.sheets import write_sheets
from surveykit.questionnaire.forms.ui_texts import ui_texts
from surveykit.questionnaire.routing.ast import Answered, Compare, Const, Count, Expression, Has, In, Ref
from surveykit.questionnaire.routing.writing import all_of, constant, written

__all__ = ["XLSFORM", "render_xlsform", "xlsform_column_map", "xlsform_losses", "xlsform_sheets", "xpath_text"]

NAMES = {"zh": "中文 (zh)", "en": "English (en)"}
Row = dict[str, Any]


@dataclass
class _Sheets:
    questionnaire: Questionnaire
    survey: list[Row] = field(default_factory=list)
    choices: list[Row] = field(default_factory=list)
    lists: set[str] = field(default_factory=set)

    def localised(self, kind: str, labels: Labels) -> Row:
        return {
            f"{kind}::{NAMES.get(language, f'{language} ({language})')}": _piped(self.questionnaire, labels[language])
            for language in self.questionnaire.languages
            if labels.get(language)
        }

    def message(self, kind: str, name: str, *details: str) -> Row:
        texts = ui_texts(self.questionnaire.languages)
        return self.localised(kind, {language: _fill(words[name], details) for language, words in texts.items()})


def _fill(text: str, details: tuple[str, ...]) -> str:
    for k, detail in enumerate(details):
        text = text.replace(f"{{{k}}}", detail)
    return text


def _piped(questionnaire: Questionnaire, text: str) -> str:
    coded = {e.id for page in questionnaire.flow for e in page.items if isinstance(e, Item) and e.scale is not None}
    safe = text.replace("${", "$\u200b{")
    return pipe(safe, lambda name: f"${{{name}_label}}" if name in coded else f"${{{name}}}")


def xlsform_sheets(questionnaire: Questionnaire) -> dict[str, list[Row]]:
    """Return the sheets of the XLSForm as rows of cells.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        ``survey``, ``choices`` and ``settings``, each a list of mappings from column to text.

    Notes
    -----
    Routing is guarded so that it means the same as in :func:`evaluate`. Early ends become conditions of all that
    follows, and a hidden ``end_status``. What the format cannot carry is said by :func:`xlsform_losses`.
    """
    sheets = _Sheets(questionnaire)
    piped = {name for text in _all_texts(questionnaire) for name in piped_ids(text)}
    steps = flow_of(questionnaire).steps
    for p, page in enumerate(questionnaire.flow):
        own = [step for step in steps if step.page_index == p]
        on_page = own[0].on_page if own else Const(True)
        group = {"type": "begin_group", "name": page.page, "appearance": "field-list", "relevant": _relevant(on_page)}
        sheets.survey.append(group | sheets.localised("label", page.label or questionnaire.title))
        ends: list[tuple[int, Step]] = []
        for step in own:
            if isinstance(step.entry, End):
                ends.append((len(ends), step))
            else:
                _add_item(sheets, step, step.entry, piped)
        sheets.survey.append({"type": "end_group", "name": page.page})
        for _, step in ends:
            assert isinstance(step.entry, End)
            name = f"end_{p + 1}_{step.path[-1]}_{step.entry.end}"
            note = {"type": "note", "name": name, "relevant": _relevant(step.universe)}
            sheets.survey.append(note | sheets.localised("label", step.entry.label))
    sheets.survey.extend(_hidden(questionnaire))
    settings = {
        "form_title": questionnaire.title[questionnaire.languages[0]].replace("${", "$\u200b{"),
        "form_id": questionnaire.id,
        "version": str(questionnaire.version),
        "default_language": NAMES.get(questionnaire.languages[0], questionnaire.languages[0]),
    }
    return {"survey": sheets.survey, "choices": sheets.choices, "settings": [settings]}


def _all_texts(questionnaire: Questionnaire) -> list[str]:
    return [
        text
        for page in questionnaire.flow
        for entry in page.items
        for labels in (entry.label, getattr(entry, "hint", {}))
        for text in labels.values()
    ]


def _relevant(condition: Expression) -> str | None:
    return None if condition == Const(True) else xpath_text(condition)


def _hidden(questionnaire: Questionnaire) -> list[Row]:
    status = "''"
    for step in reversed(flow_of(questionnaire).steps):
        if isinstance(step.entry, End):
            status = f"if({xpath_text(step.universe)}, '{step.entry.end}', {status})"
    rows: list[Row] = []
    if status != "''":
        rows.append({"type": "calculate", "name": "end_status", "calculation": status})
    digest = f"'{definition_hash(questionnaire)}'"
    return [*rows, {"type": "calculate", "name": "definition_hash", "calculation": digest}]


def _list_name(sheets: _Sheets, item: Item) -> str:
    name = f"{item.scale}_" + "_".join(item.specials) if item.specials else str(item.scale)
    if name not in sheets.lists:
        sheets.lists.add(name)
        for choice in item_choices(sheets.questionnaire, item):
            sheets.choices.append({"list_name": name, "name": choice.code} | sheets.localised("label", choice.labels))
    return name


def _add_item(sheets: _Sheets, step: Step, item: Item, piped: set[str]) -> None:
    relevant = _relevant(step.in_page)
    texts = sheets.localised("label", _numbered(step, item.label)) | sheets.localised("hint", item.hint)
    texts |= sheets.localised("guidance_hint", item.interviewer)
    base: Row = {"name": item.id, "relevant": relevant, **texts}
    if item.type == "grid":
        _add_grid(sheets, item, base)
        return
    if item.required and item.type != "note":
        base |= {"required": "yes"} | sheets.message("required_message", "required")
    choices = item_choices(sheets.questionnaire, item)
    sheets.survey.append(_typed(sheets, item, choices) | base)
    for choice in choices:
        if choice.other:
            test = f"selected(${{{item.id}}}, '{choice.code}')"
            name = f"{item.id}_{choice.code}_text"
            sheets.survey.append({"type": "text", "name": name, "relevant": test} | sheets.message("label", "other"))
    if item.id in piped and item.scale is not None:
        call = f"jr:choice-name(${{{item.id}}}, '${{{item.id}}}')"
        sheets.survey.append({"type": "calculate", "name": f"{item.id}_label", "calculation": call})


def _numbered(step: Step, labels: Labels) -> Labels:
    return {language: f"{step.number}. {text}" if step.number else text for language, text in labels.items()}


def _add_grid(sheets: _Sheets, item: Item, base: Row) -> None:
    name = _list_name(sheets, item)
    sheets.survey.append({"type": "begin_group", "appearance": "table-list"} | base)
    for row in item.rows:
        labels = labels_of(row[1:], sheets.questionnaire.languages)
        cell: Row = {"type": f"select_one {name}", "name": f"{item.id}_{row[0]}"} | sheets.localised("label", labels)
        if item.required:
            cell |= {"required": "yes"} | sheets.message("required_message", "required")
        sheets.survey.append(cell)
    sheets.survey.append({"type": "end_group", "name": item.id})


def _typed(sheets: _Sheets, item: Item, choices: tuple[Choice, ...]) -> Row:
    movable = item.order == "random" and not item.fixed and not any(c.special or c.other for c in choices)
    if item.type in ("single", "multi"):
        name = _list_name(sheets, item)
        kind = "select_one" if item.type == "single" else "select_multiple"
        row: Row = {"type": f"{kind} {name}"}
        if item.widget == "dropdown":
            row["appearance"] = "minimal"
        if movable:
            row["parameters"] = "randomize=true"
        return row | (_ticks(sheets, item, choices) if item.type == "multi" else {})
    if item.type == "number":
        return {"type": "decimal" if item.decimals else "integer"} | _range(sheets, item, choices)
    if item.type == "text":
        limit = {"constraint": f"string-length(.) <= {item.max}"} if item.max is not None else {}
        message = sheets.message("constraint_message", "hint_length", item.max) if item.max is not None else {}
        return {"type": "text", **({"appearance": "multiline"} if item.widget == "long" else {}), **limit, **message}
    if item.type == "date":
        return {"type": "date"} | _range(sheets, item, ())
    return {"type": "note"}


def _ticks(sheets: _Sheets, item: Item, choices: tuple[Choice, ...]) -> Row:
    tests = [f"not(selected(., '{c.code}') and count-selected(.) > 1)" for c in choices if c.special]
    if item.max is not None:
        tests.append(f"count-selected(.) <= {item.max}")
    if item.min is not None:
        special = [f"selected(., '{c.code}')" for c in choices if c.special]
        tests.append("(" + " or ".join([*special, f"count-selected(.) >= {item.min}"]) + ")")
    if not tests:
        return {}
    message = ("hint_max", item.max) if item.max is not None else ("exclusive", "")
    return {"constraint": " and ".join(tests)} | sheets.message("constraint_message", *message)


def _range(sheets: _Sheets, item: Item, choices: tuple[Choice, ...]) -> Row:
    quote = (lambda text: f"date('{text}')") if item.type == "date" else str
    tests = [f". {op} {quote(limit)}" for op, limit in ((">=", item.min), ("<=", item.max)) if limit is not None]
    if not tests:
        return {}
    special = [f". = {choice.code}" for choice in choices if choice.special]
    constraint = " or ".join([f"({' and '.join(tests)})", *special]) if special else " and ".join(tests)
    limits = (item.min or "…", item.max or "…")
    return {"constraint": constraint} | sheets.message("constraint_message", "hint_range", *limits)


def render_xlsform(questionnaire: Questionnaire) -> bytes:
    """Render the questionnaire as an XLSForm workbook.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    bytes
        The .xlsx file; the same definition gives the same bytes.
    """
    tables: dict[str, list[list[Any]]] = {}
    for name, rows in xlsform_sheets(questionnaire).items():
        head = list(dict.fromkeys(key for row in rows for key, value in row.items() if value is not None))
        tables[name] = [head, *([row.get(key) for key in head] for row in rows)]
    return write_sheets(tables)


def xlsform_losses(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Say what an XLSForm of this questionnaire does not carry."""
    found: list[str] = []
    for _, item in flow_of(questionnaire).questions:
        choices = item_choices(questionnaire, item)
        if item.order == "random" and (item.type == "grid" or item.fixed or any(c.special or c.other for c in choices)):
            found.append(f"{item.id}: random order (rows, and choices with fixed ones, keep the listed order)")
        if item.type == "date" and item.specials:
            found.append(f"{item.id}: the special codes of a date")
        if item.type == "number" and item.specials:
            codes = ", ".join(choice.code for choice in choices)
            found.append(f"{item.id}: special codes are typed as numbers ({codes})")
    found.extend(f"quota by {', '.join(quota.by)}: quotas are not counted" for quota in questionnaire.quotas)
    return tuple(found)


def xlsform_column_map(questionnaire: Questionnaire, language: str | None = None) -> ColumnMap:
    """Return the columns that ODK Central writes: ``page-item``, ``page-grid-grid_row``; codes are ours."""
    chosen = language or questionnaire.languages[0]
    pages = {item.id: step.page.page for step, item in flow_of(questionnaire).questions}
    entries = []
    for entry in make_entries(questionnaire, chosen):
        group = f"{pages[entry.item]}-{entry.item}" if entry.kind == "grid" else pages[entry.item]
        entries.append(replace(entry, column=f"{group}-{entry.variable}"))
    return column_map_of(questionnaire, "xlsform", chosen, entries)


def xpath_text(expression: Expression) -> str:
    """Write a bound expression for XLSForm (XPath of ODK).

    Parameters
    ----------
    expression : Expression
        A bound tree; grid rows and special codes must be known.

    Returns
    -------
    str
        References are written ``${column}``.

    Examples
    --------
    >>> from surveykit.questionnaire import parse
    >>> xpath_text(parse("a != 1 or b >= 4"))
    "((${a} != '' and ${a} != '1') or number(${b}) >= 4)"
    """
    return written(expression, _xpath, "not", lambda value: "true()" if value else "false()")


def _xpath(leaf: Expression) -> str:
    match leaf:
        case Answered(ref):
            return f"{_dollar(ref)} != ''"
        case Has(ref, code):
            return f"selected({_dollar(ref)}, '{code}')"
        case Count(ref, op, number):
            return f"count-selected({_dollar(ref)}) {'=' if op == '==' else op} {number}"
        case In(ref, values):
            tests = [f"{_dollar(ref)} = {constant(ref, value)}" for value in values]
            return tests[0] if len(tests) == 1 else "(" + " or ".join(tests) + ")"
        case Compare(ref, "==", value):
            return f"{_dollar(ref)} = {constant(ref, value)}"
        case Compare(ref, "!=", value):
            return all_of(f"{_dollar(ref)} != ''", f"{_dollar(ref)} != {constant(ref, value)}")
        case Compare(ref, op, value):
            guards = [f"{_dollar(ref)} != {constant(ref, code)}" for code, _ in ref.specials]
            return all_of(*guards, f"number({_dollar(ref)}) {op} {value}")
    raise TypeError(leaf)


def _dollar(ref: Ref) -> str:
    return f"${{{ref.column}}}"


XLSFORM = Renderer(
    "xlsform", lambda q, _: {"xlsx": render_xlsform(q)}, lambda q, _: xlsform_losses(q), xlsform_column_map
)
