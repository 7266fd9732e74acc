"""Pages, running heads and feet, settings and properties of the Word file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from surveykit.report.document import Document
from surveykit.report.office.fields import field
from surveykit.report.office.styles import BULLET, GRID
from surveykit.report.office.xml import element, runs

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

__all__ = ["Numbering", "put_pages", "put_properties", "put_settings", "text_size"]

MARGINS = {"official": (37, 26, 35, 28), "research": (27, 27, 24, 28)}
PAGE = (210, 297)
TWIPS = 1440 / 25.4
FOOT = {"official": 23, "research": 13}
LATEST_WORD = 15
FIRST_ORDERED = BULLET + 1


def text_size(profile: str) -> tuple[int, int]:
    """Return width and height of the text on a page, in twentieths of a point."""
    top, right, bottom, left = MARGINS[profile]
    return int((PAGE[0] - left - right) * TWIPS), int((PAGE[1] - top - bottom) * TWIPS)


def put_pages(word: WordDocument, document: Document, profile: str) -> None:
    """Set page and margins; the mark in every head, the page number in every foot but the cover's.

    In the official profile the number stands outside: at the right of odd and at the left of even pages, one character
    in, between dashes (GB/T 9704, 7.5).
    """
    from docx.shared import Mm

    section = word.sections[0]
    top, right, bottom, left = MARGINS[profile]
    section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)
    section.header_distance, section.footer_distance = Mm(13), Mm(FOOT[profile])
    section.different_first_page_header_footer = bool(document.facts)
    heads, feet = [section.header], [section.footer]
    if document.facts:
        heads.append(section.first_page_header)
    if profile == "official":
        heads.append(section.even_page_header)
        feet.append(section.even_page_footer)
    for head in heads:
        _fill(head, "Header", list(runs(document.mark, document.edition)) if document.mark else [])
    for place, foot in enumerate(feet):
        _foot(foot, document, profile, even=bool(place))
    if document.facts:
        _fill(section.first_page_footer, "Footer", [])
    for old in section._sectPr.findall(_tag("docGrid")):
        section._sectPr.remove(old)
    if profile == "official":
        section._sectPr.append(element("docGrid", **GRID))


def _foot(foot: Any, document: Document, profile: str, *, even: bool) -> None:
    number = list(field("PAGE", "1"))
    if profile == "official":
        dashes = [list(runs(text, "zh")) for text in ("— ", " —")]
        paragraph = _fill(foot, "Footer", [*dashes[0], *number, *dashes[1]])
        side = {"leftChars": 100, "left": 280} if even else {"rightChars": 100, "right": 280}
        paragraph.pPr.append(element("ind", **side))
        paragraph.pPr.append(element("jc", val="left" if even else "right"))
        return
    title = list(runs(document.title, document.edition))
    _fill(foot, "Footer", [*title, element("r", element("tab")), *number])


def _fill(part: Any, style: str, content: list[Any]) -> Any:
    part.is_linked_to_previous = False
    paragraph = part.paragraphs[0]._p
    for child in list(paragraph):
        paragraph.remove(child)
    paragraph.append(element("pPr", element("pStyle", val=style)))
    paragraph.extend(content)
    return paragraph


def put_settings(settings: Any, edition: str, profile: str) -> None:
    """Write the settings anew: fields are brought up to date on opening, and Word opens the file in its latest mode."""
    colors = settings.find(_tag("clrSchemeMapping"))
    for child in list(settings):
        settings.remove(child)
    uri = "http://schemas.microsoft.com/office/word"
    mode = element("compatSetting", name="compatibilityMode", uri=uri, val=LATEST_WORD)
    parts = [
        element("zoom", percent=100),
        element("defaultTabStop", val=420),
        element("evenAndOddHeaders") if profile == "official" else None,
        element("characterSpacingControl", val="compressPunctuation" if edition == "zh" else "doNotCompress"),
        element("updateFields", val="true"),
        element("compat", mode),
        element("themeFontLang", val="en-US", eastAsia="zh-CN"),
        colors,
        element("decimalSymbol", val="."),
        element("listSeparator", val=","),
    ]
    settings.extend([part for part in parts if part is not None])


def put_properties(word: WordDocument, document: Document, author: str) -> None:
    """Fill in the document's properties and remove what the template says of itself."""
    properties = word.core_properties
    properties.title, properties.subject, properties.author = document.title, document.subtitle, author
    properties.keywords, properties.comments, properties.last_modified_by = document.mark, "", author
    properties.language = "zh-CN" if document.edition == "zh" else "en"
    properties.category, properties.version, properties.revision = "", "", 1
    relations = word.part.package.rels
    for key in [key for key, relation in relations.items() if relation.reltype.endswith("/thumbnail")]:
        relations.pop(key)


class Numbering:
    """The lists of the file: one bullet for all, and for each ordered list a numbering of its own from 1.

    Parameters
    ----------
    word : docx.document.Document
        The file.
    """

    def __init__(self, word: WordDocument) -> None:
        self._root: Any = word.part.numbering_part.element
        self._last = FIRST_ORDERED - 1
        for child in list(self._root):
            self._root.remove(child)
        bullet, ordered = self._kind(0, "bullet", "\u2022"), self._kind(1, "decimal", "%1.")
        self._root.extend([bullet, ordered, self._number(BULLET, 0)])

    def ordered(self) -> int:
        """Begin an ordered list and return its number."""
        self._last += 1
        restart = element("lvlOverride", element("startOverride", val=1), ilvl=0)
        self._root.append(self._number(self._last, 1, restart))
        return self._last

    @staticmethod
    def _kind(number: int, kind: str, text: str) -> Any:
        parts = (element("start", val=1), element("numFmt", val=kind), element("lvlText", val=text))
        indent = element("pPr", element("ind", left=420, hanging=420 if kind == "decimal" else 320))
        level = element("lvl", *parts, element("lvlJc", val="left"), indent, ilvl=0)
        return element("abstractNum", element("multiLevelType", val="hybridMultilevel"), level, abstractNumId=number)

    @staticmethod
    def _number(number: int, kind: int, override: Any = None) -> Any:
        return element("num", element("abstractNumId", val=kind), override, numId=number)


def _tag(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn("w:" + name))
