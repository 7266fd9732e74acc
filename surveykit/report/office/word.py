"""The report as a Word file that can be sent on: styles, contents, captions, tables and pages are Word's own."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from surveykit.errors import MissingDependencyError
from surveykit.report.content.inputs import Edition
from surveykit.report.document.blocks import Bullets, Chapter, Document, Figure, Heading, Prose, Table, Written
from surveykit.report.document.outline import Item, Section, outline
from surveykit.report.messages import say
from surveykit.report.office.fields import Entry, bookmarked, contents, field
from surveykit.report.office.pages import Numbering, put_pages, put_properties, put_settings, text_size
from surveykit.report.office.styles import BULLET, put_styles, table_sizes
from surveykit.report.office.tables import word_table
from surveykit.report.office.written import pieces
from surveykit.report.office.xml import element, runs
from surveykit.report.outputs.archive import same_bytes

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

__all__ = ["build_docx"]

EMU = 635
WIDEST_FIGURE = 0.98
TALLEST_FIGURE = 0.75
PROSE = {"text": "BodyText", "note": "SurveyRemark", "warning": "SurveyWarning", "key": "SurveyKey"}
LISTS = {"text": "ListBullet", "key": "SurveyKeyList", "definition": "SurveyDefinition"}


def build_docx(document: Document) -> bytes:
    """Write a report as DOCX.

    Cover, contents and chapters as in the PDF. The contents, the numbers of captions and pages are fields; the entries
    of the contents are written out and brought up to date when Word opens the file. Every style is the report's own.
    Until they are brought up to date the contents show no page numbers (Word asks on opening; in LibreOffice: Tools,
    Update, Indexes and Tables): a page number that no typesetter worked out would be a guess.
    Tables have fixed column widths, a header row that repeats on every page and rows that stay whole. Fonts are named
    in the east-Asian slot and not embedded, so a machine without them shows its own; Chinese quotation marks and
    dashes are set in the Chinese font. Figures are bitmaps of 220 dots an inch with alternative text. The official
    profile has the page of GB/T 9704: 22 lines of 28 characters, the first line of a paragraph two characters in, page
    numbers outside.

    Parameters
    ----------
    document : Document
        Content from :func:`surveykit.report.make_document`, `make_brief` or `make_district_document`.

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
    profile = "official" if document.profile == "official" else "research"
    word = docx.Document()
    put_styles(word.styles.element, profile, text_size(profile)[0])
    put_settings(word.settings.element, document.edition, profile)
    put_pages(word, document, profile)
    _Writer(word, document, profile).write()
    edition: Edition = "zh" if document.edition == "zh" else "en"
    author = dict(document.facts).get(say(edition, "fact_conductor"), "surveykit")
    put_properties(word, document, author)
    buffer = io.BytesIO()
    word.save(buffer)
    return same_bytes(buffer.getvalue(), document.published.isoformat())


