"""The quality report as one HTML page and as a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from surveykit.errors import choose
from surveykit.language import LANGUAGES, Language
from surveykit.questionnaire import Questionnaire
from surveykit.responses.fieldwork.outcome_rates import RATES, outcome_rates
from surveykit.responses.fieldwork.quota import quota_fill
from surveykit.responses.fieldwork.sample_link import LinkedSample
from surveykit.responses.quality.checks import QualityReport
from surveykit.responses.quality.rules import QuotaRule
from surveykit.responses.quality.speed import speed_table
from surveykit.responses.reporting.tables import (
    break_offs,
    cleaning_summary,
    inconsistency_counts,
    interviewer_table,
    item_nonresponse,
    rates_with_and_without,
)
from surveykit.responses.reporting.texts import HEADS, NAMES, TITLES
from surveykit.responses.results import Responses

__all__ = ["quality_html", "quality_tables", "write_quality_xlsx"]

Floats = NDArray[np.float64]
_PERCENT = {
    "share", "estimate", "difference", "weighted", "weighted_difference", "dont_know", "flagged", "fill",
    "planned_share", "completed_share", *RATES,
}  # fmt: skip
# A sheet holds 1,048,576 rows at most, and few programs open that many; the files beside the workbook hold all.
MOST_ROWS = 100_000
_SIGNED = {"difference", "weighted_difference"}
# The page shows these outcome rates; the workbook and the table of the stage have all sixteen.
_SHOWN_RATES = ["weighting", "level", "n", "RR1", "RR2", "COOP1", "REF1", "CON1"]
_STYLE = (
    'body{font:15px/1.5 "Noto Sans SC","Source Han Sans SC",sans-serif;max-width:60rem;margin:2rem auto;'
    "padding:0 1rem;color:#1a1a1a}table{border-collapse:collapse;margin:.5rem 0 1.5rem;width:100%}"
    "th,td{padding:.25rem .5rem;border-bottom:1px solid #ddd;text-align:left;overflow-wrap:anywhere}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}th{border-bottom:2px solid #555}"
    "h2{margin-top:2rem;font-size:1.15rem}"
)


def quality_tables(
    responses: Responses,
    questionnaire: Questionnaire,
    quality: QualityReport,
    *,
    headline: pd.DataFrame | None = None,
    linked: LinkedSample | None = None,
    account: pd.DataFrame | None = None,
) -> dict[str, pd.DataFrame]:
    """All tables of the quality report.

    Parameters
    ----------
    responses : Responses
        Coded answers.
    questionnaire : Questionnaire
        What was asked.
    quality : QualityReport
        From `check_quality`.
    headline : DataFrame, optional
        Headline rates as columns of 0, 1 and NaN, rows as in the responses.
    linked : LinkedSample, optional
        For dispositions and outcome rates.
    account : DataFrame, optional
        From `account_table`: what became of the files' records and columns.

    Returns
    -------
    dict of str to DataFrame
        By name, in the order of the report; empty tables are left out.
    """
    numbers = {
        "records": len(responses.data),
        "flagged_records": int(quality.flags.any(axis=1).sum()),
        "enough_flags": int(quality.table.loc[quality.table["check"] == "enough_flags", "count"].sum()),
        "excluded_records": int(quality.excluded.sum()),
    }
    tables: dict[str, pd.DataFrame] = {}
    if linked is not None:
        numbers |= {"unmatched": len(linked.unmatched), "duplicates": len(linked.duplicates)}
        counts = linked.table["disposition"].value_counts()
        tables["dispositions"] = pd.DataFrame({"disposition": counts.index, "units": counts.to_numpy()})
        by = "district" if "district" in linked.table else None
        tables["outcome_rates"] = outcome_rates(linked.table, by=by)
        tables["quota"] = _quota(quality, linked)
    interviewers = interviewer_table(responses, questionnaire, quality)
    findings = [(f.kind, f.column, f.count, f.message) for f in responses.log]
    tables |= {
        "account": account if account is not None else pd.DataFrame(),
        "summary": pd.DataFrame({"item": list(numbers), "count": list(numbers.values())}),
        "checks": quality.table,
        "rates": rates_with_and_without(headline, quality, _base_weights(responses, linked))
        if headline is not None
        else pd.DataFrame(),
        "speed": speed_table(responses, quality.indices),
        "notes": pd.DataFrame({"message": list(quality.notes)}),
        "break_offs": break_offs(responses, questionnaire),
        "item_nonresponse": item_nonresponse(responses, questionnaire),
        "inconsistencies": inconsistency_counts(responses, questionnaire, quality),
        "interviewers": interviewers["interviewers"],
        "interviewer_items": interviewers["items"],
        "unmapped": responses.unmapped,
        "cleaning": cleaning_summary(quality),
        "findings": pd.DataFrame(findings, columns=["kind", "column", "count", "message"]),
        "log": quality.log,
    }
    return {name: tables[name] for name in TITLES if name in tables and len(tables[name])}


def _quota(quality: QualityReport, linked: LinkedSample) -> pd.DataFrame:
    """Fill of the plan by the columns of the rules, or by those of the usual ones that the sample has."""
    rule = quality.rules.quota
    if rule is not None:
        return quota_fill(linked.table, rule.columns, rule.targets)
    return quota_fill(linked.table, [name for name in QuotaRule().columns if name in linked.table])


def _base_weights(responses: Responses, linked: LinkedSample | None) -> Floats | None:
    """Base weight of each record's unit; 0 for records that are not linked, so that a unit counts once."""
    if linked is None or "base_weight" not in linked.table:
        return None
    held = linked.table.dropna(subset=["response_id"])
    by_record = pd.Series(held["base_weight"].to_numpy(dtype=float), index=held["response_id"].to_numpy())
    by_record = by_record[~by_record.index.duplicated()]
    return np.asarray(responses.meta["response_id"].map(by_record).fillna(0.0).to_numpy(dtype=float))


