"""Render: the questionnaire as a web form, and which column of the platform holds which question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from surveykit.study.files import places
from surveykit.study.running.artefacts import write_csv, write_json
from surveykit.study.running.stage import Making, Stage

if TYPE_CHECKING:
    from surveykit.study.files.study import StudyOutline

__all__ = ["render_stage"]


def render_stage(study: StudyOutline) -> Stage:
    """Render the questionnaire."""
    files = study.definition.files
    return Stage(
        "render",
        "rendering the questionnaire",
        (places.STUDY, files.questionnaire, files.regions),
        (places.FORM, places.COLUMN_MAP, places.COLUMN_MAP_CSV),
        _make,
    )


def _make(making: Making) -> None:
    from surveykit.questionnaire import render_html_form, wjx_column_map

    questionnaire = making.study.questionnaire
    language = making.study.definition.languages[0]
    making.output(places.FORM).write_text(render_html_form(questionnaire, language), encoding="utf-8")
    column_map = wjx_column_map(questionnaire, language)
    write_json(making.output(places.COLUMN_MAP), column_map.to_dict())
    write_csv(making.output(places.COLUMN_MAP_CSV), column_map.to_frame())
    making.counts["variables"] = len(questionnaire.variables())
