"""Chapters that a study wrote in Markdown: headings, lists, emphasis and tables as Word's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from surveykit.report.document import Cell, Column, Table

__all__ = ["Piece", "Span", "pieces"]

_BLOCKS = {"p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "td", "th"}


@dataclass(frozen=True)
class Span:
    """Text of one look."""

    text: str
    bold: bool = False
    italic: bool = False


@dataclass
class Piece:
    """A block: ``kind`` is the HTML tag of a paragraph or heading, "ul" or "ol" of a list's item, or "table"."""

    kind: str
    spans: list[Span] = field(default_factory=list)
    list_number: int = 0
    table: Table | None = None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []
        self.rows: list[list[tuple[str, bool]]] = []
        self._open: Piece | None = None
        self._lists: list[tuple[str, int]] = []
        self._count = 0
        self._bold = self._italic = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ul", "ol"):
            self._count += 1
            self._lists.append((tag, self._count))
        elif tag == "table":
            self.rows = []
        elif tag == "tr":
            self.rows.append([])
        elif tag in _BLOCKS and not (tag == "p" and self._open is not None and self._lists):
            kind, number = self._lists[-1] if tag == "li" and self._lists else (tag, 0)
            self._open = Piece(kind, list_number=number)
            if tag not in ("td", "th"):
                self.pieces.append(self._open)
        self._bold += tag == "strong"
        self._italic += tag == "em"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag in ("td", "th") and self._open is not None and self.rows:
            self.rows[-1].append(("".join(span.text for span in self._open.spans).strip(), tag == "th"))
            self._open = None
        elif tag == "table" and self.rows:
            self.pieces.append(Piece("table", table=_table(self.rows)))
        elif tag in _BLOCKS and tag != "p":
            self._open = None
        self._bold -= tag == "strong"
        self._italic -= tag == "em"

    def handle_data(self, data: str) -> None:
        if self._open is None:
            if not data.strip():
                return
            self._open = Piece("p")
            self.pieces.append(self._open)
        self._open.spans.append(Span(data.replace("\n", " "), self._bold > 0, self._italic > 0))


def _table(rows: list[list[tuple[str, bool]]]) -> Table:
    columns = tuple(Column(str(place), text) for place, (text, _) in enumerate(rows[0]))
    cells = tuple(tuple(Cell(text) for text, _ in row) for row in rows[1:])
    return Table("written", "", columns, cells)


def pieces(html: str) -> Iterator[Piece]:
    """Return the blocks of safe HTML in order, without empty ones.

    Examples
    --------
    >>> [(piece.kind, piece.spans[0].text) for piece in pieces("<h2>Advice</h2><ol><li>Do <em>this</em></li></ol>")]
    [('h2', 'Advice'), ('ol', 'Do ')]
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    for piece in reader.pieces:
        if piece.table is not None or any(span.text.strip() for span in piece.spans):
            yield piece
