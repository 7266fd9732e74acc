"""Questionnaires as data: definition, routing, checks, and one renderer per file."""

from surveykit.questionnaire.checks import check_questionnaire
from surveykit.questionnaire.column_map import ColumnEntry, ColumnMap, wjx_column_map
from surveykit.questionnaire.definition import (
    Cut,
    Derived,
    End,
    Item,
    Page,
    Questionnaire,
    Quota,
    Scale,
    Special,
)
from surveykit.questionnaire.html_form import render_html_form
from surveykit.questionnaire.replay import Finding, Replay, replay
from surveykit.questionnaire.replay_frame import FrameReplay, replay_frame
from surveykit.questionnaire.routing import parse
from surveykit.questionnaire.routing.ast import Expression, expression_text, references, to_json
from surveykit.questionnaire.routing.bind import bind
from surveykit.questionnaire.routing.evaluate import evaluate
from surveykit.questionnaire.routing.frame import evaluate_frame
from surveykit.questionnaire.routing.parser import RoutingError
from surveykit.questionnaire.scales import resolve_scales
from surveykit.questionnaire.structure import Choice, item_choices, scale_choices
from surveykit.questionnaire.surveyjs import render_surveyjs, surveyjs_column_map, surveyjs_losses
from surveykit.questionnaire.variables import Variable, derived_variables
from surveykit.questionnaire.walk import Walk, walk
from surveykit.questionnaire.xlsform import render_xlsform, xlsform_column_map, xlsform_losses

__all__ = [
    "Choice",
    "ColumnEntry",
    "ColumnMap",
    "Cut",
    "Derived",
    "End",
    "Expression",
    "Finding",
    "FrameReplay",
    "Item",
    "Page",
    "Questionnaire",
    "Quota",
    "Replay",
    "RoutingError",
    "Scale",
    "Special",
    "Variable",
    "Walk",
    "bind",
    "check_questionnaire",
    "derived_variables",
    "evaluate",
    "evaluate_frame",
    "expression_text",
    "item_choices",
    "parse",
    "references",
    "render_html_form",
    "render_surveyjs",
    "render_xlsform",
    "replay",
    "replay_frame",
    "resolve_scales",
    "scale_choices",
    "surveyjs_column_map",
    "surveyjs_losses",
    "to_json",
    "walk",
    "wjx_column_map",
    "xlsform_column_map",
    "xlsform_losses",
]
