"""Numbers of chapters, headings, tables and figures, the same in every output."""

from __future__ import annotations

from dataclasses import dataclass

from surveykit.report.content.inputs import Edition
from surveykit.report.document.blocks import Block, Chapter, Document, Figure, Heading, Table
from surveykit.report.messages import say

__all__ = ["Item", "Section", "chinese_number", "outline"]

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Item:
    """A block with its label ("1.2", "表3", "") and anchor."""

    block: Block
    label: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class Section:
    """A chapter with its label and numbered blocks; ``gap`` stands between label and title."""

    chapter: Chapter
    label: str
    gap: str
    anchor: str
    items: tuple[Item, ...]


def chinese_number(number: int) -> str:
    """Write 1 to 99 in Chinese.

    Examples
    --------
    >>> chinese_number(3), chinese_number(12), chinese_number(20)
    ('三', '十二', '二十')
    """
    tens, ones = divmod(number, 10)
    text = ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    return text or _DIGITS[0]


def _chapter_label(number: int, official: bool) -> tuple[str, str]:
    return (chinese_number(number) + "、", "") if official else (str(number), " ")


def _heading_label(chapter: str, counts: list[int], official: bool) -> str:
    if not official:
        return ".".join([chapter, *map(str, counts)]) + " "
    last = counts[-1]
    return (f"（{chinese_number(last)}）", f"{last}.", f"（{last}）")[min(len(counts), 3) - 1]


def outline(document: Document) -> tuple[Section, ...]:
    """Number a document: 1, 1.1 in the research profile; 一、（一）1.（1） in the official Chinese one.

    Parameters
    ----------
    document : Document
        The content.

    Returns
    -------
    tuple of Section
        Chapters in order; appendices are lettered. Level-3 headings of appendices (questions) bear no number.
    """
    official = document.profile == "official" and document.edition == "zh"
    edition: Edition = "zh" if document.edition == "zh" else "en"
    sections, chapters, appendices, tables, figures = [], 0, 0, 0, 0
    for chapter in document.chapters:
        if chapter.appendix:
            appendices += 1
            letter = chr(64 + appendices)
            label, gap, stem = say(edition, "appendix_label", letter=letter), " ", letter
        else:
            chapters += 1
            (label, gap), stem = _chapter_label(chapters, official), str(chapters)
        items, counts = [], [0, 0, 0]
        for position, block in enumerate(chapter.blocks):
            anchor = getattr(block, "id", "") or f"{chapter.id}-{position}"
            text = ""
            if isinstance(block, Heading):
                depth = block.level - 1
                counts = counts[: depth - 1] + [counts[depth - 1] + 1] + [0] * (3 - depth)
                if document.numbered and not (chapter.appendix and depth > 1):
                    text = _heading_label(stem, counts[:depth], official and not chapter.appendix)
            elif isinstance(block, Table):
                tables += 1
                text = say(edition, "table_label") + str(tables)
            elif isinstance(block, Figure):
                figures += 1
                text = say(edition, "figure_label") + str(figures)
            items.append(Item(block, text, anchor))
        sections.append(Section(chapter, label, gap, "chapter-" + chapter.id, tuple(items)))
    return tuple(sections)
