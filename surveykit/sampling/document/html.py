"""A planning document as one HTML file."""

from __future__ import annotations

from html import escape

from surveykit.sampling.document.content import PlanningDocument, Section

__all__ = ["document_html"]

STYLE = """body{font-family:"Noto Serif SC",serif;max-width:46rem;margin:2rem auto;padding:0 1rem;line-height:1.7}
h1{font-size:1.5rem;text-align:center}h2{font-size:1.15rem;margin-top:1.6rem}table{border-collapse:collapse;width:100%}
caption{text-align:left;font-size:.9rem;padding:.3rem 0}th,td{border-bottom:1px solid #bbb;padding:.25rem
.5rem;text-align:right}
th:first-child,td:first-child{text-align:left}tr:last-child td{border-bottom:2px solid #333}
@media print{body{margin:0;max-width:none}}"""


def document_html(document: PlanningDocument) -> str:
    """Render a planning document as a self-contained HTML page.

    Parameters
    ----------
    document : PlanningDocument
        Result of `plan_document`.

    Returns
    -------
    str
        HTML 5; all text is escaped.
    """
    language = "zh-CN" if document.language == "zh" else "en"
    body = "".join(_section(section) for section in document.sections)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(document.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>'
        f"<body><h1>{escape(document.title)}</h1>{body}</body></html>\n"
    )


def _section(section: Section) -> str:
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in section.paragraphs)
    table = ""
    if section.table:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in section.table[0])
        rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in section.table[1:])
        caption = f"<caption>{escape(section.caption)}</caption>"
        table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return f"<section><h2>{escape(section.head)}</h2>{text}{table}</section>"
