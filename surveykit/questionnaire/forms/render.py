"""All renderings by the name of their format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from surveykit.errors import DefinitionError, Problem
from surveykit.questionnaire.definition.models import Questionnaire
from surveykit.questionnaire.definition.structure import flow_of
from surveykit.questionnaire.documents.codebook import render_codebook_html, render_codebook_xlsx
from surveykit.questionnaire.documents.column_map import ColumnMap, wjx_column_map
from surveykit.questionnaire.documents.ddi import render_ddi
from surveykit.questionnaire.documents.schema import render_response_template, response_schema
from surveykit.questionnaire.forms.html import render_html_form
from surveykit.questionnaire.forms.limesurvey import limesurvey_column_map, render_limesurvey_tsv
from surveykit.questionnaire.forms.paper import PaperFonts, render_paper_pdf
from surveykit.questionnaire.forms.surveyjs import render_surveyjs, surveyjs_column_map, surveyjs_losses
from surveykit.questionnaire.forms.wjx import render_wjx_text, wjx_losses
from surveykit.questionnaire.forms.xlsform import render_xlsform, xlsform_column_map, xlsform_losses

__all__ = ["FORMATS", "Format", "Rendering", "render_questionnaire"]

Format = Literal["html", "paper", "xlsform", "surveyjs", "wjx", "limesurvey", "codebook", "ddi", "schema", "template"]
FORMATS: tuple[Format, ...] = get_args(Format)


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

    format: Format
    files: Mapping[str, bytes]
    losses: tuple[str, ...] = ()
    column_map: ColumnMap | None = None


def render_questionnaire(
    questionnaire: Questionnaire,
    format: Format,
    language: str | None = None,
    *,
    mode: Literal["self", "interviewer"] = "self",
    fonts: PaperFonts | None = None,
) -> Rendering:
    """Render a questionnaire in one format.

    Parameters
    ----------
    questionnaire : Questionnaire
        A definition without problems.
    format : {"html", "paper", "xlsform", "surveyjs", "wjx", "limesurvey", "codebook", "ddi", "schema", "template"}
        The format.
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
    DefinitionError
        The questionnaire does not have the language.
    """
    chosen = language or questionnaire.languages[0]
    if chosen not in questionnaire.languages:
        known = ", ".join(questionnaire.languages)
        raise DefinitionError(
            [Problem(f"the questionnaire has no language {chosen!r}", f"it has {known}", ("languages",))]
        )
    name = questionnaire.id
    if format == "paper":
        return Rendering(format, _paper(questionnaire, chosen, mode, fonts))
    made: dict[str, Callable[[], dict[str, str | bytes]]] = {
        "html": lambda: {f"{name}.html": render_html_form(questionnaire, chosen, mode=mode)},
        "xlsform": lambda: {f"{name}.xlsx": render_xlsform(questionnaire)},
        "surveyjs": lambda: {f"{name}.surveyjs.json": render_surveyjs(questionnaire)},
        "wjx": lambda: {f"{name}.wjx.txt": render_wjx_text(questionnaire, chosen)},
        "limesurvey": lambda: {f"{name}.limesurvey.txt": render_limesurvey_tsv(questionnaire)},
        "codebook": lambda: {
            f"{name}.codebook.html": render_codebook_html(questionnaire, chosen),
            f"{name}.codebook.xlsx": render_codebook_xlsx(questionnaire, chosen),
        },
        "ddi": lambda: {f"{name}.ddi.xml": render_ddi(questionnaire)},
        "schema": lambda: {f"{name}.schema.json": _json(response_schema(questionnaire))},
        "template": lambda: {f"{name}.template.csv": render_response_template(questionnaire)},
    }
    files = {key: text.encode() if isinstance(text, str) else text for key, text in made[format]().items()}
    losses, column_map = _beside(questionnaire, format, chosen)
    if column_map is not None:
        files[f"{name}.{format}.columns.json"] = _json(column_map.to_dict()).encode()
    return Rendering(format, files, losses, column_map)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _paper(
    questionnaire: Questionnaire, language: str, mode: Literal["self", "interviewer"], fonts: PaperFonts | None
) -> dict[str, bytes]:
    random = any(item.order == "random" for _, item in flow_of(questionnaire).questions)
    return {
        f"{questionnaire.id}.{copy}.pdf": render_paper_pdf(questionnaire, language, mode=mode, copy=copy, fonts=fonts)
        for copy in ("AB" if random else "A")
    }


def _beside(questionnaire: Questionnaire, format: Format, language: str) -> tuple[tuple[str, ...], ColumnMap | None]:
    if format == "xlsform":
        return xlsform_losses(questionnaire), xlsform_column_map(questionnaire, language)
    if format == "surveyjs":
        return surveyjs_losses(questionnaire), surveyjs_column_map(questionnaire, language)
    if format == "wjx":
        return wjx_losses(questionnaire, language), wjx_column_map(questionnaire, language)
    if format == "limesurvey":
        experimental = (
            "experimental: not tried on a LimeSurvey server; random order and limits of answers are not carried"
        )
        return (experimental,), limesurvey_column_map(questionnaire, language)
    return (), None
