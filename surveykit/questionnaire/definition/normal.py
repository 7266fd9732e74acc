"""The normalised form of a definition, and its hash."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.definition.once import once
from surveykit.questionnaire.routing.ast import expression_text
from surveykit.questionnaire.routing.parser import RoutingError, parse_expression

__all__ = ["definition_hash", "normalised"]

_EXPRESSIONS = {"ask_if", "if"}


def normalised(questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the definition as plain mappings, defaults left out and expressions written in one way.

    The file and columns that a scale was read from are left out: its choices are what counts.
    """
    raw = questionnaire.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    for scale in raw.get("scales", {}).values():
        scale.pop("file", None)
        scale.pop("columns", None)
    raw["surveykit"] = questionnaire.surveykit
    cleaned: dict[str, Any] = _walk(raw)
    return cleaned


def _walk(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _walk(part, name) for name, part in value.items()}
    if isinstance(value, list):
        if key == "when":
            return [[code, _expression(text)] for code, text in value]
        return [_walk(part) for part in value]
    return _expression(value) if key in _EXPRESSIONS else value


def _expression(text: str) -> str:
    try:
        return expression_text(parse_expression(text))
    except RoutingError:
        return text


@once
def definition_hash(questionnaire: Questionnaire) -> str:
    """Return the SHA-256 that names a definition; the layout of its file does not change it.

    Parameters
    ----------
    questionnaire : Questionnaire
        Any definition, also one with problems.

    Returns
    -------
    str
        64 hexadecimal digits, of the normalised definition as JSON with sorted keys in UTF-8.
    """
    text = json.dumps(normalised(questionnaire), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
