"""A study's logo: an SVG of which only shapes, text and colours are let through."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from surveykit.errors import DefinitionError, Problem, first_few
from surveykit.files.looking import FileError, read_text

__all__ = ["read_logo"]

MAX_BYTES = 2_000_000
SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
SHAPES = frozenset(
    [
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "title",
        "desc",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "style",
        "clipPath",
        "mask",
        "linearGradient",
        "radialGradient",
        "stop",
        "pattern",
        "marker",
    ]
)
ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "style",
        "transform",
        "d",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "dx",
        "dy",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "width",
        "height",
        "points",
        "viewBox",
        "version",
        "preserveAspectRatio",
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "opacity",
        "color",
        "display",
        "visibility",
        "overflow",
        "clip-path",
        "clip-rule",
        "mask",
        "font-family",
        "font-size",
        "font-weight",
        "font-style",
        "font-variant",
        "text-anchor",
        "letter-spacing",
        "word-spacing",
        "dominant-baseline",
        "baseline-shift",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "offset",
        "stop-color",
        "stop-opacity",
        "patternUnits",
        "patternTransform",
        "patternContentUnits",
        "clipPathUnits",
        "maskUnits",
        "maskContentUnits",
        "markerWidth",
        "markerHeight",
        "markerUnits",
        "refX",
        "refY",
        "orient",
        "marker-start",
        "marker-mid",
        "marker-end",
        "rotate",
        "textLength",
        "lengthAdjust",
        "type",
        "href",
        "role",
        "aria-label",
        "paint-order",
        "vector-effect",
        "shape-rendering",
    ]
)
_URL = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|expression\(|\\|javascript:|<", re.IGNORECASE)


def read_logo(path: Path) -> str:
    """Read a logo and write it anew from allowed elements and attributes.

    Parameters
    ----------
    path : pathlib.Path
        An SVG file. Elements and attributes of drawing programs' own name spaces are left out.

    Returns
    -------
    str
        The SVG element.

    Raises
    ------
    DefinitionError
        The file is no SVG, or holds scripts, pictures, links or anything else that is not allowed; says what.
    """
    try:
        root = _parse(read_text(path, limit=MAX_BYTES))
    except (FileError, ValueError, expat.ExpatError, ElementTree.ParseError) as error:
        raise _refused(path, f"is no SVG ({str(error)[:200]})") from None
    if root.tag != f"{{{SVG}}}svg":
        raise _refused(path, "is no SVG")
    wrong: list[str] = []
    _clean(root, wrong)
    if wrong:
        raise _refused(path, f"holds what a logo may not hold: {first_few(dict.fromkeys(wrong))}")
    ElementTree.register_namespace("", SVG)
    ElementTree.register_namespace("xlink", XLINK)
    return ElementTree.tostring(root, encoding="unicode")


def _refused(path: Path, what: str) -> DefinitionError:
    todo = "save it as plain SVG without scripts, pictures and links"
    return DefinitionError([Problem(what, todo, ("logo",), path.name)])


def _parse(text: str) -> ElementTree.Element:
    def refuse(*_: object) -> None:
        raise ValueError("it declares entities")

    checker = expat.ParserCreate()
    checker.EntityDeclHandler = refuse
    checker.Parse(text.encode("utf-8"), True)
    return ElementTree.fromstring(text)


def _clean(element: ElementTree.Element, wrong: list[str], depth: int = 0) -> None:
    if depth > 100:
        raise ValueError("it is nested too deeply")
    for name in list(element.attrib):
        space, _, local = name.rpartition("}")
        if space and space != f"{{{XLINK}":
            del element.attrib[name]
        elif local == "href":
            if not element.attrib[name].strip().startswith("#"):
                wrong.append(f"a link to {element.attrib[name][:40]}")
        elif space:
            del element.attrib[name]
        elif local.startswith("on") or local not in ATTRIBUTES:
            if local.startswith(("data-", "aria-")):
                del element.attrib[name]
            else:
                wrong.append(f"attribute {local[:40]}")
        elif _URL.search(element.attrib[name]):
            wrong.append(f"{local}={element.attrib[name][:40]}")
    if element.tag == f"{{{SVG}}}style" and _URL.search("".join(element.itertext())):
        wrong.append("a style that refers to something outside")
    for child in list(element):
        tag = child.tag if isinstance(child.tag, str) else ""
        space, _, local = tag.rpartition("}")
        if space != f"{{{SVG}" or local == "metadata":
            element.remove(child)
        elif local not in SHAPES:
            wrong.append(f"element {local[:40]}")
        else:
            _clean(child, wrong, depth + 1)
