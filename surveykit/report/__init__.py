"""The report: from estimates to sentences, tables, charts and documents that can be published."""

from __future__ import annotations

from surveykit.report.assembly import make_document
from surveykit.report.disclosure_record import Disclosure, check_disclosure
from surveykit.report.inputs import (
    Choice,
    Group,
    IndicatorInfo,
    OwnChapter,
    Question,
    ReportInput,
    StudyInfo,
)
from surveykit.report.pdf import DataFile, build_pdf
from surveykit.report.publication import PublicationRules, publish
from surveykit.report.rendering import build_html, render_html

__all__ = [
    "Choice",
    "DataFile",
    "Disclosure",
    "Group",
    "IndicatorInfo",
    "OwnChapter",
    "PublicationRules",
    "Question",
    "ReportInput",
    "StudyInfo",
    "build_html",
    "build_pdf",
    "check_disclosure",
    "make_document",
    "publish",
    "render_html",
]
