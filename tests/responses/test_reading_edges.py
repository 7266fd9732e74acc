"""Files at the edge of what a layout says: each is read as it is meant, or said."""

from __future__ import annotations

import datetime as dt
import time
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tiny import read, ticked, tiny

from surveykit.errors import DataError
from surveykit.files.old_workbook import _text
from surveykit.responses import account_lines, account_of, code_responses, link_sample, read_responses
from surveykit.responses.cells.times import parse_durations, times_of_column
from surveykit.responses.reporting.tables import item_nonresponse


def test_a_record_without_any_answer_is_no_interview(tmp_path):
    q = tiny(
        {"id": "q1", "type": "single", "choices": ["a", "b"]},
        {"id": "q2", "type": "single", "choices": ["a", "b"], "ask_if": "q1 == 1"},
    )
    _, coded = read(tmp_path / "a.csv", q, "unit_id,q2\nu1,1\nu2,\nu3,\n", source="table")
    linked = link_sample(pd.DataFrame({"unit_id": ["u1", "u2", "u3", "u4"]}), coded)
    assert linked.table["disposition"].tolist() == ["I", "R", "R", "NC"]
    assert [(f.count, f.rows) for f in coded.log if f.kind == "no_answer_at_all"] == [(2, (3, 4))]


KNOW = tiny(
    {"id": "q1", "type": "single", "text": "Know?", "choices": ["Yes", "No"]},
    {"id": "q2", "type": "text", "text": "Why?"},
    language="en",
)
QUALTRICS = "StartDate,EndDate,Status,Finished,RecordedDate,ResponseId,Q1,Q2\n"
TEXTS = "Anfangsdatum,Enddatum,Antworttyp,Beendet,Erfassungsdatum,Antwort-ID,Know?,Why?\n"
RECORDS = "".join(
    f"2024-05-0{i} 08:00:00,2024-05-0{i} 08:03:00,IP Address,True,2024-05-0{i} 08:03:01,R_{i},{a},{b}\n"
    for i, a, b in ((1, "Yes", "w"), (2, "No", "x"), (3, "Yes", "y"))
)


def ids(sign, zone=None):
    more = f", {sign}timeZone{sign}: {sign}{zone}{sign}" if zone else ""
    names = ["startDate", "endDate", "status", "finished", "recordedDate", "_recordId", "QID1", "QID2"]
    cells = [f"{{{sign}ImportId{sign}: {sign}{name}{sign}{more}}}" for name in names]
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n"


@pytest.mark.parametrize("above", ["", TEXTS, TEXTS + ids('"'), TEXTS + ids("'"), ids("'")])
def test_qualtrics_records_begin_below_the_header_rows_that_are_there(tmp_path, above):
    header = QUALTRICS if "Know?" in above else QUALTRICS.replace("Q1,Q2", "q1,q2")
    raw, coded = read(tmp_path / "a.csv", KNOW, header + above + RECORDS)
    assert (raw.source, coded.data["q1"].tolist()) == ("qualtrics", ["1", "2", "1"])
    assert coded.meta["row"].tolist()[0] == 2 + above.count("\n")


def test_the_older_layout_of_qualtrics_by_its_second_row(tmp_path):
    text = "V1,V2,V3,V4,Q1,Q2\nResponseID,ResponseSet,StartDate,Finished,Know?,Why?\n"
    text += "R_2a,Default Response Set,2017-07-18 08:28:09,1,1,w\nR_2b,Default Response Set,2017-07-18 09:28:09,1,2,x\n"
    _, coded = read(tmp_path / "a.csv", KNOW, text, header_row=2)
    assert coded.data["q1"].tolist() == ["1", "2"]


