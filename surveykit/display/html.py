"""A result in a notebook: tables with both names of each column, notes below; everything escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from surveykit.display.numbers import cell_text, decimals_of
from surveykit.display.words import HEADS

if TYPE_CHECKING:
    import pandas as pd

    from surveykit.display.content import Presentation

__all__ = ["html_of", "html_table"]

MOST_ROWS = 60


def html_of(presentation: Presentation) -> str:
    """Write a presentation as HTML that needs no style sheet."""
    zh, en = presentation.title
    parts = [f"<p><strong>{escape(zh)}</strong>{'' if zh == en else ' · ' + escape(en)}</p>"]
    for i, named in enumerate(presentation.tables):
        if i or len(presentation.tables) > 1:
            parts.append(f"<p>{escape(named.name[0])} · {escape(named.name[1])}</p>")
        parts.append(html_table(named.table))
        if not i:
            parts.append(presentation.figure)
    for zh, en in presentation.notes:
        text = escape(zh) if zh == en else f"{escape(zh)}<br>{escape(en)}"
        parts.append(f"<p><small>{text}</small></p>")
    return f"<div>{''.join(parts)}</div>"


def html_table(table: pd.DataFrame) -> str:
    """Write a table; the head gives the column's name for code and, below, its Chinese name."""
    decimals = {column: decimals_of(table[column]) for column in table.columns}
    heads = "".join(_head(str(column), decimals[column]) for column in table.columns)
    shown = table.head(MOST_ROWS)
    rows = "".join(
        "<tr>" + "".join(_cell(v, d) for v, d in zip(row, decimals.values(), strict=True)) + "</tr>"
        for row in shown.itertuples(index=False, name=None)
    )
    rest = len(table) - len(shown)
    more = f"<p><small>… 另有 {rest} 行 / {rest} more rows</small></p>" if rest else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{more}"


def _head(name: str, decimals: int | None) -> str:
    below = f"<br><small>{escape(HEADS[name])}</small>" if name in HEADS else ""
    side = "right" if decimals is not None else "left"
    return f'<th scope="col" style="text-align:{side}">{escape(name)}{below}</th>'


def _cell(value: Any, decimals: int | None) -> str:
    side = "right" if decimals is not None else "left"
    return f'<td style="text-align:{side}">{escape(cell_text(value, decimals))}</td>'
