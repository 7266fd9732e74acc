"""The report as content: chapters of paragraphs, tables and figures, which every kind of output is written from."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import pandas as pd

from surveykit.errors import choose
from surveykit.report.charts.style import Drawing

__all__ = [
    "Block",
    "Bullets",
    "Cell",
    "Chapter",
    "Column",
    "Document",
    "Figure",
    "Heading",
    "Prose",
    "Table",
    "Written",
]

ProseRole = Literal["text", "note", "warning", "key"]
BulletsRole = Literal["text", "key", "definition"]
ColumnKind = Literal["text", "number"]
TableSize = Literal["normal", "small"]


@dataclass(frozen=True)
class Heading:
    """A heading inside a chapter; ``level`` 2 to 4."""

    text: str
    level: int = 2
    id: str = ""


@dataclass(frozen=True)
class Prose:
    """A paragraph; ``role`` "note" is set small, "warning" in a frame, "key" as a key finding."""

    text: str
    role: ProseRole = "text"

    def __post_init__(self) -> None:
        choose("role", self.role, get_args(ProseRole))


@dataclass(frozen=True)
class Bullets:
    """A list of short paragraphs; ``role`` as in :class:`Prose`."""

    items: tuple[str, ...]
    ordered: bool = False
    role: BulletsRole = "text"

    def __post_init__(self) -> None:
        choose("role", self.role, get_args(BulletsRole))


@dataclass(frozen=True)
class Written:
    """HTML that was made from a study author's Markdown, already safe, with its plain text for other outputs."""

    html: str
    plain: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; ``kind`` "number" is set to the right and sorts by value."""

    key: str
    label: str
    kind: ColumnKind = "text"

    def __post_init__(self) -> None:
        choose("kind", self.kind, get_args(ColumnKind))


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes
    ----------
    text : str
        What is shown.
    value : float or None
        The number it stands for, rounded as shown.
    status : str
        Its sign, without brackets.
    exact : float or None
        The number unrounded, where the data files publish it so; None where rounding is part of the protection.
    ends : tuple of float or None
        Lower and upper end of an interval or of a set of ranks.
    label : str
        What stands here where ``text`` is left blank because it would repeat the row above.
    """

    text: str
    value: float | None = None
    status: str = ""
    exact: float | None = None
    ends: tuple[float, float] | None = None
    label: str = ""


@dataclass(frozen=True)
class Table:
    """A table with its caption; ``notes`` and ``source`` stand under it, ``unit`` at its top right."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    unit: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    emphasis: frozenset[int] = field(default_factory=frozenset)
    size: TableSize = "normal"

    def __post_init__(self) -> None:
        choose("size", self.size, get_args(TableSize))

    @property
    def narrow(self) -> frozenset[int]:
        """Columns of short texts, which need no second line."""
        columns = range(len(self.columns))
        return frozenset(place for place in columns if all(len(row[place].text) <= 8 for row in self.rows))


@dataclass(frozen=True)
class Figure:
    """A chart with the finding as title, alternative text made from the data, and the published data."""

    id: str
    title: str
    drawing: Drawing
    alt: str
    data: pd.DataFrame
    notes: tuple[str, ...] = ()
    source: str = ""


Block = Heading | Prose | Bullets | Written | Table | Figure


@dataclass(frozen=True)
class Chapter:
    """A chapter; an empty one is never made. Appendices are lettered, not numbered."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    appendix: bool = False
    short: str = ""


@dataclass(frozen=True)
class Document:
    """The whole report in one language, after rounding and suppression.

    ``numbered`` says whether headings are; ``data`` are tables for the workbook alone, too long for a page.
    """

    edition: str
    profile: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    published: datetime.date
    chapters: tuple[Chapter, ...]
    mark: str = ""
    city: str = ""
    logo: str = ""
    id: str = ""
    numbered: bool = True
    data: tuple[Table, ...] = ()

    def tables(self) -> Iterator[Table]:
        """All tables in the order of the report."""
        return (block for chapter in self.chapters for block in chapter.blocks if isinstance(block, Table))

    def figures(self) -> Iterator[Figure]:
        """All figures in the order of the report."""
        return (block for chapter in self.chapters for block in chapter.blocks if isinstance(block, Figure))


def make_chapter(
    id: str, title: str, blocks: Sequence[Block | None], *, appendix: bool = False, short: str = ""
) -> Chapter | None:
    """Make a chapter from the blocks that there are, or None when there is no content beyond headings."""
    kept = tuple(block for block in blocks if block is not None)
    if all(isinstance(block, Heading) for block in kept):
        return None
    return Chapter(id, title, kept, appendix, short)
