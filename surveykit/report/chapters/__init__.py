"""The chapters of the base report, one module each: a view in, a chapter (or None without data) out."""

from __future__ import annotations

from collections.abc import Callable

from surveykit.report.chapters.appendix import (
    quality_chapter,
    questionnaire_chapter,
    record_chapter,
    scheme_chapter,
    tables_chapter,
)
from surveykit.report.chapters.groups import groups_chapter
from surveykit.report.chapters.indicators import indicator_chapters
from surveykit.report.chapters.methods import methods_chapter
from surveykit.report.chapters.overview import overview_chapter
from surveykit.report.chapters.score import score_chapter
from surveykit.report.chapters.summary import summary_chapter
from surveykit.report.document import Chapter
from surveykit.report.view import View

__all__ = ["base_chapters"]

_SINGLE: tuple[tuple[str, Callable[[View], Chapter | None]], ...] = (
    ("summary", summary_chapter),
    ("overview", overview_chapter),
)
_LATER: tuple[tuple[str, Callable[[View], Chapter | None]], ...] = (
    ("groups", groups_chapter),
    ("score", score_chapter),
    ("methods", methods_chapter),
    ("questionnaire", questionnaire_chapter),
    ("tables", tables_chapter),
    ("scheme", scheme_chapter),
    ("quality", quality_chapter),
    ("record", record_chapter),
)


def base_chapters(view: View) -> list[Chapter]:
    """Make all chapters of the base report that have data, in order."""
    found = [make(view) for _, make in _SINGLE]
    found += indicator_chapters(view)
    found += [make(view) for _, make in _LATER]
    return [chapter for chapter in found if chapter is not None]
