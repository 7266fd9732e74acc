"""The report as a Word file for pasting: styles, real captions and tables, official font names in the Chinese slot."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from surveykit.errors import MissingDependencyError
from surveykit.report.archive import same_bytes
from surveykit.report.document import Bullets, Document, Figure, Heading, Prose, Table, Written
from surveykit.report.inputs import Edition
from surveykit.report.messages import say
from surveykit.report.outline import Item, outline

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

__all__ = ["build_docx"]

LATIN = "Times New Roman"
FONTS: dict[str, dict[str, str]] = {
    "official": {"Normal": "仿宋_GB2312", "Title": "方正小标宋简体", "Heading 1": "黑体", "Heading 2": "楷体_GB2312",
                 "Heading 3": "仿宋_GB2312", "Heading 4": "仿宋_GB2312", "Caption": "仿宋_GB2312"},
    "research": {"Normal": "宋体", "Title": "黑体", "Heading 1": "黑体", "Heading 2": "黑体",
                 "Heading 3": "黑体", "Heading 4": "黑体", "Caption": "黑体"},
}  # fmt: skip
SIZES: dict[str, dict[str, float]] = {
    "official": {
        "Normal": 16,
        "Title": 22,
        "Heading 1": 16,
        "Heading 2": 16,
        "Heading 3": 16,
        "Heading 4": 16,
        "Caption": 12,
    },
    "research": {
        "Normal": 10.5,
        "Title": 22,
        "Heading 1": 16,
        "Heading 2": 13,
        "Heading 3": 11,
        "Heading 4": 10.5,
        "Caption": 9,
    },
}
MARGINS = {"official": (37, 26, 35, 28), "research": (27, 27, 24, 28)}
FIGURE_WIDTH_MM = 152


def build_docx(document: Document) -> bytes:
    """Write a report as DOCX.

    Headings, captions (with Word's own numbering fields), lists and tables use Word's styles; fonts are named in the
    east-Asian slot and not embedded, so a machine without them shows its own. Figures are bitmaps of 220 dots an inch
    with alternative text.

    Parameters
    ----------
    document : Document
        Content from :func:`surveykit.report.make_document`.

    Returns
    -------
    bytes
        A DOCX file, the same bytes for the same content.

    Raises
    ------
    MissingDependencyError
        When python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingDependencyError("DOCX needs python-docx: pip install python-docx") from error
    word = docx.Document()
    _styles(word, document)
    _page(word, document)
    word.add_paragraph(document.title, style="Title")
    for line in filter(None, (document.subtitle, document.mark)):
        word.add_paragraph(line, style="Subtitle")
    for key, value in document.facts:
        word.add_paragraph(f"{key}  {value}")
    for section in outline(document):
        word.add_heading(f"{section.label}{section.gap}{section.chapter.title}", level=1)
        for item in section.items:
            _block(word, document, item)
    word.core_properties.title, word.core_properties.author = document.title, "surveykit"
    word.core_properties.revision = 1
    buffer = io.BytesIO()
    word.save(buffer)
    return same_bytes(buffer.getvalue(), document.published.isoformat())


def _styles(word: WordDocument, document: Document) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    profile = document.profile if document.profile in FONTS else "research"
    for name, font in FONTS[profile].items():
        style: Any = word.styles[name]
        style.font.name, style.font.size = LATIN, Pt(SIZES[profile][name])
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for slot in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
            fonts.attrib.pop(qn(slot), None)
        fonts.set(qn("w:eastAsia"), font)
    if profile == "official":
        body: Any = word.styles["Normal"]
        body.paragraph_format.line_spacing = Pt(28.95)
        body.paragraph_format.space_after = Pt(0)
        for level in range(1, 5):
            word.styles[f"Heading {level}"].font.bold = level == 2
    language = word.styles.element.find(".//" + qn("w:lang"))
    if language is not None:
        language.set(qn("w:eastAsia"), "zh-CN")


def _page(word: WordDocument, document: Document) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    top, right, bottom, left = MARGINS.get(document.profile, MARGINS["research"])
    page.top_margin, page.right_margin, page.bottom_margin, page.left_margin = Mm(top), Mm(right), Mm(bottom), Mm(left)
    if document.mark:
        head = page.header.paragraphs[0]
        head.text, head.alignment = document.mark, WD_ALIGN_PARAGRAPH.CENTER
        head.runs[0].bold = True
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    dash = "— " if document.profile == "official" else ""
    foot.add_run(dash)
    _field(foot, "PAGE", "1")
    foot.add_run(dash[::-1])


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    """Add a field that Word keeps up to date, with the text to show until it does."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _block(word: WordDocument, document: Document, item: Item) -> None:
    block = item.block
    if isinstance(block, Heading):
        word.add_heading(item.label + block.text, level=block.level)
    elif isinstance(block, Prose):
        paragraph = word.add_paragraph()
        run = paragraph.add_run(block.text)
        run.bold = block.role in ("key", "warning") or None
    elif isinstance(block, Bullets):
        for text in block.items:
            word.add_paragraph(text, style="List Number" if block.ordered else "List Bullet")
    elif isinstance(block, Written):
        for text in block.plain:
            word.add_paragraph(text)
    elif isinstance(block, Table):
        _caption(word, document, item.label, block.title, "table_label")
        _table(word, block)
        _under(word, document, (block.unit, *block.notes), block.source)
    elif isinstance(block, Figure):
        _picture(word, block)
        _caption(word, document, item.label, block.title, "figure_label")
        _under(word, document, block.notes, block.source)


def _caption(word: WordDocument, document: Document, label: str, title: str, key: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    edition: Edition = "zh" if document.edition == "zh" else "en"
    stem = say(edition, key)
    paragraph = word.add_paragraph(style="Caption")
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = key == "table_label"
    paragraph.add_run(stem)
    _field(paragraph, f"SEQ {stem.strip()} \\* ARABIC", label.removeprefix(stem))
    paragraph.add_run("  " + title)


def _table(word: WordDocument, table: Table) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = word.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.style = "Light List"
    made.autofit = True
    texts = [[column.label for column in table.columns], *([cell.text for cell in row] for row in table.rows)]
    grid = made._tbl.tr_lst
    for line, row_texts in zip(grid, texts, strict=True):
        for place, (cell, text) in enumerate(zip(line.tc_lst, row_texts, strict=True)):
            paragraph = cell.p_lst[0]
            run = paragraph.add_r()
            run.text = text
            properties = paragraph.get_or_add_pPr()
            if table.columns[place].kind == "number":
                properties.jc_val = WD_ALIGN_PARAGRAPH.RIGHT
            size = OxmlElement("w:sz")
            size.set(qn("w:val"), str(int(Pt(9).pt * 2)))
            run.get_or_add_rPr().append(size)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    grid[0].get_or_add_trPr().append(repeat)


def _under(word: WordDocument, document: Document, notes: tuple[str, ...], source: str) -> None:
    from docx.shared import Pt

    edition: Edition = "zh" if document.edition == "zh" else "en"
    lines = [note for note in notes if note]
    if lines:
        lines[0] = say(edition, "note_prefix") + lines[0]
    for line in [*lines, *([source] if source else [])]:
        run = word.add_paragraph().add_run(line)
        run.font.size = Pt(9)


def _picture(word: WordDocument, figure: Figure) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm

    word.add_picture(io.BytesIO(figure.drawing.png()), width=Mm(FIGURE_WIDTH_MM))
    word.paragraphs[-1].alignment = WD_ALIGN_PARAGRAPH.CENTER
    word.paragraphs[-1].paragraph_format.keep_with_next = True
    word.inline_shapes[-1]._inline.docPr.set("descr", figure.alt)
