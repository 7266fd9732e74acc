"""A planning document as DOCX."""

from __future__ import annotations

import io
from typing import Any

from surveykit.errors import MissingDependencyError
from surveykit.sampling.document.content import PlanningDocument, Section

__all__ = ["document_docx"]

TABLE_STYLE, LATIN = "Survey Table", "Times New Roman"


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
    _put_styles(file, document.language)
    file.add_heading(document.title, level=0)
    for section in document.sections:
        _add(file, section)
    buffer = io.BytesIO()
    file.save(buffer)
    return buffer.getvalue()


def _add(file: object, section: Section) -> None:
    from docx.shared import Pt

    target: Any = file
    target.add_heading(section.head, level=1)
    for paragraph in section.paragraphs:
        target.add_paragraph(paragraph)
    if not section.table:
        return
    target.add_paragraph(section.caption).paragraph_format.keep_with_next = True
    table = target.add_table(rows=0, cols=len(section.table[0]))
    table.style = TABLE_STYLE
    for place, row in enumerate(section.table):
        made = table.add_row()
        for cell, value in zip(made.cells, row, strict=True):
            cell.text = value
            look = cell.paragraphs[0].paragraph_format
            look.keep_with_next, look.space_before, look.space_after = place < 2, Pt(1), Pt(1)
        _row_properties(made, head=place == 0)


def _row_properties(row: Any, *, head: bool) -> None:
    """Keep a row on one page, and repeat the head on every page."""
    from docx.oxml import OxmlElement

    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if head:
        properties.append(OxmlElement("w:tblHeader"))


def _put_styles(file: Any, language: str) -> None:
    """Give the file the fonts and the table of three lines that the report's Word file has."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn
    from docx.shared import Mm, Pt, RGBColor

    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    faces = {"Normal": ("宋体", 10.5), "Title": ("黑体", 20), "Heading 1": ("黑体", 14)}
    for name, (font, size) in faces.items():
        style = file.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        for old in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[old]
        fonts.set(qn("w:eastAsia"), font)
    for old in file.styles["Title"].element.pPr.findall(qn("w:pBdr")):
        file.styles["Title"].element.pPr.remove(old)
    table = file.styles.add_style(TABLE_STYLE, WD_STYLE_TYPE.TABLE)
    table.base_style = file.styles["Normal Table"]
    table.font.size = Pt(9)
    edge = '<w:{side} w:val="single" w:sz="{width}" w:space="0" w:color="222222"/>'
    outer = "".join(edge.format(side=side, width=9) for side in ("top", "bottom"))
    table.element.append(parse_xml(f"<w:tblPr {nsdecls('w')}><w:tblBorders>{outer}</w:tblBorders></w:tblPr>"))
    below = edge.format(side="bottom", width=5)
    head = f"<w:rPr><w:b/></w:rPr><w:tcPr><w:tcBorders>{below}</w:tcBorders></w:tcPr>"
    table.element.append(parse_xml(f'<w:tblStylePr {nsdecls("w")} w:type="firstRow">{head}</w:tblStylePr>'))
    if language == "zh":
        file.core_properties.language = "zh-CN"
