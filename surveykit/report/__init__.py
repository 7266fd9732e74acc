"""The report: from estimates to sentences, tables, charts and documents that can be published."""

from __future__ import annotations

from surveykit.report.assembly import make_document
from surveykit.report.datafiles import data_files, figure_files, published_data
from surveykit.report.disclosure_record import Disclosure, check_disclosure
from surveykit.report.editions import BRIEF_TEMPLATE, build_district_pdfs, make_brief, make_district_document
from surveykit.report.inputs import (
    Choice,
    Group,
    IndicatorInfo,
    OtherAnalysis,
    OwnChapter,
    Question,
    ReportInput,
    StudyInfo,
)
from surveykit.report.office.word import build_docx
from surveykit.report.office.workbook import build_xlsx
from surveykit.report.pdf import DataFile, build_pdf
from surveykit.report.publication import PublicationRules, publish
from surveykit.report.rendering import build_html, render_html
from surveykit.report.standards import nchs_count, nchs_proportion
from surveykit.report.suppression import differencing_risks, suppress_counts
from surveykit.report.topline import make_drivers, make_topline

__all__ = [
    "BRIEF_TEMPLATE",
    "Choice",
    "DataFile",
    "Disclosure",
    "Group",
    "IndicatorInfo",
    "OtherAnalysis",
    "OwnChapter",
    "PublicationRules",
    "Question",
    "ReportInput",
    "StudyInfo",
    "build_district_pdfs",
    "build_docx",
    "build_html",
    "build_pdf",
    "build_xlsx",
    "check_disclosure",
    "data_files",
    "differencing_risks",
    "figure_files",
    "make_brief",
    "make_district_document",
    "make_document",
    "make_drivers",
    "make_topline",
    "nchs_count",
    "nchs_proportion",
    "publish",
    "published_data",
    "render_html",
    "suppress_counts",
]
