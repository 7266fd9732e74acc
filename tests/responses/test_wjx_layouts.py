"""Layouts of 问卷星 that the simulated export does not have."""

from __future__ import annotations

from datetime import datetime

import openpyxl
import pandas as pd
import pytest
from layouts import random_table
from old_workbooks import old_workbook
from round_trips import assert_same_answers, expected_coding
from simulated_study import questionnaire

from surveykit.errors import DataError
from surveykit.questionnaire import wjx_column_map
from surveykit.responses import code_responses, read_wjx
from surveykit.responses.cells.times import parse_durations, parse_times
from surveykit.responses.readers.file_cells import read_cells
from surveykit.simulation.export_wjx import wjx_table


@pytest.fixture(scope="module")
def table():
    return random_table(questionnaire(), 11, 25)


def check(cells, table, tmp_path, lost=(), **options):
    path = tmp_path / "a.csv"
    cells.to_csv(path, index=False, encoding="utf-8-sig")
    coded = code_responses(read_wjx(path, questionnaire(), **options), questionnaire(), minors=None)
    data, missing = expected_coding(table, questionnaire())
    assert_same_answers(coded, data, missing, [c for c in data if c not in lost])


def test_other_punctuation_and_numbering(table, tmp_path):
    cells = wjx_table(table, questionnaire())
    names = {c: c.replace("、", ":", 1).replace("？", "?").replace("（", "(").replace("）", ")") for c in cells}
    check(cells.rename(columns=names), table, tmp_path)


def test_questions_renumbered_after_an_edit(table, tmp_path):
    cells = wjx_table(table, questionnaire())
    names = {c: f"{int(c.partition('、')[0]) + 3}、{c.partition('、')[2]}" for c in cells if c[0].isdigit()}
    check(cells.rename(columns=names), table, tmp_path)


def test_grid_rows_by_number(table, tmp_path):
    q = questionnaire()
    cells = wjx_table(table, q)
    names = {e.column: f"第{e.number}题({e.row})" for e in wjx_column_map(q).entries if e.row}
    check(cells.rename(columns=names), table, tmp_path)


def test_one_text_column_for_each_option(table, tmp_path):
    q = questionnaire()
    cells = wjx_table(table, q)
    entry = next(e for e in wjx_column_map(q).entries if e.kind == "multi")
    for code, text in entry.options:
        ticked = table[f"channel_{code}"].fillna(False).astype(bool)
        cells[f"第{entry.number}题({text})"] = ticked.map({True: text, False: ""})
    check(cells.drop(columns=entry.column), table, tmp_path, lost=["channel_96_text"], variant="text")


def test_link_parameter_in_a_column_of_its_own(table, tmp_path):
    cells = wjx_table(table, questionnaire()).assign(来源详情="直接访问", sojumpparm=table["unit_id"])
    cells.to_csv(tmp_path / "a.csv", index=False)
    coded = code_responses(read_wjx(tmp_path / "a.csv", questionnaire()), questionnaire())
    assert coded.meta["unit_id"].tolist() == table["unit_id"].tolist()


def test_scores_need_their_table(table, tmp_path):
    q = questionnaire()
    cells = wjx_table(table, q)
    entry = next(e for e in wjx_column_map(q).entries if e.variable == "sat_overall")
    by_text = {text: str(int(code) * 20) for code, text in entry.options}
    cells[entry.column] = cells[entry.column].replace(by_text)
    cells["总分"] = "60"
    scores = {"sat_overall": {score: code for (code, _), score in zip(entry.options, by_text.values(), strict=True)}}
    check(cells, table, tmp_path, variant="score", scores=scores)
    with pytest.raises(DataError, match="table of scores"):
        read_wjx(tmp_path / "a.csv", q, variant="score")
    with pytest.raises(DataError, match="not in the questionnaire"):
        read_wjx(tmp_path / "a.csv", q, variant="score", scores={"nobody": {"1": "1"}})
    with pytest.raises(DataError, match="variant is 'text'"):
        read_wjx(tmp_path / "a.csv", q, variant="text", scores=scores)


def test_shared_strings_dates_and_numbers_of_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["序号", "提交答卷时间", "所用时间", "分"])
    book.active.append([1, datetime(2021, 9, 6, 8, 5, 1), "85秒", 2.5])
    book.active["A4"] = "晚"
    book.save(tmp_path / "a.xlsx")
    rows = read_cells(tmp_path / "a.xlsx").table.astype(object).to_numpy().tolist()
    assert rows == [["1", "2021-09-06 08:05:01", "85秒", "2.5"], ["晚", "", "", ""]]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("123秒", 123),
        ("2分3秒", 123),
        ("1小时2分", 3720),
        ("0:02:03", 123),
        ("02:03", 123),
        ("85", 85),
        ("12.5s", 12.5),
    ],
)
def test_durations(text, seconds):
    assert parse_durations(pd.Series([text]))[0] == seconds


def test_durations_that_are_none():
    assert pd.isna(parse_durations(pd.Series(["", "soon"]))).all()


def test_times_keep_their_zone():
    texts = [
        "2021/9/6 8:05:00",
        "2021-09-06T00:05:00.000Z",
        "2021-09-06T08:05:00.000+08:00",
        "2021-09-06 08:05:00",
        "x",
    ]
    moments = parse_times(pd.Series(texts), "Asia/Shanghai")
    assert moments.iloc[:4].nunique() == 1
    assert moments.iloc[0] == pd.Timestamp("2021-09-06T00:05:00Z")
    assert pd.isna(moments.iloc[4])


def test_old_workbook(table, tmp_path):
    pytest.importorskip("xlrd")
    q = questionnaire()
    cells = wjx_table(table.head(12), q)
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbook([list(cells.columns), *cells.fillna("").astype(str).to_numpy().tolist()]))
    coded = code_responses(read_wjx(path, q), q, minors=None)
    data, missing = expected_coding(table.head(12), q)
    assert_same_answers(coded, data, missing)
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(DataError, match="not a readable XLS"):
        read_wjx(path, q)
