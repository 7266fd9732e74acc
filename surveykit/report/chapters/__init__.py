"""The chapters of the base report, one module each: a view in, a chapter (or None without data) out."""

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

__all__ = ["base_chapters"]

_BEFORE: tuple[Callable[[View], Chapter | None], ...] = (summary_chapter, overview_chapter)
_AFTER: tuple[Callable[[View], Chapter | None], ...] = (
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
)


def base_chapters(view: View) -> list[Chapter]:
    """Make all chapters of the base report that have data, in order."""
    made = [*(make(view) for make in _BEFORE), *indicator_chapters(view), *(make(view) for make in _AFTER)]
    return [chapter for chapter in made if chapter is not None]
