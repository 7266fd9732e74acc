"""Fields that Word keeps up to date: page numbers, numbers of captions, the contents with its entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from surveykit.report.office.xml import element, run, runs

__all__ = ["Entry", "bookmarked", "contents", "field"]

LEVELS = 2


@dataclass(frozen=True)
class Entry:
    """A heading in the contents: its level from 1, its text and the bookmark around it."""

    level: int
    text: str
    bookmark: str


def field(instruction: str, shown: str, **look: Any) -> Iterator[Any]:
    """Make the runs of a field with the text that is shown until it is updated."""
    yield _mark("begin")
    yield _instruction(instruction)
    yield _mark("separate")
    yield run(shown, **look)
    yield _mark("end")


def bookmarked(entry: Entry, number: int, content: Sequence[Any]) -> list[Any]:
    """Put a bookmark around runs."""
    start = element("bookmarkStart", id=number, name=entry.bookmark)
    return [start, *content, element("bookmarkEnd", id=number)]


def contents(entries: Sequence[Entry], title: str, edition: str) -> Any:
    """Make the contents: a field that Word fills when the file is opened, its entries written out already.

    Parameters
    ----------
    entries : sequence of Entry
        Headings in order; those below level 2 are left out.
    title : str
        Heading of the contents.
    edition : {"zh", "en"}
        Language.

    Returns
    -------
    lxml element
        A content control; page numbers are fields of their own, which a reader works out from the bookmarks.
    """
    lines = [_line(entry, edition) for entry in entries if entry.level <= LEVELS]
    begin = _mark("begin", dirty="true")
    opening = [begin, _instruction(f'TOC \\o "1-{LEVELS}" \\h \\z \\u'), _mark("separate")]
    for position, part in enumerate(opening, start=1):
        lines[0].insert(position, part)
    head = element("p", element("pPr", element("pStyle", val="TOCHeading")), *runs(title, edition))
    lines[-1].append(_mark("end"))
    gallery = element("docPartObj", element("docPartGallery", val="Table of Contents"), element("docPartUnique"))
    return element("sdt", element("sdtPr", gallery), element("sdtContent", head, *lines))


def _line(entry: Entry, edition: str) -> Any:
    number = field(f"PAGEREF {entry.bookmark} \\h", "")
    link = element("hyperlink", *runs(entry.text, edition), element("r", element("tab")), *number)
    _set(link, anchor=entry.bookmark, history="1")
    return element("p", element("pPr", element("pStyle", val=f"TOC{entry.level}")), link)


def _set(made: Any, **attributes: str) -> None:
    from docx.oxml.ns import qn

    for key, value in attributes.items():
        made.set(qn("w:" + key), value)


def _mark(kind: str, **more: str) -> Any:
    return element("r", element("fldChar", fldCharType=kind, **more))


def _instruction(text: str) -> Any:
    made = element("instrText")
    made.text = f" {text} "
    made.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element("r", made)
