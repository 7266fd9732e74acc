"""The text from which 问卷星 makes a questionnaire, and what is lost on the way."""

from __future__ import annotations

import re
from dataclasses import replace

from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import End, Item, Questionnaire
from surveykit.questionnaire.definition.structure import Step, flow_of, item_choices, labels_of
from surveykit.questionnaire.definition.text import in_language, piped_ids
from surveykit.questionnaire.documents.column_map import (
    ColumnMap,
    column_map_of,
    make_entries,
    option_text,
    plain_label,
)
from surveykit.questionnaire.documents.renderer import Renderer
from surveykit.questionnaire.routing.ast import Const

__all__ = ["WJX", "render_wjx_text", "wjx_column_map", "wjx_line", "wjx_losses"]

_TAGS = {
    "single": "单选题",
    "multi": "多选题",
    "grid": "矩阵单选题",
    "number": "填空题",
    "text": "填空题",
    "date": "填空题",
}
_NUMBERED = re.compile(r"^(\d+)\.")


def wjx_line(text: str) -> str:
    """Return a text as 问卷星 takes it: one line in which nothing reads as a tag or as the number of a question."""
    plain = " ".join(text.split()).replace("[", "【").replace("]", "】")
    return _NUMBERED.sub(r"\1．", plain)


def render_wjx_text(questionnaire: Questionnaire, language: str = "zh") -> str:
    """Render the questionnaire as text to paste into 问卷星.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str
        The one language of the text.

    Returns
    -------
    str
        Title, introduction, and the questions with tags such as ``[单选题]``; a question that may be left out ends in
        ``（选填）``. What the format cannot carry must be set on the platform: see :func:`wjx_losses`.
    """
    blocks = [wjx_line(in_language(questionnaire.title, language))]
    if questionnaire.intro:
        blocks.append(wjx_line(in_language(questionnaire.intro, language)))
    for step, item in flow_of(questionnaire).questions:
        blocks.append("\n".join(_question(questionnaire, step, item, language)))
    return "\n\n".join(blocks) + "\n"


def _question(questionnaire: Questionnaire, step: Step, item: Item, language: str) -> list[str]:
    tag = "下拉框" if item.widget == "dropdown" else _TAGS[item.type]
    optional = "" if item.required else "（选填）"
    lines = [f"{step.number}. {wjx_line(plain_label(questionnaire, item.label, language))}[{tag}]{optional}"]
    texts = [wjx_line(option_text(choice, language)) for choice in item_choices(questionnaire, item)]
    if item.type == "grid":
        rows = [wjx_line(in_language(labels_of(row[1:], questionnaire.languages), language)) for row in item.rows]
        return [*lines, "行：", *(f"- {text}" for text in rows), "列：", *(f"- {text}" for text in texts)]
    return [*lines, *texts] if item.type in ("single", "multi") else lines


def wjx_losses(questionnaire: Questionnaire, language: str = "zh") -> tuple[str, ...]:
    """Say what must be set by hand on 问卷星 after the text was pasted.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    language : str
        Language of the text.

    Returns
    -------
    tuple of str
        One line per thing, in the order of the questionnaire.
    """
    found = ["codes: the platform numbers the options; the column map says which code each text has"]
    others = [name for name in questionnaire.languages if name != language]
    if others:
        found.append(f"languages: {', '.join(others)}")
    for step in flow_of(questionnaire).steps:
        entry = step.entry
        if isinstance(entry, End):
            words = condition_in_words(step.own, questionnaire, language)
            found.append(f"early end {entry.end}: {words}")
            continue
        name = f"question {step.number} ({entry.id})" if step.number else f"note {entry.id}"
        if entry.type == "note":
            found.append(f"{name}: paragraphs are dropped")
        if step.own != Const(True):
            found.append(f"{name}: shown only if {condition_in_words(step.own, questionnaire, language)}")
        found.extend(f"{name}: {what}" for what in _item_losses(questionnaire, entry))
    found.extend(f"quota by {', '.join(quota.by)}" for quota in questionnaire.quotas)
    return tuple(found)


def _item_losses(questionnaire: Questionnaire, item: Item) -> list[str]:
    choices = item_choices(questionnaire, item)
    limits = [f"{name} {value}" for name, value in (("min", item.min), ("max", item.max)) if value is not None]
    pairs = (
        (item.order == "random", "random order" + (f", fixed {', '.join(item.fixed)}" if item.fixed else "")),
        (item.type == "multi" and any(c.special for c in choices), "special options exclude the others"),
        (any(c.other for c in choices), "a text field after 'other'"),
        (bool(limits), " ".join(limits)),
        (item.type in ("number", "date"), f"answers are {item.type}s"),
        (item.type in ("number", "date") and bool(choices), f"special codes {', '.join(c.code for c in choices)}"),
        (bool(item.hint), "the hint"),
        (bool(item.interviewer), "the text for interviewers"),
        (any(piped_ids(text) for text in item.label.values()), "earlier answers in the text"),
    )
    return [what for holds, what in pairs if holds]


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
    return column_map_of(questionnaire, "wjx", language, entries)


WJX = Renderer("wjx", lambda q, s: {"wjx.txt": render_wjx_text(q, s.language)}, wjx_losses, wjx_column_map)