class _Writer:
    """Writes the body; what it has passed (headings, lists, drawings) is numbered as it goes."""

    def __init__(self, word: WordDocument, document: Document, profile: str) -> None:
        self.word, self.document, self.profile = word, document, profile
        self.edition: Edition = "zh" if document.edition == "zh" else "en"
        self.width, self.height = text_size(profile)
        self.numbering = Numbering(word)
        self.entries: list[Entry] = []

    def write(self) -> None:
        """Write cover, contents and chapters."""
        self._cover()
        sections = outline(self.document)
        place = self._add("BodyText", [])
        for position, section in enumerate(sections):
            self._section(section, first=position == 0, alone=len(sections) == 1)
        if len(sections) > 1:
            place.addnext(contents(self.entries, say(self.edition, "contents"), self.edition))
        place.getparent().remove(place)

    def _add(self, style: str, content: list[Any], *more: Any) -> Any:
        """Add a paragraph; ``more`` are properties that follow the style in the schema's order."""
        paragraph = element("p", element("pPr", element("pStyle", val=style), *more), *content)
        self.word.element.body.sectPr.addprevious(paragraph)
        return paragraph

    def _text(self, style: str, text: str, *more: Any) -> Any:
        return self._add(style, list(runs(text, self.edition)), *more)

    def _cover(self) -> None:
        document = self.document
        if document.mark and document.facts:
            self._text("SurveyMark", document.mark)
        self._text("Title", document.title, None if document.facts else element("spacing", before=0, after=200))
        if document.subtitle:
            self._text("Subtitle", document.subtitle, element("spacing", after=2400) if document.facts else None)
        for key, value in document.facts:
            tab = element("r", element("tab"))
            self._add("SurveyFact", [*runs(key, self.edition), tab, *runs(value, self.edition)])

    def _section(self, section: Section, *, first: bool, alone: bool) -> None:
        text = f"{section.label}{section.gap}{section.chapter.title}"
        if self.document.numbered or not alone:
            self._heading(1, text, self._chapter_break(section.chapter, first=first, alone=alone))
        for position, item in enumerate(section.items):
            self._block(item, opening=position == 0)

    def _chapter_break(self, chapter: Chapter, *, first: bool, alone: bool) -> Any:
        """Chapters begin a page; in the official profile the first and the appendices do, the others run on."""
        if alone:
            return element("pageBreakBefore", val=0)
        return element("pageBreakBefore") if self.profile == "official" and (first or chapter.appendix) else None

    def _heading(self, level: int, text: str, new_page: Any = None) -> None:
        entry = Entry(level, text, f"_Toc{len(self.entries) + 1:08d}")
        self.entries.append(entry)
        content = bookmarked(entry, len(self.entries), list(runs(text, self.edition)))
        self._add(f"Heading{level}", content, new_page)

    def _block(self, item: Item, *, opening: bool) -> None:
        block = item.block
        if isinstance(block, Heading):
            apart = self.profile == "research" and not opening and block.id.startswith("profile-")
            self._heading(block.level, item.label + block.text, element("pageBreakBefore") if apart else None)
        elif isinstance(block, Prose):
            self._text(PROSE[block.role], block.text)
        elif isinstance(block, Bullets):
            self._list(block)
        elif isinstance(block, Written):
            self._written(block)
        elif isinstance(block, Table):
            self._table(item.label, block)
        elif isinstance(block, Figure):
            self._picture(block)
            self._caption(item.label, block.title, "figure_label")
            self._under(block.notes, block.source)

    def _list(self, block: Bullets) -> None:
        number = self.numbering.ordered() if block.ordered else BULLET
        for text in block.items:
            self._text("ListNumber" if block.ordered else LISTS[block.role], text, self._list_item(number))

    @staticmethod
    def _list_item(number: int) -> Any:
        return element("numPr", element("ilvl", val=0), element("numId", val=number))

    def _written(self, block: Written) -> None:
        numbers: dict[int, int] = {}
        for piece in pieces(block.html):
            if piece.table is not None:
                self._grid(piece.table)
                continue
            content = [
                made
                for span in piece.spans
                for made in runs(span.text, self.edition, bold=span.bold, italic=span.italic)
            ]
            if piece.kind[0] == "h" and piece.kind[1:].isdigit():
                self._heading(min(int(piece.kind[1:]), 4), "".join(span.text for span in piece.spans).strip())
            elif piece.kind == "ol":
                if piece.list_number not in numbers:
                    numbers[piece.list_number] = self.numbering.ordered()
                self._add("ListNumber", content, self._list_item(numbers[piece.list_number]))
            elif piece.kind == "ul":
                self._add("ListBullet", content, self._list_item(BULLET))
            else:
                self._add("BodyText", content)

    def _table(self, label: str, table: Table) -> None:
        self._caption(label, table.title, "table_label")
        if table.unit:
            self._text("SurveyUnit", table.unit)
        self._grid(table)
        self._under(table.notes, table.source)

    def _grid(self, table: Table) -> None:
        made = word_table(table, self.edition, self.width, table_sizes(self.profile))
        self.word.element.body.sectPr.addprevious(made)

    def _caption(self, label: str, title: str, key: str) -> None:
        stem = say(self.edition, key)
        number = field(f"SEQ {stem.strip()} \\* ARABIC", label.removeprefix(stem))
        content = [*runs(stem, self.edition), *number, *runs("\u2002" + title, self.edition)]
        self._add("Caption", content, element("keepNext") if key == "table_label" else None)

    def _under(self, notes: tuple[str, ...], source: str) -> None:
        """Write notes and source; a table that has neither is kept apart from what follows."""
        lines = [note for note in notes if note]
        if lines:
            lines[0] = say(self.edition, "note_prefix") + lines[0]
        lines += [source] if source else []
        for place, line in enumerate(lines or [""]):
            last = place == len(lines or [""]) - 1
            self._text("SurveyNote", line, element("spacing", after=200) if last else element("keepNext"))

    def _picture(self, figure: Figure) -> None:
        drawn = self.word.add_picture(io.BytesIO(figure.drawing.png()))
        paragraph = self.word.paragraphs[-1]._p
        paragraph.insert(0, element("pPr", element("pStyle", val="SurveyFigure")))
        scale = min(
            self.width * WIDEST_FIGURE * EMU / int(drawn.width), self.height * TALLEST_FIGURE * EMU / int(drawn.height)
        )
        drawn.width, drawn.height = int(int(drawn.width) * scale), int(int(drawn.height) * scale)
        drawn._inline.docPr.set("descr", figure.alt)
        drawn._inline.docPr.set("title", figure.title)
