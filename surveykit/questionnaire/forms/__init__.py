"""Questionnaires in the formats in which they are filled in, the list of all formats, and one of them by its name."""

from __future__ import annotations

from typing import get_args

from surveykit.errors import DefinitionError, Problem, choose
from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.documents.codebook import CODEBOOK
from surveykit.questionnaire.documents.ddi import DDI
from surveykit.questionnaire.documents.renderer import Mode, PaperFonts, Renderer, Rendering, Settings, json_text
from surveykit.questionnaire.documents.schema import SCHEMA
from surveykit.questionnaire.documents.template import TEMPLATE
from surveykit.questionnaire.forms.html import HTML
from surveykit.questionnaire.forms.limesurvey import LIMESURVEY
from surveykit.questionnaire.forms.paper import PAPER
from surveykit.questionnaire.forms.surveyjs import SURVEYJS
from surveykit.questionnaire.forms.wjx import WJX
from surveykit.questionnaire.forms.xlsform import XLSFORM

__all__ = ["RENDERERS", "render_questionnaire"]

LISTED = (HTML, PAPER, XLSFORM, SURVEYJS, WJX, LIMESURVEY, CODEBOOK, DDI, SCHEMA, TEMPLATE)
RENDERERS: dict[str, Renderer] = {renderer.name: renderer for renderer in LISTED}


def render_questionnaire(
    questionnaire: Questionnaire,
    format: str,
    language: str | None = None,
    *,
    mode: Mode = "self",
    fonts: PaperFonts | None = None,
) -> Rendering:
    """Render a questionnaire in one format.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    format : str
        The format: a name of ``surveykit.questionnaire.RENDERERS``, such as ``"html"`` or ``"paper"``.
    language : str, optional
        Language of formats that have one, and of column maps; the first of the questionnaire when absent.
    mode : {"self", "interviewer"}
        Who holds the HTML or paper form.
    fonts : PaperFonts, optional
        Fonts of the paper form.

    Returns
    -------
    Rendering
        Files, what was lost, and the column map.

    Raises
    ------
    DataError
        There is no such format.
    DefinitionError
        The questionnaire does not have the language.
    """
    choose("mode", mode, get_args(Mode))
    choose("format", format, tuple(RENDERERS))
    renderer = RENDERERS[format]
    chosen = language or questionnaire.languages[0]
    if chosen not in questionnaire.languages:
        known = ", ".join(questionnaire.languages)
        raise DefinitionError(
            [Problem(f"the questionnaire has no language {chosen!r}", f"it has {known}", ("languages",))]
        )
    made = dict(renderer.files(questionnaire, Settings(chosen, mode, fonts)))
    losses = renderer.losses(questionnaire, chosen) if renderer.losses is not None else ()
    column_map = renderer.column_map(questionnaire, chosen) if renderer.column_map is not None else None
    if column_map is not None:
        made[f"{format}.columns.json"] = json_text(column_map.to_dict())
    files = {
        f"{questionnaire.id}.{end}": content.encode() if isinstance(content, str) else content
        for end, content in made.items()
    }
    return Rendering(format, files, losses, column_map)
