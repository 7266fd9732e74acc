"""Tables of the Word file: own style, fixed widths, a header row that repeats, rows that do not break over pages."""

from __future__ import annotations

from typing import Any

from surveykit.report.document.blocks import Table
from surveykit.report.office.column_widths import column_widths
from surveykit.report.office.xml import element, runs

__all__ = ["TABLE_STYLE", "word_table"]

TABLE_STYLE = "SurveyTable"
PADDING, SMALL_PADDING = 170, 120
TOGETHER = 15
KEPT = 2
"""Rows at either end of a longer table that do not stand alone on a page."""


def word_table(table: Table, edition: str, width: int, sizes: tuple[float, float]) -> Any:
    """Make a table.

    Parameters
    ----------
    table : Table
        Its content.
    edition : {"zh", "en"}
        Language.
    width : int
        Width of the text, in twentieths of a point.
    sizes : tuple of float
        Sizes of type in points, normal and small; a table that the normal one does not fit is set in the small one.

    Returns
    -------
    lxml element
    """
    columns = [[column.label, *(row[place].text for row in table.rows)] for place, column in enumerate(table.columns)]
    numbers = [column.kind == "number" for column in table.columns]
    small = table.size == "small"
    widths, fits = column_widths(columns, numbers, sizes[small], width, SMALL_PADDING if small else PADDING)
    if not fits and not small:
        small = True
        widths, _ = column_widths(columns, numbers, sizes[1], width, SMALL_PADDING)
    made = element(
        "tbl",
        _properties(table, width, small),
        element("tblGrid", *(element("gridCol", w=column) for column in widths)),
    )
    together = len(table.rows) <= TOGETHER
    heads = [column.label for column in table.columns]
    made.append(_row(heads, widths, numbers, edition, head=True, small=small, keep=True))
    for place, cells in enumerate(table.rows):
        texts = [cell.text for cell in cells]
        strong = place in table.emphasis
        keep = together or place < KEPT or place >= len(table.rows) - KEPT
        made.append(_row(texts, widths, numbers, edition, strong=strong, small=small, keep=keep))
    return made


def _properties(table: Table, width: int, small: bool) -> Any:
    margins = [element(side, w=(SMALL_PADDING if small else PADDING) // 2, type="dxa") for side in ("left", "right")]
    look = {"firstRow": 1, "lastRow": 0, "firstColumn": 0, "lastColumn": 0, "noHBand": 1, "noVBand": 1}
    return element(
        "tblPr",
        element("tblStyle", val=TABLE_STYLE),
        element("tblW", w=width, type="dxa"),
        element("jc", val="center"),
        element("tblLayout", type="fixed"),
        element("tblCellMar", *margins),
        element("tblLook", val="0620", **look),
        element("tblCaption", val=table.title),
    )


def _row(
    texts: list[str],
    widths: list[int],
    numbers: list[bool],
    edition: str,
    *,
    head: bool = False,
    strong: bool = False,
    small: bool = False,
    keep: bool = False,
) -> Any:
    style = "SurveyTableHead" if head else "SurveyTableText"
    line = [element("tcBorders", element("bottom", val="single", sz=4, space=0, color="999999"))] if strong else []
    cells = []
    for text, width, number in zip(texts, widths, numbers, strict=True):
        paragraph = element(
            "pPr",
            element("pStyle", val=style + ("Small" if small else "")),
            element("keepNext") if keep and not head else None,
            element("jc", val="right") if number else None,
        )
        upright = element("vAlign", val="bottom" if head else "top")
        properties = element("tcPr", element("tcW", w=width, type="dxa"), *(_copies(line)), upright)
        content = runs(text, edition, bold=strong) if text else ()
        cells.append(element("tc", properties, element("p", paragraph, *content)))
    return element("tr", element("trPr", element("cantSplit"), element("tblHeader") if head else None), *cells)


def _copies(elements: list[Any]) -> list[Any]:
    from copy import deepcopy

    return [deepcopy(one) for one in elements]
