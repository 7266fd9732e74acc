"""Questionnaires of other systems, as far as they carry what ours need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["Imported", "questionnaire_yaml"]


@dataclass(frozen=True)
class Imported:
    """A questionnaire read from another format.

    Attributes
    ----------
    mapping : mapping
        The definition, every scalar text; it may need completion before it passes the checks.
    todo : tuple of str
        What a person must complete or look at.
    """

    mapping: Mapping[str, Any]
    todo: tuple[str, ...]


def questionnaire_yaml(imported: Imported) -> str:
    """Write an imported questionnaire as YAML, with what is to be done as comments on top."""
    head = "".join(f"# TODO: {' '.join(line.split())}\n" for line in imported.todo)
    body: str = yaml.safe_dump(dict(imported.mapping), allow_unicode=True, sort_keys=False, width=110)
    return head + body
