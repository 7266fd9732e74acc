"""Elements of WordprocessingML, and runs of text that take the right font."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

__all__ = ["element", "run", "runs"]

_AMBIGUOUS = re.compile(r"([\u2018\u2019\u201c\u201d\u2014\u2026\u00b7\u203b\u25cf\u25cb\u25b2\u25bc\u2460-\u2473]+)")


def element(tag: str, /, *children: Any, **attributes: object) -> Any:
    """Make an element of the main namespace, its attributes in the same one.

    Parameters
    ----------
    tag : str
        Without prefix, for example ``"p"``.
    *children : lxml element or None
        What it contains; None is left out.
    **attributes : object
        Attributes without prefix.

    Returns
    -------
    lxml element
    """
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made: Any = OxmlElement("w:" + tag)
    for key, value in attributes.items():
        made.set(qn("w:" + key), str(value))
    made.extend([child for child in children if child is not None])
    return made


def run(text: str, *, hint: bool = False, bold: bool = False, italic: bool = False, style: str = "") -> Any:
    """Make a run; ``hint`` gives characters that Chinese and Latin fonts share to the Chinese font."""
    inner = element("t")
    inner.text = text
    if text != text.strip():
        inner.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    parts = [
        element("rStyle", val=style) if style else None,
        element("rFonts", hint="eastAsia") if hint else None,
        element("b") if bold else None,
        element("i") if italic else None,
    ]
    properties = element("rPr", *parts) if any(part is not None for part in parts) else None
    return element("r", properties, inner)


def runs(text: str, edition: str, **look: Any) -> Iterator[Any]:
    """Split a text so that in Chinese its quotation marks, dashes and signs are set in the Chinese font.

    Word takes “ ” ‘ ’ — … and the like from the Latin font unless the run says otherwise; digits and Latin letters
    beside them must stay in the Latin one.
    """
    if edition != "zh":
        yield run(text, **look)
        return
    for place, part in enumerate(_AMBIGUOUS.split(text)):
        if part:
            yield run(part, hint=place % 2 == 1, **look)
