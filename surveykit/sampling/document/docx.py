"""A planning document as DOCX."""

from __future__ import annotations

import io
from typing import Any

from surveykit.errors import MissingDependencyError
from surveykit.sampling.document.content import PlanningDocument, Section

__all__ = ["document_docx"]


def document_docx(document: PlanningDocument) -> bytes:
    """Render a planning document as a Word file.

    Parameters
    ----------
    document : PlanningDocument
        Result of `plan_document`.

    Returns
    -------
    bytes
        The file.

    Raises
    ------
    MissingDependencyError
        If python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingDependencyError("planning document: install python-docx to write DOCX files") from error
    file = docx.Document()
    file.core_properties.title = document.title
    file.core_properties.author = "surveykit"
    file.add_heading(document.title, level=0)
    for section in document.sections:
        _add(file, section)
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _add(file: object, section: Section) -> None:
    target: Any = file
    target.add_heading(section.head, level=1)
    for paragraph in section.paragraphs:
        target.add_paragraph(paragraph)
    if not section.table:
        return
    target.add_paragraph(section.caption)
    table = target.add_table(rows=0, cols=len(section.table[0]))
    table.style = "Light Grid Accent 1"
    for row in section.table:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = value
