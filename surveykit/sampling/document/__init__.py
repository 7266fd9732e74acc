"""The planning document of a survey: its content, and HTML and DOCX made of it."""

from surveykit.sampling.document.content import PlanningDocument, Section, plan_document
from surveykit.sampling.document.docx import document_docx
from surveykit.sampling.document.html import document_html

__all__ = ["PlanningDocument", "Section", "document_docx", "document_html", "plan_document"]