@pytest.mark.parametrize(("second", "first"), [("", 2), (",,,,Response,Open-Ended Response\n", 3)])
def test_surveymonkey_with_and_without_its_second_header_row(tmp_path, second, first):
    text = "Respondent ID,Collector ID,Start Date,End Date,Know?,Why?\n" + second
    text += (
        "1,7,05/06/2024 08:00:00,05/13/2024 08:03:00 AM,Yes,w\n2,7,05/06/2024 08:00:00,05/14/2024 08:03:00 AM,No,x\n"
    )
    _, coded = read(tmp_path / "a.csv", KNOW, text)
    assert coded.data["q1"].tolist() == ["1", "2"]
    assert coded.meta["row"].tolist() == [first, first + 1]


def test_times_of_qualtrics_are_in_the_zone_that_the_file_states(tmp_path):
    path = tmp_path / "a.csv"
    _, coded = read(path, KNOW, QUALTRICS + TEXTS + ids('"', "America/Denver") + RECORDS)
    assert coded.meta["submitted_at"][0] == pd.Timestamp("2024-05-01 14:03:01", tz="UTC")
    _, coded = read(path, KNOW, QUALTRICS + TEXTS + ids('"', "America/Denver") + RECORDS, zone="UTC")
    assert [f.kind for f in coded.log if "Denver" in f.message] == ["zone_differs"]
    with pytest.raises(DataError, match=r"'Mars/X'.*zone"):
        read(path, KNOW, QUALTRICS + TEXTS + ids('"', "Mars/X") + RECORDS)


@pytest.mark.parametrize("source", ["table", "qualtrics"])
def test_a_time_zone_that_is_not_there_is_one_clear_error(tmp_path, source):
    text = QUALTRICS + RECORDS if source == "qualtrics" else "q1,q2\n1,w\n"
    with pytest.raises(DataError, match="no time zone 'Mars/X'"):
        read(tmp_path / "a.csv", KNOW, text.replace("Q1,Q2", "q1,q2"), source=source, zone="Mars/X")


TWO = tiny(
    {"id": "q1", "type": "single", "text": "Sex?", "choices": ["Yes", "No"]},
    {"id": "q2", "type": "single", "text": "Smoker?", "choices": ["Yes", "No"]},
    language="en",
)


def test_a_header_with_the_id_of_one_question_and_the_text_of_another_is_refused(tmp_path):
    text = "id. Response ID,submitdate. Date submitted,lastpage. Last page,q1. {},q2. Smoker?\n1,2024-01-01,1,1,2\n"
    with pytest.raises(DataError, match=r"'q1. Smoker\?' is 'q1' by its id and 'q2' by its text"):
        read(tmp_path / "a.csv", TWO, text.format("Smoker?"), source="limesurvey")
    for stem in ("Sex?", "What is your sex?"):
        _, coded = read(tmp_path / "a.csv", TWO, text.format(stem), source="limesurvey")
        assert coded.data["q1"].tolist() == ["1"]
    with pytest.raises(DataError, match="'Q1' is 'q1' by its id and 'q2' by its text"):
        read(tmp_path / "a.csv", TWO, QUALTRICS + TEXTS.replace("Know?,Why?", "Smoker?,Sex?") + RECORDS)


def test_an_option_with_the_id_of_one_and_the_text_of_another_is_refused(tmp_path):
    q = tiny({"id": "m", "type": "multi", "text": "All", "choices": ["Great", "None", "Bad"]}, language="en")
    head = "ResponseID,ResponseSet,StartDate,m_1,m_2,m_3\nResponseID,ResponseSet,StartDate,"
    record = "R_1,Default,2024-05-06 08:00:00,1,1,\n"
    with pytest.raises(DataError, match="'m_2' is 'm_2' by its id and 'm_3' by its text"):
        read(tmp_path / "a.csv", q, head + "All-Great,All-Bad,All-None\n" + record)
    _, coded = read(tmp_path / "a.csv", q, head + "All-Great,All-None,All-Bad\n" + record)
    assert ticked(coded, "m") == [["1", "2"]]


def workbook(path, *rows, formats=None, mac=False):
    """Write an XLSX; `formats` are number formats by cell, `mac` counts days from 1904 on."""
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    for row in rows:
        book.active.append(list(row))
    for cell, code in (formats or {}).items():
        book.active[cell].number_format = code
    book.save(path)
    return path


