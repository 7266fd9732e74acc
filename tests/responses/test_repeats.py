"""Repeat groups of REDCap, KoboToolbox and ODK: child tables beside the records."""

import openpyxl
import pytest
from tiny import read, tiny

from surveykit.errors import DataError
from surveykit.responses import code_responses, read_responses

Q = tiny(
    {"id": "sex", "type": "single", "text": "Sex?", "choices": ["a", "b"]},
    {"id": "n", "type": "number", "text": "How many?"},
    language="en",
)


def said(coded, kind="repeat_group"):
    return [(f.column, f.count, f.rows) for f in coded.log if f.kind == kind]


def test_repeated_instruments_of_redcap_are_no_records(tmp_path):
    text = (
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,n,bp,phone,drug\n"
        "1,,,2,3,,,\n1,visit,1,,,110,13800000000,\n1,visit,2,,,120,,\n2,,,1,0,,,\n2,drugs,1,,,,,x\n9,visit,1,,,99,,\n"
    )
    raw, coded = read(tmp_path / "a.csv", Q, text)
    assert coded.meta["response_id"].tolist() == ["1", "2"]
    assert coded.meta["row"].tolist() == [2, 5]
    assert coded.data["sex"].tolist() == ["2", "1"]
    assert said(coded) == [("drugs", 1, (6,)), ("visit", 3, (3, 4, 7))]
    assert said(coded, "repeat_without_record") == [("visit", 1, (7,))]
    assert list(raw.children) == ["drugs", "visit"]
    visit = raw.children["visit"]
    assert visit["response_id"].tolist() == ["1", "1", "9"]
    assert visit["bp"].tolist() == ["110", "120", "99"]
    assert "phone" not in visit
    assert "drug" not in visit
    assert raw.unused == ()


def test_a_question_of_a_repeated_instrument_only_is_not_in_the_file(tmp_path):
    text = "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,n\n1,,,2,\n1,visit,1,,5\n"
    raw, coded = read(tmp_path / "a.csv", Q, text)
    assert coded.missing["n"].astype("str").tolist() == ["nf"]
    assert raw.children["visit"]["n"].tolist() == ["5"]
    _, coded = read(tmp_path / "a.csv", Q, text.replace("1,,,2,\n", ""))  # nothing but repeated rows: they are records
    assert coded.data["n"].tolist() == ["5"]


def test_sheets_of_kobo_that_point_to_records(tmp_path):
    book = openpyxl.Workbook()
    main, group, other = book.active, book.create_sheet("members"), book.create_sheet("notes")
    main.append(["sex", "n", "_uuid", "_submission_time", "_index"])
    main.append([2, 1, "u1", "2024-05-06T08:05:00", 1])
    main.append([1, 2, "u2", "2024-05-06T08:05:00", 2])
    group.append(["age", "_index", "_parent_index"])
    for row in ([30, 1, 1], [5, 2, 2], [60, 3, 2], [7, 4, 8]):
        group.append(row)
    other.append(["anything"])
    book.save(tmp_path / "a.xlsx")
    raw = read_responses(tmp_path / "a.xlsx", Q)
    coded = code_responses(raw, Q)
    assert len(coded.data) == 2
    assert list(raw.children) == ["members"]
    assert raw.children["members"]["response_id"].tolist() == ["u1", "u2", "u2", ""]
    assert raw.children["members"]["age"].tolist() == ["30", "5", "60", "7"]
    assert said(coded) == [("members", 4, (2, 3, 4, 5))]
    assert said(coded, "repeat_without_record") == [("members", 1, (5,))]


def test_files_of_odk_beside_the_records(tmp_path):
    records = (
        "SubmissionDate,sex,n,KEY,FormVersion\n2024-05-06T08:05:00Z,2,1,uuid:1,1\n2024-05-06T08:05:00Z,1,2,uuid:2,1\n"
    )
    members = "age,PARENT_KEY,KEY\n30,uuid:1,uuid:1/m[1]\n5,uuid:2,uuid:2/m[1]\n"
    (tmp_path / "form-members.csv").write_text(members, encoding="utf-8")
    (tmp_path / "form-pets.csv").write_text("name,PARENT_KEY,KEY\nx,uuid:2/m[1],uuid:2/m[1]/p[1]\n", encoding="utf-8")
    (tmp_path / "form-else.csv").write_text("a\n1\n", encoding="utf-8")
    raw, coded = read(tmp_path / "form.csv", Q, records, versions=["1"])
    assert len(coded.data) == 2
    assert sorted(raw.children) == ["members", "pets"]
    assert raw.children["members"]["response_id"].tolist() == ["uuid:1", "uuid:2"]
    assert raw.children["pets"]["response_id"].tolist() == ["uuid:2"]
    with pytest.raises(DataError, match=r"form-members\.csv: rows of a repeat group"):
        read_responses(tmp_path / "form-members.csv", Q, source="odk")
