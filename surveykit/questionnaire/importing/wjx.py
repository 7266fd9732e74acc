"""Read the text from which 问卷星 makes a questionnaire."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from surveykit.errors import DataError
from surveykit.questionnaire.importing import Imported

__all__ = ["import_wjx_text"]

_QUESTION = re.compile(r"(\d+)[.、．]\s*(.+?)\s*(?:\[([^\]]+)\])?\s*(（选填）)?\s*(?:\[([^\]]+)\])?\s*$")
_RANGE = re.compile(r"(\d+)\s*~\s*(\d+)$")
_TYPES = {
    "单选题": "single", "判断题": "single", "评分单选": "single", "量表题": "single",
    "下拉框": "single", "下拉单选": "single",
    "多选题": "multi", "评分多选": "multi", "填空题": "text", "简答题": "text", "问答题": "text", "矩阵题": "grid",
    "矩阵单选题": "grid", "矩阵量表题": "grid",
}  # fmt: skip
_DONT_KNOW = ("说不清", "不知道/说不清", "不清楚", "不了解")
_OTHER = ("其他（请注明）", "其他(请注明)", "其他")


@dataclass
class _Reading:
    language: str
    scales: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: list[dict[str, Any]] = field(default_factory=list)
    todo: list[str] = field(default_factory=list)


def import_wjx_text(text: str, *, questionnaire_id: str = "imported", language: str = "zh") -> Imported:
    """Read a questionnaire from the text format of 问卷星.

    Parameters
    ----------
    text : str
        Title, introduction and numbered questions with tags such as ``[单选题]``.
    questionnaire_id : str
        Id of the new definition.
    language : str
        Language of the texts.

    Returns
    -------
    Imported
        Items are called q1, q2, ...; codes are positions. Routing, other languages and the kinds of missing values are
        not in the format and are listed as to do.

    Raises
    ------
    DataError
        There is no question in the text.
    """
    lines = [line.strip() for line in text.replace("\ufeff", "").splitlines()]
    starts = [k for k, line in enumerate(lines) if _QUESTION.match(line)]
    if not starts:
        raise DataError("no question found: each starts with a number and a full stop, as in '1. 您的性别[单选题]'")
    head = [line for line in lines[: starts[0]] if line]
    reading = _Reading(language)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = [line for line in lines[start:end] if line and not line.startswith("===")]
        _question(reading, block)
    mapping: dict[str, Any] = {
        "surveykit": "1",
        "id": questionnaire_id,
        "version": "1",
        "languages": [language],
        "title": {language: head[0] if head else questionnaire_id},
    }
    if head[1:]:
        mapping["intro"] = {language: " ".join(head[1:])}
    specials = {"dk": {"code": "98", "kind": "dont_know", language: "说不清" if language == "zh" else "Don't know"}}
    if any("dk" in scale.get("specials", []) for scale in reading.scales.values()):
        mapping["specials"] = specials
    mapping |= {"scales": reading.scales, "flow": [{"page": "p_1", "items": reading.items}]}
    general = (
        "give the items lasting ids",
        "add conditions (ask_if) and early ends",
        "add the other languages",
        "cut into pages",
    )
    return Imported(mapping, (*general, *reading.todo))


def _question(reading: _Reading, block: list[str]) -> None:
    found = _QUESTION.match(block[0])
    assert found is not None
    number, label, tag, optional, late = found.groups()
    kind = tag or late or "单选题"
    name = f"q{number}"
    if kind not in _TYPES:
        reading.todo.append(f"question {number}: the type [{kind}] has no counterpart; read as text")
    item: dict[str, Any] = {"id": name, "type": _TYPES.get(kind, "text")}
    options = block[1:]
    if item["type"] == "text" and tag is None and options:
        item["type"] = "single"
    if item["type"] == "grid":
        rows, options = _grid(options)
        item["rows"] = [[f"r{k}", row] for k, row in enumerate(rows, start=1)]
    if item["type"] != "text":
        item["scale"] = _scale(reading, name, options, kind)
    elif tag is None and not options:
        reading.todo.append(f"question {number} has no options; read as text")
    if kind in ("下拉框", "下拉单选"):
        item["widget"] = "dropdown"
    if not (optional or block[0].endswith("（选填）")):
        item["required"] = "true"
    reading.items.append({**item, reading.language: label})


def _grid(lines: list[str]) -> tuple[list[str], list[str]]:
    rows: list[str] = []
    columns: list[str] = []
    target = rows
    for line in lines:
        if line.rstrip("：:") in ("行", "列"):
            target = rows if line.startswith("行") else columns
        elif _RANGE.match(line):
            columns.append(line)
        else:
            target.append(line.removeprefix("-").strip())
    return rows, columns


def _scale(reading: _Reading, name: str, options: list[str], kind: str) -> str:
    language = reading.language
    span = _RANGE.match(options[0]) if len(options) == 1 else None
    texts = [str(k) for k in range(int(span[1]), int(span[2]) + 1)] if span is not None else options
    if kind == "判断题" and not texts:
        texts = ["对", "错"]
    scale: dict[str, Any] = {"level": "ordinal" if span is not None or "量表" in kind else "nominal"}
    special = [text for text in texts if text in _DONT_KNOW]
    other = [text for text in texts if text in _OTHER]
    plain = [text for text in texts if text not in special and text not in other]
    scale["choices"] = [[text if span is not None else str(k), text] for k, text in enumerate(plain, start=1)]
    if special:
        scale["specials"] = ["dk"]
        reading.todo.append(f"{name}: {special[0]!r} was read as don't know (98); its text is that of the special")
    if other:
        scale |= {"other": "96", "other_label": {language: other[0]}}
    same = next((known for known, held in reading.scales.items() if held == scale), None)
    if same is not None:
        return same
    key = f"{name}_scale"
    reading.scales[key] = scale
    return key
