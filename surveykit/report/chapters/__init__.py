"""The chapters of the base report, one file each, listed here: a view in, a chapter (or None without data) out."""

from __future__ import annotations

from collections.abc import Callable

from surveykit.report.chapters.appendices.alternatives import alternatives_chapter
from surveykit.report.chapters.appendices.appendix import (
    quality_chapter,
    questionnaire_chapter,
    record_chapter,
    scheme_chapter,
    tables_chapter,
)
from surveykit.report.chapters.appendices.fieldwork import fieldwork_chapter
from surveykit.report.chapters.appendices.methods import methods_chapter
from surveykit.report.chapters.appendices.quality_indicators import quality_indicators_chapter
from surveykit.report.chapters.appendices.weights import weights_chapter
from surveykit.report.chapters.drivers import drivers_chapter
from surveykit.report.chapters.groups import groups_chapter
from surveykit.report.chapters.indicators import indicator_chapters
from surveykit.report.chapters.overview import overview_chapter
from surveykit.report.chapters.profiles import profiles_chapter
from surveykit.report.chapters.score import score_chapter
from surveykit.report.chapters.summary import summary_chapter
from surveykit.report.document.blocks import Chapter
from surveykit.report.document.view import View

__all__ = ["CHAPTERS", "base_chapters"]

Made = Chapter | list[Chapter] | None

CHAPTERS: list[Callable[[View], Made]] = [
    summary_chapter,
    overview_chapter,
    indicator_chapters,
    profiles_chapter,
    groups_chapter,
    drivers_chapter,
    alternatives_chapter,
    score_chapter,
    methods_chapter,
    questionnaire_chapter,
    tables_chapter,
    weights_chapter,
    scheme_chapter,
    quality_indicators_chapter,
    quality_chapter,
    fieldwork_chapter,
    record_chapter,
]
"""The chapters in their order; one that has nothing to say returns None."""


def base_chapters(view: View) -> list[Chapter]:
    """Make all chapters of the base report that have data, in order."""
    found: list[Chapter] = []
    for make in CHAPTERS:
        made = make(view)
        found += made if isinstance(made, list) else [made] if made is not None else []
    return found
