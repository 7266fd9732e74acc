"""Markdown of a study's own chapters: text becomes safe HTML, ``[[...]]`` lines become figures and tables."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.report.chapters.groups import group_table
from surveykit.report.chapters.indicators import caterpillar_figures, rank_figure
from surveykit.report.chapters.overview import overview_table
from surveykit.report.chapters.places import tile_figure, trend_figure
from surveykit.report.chapters.score import score_figure, score_table
from surveykit.report.content.inputs import OwnChapter
from surveykit.report.document.blocks import Block, Chapter, Figure, Table, Written, make_chapter
from surveykit.report.document.view import View

__all__ = ["own_chapter", "safe_markdown"]

_INSERT = re.compile(r"^\[\[\s*([a-z]+)((?:\s+[\w-]+)*)\s*\]\]$", re.MULTILINE)
_SAFE_LINK = re.compile(r"^(https?:|mailto:|#)", re.IGNORECASE)
KINDS = ("caterpillar", "group", "overview", "ranks", "score", "scores", "tiles", "trend")


class _PlainText(HTMLParser):
    """The paragraphs of a piece of HTML as plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = [""]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new paragraph at block elements."""
        if tag in {"p", "li", "h2", "h3", "h4", "tr", "blockquote", "pre"}:
            self.parts.append("")

    def handle_data(self, data: str) -> None:
        """Collect text."""
        self.parts[-1] += data


def safe_markdown(text: str) -> str:
    """Turn Markdown into HTML in which no raw HTML, image or script link survives.

    Parameters
    ----------
    text : str
        Markdown with tables; headings of level 1 become level 2.

    Returns
    -------
    str
        HTML. Tags in the text are shown as text; nothing in it refers to anything outside the page but web links.

    Examples
    --------
    >>> safe_markdown("<b>x</b> *y*")
    '<p>&lt;b&gt;x&lt;/b&gt; <em>y</em></p>'
    """
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table").disable("image")
    tokens = reader.parse(text)
    for token in tokens:
        if token.tag == "h1":
            token.tag = "h2"
        for inner in token.children or ():
            if inner.type == "link_open" and not _SAFE_LINK.match(str(inner.attrs.get("href", ""))):
                inner.attrs = {}
    return str(reader.renderer.render(tokens, reader.options, {})).rstrip("\n")


def own_chapter(view: View, own: OwnChapter) -> Chapter | None:
    """Make a chapter from Markdown; lines such as ``[[tiles awareness]]`` put a figure or table in their place.

    Parameters
    ----------
    view : View
        The edition.
    own : OwnChapter
        Title and Markdown in each language.

    Returns
    -------
    Chapter or None
        None when the text of the edition is empty.

    Raises
    ------
    DefinitionError
        When an insertion names an unknown kind, indicator or grouping.
    """
    text = view.text(own.markdown)
    blocks: list[Block] = []
    position = 0
    for match in _INSERT.finditer(text):
        blocks += _written(text[position : match.start()])
        blocks += _inserted(view, own.id, match[1], match[2].split())
        position = match.end()
    blocks += _written(text[position:])
    return make_chapter(own.id, view.text(own.title), blocks)


def _written(text: str) -> list[Block]:
    if not text.strip():
        return []
    html = safe_markdown(text.strip())
    plain = _PlainText()
    plain.feed(html)
    plain.close()
    return [Written(html, tuple(part.strip() for part in plain.parts if part.strip()))]


def _inserted(view: View, chapter: str, kind: str, words: list[str]) -> list[Block]:
    first = words[0] if words else ""
    indicator = view.indicators.get(first)
    scores = view.report.scores
    made: list[Figure | Table | None] = []
    if kind == "caterpillar" and indicator is not None:
        made = [*caterpillar_figures(view, indicator, words[1] if len(words) > 1 else "district")]
    elif kind == "tiles" and indicator is not None:
        made = [tile_figure(view, indicator)]
    elif kind == "trend" and indicator is not None:
        made = [trend_figure(view, indicator)]
    elif kind == "ranks" and indicator is not None and first in view.report.ranks:
        made = [rank_figure(view, first, view.report.ranks[first], view.text(indicator.name))]
    elif kind == "group" and first in view.groups:
        made = [group_table(view, first)]
    elif kind == "overview":
        made = [overview_table(view)]
    elif kind == "score" and scores is not None:
        made = [score_figure(view, scores)]
    elif kind == "scores" and scores is not None:
        made = [score_table(view, scores)]
    found = [replace(block, id=f"{chapter}-{block.id}") for block in made if block is not None]
    if not found:
        what = f"nothing to insert for [[{' '.join([kind, *words])}]]"
        known = f"indicators are {first_few(view.indicators, 9)}; groups {first_few(view.groups, 9)}"
        todo = f"kinds are {first_few(KINDS, 9)}; {known}"
        raise DefinitionError([Problem(what, todo, ("chapters", chapter, "markdown", view.edition))])
    return list(found)
