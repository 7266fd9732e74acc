"""The questionnaire as one self-contained HTML file that works without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, get_args

from jinja2 import Environment, StrictUndefined

from surveykit.errors import choose
from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.documents.renderer import Mode, Renderer
from surveykit.questionnaire.forms.ui_texts import ui_texts
from surveykit.questionnaire.routing.ast import to_json

__all__ = ["HTML", "compiled", "render_html_form"]

SCRIPTS = ("expr.js", "flow.js", "view.js", "main.js")


def render_html_form(
    questionnaire: Questionnaire,
    language: str | None = None,
    *,
    mode: Mode = "self",
    draft: bool = False,
) -> str:
    """Render the questionnaire as one HTML file.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str, optional
        Language shown first; the first language of the questionnaire when absent. Respondents can switch.
    mode : {"self", "interviewer"}
        ``"interviewer"`` shows the texts for interviewers.
    draft : bool
        Whether unfinished answers are kept in the browser, for 14 days or until the response file is saved. Meant for
        interviewers' tablets; leave it off where devices are shared.

    Returns
    -------
    str
        The page. It loads nothing, allows only its own script and style by hash, and ends in a response file to save
        (JSON with the answers, the shown order, times and the definition hash). ``?unit=...`` in the address is stored
        in the response as ``unit_id``.
    """
    choose("mode", mode, get_args(Mode))
    chosen = language or questionnaire.languages[0]
    texts = ui_texts(questionnaire.languages)
    definition = {
        **compiled(questionnaire), "language": chosen, "interviewer": mode == "interviewer", "draft": draft
    }  # fmt: skip
    if mode == "self":
        for page in definition["pages"]:
            for entry in page["entries"]:
                entry.pop("interviewer", None)
    style, script = template("form.css"), "\n".join(template(name) for name in SCRIPTS)
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(template("form.html.j2")).render(
        lang="zh-CN" if chosen == "zh" else chosen,
        title=in_language(questionnaire.title, chosen),
        noscript=texts[chosen]["noscript"],
        style=style,
        style_hash=csp_hash(style),
        script=script,
        script_hash=csp_hash(script),
        definition=safe_json(definition),
        texts=safe_json(texts),
    )


@lru_cache
def template(name: str, folder: str = "form") -> str:
    """Return a file of ``templates/``."""
    return files("surveykit.questionnaire.forms").joinpath("templates", folder, name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """Return the source expression by which a Content-Security-Policy allows an inline script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def safe_json(value: Any) -> str:
    """Return JSON that can stand inside a script element: no ``<``, ``>``, ``&`` or line separators."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def compiled(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return what a form needs to know, as values that JSON can hold.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.

    Returns
    -------
    dict
        ``pages`` with ``entries``; each entry carries its whole condition ``ask`` (page and own) as nested lists.
    """
    pages: list[dict[str, Any]] = [{"id": page.page, "label": page.label, "entries": []} for page in questionnaire.flow]
    for step in flow_of(questionnaire).steps:
        pages[step.page_index]["entries"].append(_entry(questionnaire, step))
    return {
        "id": questionnaire.id,
        "version": questionnaire.version,
        "hash": definition_hash(questionnaire),
        "languages": list(questionnaire.languages),
        "title": questionnaire.title,
        "intro": questionnaire.intro,
        "closing": questionnaire.closing,
        "pages": pages,
    }


def _entry(questionnaire: Questionnaire, step: Step) -> dict[str, Any]:
    entry = step.entry
    if isinstance(entry, End):
        return {"kind": "end", "status": entry.end, "label": entry.label, "ask": to_json(step.own)}
    return {
        "kind": "item",
        "id": entry.id,
        "type": entry.type,
        "number": step.number,
        "ask": to_json(step.own),
        "label": entry.label,
        "hint": entry.hint,
        "unit": entry.unit,
        "interviewer": entry.interviewer,
        "required": entry.required,
        "widget": entry.widget,
        "order": entry.order,
        "fixed": list(entry.fixed),
        "min": entry.min,
        "max": entry.max,
        "decimals": entry.decimals,
        **_parts(questionnaire, entry),
    }


def _parts(questionnaire: Questionnaire, item: Item) -> dict[str, Any]:
    choices = [
        {"code": choice.code, "labels": choice.labels, "special": choice.special, "other": choice.other}
        for choice in item_choices(questionnaire, item)
    ]
    rows = [{"id": row[0], "labels": labels_of(row[1:], questionnaire.languages)} for row in item.rows]
    return {"choices": choices, "rows": rows}


HTML = Renderer("html", lambda q, s: {"html": render_html_form(q, s.language, mode=s.mode)})
