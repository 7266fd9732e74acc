"""Write simulated answers as an export of 问卷星, so that the reader has something true to read."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from surveykit.errors import DataError, choose
from surveykit.questionnaire import ColumnEntry, Questionnaire, questionnaire_variables, wjx_column_map
from surveykit.simulation.plain_xlsx import write_plain_xlsx
from surveykit.simulation.routing import asked_table

__all__ = ["wjx_table", "write_wjx_export"]

ExportVariant = Literal["text", "number"]

SKIPPED = {"text": "(跳过)", "number": "-3"}
BLANK = {"text": "(空)", "number": "-2"}
ZONE = "Asia/Shanghai"


def _choice_cells(table: pd.DataFrame, asked: pd.DataFrame, entry: ColumnEntry, variant: str) -> pd.Series:
    texts = {code: text if variant == "text" else str(i) for i, (code, text) in enumerate(entry.options, start=1)}
    values = table[entry.variable]
    cells = values.map(texts).astype(object)
    other = f"{entry.variable}_{entry.other}_text"
    if variant == "text" and entry.other and other in table:
        words = table[other].fillna("").astype(str)
        cells = cells.where(~((values == entry.other) & (words != "")).fillna(False), cells + "〖" + words + "〗")
    cells = cells.where(values.notna() & (values != ""), BLANK[variant])
    return cells.where(asked[entry.variable], SKIPPED[variant])


def _several_cells(table: pd.DataFrame, asked: pd.DataFrame, entry: ColumnEntry) -> pd.Series:
    names = [f"{entry.variable}_{code}" for code, _ in entry.options]
    ticks = table[names].fillna(False).to_numpy(dtype=bool)
    other = f"{entry.variable}_{entry.other}_text"
    words = (
        table[other].fillna("").astype(str).to_numpy() if entry.other and other in table else np.full(len(table), "")
    )
    cells = []
    for row, word in zip(ticks, words, strict=True):
        parts = [
            f"{text}〖{word}〗" if code == entry.other and word else text
            for (code, text), tick in zip(entry.options, row, strict=True)
            if tick
        ]
        cells.append("┋".join(parts) or BLANK["text"])
    return pd.Series(cells, index=table.index, dtype=object).where(asked[names[0]], SKIPPED["text"])


def _open_cells(table: pd.DataFrame, asked: pd.DataFrame, entry: ColumnEntry, variant: str) -> pd.Series:
    values = table[entry.variable].astype(object)
    filled = values.where(values.notna() & (values != ""), BLANK[variant])
    return filled.where(asked[entry.variable], SKIPPED[variant])


def wjx_table(table: pd.DataFrame, questionnaire: Questionnaire, *, variant: ExportVariant = "text") -> pd.DataFrame:
    """Lay simulated answers out as 问卷星 does.

    Parameters
    ----------
    table : DataFrame
        From `simulate_responses`.
    questionnaire : Questionnaire
        Its texts in Chinese head the columns.
    variant : {"text", "number"}
        Option texts, or places of options with one 0/1 column for each option of a multiple choice.

    Returns
    -------
    DataFrame of text
        序号, 提交答卷时间, 所用时间, 来源, 来源详情, 来自IP, then the questions. The link parameter with the
        unit_id stands in 来源详情; the addresses are from a range reserved for documentation.
    """
    choose("variant", variant, get_args(ExportVariant))
    names = [v.id for v in questionnaire_variables(questionnaire) if v.id in table]
    asked = asked_table(questionnaire, table[names])
    local = table["submitted_at"].dt.tz_convert(ZONE).dt.strftime("%Y/%m/%d %H:%M:%S")
    number = np.arange(len(table))
    columns: dict[str, object] = {
        "序号": table["response_id"].astype(str),
        "提交答卷时间": local,
        "所用时间": table["duration_seconds"].astype(int).astype(str) + "秒",
        "来源": pd.Series("链接", index=table.index),
        "来源详情": "sojumpparm=" + table["unit_id"].astype(str),
        "来自IP": [f"192.0.2.{i % 254 + 1}(四川-成都)" for i in number],
    }
    for entry in wjx_column_map(questionnaire).entries:
        if entry.kind == "multi" and variant == "number":
            for code, text in entry.options:
                ticks = table[f"{entry.variable}_{code}"]
                cells = ticks.fillna(False).astype(int).astype(str)
                columns[f"第{entry.number}题({text})"] = cells.where(asked[ticks.name], SKIPPED["number"])
        elif entry.kind == "multi":
            columns[entry.column] = _several_cells(table, asked, entry)
        elif entry.options:
            columns[entry.column] = _choice_cells(table, asked, entry, variant)
        else:
            columns[entry.column] = _open_cells(table, asked, entry, variant)
    return pd.DataFrame(columns, index=table.index)


def write_wjx_export(
    table: pd.DataFrame,
    questionnaire: Questionnaire,
    path: str | Path,
    *,
    variant: ExportVariant = "text",
    encoding: str = "utf-8-sig",
) -> Path:
    """Write simulated answers as an export of 问卷星.

    Parameters
    ----------
    table : DataFrame
        From `simulate_responses`.
    questionnaire : Questionnaire
        Whose texts head the columns.
    path : str or Path
        Ends with .xlsx or .csv.
    variant : {"text", "number"}
        See `wjx_table`.
    encoding : str
        Of a CSV.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    DataError
        If the name ends otherwise.
    """
    choose("variant", variant, get_args(ExportVariant))
    path = Path(path)
    cells = wjx_table(table, questionnaire, variant=variant)
    if path.suffix == ".csv":
        cells.to_csv(path, index=False, encoding=encoding, lineterminator="\r\n")
    elif path.suffix == ".xlsx":
        write_plain_xlsx(cells, path)
    else:
        raise DataError(f"{path.name}: an export is written as .xlsx or .csv")
    return path
