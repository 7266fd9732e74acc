"""Times and durations as exports write them, and files whose header is not the first row."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pandas as pd
import pytest
from tiny import read, tiny

from surveykit.errors import DataError
from surveykit.responses import code_responses, detect_source, read_responses
from surveykit.responses.cells.times import parse_durations, parse_times, times_of_column
from surveykit.responses.readers.file_cells import FileLayout

ONE = tiny({"id": "s", "type": "single", "choices": ["x", "y"]})


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2021年9月6日 8:05", "2021-09-06 00:05"),
        ("2021年9月6日 星期一 8时5分", "2021-09-06 00:05"),
        ("2021/9/6 下午 8:05:00", "2021-09-06 12:05"),
        ("2021/9/6 上午12:05:00", "2021-09-05 16:05"),
        ("2021-09-06 8:05:00 PM", "2021-09-06 12:05"),
        ("2024/05/06 8:05:00 AM GMT+8", "2024-05-06 00:05"),
        ("2021-09-06 08:05:00+08:00", "2021-09-06 00:05"),
        ("2021-09-06T00:05:00Z", "2021-09-06 00:05"),
        ("2021-09-06T08:05:00.000+08:00", "2021-09-06 00:05"),
        ("44445.33680555556", "2021-09-06 00:05"),
        ("20210906080500", "2021-09-06 00:05"),
        ("6 Sep 2021 08:05", "2021-09-06 00:05"),
        ("２０２１/９/６ ８：０５", "2021-09-06 00:05"),
        ("13/09/2021 08:00", "2021-09-13 00:00"),
        ("09/13/2021 08:00", "2021-09-13 00:00"),
    ],
)
def test_times(text, utc):
    assert parse_times(pd.Series([text]), "Asia/Shanghai")[0] == pd.Timestamp(utc, tz="UTC")


@pytest.mark.parametrize(
    "text", ["06/09/2021 08:00", "8:05", "2021-13-09", "昨天", "2021/9/6 上午 20:05", "12", "2021-02-30"]
)
def test_what_is_no_time_is_told(text):
    found = times_of_column(pd.Series([text, "", text]), "Asia/Shanghai")
    assert found.moments.isna().all()
    assert found.unread.tolist() == [True, False, True]


def test_one_order_for_a_column():
    cells = pd.Series(["06/09/2021", "13/09/2021"])
    found = times_of_column(cells, "UTC")
    assert found.moments.dt.strftime("%Y-%m-%d").tolist() == ["2021-09-06", "2021-09-13"]
    assert (found.day_first, found.told_by) == (True, "13/09/2021")
    contradictory = times_of_column(pd.Series(["13/09/2021", "09/13/2021", "01/02/2021"]), "UTC")
    assert contradictory.unread.all()
    assert times_of_column(pd.Series(["06/09/2021"]), "UTC", False).moments[0] == pd.Timestamp("2021-06-09", tz="UTC")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("183秒", 183), ("3分3秒", 183), ("1小时2分3秒", 3723), ("0:03:03", 183), ("3:03", 183), ("PT3M3S", 183),
     ("183", 183), ("1899-12-30 00:03:03", 183), ("3 min 3 s", 183), ("１８３秒", 183)],
)  # fmt: skip
def test_durations(text, seconds):
    assert parse_durations(pd.Series([text])).tolist() == [seconds]


def test_durations_of_a_workbook_and_rows_after_blank_ones(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["s", "duration_seconds"], [1, dt.timedelta(seconds=183)], [], [2, dt.time(0, 3, 3)], [1, "bald"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    coded = code_responses(read_responses(tmp_path / "a.xlsx", ONE, source="table"), ONE)
    assert coded.meta["row"].tolist() == [2, 4, 5]
    assert coded.meta["duration_seconds"].tolist()[:2] == [183.0, 183.0]
    assert [(f.count, f.rows) for f in coded.log if f.kind == "times_not_read"] == [(1, (5,))]


def test_the_order_is_said(tmp_path):
    _, coded = read(tmp_path / "a.csv", ONE, "s,submitted_at\n1,06/09/2021 08:00\n2,13/09/2021 08:00\n", source="table")
    assert [f.message for f in coded.log if f.kind == "day_month_order"] == [
        "submitted_at: read with the day before month, as '13/09/2021 08:00' shows"
    ]


def test_header_row_skipped_rows_and_footer(tmp_path):
    text = "社区调查结果\n导出时间：2021-09-20\ns,age\n单选,填空\n1,30\n2,40\n合计,2\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    raw = read_responses(tmp_path / "a.csv", ONE, source="table", header_row=3, skip_rows=1, footer=1)
    coded = code_responses(raw, ONE)
    assert coded.data["s"].tolist() == ["1", "2"]
    assert coded.meta["row"].tolist() == [5, 6]
    assert raw.unused == ("age",)
    assert [f.count for f in raw.findings if f.kind == "footer"] == [1]
    with pytest.raises(DataError, match="header_row"):
        read_responses(tmp_path / "a.csv", ONE, source="table", header_row=0)
    with pytest.raises(DataError, match="no row 30 for the header"):
        read_responses(tmp_path / "a.csv", ONE, source="table", header_row=30)


def test_a_hidden_first_sheet_is_said(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "隐藏"
    book.active.append(["nothing"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("答卷")
    shown.append(["s"])
    shown.append([2])
    book.active = 1
    book.save(tmp_path / "a.xlsx")
    raw = read_responses(tmp_path / "a.xlsx", ONE, source="table")
    assert raw.sheet == "答卷"
    assert [f.kind for f in raw.findings] == ["hidden_sheet"]


def test_the_source_is_told_by_the_sheet_that_is_read(tmp_path):
    """Neither by a hidden sheet in front of it nor by the first where another is named."""
    book = openpyxl.Workbook()
    book.active.append(["nothing"])
    book.active.sheet_state = "hidden"
    for title, header in (("a", ["序号", "提交答卷时间"]), ("b", ["SubmissionDate", "KEY"])):
        book.create_sheet(title).append(header)
    book.active = 1
    book.save(tmp_path / "a.xlsx")
    assert detect_source(tmp_path / "a.xlsx") == "wjx"
    assert detect_source(tmp_path / "a.xlsx", FileLayout(sheet="b")) == "odk"


def test_repeated_and_empty_titles(tmp_path):
    q = tiny(
        {"id": "films", "type": "multi", "choices": ["a", "b"]}, {"id": "s", "type": "single", "choices": ["x", "y"]}
    )
    (tmp_path / "a.csv").write_text("s,films_1,,\n1,1,1,\n", encoding="utf-8")
    with pytest.raises(DataError, match="names columns that are not there"):
        read_responses(tmp_path / "a.csv", q, source="table", mapping={"films_2": [""]})
    raw = read_responses(tmp_path / "a.csv", q, source="table", mapping={"films_2": ["#3"]})
    coded = code_responses(raw, q)
    assert coded.data[["films_1", "films_2"]].to_numpy().tolist() == [[True, True]]