def test_booleans_and_percentages_of_a_workbook_are_read_as_they_are_shown(tmp_path):
    q = tiny(
        {"id": "a", "type": "single", "choices": ["No", "Yes"]},
        {"id": "b", "type": "single", "choices": ["0%", "50%", "100%"]},
    )
    path = workbook(
        tmp_path / "a.xlsx", ["a", "b"], [True, 1], [False, 0.5], ["No", 0],
        formats={"B2": "0%", "B3": "0%", "B4": "0.00%"},
    )  # fmt: skip
    raw = read_responses(path, q, source="table", variant="labels")
    assert raw.table["a"].tolist() == ["TRUE", "FALSE", "No"]
    assert raw.table["b"].tolist() == ["100%", "50%", "0.00%"]
    coded = code_responses(raw, q, policy="keep")
    assert coded.data["b"].tolist() == ["3", "2", "0.00%"]
    assert sorted(coded.unmapped["value"]) == ["0.00%", "FALSE", "TRUE"]


def test_old_workbooks_show_booleans_and_percentages_alike():
    xlrd = pytest.importorskip("xlrd")
    kinds = ((xlrd.XL_CELL_BOOLEAN, 1, 0), (xlrd.XL_CELL_NUMBER, 1.0, 1), (xlrd.XL_CELL_NUMBER, 1.0, 0),
             (xlrd.XL_CELL_ERROR, 0x2A, 0))  # fmt: skip
    cells = [SimpleNamespace(ctype=c, value=v, xf_index=x) for c, v, x in kinds]
    assert [_text(cell, 0, {1: "0%"}, xlrd) for cell in cells] == ["TRUE", "100%", "1", "#N/A"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [("晚上 12:05", None), ("晚上 1:05", None), ("晚上 0:05", None), ("晚上 13:05", None), ("晚上 8:05", 20),
     ("晚上 20:05", 20), ("中午 10:05", None), ("中午 11:05", 11), ("中午 12:05", 12), ("中午 1:05", 13),
     ("傍晚 12:05", None), ("傍晚 6:05", 18), ("早上 12:05", None), ("凌晨 12:05", 0), ("上午 12:05", 0),
     ("下午 12:05", 12), ("下午 0:05", 12), ("凌晨 13:05", None)],
)  # fmt: skip
def test_the_time_of_day_that_a_word_and_an_hour_leave_open_is_not_read(text, hour):
    found = times_of_column(pd.Series([f"2024/5/6 {text}"]), "UTC")
    assert found.unread.tolist() == [hour is None]
    if hour is not None:
        assert found.moments[0] == pd.Timestamp(2024, 5, 6, hour, 5, tz="UTC")


@pytest.mark.parametrize("mac", [False, True])
def test_durations_of_workbooks_that_count_from_1900_and_from_1904(tmp_path, mac):
    path = workbook(tmp_path / "a.xlsx", ["s", "duration_seconds"], ["1", dt.timedelta(seconds=183)],
                    ["1", dt.timedelta(hours=25)], mac=mac)  # fmt: skip
    q = tiny({"id": "s", "type": "single", "choices": ["x", "y"]})
    coded = code_responses(read_responses(path, q, source="table"), q)
    assert coded.meta["duration_seconds"].tolist() == [183, 90_000]


