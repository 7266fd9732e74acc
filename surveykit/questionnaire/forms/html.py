"""The questionnaire as one self-contained HTML file that works without a network."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from jinja2 import Environment, StrictUndefined

from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.definition.text import in_language
from surveykit.questionnaire.forms.compiled import compiled
from surveykit.questionnaire.forms.ui_texts import ui_texts

__all__ = ["render_html_form"]

SCRIPTS = ("expr.js", "flow.js", "view.js", "main.js")


def render_html_form(
    questionnaire: Questionnaire,
    language: str | None = None,
    *,
    mode: Literal["self", "interviewer"] = "self",
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
