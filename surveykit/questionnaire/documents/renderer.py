"""What a format of ``surveykit render`` is: one value, in the file that makes the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from surveykit.errors import choose
from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.documents.column_map import ColumnMap

__all__ = ["Mode", "PaperFonts", "Renderer", "Rendering", "Settings", "json_text"]

Mode = Literal["self", "interviewer"]


@dataclass(frozen=True)
class PaperFonts:
    """Fonts for a PDF.

    Attributes
    ----------
    css : str
        ``@font-face`` rules for the families "SK Sans" and "SK Serif", whose ``src`` are keys of ``files``.
    files : mapping of str to bytes
        Address to font file. Nothing else is ever opened. Without any the fonts of the machine are used.
    """

    css: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What is asked of a renderer.

    Attributes
    ----------
    language : str
        One of the questionnaire's languages.
    mode : {"self", "interviewer"}
        Who holds the form.
    fonts : PaperFonts, optional
        Fonts to set a page in.
    """

    language: str
    mode: Mode = "self"
    fonts: PaperFonts | None = None

    def __post_init__(self) -> None:
        choose("mode", self.mode, get_args(Mode))


@dataclass(frozen=True)
class Renderer:
    """One format. Every function takes a definition without problems, and a language that it has.

    Attributes
    ----------
    name : str
        The word after ``surveykit render``, and the platform of the column map.
    files : callable
        (questionnaire, settings) to the content of each file by the end of its name: ``"html"`` for ``id.html``.
    losses : callable, optional
        (questionnaire, language) to what the format does not carry, one line per thing; nothing is lost without it.
    column_map : callable, optional
        (questionnaire, language) to which column of an export holds which variable.
    printed : callable, optional
        (questionnaire, language) to the page that is set in ``fonts``, for formats that are set in any.
    """

    name: str
    files: Callable[[Questionnaire, Settings], Mapping[str, str | bytes]]
    losses: Callable[[Questionnaire, str], tuple[str, ...]] | None = None
    column_map: Callable[[Questionnaire, str], ColumnMap] | None = None
    printed: Callable[[Questionnaire, str], str] | None = None


@dataclass(frozen=True)
class Rendering:
    """Files of one format.

    Attributes
    ----------
    format : str
        The format.
    files : mapping of str to bytes
        Name of a file to its content; the column map, if there is one, is among them as JSON.
    losses : tuple of str
        What the format does not carry.
    column_map : ColumnMap, optional
        Which column of an export holds which variable.
    """

    format: str
    files: Mapping[str, bytes]
    losses: tuple[str, ...] = ()
    column_map: ColumnMap | None = None


def json_text(value: object) -> str:
    """Return plain values as the text of a JSON file."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"
