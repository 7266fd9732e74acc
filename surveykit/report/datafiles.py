"""The figures as data: CSV, Parquet and JSON, with the recipe of every number."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pandas as pd

from surveykit.report.document import Document
from surveykit.report.pdf import DataFile
from surveykit.report.publication import DEFAULT_RULES, PublicationRules, publish, recipe_of

if TYPE_CHECKING:
    from surveykit.report.inputs import ReportInput

__all__ = ["data_files", "figure_files", "published_data"]

COLUMN_NOTES = {
    "indicator": "id of the indicator",
    "name_zh": "its Chinese name",
    "name_en": "its English name",
    "kind": "rate (share from 0 to 1) or score (points from 0 to 100)",
    "by": "city, district or another grouping",
    "level": "value of the grouping; empty for the city",
    "estimate": "estimate; empty when withheld",
    "std_error": "standard error",
    "conf_low": "lower end of the interval, which covers sampling error only",
    "conf_high": "upper end of the interval, which covers sampling error only",
    "conf_level": "level of the interval",
    "df": "degrees of freedom of the design; empty where bases are protected",
    "deff": "design effect",
    "n": "unweighted base; exact, or rounded as recipe.json says",
    "n_eff": "effective size of the base",
    "status": "empty: shown; rv: shown, for statistical review; u: unreliable; c: confidential; x: no data",
    "reason": "rule that gave the status",
    "simulated": "whether the answers are simulated",
}


_COUNTS = ("n", "rows", "psus", "missing", "df", "design_df")
"""Entries of a recipe that count respondents."""


def published_data(report: ReportInput, rules: PublicationRules = DEFAULT_RULES) -> pd.DataFrame:
    """Return every published figure, unrounded, with names and status; withheld figures are empty.

    Parameters
    ----------
    report : ReportInput
        The input.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    DataFrame
        Columns as ``COLUMN_NOTES`` explains.
    """
    table = publish(report, rules)
    names = {indicator.id: indicator.name for indicator in report.indicators}
    table.insert(1, "name_zh", [names[id].get("zh", "") for id in table["indicator"]])
    table.insert(2, "name_en", [names[id].get("en", "") for id in table["indicator"]])
    return table.assign(conf_level=report.conf_level, simulated=report.study.simulated)[list(COLUMN_NOTES)]


def data_files(report: ReportInput, rules: PublicationRules = DEFAULT_RULES) -> dict[str, bytes]:
    """Write the published figures as CSV and Parquet and how they were made as JSON.

    Parameters
    ----------
    report : ReportInput
        The input.
    rules : PublicationRules
        What is withheld.

    Returns
    -------
    dict of str to bytes
        ``estimates.csv`` (UTF-8 with mark, for spreadsheets), ``estimates.parquet`` and ``recipe.json``.
    """
    table = published_data(report, rules)
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    recipe = {
        "columns": COLUMN_NOTES,
        "rules": {
            "standard": rules.standard,
            "smallest_count": rules.smallest_count,
            "round_counts_to": rules.round_counts_to,
            "bases": "exact" if rules.exact else f"rounded to multiples of {rules.base}",
        },
        "estimates": {key: _recipe(report, key, rules) for key in report.estimates},
        "provenance": dict(report.provenance),
        "simulated": report.study.simulated,
    }
    text = json.dumps(recipe, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    return {
        "estimates.csv": csv_bytes(table),
        "estimates.parquet": buffer.getvalue(),
        "recipe.json": (text + "\n").encode(),
    }


def _recipe(report: ReportInput, key: str, rules: PublicationRules) -> dict[str, object]:
    """Return how estimates were made, without the numbers of people where these are protected."""
    recipe = dict(recipe_of(report, key))
    return recipe if rules.exact else {name: value for name, value in recipe.items() if name not in _COUNTS}


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Write a table as CSV that spreadsheets open in the right encoding."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def figure_files(document: Document) -> list[DataFile]:
    """Return the data behind each figure as files to embed in a PDF/A-3.

    Parameters
    ----------
    document : Document
        The content.

    Returns
    -------
    list of DataFile
        One CSV a figure, rounded and suppressed as it is drawn.
    """
    return [DataFile(f"{figure.id}.csv", csv_bytes(figure.data), figure.title) for figure in document.figures()]
