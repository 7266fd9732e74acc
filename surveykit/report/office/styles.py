"""Styles of the Word file, all of them defined here: nothing is left of the template's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from surveykit.report.office.tables import TABLE_STYLE
from surveykit.report.office.xml import element

__all__ = ["BULLET", "GRID", "Look", "put_styles", "table_sizes"]

LATIN = "Times New Roman"
ACCENT, DARK, GREY = "B5520A", "222222", "444444"
LINE = 579
BULLET = 1
GRID = {"type": "linesAndChars", "linePitch": LINE, "charSpace": -842}


@dataclass(frozen=True)
class Look:
    """How a paragraph looks: font in the Chinese slot, size in points, distances in twentieths of a point."""

    font: str
    size: float
    bold: bool = False
    color: str = "000000"
    align: str = ""
    before: int = 0
    after: int = 0
    line: int = 0
    exact: bool = False
    first_line: int = 0
    left: int = 0
    hanging: int = 0
    keep_next: bool = False
    new_page: bool = False
    level: int | None = None
    grid: bool = False
    frame: bool = False
    tab: tuple[str, int] | None = None
    bullet: bool = False
    latin: str = LATIN


@dataclass(frozen=True)
class _Name:
    """Identifier, name and parent of a style; Word's own have Word's names."""

    id: str
    name: str
    parent: str = "Normal"
    own: bool = False


NAMES = (
    _Name("BodyText", "Body Text"), _Name("Title", "Title"), _Name("Subtitle", "Subtitle"),
    _Name("Heading1", "heading 1"), _Name("Heading2", "heading 2"), _Name("Heading3", "heading 3"),
    _Name("Heading4", "heading 4"), _Name("Caption", "caption"), _Name("Header", "header"), _Name("Footer", "footer"),
    _Name("ListBullet", "List Bullet"), _Name("ListNumber", "List Number"), _Name("TOCHeading", "TOC Heading"),
    _Name("TOC1", "toc 1"), _Name("TOC2", "toc 2"), _Name("SurveyMark", "Survey Mark", own=True),
    _Name("SurveyFact", "Survey Fact", own=True), _Name("SurveyKey", "Survey Key Finding", own=True),
    _Name("SurveyKeyList", "Survey Key List", "SurveyKey", own=True),
    _Name("SurveyDefinition", "Survey Definition", own=True), _Name("SurveyRemark", "Survey Remark", own=True),
    _Name("SurveyWarning", "Survey Warning", own=True), _Name("SurveyFigure", "Survey Figure", own=True),
    _Name("SurveyUnit", "Survey Unit", own=True), _Name("SurveyNote", "Survey Note", own=True),
    _Name("SurveyTableText", "Survey Table Text", own=True),
    _Name("SurveyTableHead", "Survey Table Head", "SurveyTableText", own=True),
    _Name("SurveyTableTextSmall", "Survey Table Text Small", "SurveyTableText", own=True),
    _Name("SurveyTableHeadSmall", "Survey Table Head Small", "SurveyTableHead", own=True),
)  # fmt: skip


def table_sizes(profile: str) -> tuple[float, float]:
    """Return the sizes of type of normal and small tables, in points."""
    return (10.5, 8.5) if profile == "official" else (8.5, 7.5)


def _research(width: int) -> dict[str, Look]:
    song, hei = "宋体", "黑体"
    body = Look(song, 10.5, align="both", after=140, line=360)
    head = Look(hei, 10.5, bold=True, keep_next=True, line=300)
    text, small = table_sizes("research")
    table = Look(song, text, color=DARK, before=20, after=20)
    return {
        "Normal": Look(song, 10.5),
        "BodyText": body,
        "Title": Look(hei, 21, bold=True, align="center", before=1800, after=440),
        "Subtitle": Look(hei, 14, color=GREY, align="center", after=200),
        "Heading1": replace(head, size=17, after=340, new_page=True, level=0),
        "Heading2": replace(head, size=13, before=400, after=170, level=1),
        "Heading3": replace(head, size=11, before=280, after=90, level=2),
        "Heading4": replace(head, size=10.5, before=220, after=90, level=3),
        "Caption": Look(hei, 9, bold=True, align="center", before=140, after=80),
        "Header": Look(hei, 8.5, bold=True, color=ACCENT, align="center"),
        "Footer": Look(song, 9, color=GREY, tab=("right", width)),
        "ListBullet": replace(body, after=80, left=320, hanging=320, bullet=True),
        "ListNumber": replace(body, after=80, left=420, hanging=420),
        "TOCHeading": Look(hei, 16, bold=True, align="center", after=280, new_page=True),
        "TOC1": Look(hei, 10, bold=True, before=60, tab=("right", width)),
        "TOC2": Look(song, 9.5, left=320, tab=("right", width)),
        "SurveyMark": Look(hei, 13, bold=True, color=ACCENT, align="center", after=600, frame=True),
        "SurveyFact": Look(song, 11, after=120, left=2900, hanging=1900, tab=("left", 2900)),
        "SurveyKey": replace(body, font=hei),
        "SurveyKeyList": replace(body, font=hei, after=100, left=320, hanging=320, bullet=True),
        "SurveyDefinition": replace(body, size=9.5, after=60, left=320, hanging=320, bullet=True),
        "SurveyRemark": Look(song, 9.5, color=GREY, align="both", after=120, line=320),
        "SurveyWarning": Look(song, 10.5, align="both", before=120, after=200, line=340, frame=True),
        "SurveyFigure": Look(song, 10.5, align="center", before=160, keep_next=True),
        "SurveyUnit": Look(song, 8.5, align="right", keep_next=True),
        "SurveyNote": Look(song, 8.5, color=GREY, after=20),
        "SurveyTableText": table,
        "SurveyTableHead": replace(table, font=hei, bold=True, keep_next=True),
        "SurveyTableTextSmall": replace(table, size=small),
        "SurveyTableHeadSmall": replace(table, font=hei, bold=True, size=small, keep_next=True),
    }


def _official(width: int) -> dict[str, Look]:
    """GB/T 9704: 22 lines of 28 characters; 2号小标宋, 3号仿宋, 黑体 and 楷体 for the first two levels of headings."""
    fang, hei, kai, song = "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
    line = Look(fang, 16, line=LINE, exact=True, grid=True)
    body = replace(line, align="both", first_line=200)
    text, small = table_sizes("official")
    table = Look(fang, text, before=20, after=20)
    twelve = Look(fang, 12, line=400, exact=True)
    return {
        **_research(width),
        "Normal": Look(fang, 16),
        "BodyText": body,
        "Title": Look("方正小标宋简体", 22, align="center", before=1800, after=440, line=700, exact=True),
        "Subtitle": Look(kai, 16, align="center", after=200),
        "Heading1": replace(body, font=hei, align="", keep_next=True, level=0),
        "Heading2": replace(body, font=kai, bold=True, align="", keep_next=True, level=1),
        "Heading3": replace(body, align="", keep_next=True, level=2),
        "Heading4": replace(body, align="", keep_next=True, level=3),
        "Caption": Look(fang, 12, bold=True, align="center", before=120, after=60),
        "Footer": Look(song, 14, line=280, exact=True, latin=song),
        "ListBullet": replace(body, first_line=0, left=640, hanging=320, bullet=True),
        "ListNumber": replace(body, first_line=0, left=640, hanging=480),
        "TOC1": replace(twelve, font=hei, tab=("right", width)),
        "TOC2": replace(twelve, left=480, tab=("right", width)),
        "SurveyFact": Look(fang, 14, after=120, left=2900, hanging=1900, tab=("left", 2900)),
        "SurveyKey": body,
        "SurveyKeyList": replace(body, first_line=0, left=640, hanging=320, bullet=True),
        "SurveyDefinition": replace(twelve, align="both", left=640, hanging=320, bullet=True),
        "SurveyRemark": replace(twelve, align="both"),
        "SurveyWarning": replace(twelve, align="both", before=120, after=200, frame=True),
        "SurveyUnit": Look(fang, text, align="right", keep_next=True),
        "SurveyNote": Look(fang, 9),
        "SurveyTableText": table,
        "SurveyTableHead": replace(table, font=hei, keep_next=True),
        "SurveyTableTextSmall": replace(table, size=small),
        "SurveyTableHeadSmall": replace(table, font=hei, size=small, keep_next=True),
    }


def put_styles(styles: Any, profile: str, width: int) -> None:
    """Replace the template's styles by the report's.

    Parameters
    ----------
    styles : lxml element
        Root of the styles part.
    profile : {"research", "official"}
        Kind of page.
    width : int
        Width of the text, in twentieths of a point.
    """
    looks = _official(width) if profile == "official" else _research(width)
    for child in list(styles):
        styles.remove(child)
    normal = looks["Normal"]
    plain = replace(normal, size=10.5)
    language = element("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA")
    defaults = _run(plain)
    defaults.append(language)
    styles.append(
        element(
            "docDefaults",
            element("rPrDefault", defaults),
            element("pPrDefault", element("pPr", element("spacing", after=0))),
        )
    )
    styles.append(_style(_Name("Normal", "Normal", ""), normal, default=True))
    styles.append(_font_style())
    styles.append(_plain_table())
    for name in NAMES:
        styles.append(_style(name, looks[name.id]))
    styles.append(_link_style())
    styles.append(_table_style())


def _style(name: _Name, look: Look, *, default: bool = False) -> Any:
    more = {"default": 1} if default else {"customStyle": 1} if name.own else {}
    follows = "BodyText" if name.id.startswith("Heading") or name.id in ("Title", "Subtitle") else ""
    return element(
        "style",
        element("name", val=name.name),
        element("basedOn", val=name.parent) if name.parent else None,
        element("next", val=follows) if follows else None,
        element("uiPriority", val=39) if name.id.startswith("TOC") else None,
        element("qFormat"),
        _paragraph(look),
        _run(look),
        type="paragraph",
        **more,
        styleId=name.id,
    )


def _paragraph(look: Look) -> Any:
    spacing: dict[str, object] = {"before": look.before, "after": look.after}
    if look.line:
        spacing |= {"line": look.line, "lineRule": "exact" if look.exact else "auto"}
    indent: dict[str, object] = {"left": look.left} if look.left else {}
    if look.hanging:
        indent["hanging"] = look.hanging
    if look.first_line:
        indent |= {"firstLineChars": look.first_line, "firstLine": round(look.first_line / 100 * look.size * 20)}
    edges = [element(side, val="single", sz=8, space=4, color=ACCENT) for side in ("top", "left", "bottom", "right")]
    stop = element("tabs", element("tab", val=look.tab[0], **_leader(look), pos=look.tab[1])) if look.tab else None
    return element(
        "pPr",
        element("keepNext") if look.keep_next else None,
        element("keepLines") if look.level is not None else None,
        element("pageBreakBefore") if look.new_page else None,
        element("numPr", element("numId", val=BULLET)) if look.bullet else None,
        element("pBdr", *edges) if look.frame else None,
        stop,
        None if look.grid else element("snapToGrid", val=0),
        element("spacing", **spacing),
        element("ind", **indent) if indent else None,
        element("jc", val=look.align) if look.align else None,
        element("outlineLvl", val=look.level) if look.level is not None else None,
    )


def _leader(look: Look) -> dict[str, object]:
    return {"leader": "dot"} if look.tab and look.tab[0] == "right" and look.size != 9 else {}


def _run(look: Look) -> Any:
    half = round(look.size * 2)
    return element(
        "rPr",
        element("rFonts", ascii=look.latin, hAnsi=look.latin, eastAsia=look.font, cs=LATIN),
        element("b", val=int(look.bold)),
        element("bCs", val=int(look.bold)),
        element("color", val=look.color),
        element("sz", val=half),
        element("szCs", val=half),
    )


def _font_style() -> Any:
    name = element("name", val="Default Paragraph Font")
    parts = (name, element("uiPriority", val=1), element("semiHidden"))
    return element("style", *parts, type="character", default=1, styleId="DefaultParagraphFont")


def _link_style() -> Any:
    look = element("rPr", element("color", val="0563C1"), element("u", val="single"))
    base = element("basedOn", val="DefaultParagraphFont")
    return element("style", element("name", val="Hyperlink"), base, look, type="character", styleId="Hyperlink")


def _plain_table() -> Any:
    sides = {"top": 0, "left": 108, "bottom": 0, "right": 108}
    margins = element("tblCellMar", *(element(side, w=width, type="dxa") for side, width in sides.items()))
    look = element("tblPr", element("tblInd", w=0, type="dxa"), margins)
    name = element("name", val="Normal Table")
    return element("style", name, element("semiHidden"), look, type="table", default=1, styleId="TableNormal")


def _table_style() -> Any:
    """A table of three lines: above and below the table, and below its head."""
    thick = [element(side, val="single", sz=9, space=0, color=DARK) for side in ("top", "bottom")]
    thin = element("tcBorders", element("bottom", val="single", sz=5, space=0, color=DARK))
    head = element("tblStylePr", element("rPr", element("b")), element("tcPr", thin), type="firstRow")
    return element(
        "style",
        element("name", val="Survey Table"),
        element("basedOn", val="TableNormal"),
        element("qFormat"),
        element("tblPr", element("tblBorders", *thick)),
        head,
        type="table",
        customStyle=1,
        styleId=TABLE_STYLE,
    )
