"""Questionnaires as data: definition, routing, checks, and one renderer per file."""

from surveykit.questionnaire.checks import check_questionnaire
from surveykit.questionnaire.checks.lint import check_quota_targets, lint_questionnaire
from surveykit.questionnaire.checks.walk import Walk, walk
from surveykit.questionnaire.definition.binding import bind, parse
from surveykit.questionnaire.definition.condition_words import condition_in_words
from surveykit.questionnaire.definition.models import (
    Cut,
    Derived,
    End,
    Household,
    Item,
    Page,
    Questionnaire,
    Quota,
    Scale,
    Special,
)
from surveykit.questionnaire.definition.normal import definition_hash
from surveykit.questionnaire.definition.scales import resolve_scales
from surveykit.questionnaire.definition.structure import Choice, item_choices, scale_choices
from surveykit.questionnaire.definition.variables import Variable, derived_variables, questionnaire_variables
from surveykit.questionnaire.documents.codebook import (
    CodebookEntry,
    codebook,
    render_codebook_html,
    render_codebook_xlsx,
)
from surveykit.questionnaire.documents.column_map import ColumnEntry, ColumnMap
from surveykit.questionnaire.documents.ddi import render_ddi
from surveykit.questionnaire.documents.diff import Change, diff_questionnaires
from surveykit.questionnaire.documents.renderer import PaperFonts, Renderer, Rendering, Settings
from surveykit.questionnaire.documents.schema import response_schema
from surveykit.questionnaire.documents.template import render_response_template
from surveykit.questionnaire.forms import RENDERERS, render_questionnaire
from surveykit.questionnaire.forms.html import render_html_form
from surveykit.questionnaire.forms.limesurvey import limesurvey_column_map, render_limesurvey_tsv
from surveykit.questionnaire.forms.paper import paper_html, render_paper_pdf
from surveykit.questionnaire.forms.skips import skips
from surveykit.questionnaire.forms.surveyjs import render_surveyjs, surveyjs_column_map, surveyjs_losses
from surveykit.questionnaire.forms.wjx import render_wjx_text, wjx_column_map, wjx_losses
from surveykit.questionnaire.forms.xlsform import render_xlsform, xlsform_column_map, xlsform_losses
from surveykit.questionnaire.importing import Imported, questionnaire_yaml
from surveykit.questionnaire.importing.wjx import import_wjx_text
from surveykit.questionnaire.importing.xlsform import import_xlsform
from surveykit.questionnaire.replay.frame import FrameReplay, replay_frame
from surveykit.questionnaire.replay.respondent import Finding, Replay, replay
from surveykit.questionnaire.routing.ast import Expression, expression_text, references, to_json
from surveykit.questionnaire.routing.evaluate import evaluate
from surveykit.questionnaire.routing.frame import evaluate_frame
from surveykit.questionnaire.routing.parser import RoutingError

__all__ = [
    "RENDERERS",
    "Change",
    "Choice",
    "CodebookEntry",
    "ColumnEntry",
    "ColumnMap",
    "Cut",
    "Derived",
    "End",
    "Expression",
    "Finding",
    "FrameReplay",
    "Household",
    "Imported",
    "Item",
    "Page",
    "PaperFonts",
    "Questionnaire",
    "Quota",
    "Renderer",
    "Rendering",
    "Replay",
    "RoutingError",
    "Scale",
    "Settings",
    "Special",
    "Variable",
    "Walk",
    "bind",
    "check_questionnaire",
    "check_quota_targets",
    "codebook",
    "condition_in_words",
    "definition_hash",
    "derived_variables",
    "diff_questionnaires",
    "evaluate",
    "evaluate_frame",
    "expression_text",
    "import_wjx_text",
    "import_xlsform",
    "item_choices",
    "limesurvey_column_map",
    "lint_questionnaire",
    "paper_html",
    "parse",
    "questionnaire_variables",
    "questionnaire_yaml",
    "references",
    "render_codebook_html",
    "render_codebook_xlsx",
    "render_ddi",
    "render_html_form",
    "render_limesurvey_tsv",
    "render_paper_pdf",
    "render_questionnaire",
    "render_response_template",
    "render_surveyjs",
    "render_wjx_text",
    "render_xlsform",
    "replay",
    "replay_frame",
    "resolve_scales",
    "response_schema",
    "scale_choices",
    "skips",
    "surveyjs_column_map",
    "surveyjs_losses",
    "to_json",
    "walk",
    "wjx_column_map",
    "wjx_losses",
    "xlsform_column_map",
    "xlsform_losses",
]