def _cell(column: str, value: Any, language: Language, names: Mapping[str, str]) -> str:
    if isinstance(value, float):
        if value != value:
            return '<td class="n">–</td>'
        text = f"{value:+.1%}" if column in _SIGNED else f"{value:.1%}" if column in _PERCENT else f"{value:,.4g}"
        return f'<td class="n">{text}</td>'
    if isinstance(value, int) or hasattr(value, "item"):
        return f'<td class="n">{int(value):,}</td>'
    if isinstance(value, tuple):
        value = ", ".join(map(str, value))
    text = "" if pd.isna(value) else str(value)
    shown = names.get(text) or (NAMES.get(text, text) if language == "zh" else text.replace("_", " "))
    return f"<td>{escape(shown)}</td>"


def _html_table(table: pd.DataFrame, title: str, language: Language, names: Mapping[str, str]) -> str:
    columns = [c for c in map(str, table.columns) if c not in ({"en"} if language == "zh" else {"zh"})]
    heads = [HEADS.get(c, c) if language == "zh" else c.replace("_", " ") for c in columns]
    rows = [
        "<tr>" + "".join(_cell(c, v, language, names) for c, v in zip(columns, row, strict=True)) + "</tr>"
        for row in table[columns].itertuples(index=False)
    ]
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    return f"<h2>{escape(title)}</h2><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def quality_html(
    tables: Mapping[str, pd.DataFrame],
    *,
    language: Language = "zh",
    title: str | None = None,
    simulated: bool = False,
    names: Mapping[str, str] | None = None,
) -> str:
    """Write the quality report as one self-contained page, without the log of single records.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        From `quality_tables`.
    language : {"zh", "en"}
        Of titles and heads.
    title : str, optional
        Title of the page.
    simulated : bool
        Whether to say that the answers are simulated.
    names : mapping of str to str, optional
        What to show for values, such as district ids.

    Returns
    -------
    str
        HTML; everything that came from a file is escaped, nothing is loaded.
    """
    choose("language", language, LANGUAGES)
    first = 0 if language == "zh" else 1
    title = title or ("数据质量报告" if language == "zh" else "Data quality report")
    note = (
        ("本报告中的答卷是模拟数据。" if language == "zh" else "The answers in this report are simulated.")
        if simulated
        else ""
    )
    rule = (
        "标记不等于剔除；只有规则写明剔除、且至少有规定数目的互相独立的标记时才剔除。"
        if language == "zh"
        else "A mark is no exclusion: records are left out only where the rules say so and enough marks agree."
    )
    body = [f"<h1>{escape(title)}</h1>", f"<p><strong>{note}</strong></p>" if note else "", f"<p>{rule}</p>"]
    for name, table in tables.items():
        if name != "log":
            table = table[_SHOWN_RATES] if name == "outcome_rates" else table
            body.append(_html_table(table, TITLES[name][first], language, names or {}))
    lang = "zh-CN" if language == "zh" else "en"
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!doctype html><html lang="{lang}"><head>{head}</head><body>{"".join(body)}</body></html>'


def write_quality_xlsx(
    tables: Mapping[str, pd.DataFrame], path: str | Path, *, language: Language = "zh", simulated: bool = False
) -> Path:
    """Write the quality report as a workbook with one sheet for each table; no cell is a formula.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        From `quality_tables`.
    path : str or Path
        The file, written anew.
    language : {"zh", "en"}
        Of sheet names and heads.
    simulated : bool
        Whether the first sheet says that the answers are simulated.

    Returns
    -------
    Path
    """
    choose("language", language, LANGUAGES)
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    first = 0 if language == "zh" else 1
    for name, table in tables.items():
        sheet = book.create_sheet(TITLES[name][first].replace("/", " ")[:31])

        def cell(value: Any, sheet: Any = sheet) -> Any:
            if isinstance(value, tuple):
                value = ", ".join(map(str, value))
            if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
                return None
            plain = value.item() if hasattr(value, "item") else value
            made = WriteOnlyCell(sheet, value=plain)
            if isinstance(plain, str):
                made.data_type = "s"
            return made

        if name == "summary" and simulated:
            sheet.append([cell("模拟数据" if language == "zh" else "Simulated data")])
        heads = [HEADS.get(str(c), str(c)) if language == "zh" else str(c) for c in table.columns]
        sheet.append([cell(head) for head in heads])
        for row in table.iloc[:MOST_ROWS].itertuples(index=False):
            shown = [NAMES.get(v, v) if language == "zh" and isinstance(v, str) else v for v in row]
            sheet.append([cell(value) for value in shown])
        if len(table) > MOST_ROWS:
            more = f"{len(table) - MOST_ROWS:,}"
            sheet.append([cell(f"另有 {more} 行未列出" if language == "zh" else f"{more} more rows are not shown")])
    path = Path(path)
    book.save(path)
    return path
