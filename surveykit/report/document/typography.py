"""Typesetting that one rule decides for every chapter: the sign of ranges, and what a line may not part."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from surveykit.report.document.blocks import Block, Bullets, Cell, Column, Document, Figure, Heading, Prose, Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure as MatplotlibFigure

__all__ = ["hold_together", "set_ranges", "title_parts", "with_curly_quotes", "with_range_sign"]

_RANGE = re.compile(r"(?<=[0-9%])–(?=[−+0-9])")
_YEARS = re.compile(r"(?<![0-9.,])(?:19|20)[0-9]{2}–(?:19|20)[0-9]{2}(?![0-9.,%])")
_NUMBER = r"[−+±]?[0-9][0-9,.]*%?"
_UNIT = r"(?:个?百分点|[一-鿿]|[ \u00a0](?:points?|percent|per cent|people|years?|respondents)\b)"
_TOGETHER = re.compile(rf"第?{_NUMBER}[–～—]{_NUMBER}{_UNIT}?|第?{_NUMBER}{_UNIT}|[^\s<>&;／/]／")
_SILENT = ("head", "style", "script", "svg", "title")


TITLE_LINE = 20.0
"""Characters of a title that the cover has room for in one line."""
_CLAUSE = "，、：；·）》！？ "


def title_parts(title: str) -> list[str]:
    """Split a title that needs a second line into two of about the same length, at a mark or a space if one is near.

    Examples
    --------
    >>> title_parts("成都市新时代文明实践中心建设居民问卷调查报告（2021年）")
    ['成都市新时代文明实践中心建设', '居民问卷调查报告（2021年）']
    >>> title_parts("居民调查报告")
    ['居民调查报告']
    """

    def width(part: str) -> float:
        return sum(1.0 if ord(character) > 0x2E7F else 0.55 for character in part)

    whole = width(title)
    if whole <= TITLE_LINE:
        return [title]
    places = [place for place in range(3, len(title) - 3) if _may_break(title[place - 1], title[place])]
    if not places:
        return [title]

    def cost(place: int) -> float:
        apart = abs(width(title[:place]) - width(title[place:])) / whole
        return apart - (0.2 if title[place - 1] in _CLAUSE or title[place] in "（《" else 0.0)

    best = min(places, key=cost)
    return [title[:best], title[best:]]


def _may_break(before: str, after: str) -> bool:
    """Whether a line of a title may end between two characters."""
    if before == " ":
        return True
    return (
        ord(before) > 0x2E7F and ord(after) > 0x2E7F and before not in "（《“" and after not in _CLAUSE + "”。"
    ) or (after in "（《")


def with_range_sign(text: str) -> str:
    """Write ranges of quantities with ～ instead of the en dash, which Chinese writing does not know.

    GB/T 15834-2011, 4.13.3 and GB/T 15835-2011, 5.1.4; the percent sign stays on both sides. A span of years, for which
    they ask 一字线, stays as it is.

    Examples
    --------
    >>> with_range_sign("73.1%（71.7%–74.6%），2019–2021年")
    '73.1%（71.7%～74.6%），2019–2021年'
    """
    years = {match.start() + 4 for match in _YEARS.finditer(text)}
    return _RANGE.sub(lambda match: match[0] if match.start() in years else "～", text)


def set_ranges(document: Document) -> Document:
    """Return the Chinese edition with the Chinese sign of ranges in every text, table and chart; others unchanged."""
    if document.edition != "zh":
        return document
    chapters = tuple(
        replace(
            chapter,
            title=with_range_sign(chapter.title),
            short=with_range_sign(chapter.short),
            blocks=tuple(_block(block) for block in chapter.blocks),
        )
        for chapter in document.chapters
    )
    return replace(document, chapters=chapters)


def _block(block: Block) -> Block:
    if isinstance(block, (Heading, Prose)):
        return replace(block, text=with_range_sign(block.text))
    if isinstance(block, Bullets):
        return replace(block, items=tuple(with_range_sign(item) for item in block.items))
    if isinstance(block, Table):
        return _table(block)
    if isinstance(block, Figure):
        drawing = replace(block.drawing, draw=_drawn(block.drawing.draw), alt=with_range_sign(block.drawing.alt))
        return replace(
            block,
            title=with_range_sign(block.title),
            alt=with_range_sign(block.alt),
            notes=tuple(with_range_sign(note) for note in block.notes),
            drawing=drawing,
        )
    return block


def _table(table: Table) -> Table:
    def column(found: Column) -> Column:
        return replace(found, label=with_range_sign(found.label))

    def cell(found: Cell) -> Cell:
        return replace(found, text=with_range_sign(found.text)) if "–" in found.text else found

    return replace(
        table,
        title=with_range_sign(table.title),
        columns=tuple(column(found) for found in table.columns),
        rows=tuple(tuple(cell(found) for found in row) for row in table.rows),
        notes=tuple(with_range_sign(note) for note in table.notes),
    )


def _drawn(draw: Callable[[MatplotlibFigure], None]) -> Callable[[MatplotlibFigure], None]:
    def drawn(figure: MatplotlibFigure) -> None:
        from matplotlib.text import Text

        draw(figure)
        for axes in figure.axes:
            for formatter in (axes.xaxis.get_major_formatter(), axes.yaxis.get_major_formatter()):
                if hasattr(formatter, "seq"):  # labels of ticks are written anew when the chart is drawn
                    formatter.seq = [with_range_sign(str(label)) for label in formatter.seq]
        for item in figure.findobj(Text):
            text: Any = item
            if "–" in text.get_text():
                text.set_text(with_range_sign(text.get_text()))

    return drawn


def hold_together(html: str) -> str:
    """Keep a number with its unit or measure word, a range whole, and a full-width slash with what stands before it.

    Only running text is touched: tables and charts set their own lines.

    Examples
    --------
    >>> hold_together("<p>共4,887人，71.7%～74.6%</p>")
    '<p>共<span class="nb">4,887人</span>，<span class="nb">71.7%～74.6%</span></p>'
    """
    return _texts(html, (*_SILENT, "table"), lambda part: _TOGETHER.sub(r'<span class="nb">\g<0></span>', part))


def with_curly_quotes(html: str) -> str:
    """Put typographic quotation marks and apostrophes into the texts of an English page; charts stay as they are.

    Examples
    --------
    >>> with_curly_quotes("<p>Chengdu&#39;s &#34;centers&#34;</p>")
    '<p>Chengdu’s “centers”</p>'
    """

    def curled(part: str) -> str:
        part = re.sub(r"(?:&#34;|&quot;|\")([^<]*?)(?:&#34;|&quot;|\")", r"“\1”", part)
        return re.sub(r"(?<=[A-Za-z])(?:&#39;|')", "’", part)

    return _texts(html, _SILENT, curled)


def _texts(html: str, silent: tuple[str, ...], change: Callable[[str], str]) -> str:
    parts = re.split(r"(<[^>]*>)", html)
    inside = 0
    for place, part in enumerate(parts):
        if place % 2:
            tag = re.match(r"</?([a-zA-Z]+)", part)
            if tag and tag[1].lower() in silent and not part.endswith("/>"):
                inside += -1 if part.startswith("</") else 1
        elif inside == 0 and part:
            parts[place] = change(part)
    return "".join(parts)