def test_a_duration_of_years_is_not_read():
    assert parse_durations(pd.Series(["1904-06-01 00:00:00", "1907-01-01"])).tolist() == pytest.approx(
        [float("nan")] * 2, nan_ok=True
    )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"missing_codes": {"-9": "refused"}}, "'refused' for '-9', which is no kind of missing: use one of nr, na"),
        ({"missing_codes": {"q1": {"9": "xx"}}}, "'xx' for '9'"),
        ({"missing_codes": {"nope": {"9": "nr"}}}, "'missing_codes' names 'nope'"),
        ({"missing_codes": 9}, "'missing_codes' must be a list"),
        ({"missing_codes": [None]}, "no text and no number"),
        ({"blanks": {"nope": ["-"]}}, "'blanks' names 'nope'"),
        ({"blanks": {"q1": {"-": "nr"}}}, "'blanks' has"),
        ({"blanks": 3}, "'blanks' must be a list"),
        ({"blanks": [False]}, "no text and no number"),
        ({"zone": 8}, "no time zone 8"),
    ],
)
def test_a_wrong_word_on_missing_values_is_one_clear_error(tmp_path, options, words):
    with pytest.raises(DataError, match=words):
        read(tmp_path / "a.csv", KNOW, "q1,q2\n1,w\n", source="table", **options)


def test_a_cell_of_a_thousand_words_is_cut_in_no_time(tmp_path):
    q = tiny({"id": "m", "type": "multi", "choices": ["big, red", "big", "red"]}, {"id": "t", "type": "text"})
    cell = ", ".join(["big", "red", *(f"word{i}" for i in range(3000))])
    begin = time.perf_counter()
    _, coded = read(tmp_path / "a.csv", q, f'm,t\n"{cell}",x\n', source="table", variant="labels", policy="missing")
    assert time.perf_counter() - begin < 30  # every way to cut it took hours
    assert len(coded.unmapped) >= 1


def test_a_cell_with_a_leftover_ticks_nothing(tmp_path):
    q = tiny({"id": "m", "type": "multi", "choices": ["a", "b"]}, {"id": "t", "type": "text"})
    for policy in ("keep", "missing"):
        _, coded = read(
            tmp_path / "a.csv", q, 'm,t\n"1,000",x\n"1,2",x\n', source="table", variant="codes", policy=policy
        )
        assert ticked(coded, "m") == [[], ["1", "2"]]
        assert coded.unmapped["value"].tolist() == ["000"]


def test_an_item_without_the_column_of_its_first_option_is_still_counted(tmp_path):
    q = tiny({"id": "m", "type": "multi", "choices": ["a", "b", "c"]}, {"id": "t", "type": "text"})
    _, coded = read(tmp_path / "a.csv", q, "m_2,m_3,t\n1,0,x\n,,x\n0,1,\n", source="table")
    table = item_nonresponse(coded, q).set_index("column")
    assert table.loc["m", ["asked", "answered", "blank"]].tolist() == [3, 2, 1]


def test_rows_of_one_record_id_are_said_and_blocked_together(tmp_path):
    q = tiny({"id": "age", "type": "number", "text": "年龄"}, {"id": "t", "type": "text"})
    text = "record_id,redcap_event_name,age,t\n1,a,8,\n1,b,,said\n2,a,40,x\n"
    _, coded = read(tmp_path / "a.csv", q, text, source="redcap")
    assert [(f.count, f.rows) for f in coded.log if f.kind == "repeated_record_id"] == [(1, (2, 3))]
    assert coded.meta["blocked"].tolist() == [True, True, False]
    assert coded.data["t"].fillna("").tolist() == ["", "", "x"]
    assert "1 persons" in (said := next(f.message for f in coded.log if f.kind == "minors_blocked"))
    assert "1 further rows" in said


def test_words_beside_a_single_choice_of_surveymonkey_are_its_other(tmp_path):
    pick = {"id": "a", "type": "single", "text": "Pick one?", "choices": ["Cat", "Cow"], "other": "3"}
    q = tiny(pick, {"id": "z", "type": "text", "text": "Why?"}, language="en")
    text = (
        "Respondent ID,Collector ID,Date Modified,Pick one?,,Why?\n,,,Response,Other (please specify),Response\n"
        "1,7,01/13/2024 08:05:00 AM,Cat,,x\n2,7,01/13/2024 08:05:00 AM,,Dog,\n"
        "3,7,01/13/2024 08:05:00 AM,,Cat,\n4,7,,,,\n"
    )
    raw, coded = read(tmp_path / "a.csv", q, text)
    assert coded.data["a"].fillna("").tolist() == ["1", "3", "3", ""]
    assert coded.data["a_3_text"].fillna("").tolist() == ["", "Dog", "Cat", ""]
    assert raw.unused == ()
    assert any("column 'Date Modified'" in f.message for f in coded.log if f.kind == "day_month_order")


def test_google_is_read_wherever_its_timestamp_stands_when_it_is_named(tmp_path):
    q = tiny({"id": "a", "type": "single", "text": "Know?", "choices": ["Yes", "No"]}, language="en")
    _, coded = read(tmp_path / "a.csv", q, "Where,Timestamp,Know?\nx,2024/05/06 8:05:00 AM GMT+8,No\n", source="google")
    assert coded.data["a"].tolist() == ["2"]
    with pytest.raises(DataError, match="not an export of Google Forms"):
        read(tmp_path / "a.csv", q, "Where,Know?\nx,No\n", source="google")


def test_lines_of_the_account_hold_for_one_and_for_many(tmp_path):
    q = tiny(*({"id": name, "type": "text", "text": f"{name}?"} for name in ("a", "b", "c", "d")))
    for columns in ("a,b,c", "a,b"):
        raw, coded = read(
            tmp_path / "a.csv", q, f"{columns},x\n" + ",".join("1" for _ in columns.split(",")) + ",2\n", source="table"
        )
        lines = account_lines(account_of(raw, coded))
        absent = ["c", "d"][len(columns.split(",")) - 2 :]
        assert (
            lines[0]
            == f"questions that are not in the file, and not counted: {len(absent)}: {', '.join(map(repr, absent))}"
        )
        assert lines[-1] == "columns that are not used: 1: 'x'"


GRIDS = [
    {"id": f"q_{scale}", "type": "grid", "text": text, "choices": ["low", "high"], "rows": [["a", "A"], ["b", "B"]]}
    for scale, text in ((1, "Importance"), (2, "Satisfaction"))
]


@pytest.mark.parametrize(
    "header",
    [
        ["q[a][1]", "q[a][2]", "q[b][1]", "q[b][2]"],
        ["q_a#0", "q_a#1", "q_b#0", "q_b#1"],
        ["q[a][1]. Q [A][Scale 1]", "q[a][2]. Q [A][Scale 2]", "q[b][1]. Q [B][Scale 1]", "q[b][2]. Q [B][Scale 2]"],
    ],
)
def test_two_scales_of_limesurvey_are_two_grids(tmp_path, header):
    text = ",".join(["id", "submitdate", "lastpage", *header]) + "\n1,2024-05-06 08:00:00,1,1,2,2,1\n"
    _, coded = read(tmp_path / "a.csv", tiny(*GRIDS, language="en"), text, source="limesurvey", variant="codes")
    assert coded.data[["q_1_a", "q_2_a", "q_1_b", "q_2_b"]].iloc[0].tolist() == ["1", "2", "2", "1"]


def test_the_record_id_of_redcap_has_any_name_and_comes_first(tmp_path):
    q = tiny({"id": "sex", "type": "single", "text": "Sex?", "choices": ["a", "b"]}, language="en")
    raw, coded = read(tmp_path / "a.csv", q, "study_id,redcap_event_name,sex\nA7,base,2\nB1,base,1\n")
    assert (raw.source, coded.meta["response_id"].tolist()) == ("redcap", ["A7", "B1"])
    assert [f.message for f in raw.findings if f.kind == "record_id_column"] == [
        "record ids are read from the first column, 'study_id', as REDCap writes them"
    ]
    raw, coded = read(tmp_path / "a.csv", q, "pid,sex,visit_complete\nA7,2,2\n", source="redcap")
    assert coded.meta["response_id"].tolist() == ["A7"]
    with pytest.raises(DataError, match="does not look like any known export"):
        read(tmp_path / "a.csv", q, "pid,sex,visit_complete\nA7,2,2\n")
