"""A cell yields the code of an option only where it is that option's own spelling; everything else is told."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny import read, ticked, tiny

from surveykit.errors import DataError
from surveykit.questionnaire import Choice, check_questionnaire
from surveykit.questionnaire.definition.spellings import Spellings, fold_label
from surveykit.responses import (
    QualityRules,
    UserMapping,
    check_quality,
    code_responses,
    merge_responses,
    minor_condition,
    read_responses,
)
from surveykit.responses.cells.missing_codes import DeclaredFor
from surveykit.responses.cells.values import CellReader, decode_options, decode_single
from surveykit.responses.fieldwork.sample_link import dispositions

CHOICES = [
    Choice("1", {"zh": "1-5次"}), Choice("2", {"zh": "15次"}), Choice("3", {"zh": "C"}), Choice("4", {"zh": "C++"}),
    Choice("5", {"zh": "<18"}), Choice("6", {"zh": ">18"}), Choice("10", {"zh": "诚实，善良"}),
    Choice("12", {"zh": "诚实善良"}), Choice("-9", {"zh": "不知道"}, special="dk"),
    Choice("96", {"zh": "其他"}, other=True),
]  # fmt: skip
SIGNS = st.text("0123456789+-.,、，;<>CＣ#次诚实善良 \t〖〗其他－０１９", max_size=8)


def own(cell: str, by: str) -> str | None:
    """The code whose own spelling a cell is, worked out apart from the reader: same signs, width and blanks aside."""
    plain = " ".join(cell.split())
    wide = {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}
    narrow = "".join(wide.get(c, c) for c in plain)
    codes = {c.code for c in CHOICES}
    if by == "place":
        places = {str(i): c.code for i, c in enumerate(CHOICES, start=1)}
        whole = narrow.removesuffix(".0") if plain.rstrip("0").endswith(".") else narrow
        return places.get(whole)
    whole, point, zeros = narrow.partition(".")
    for text in (narrow, whole if point and zeros and not zeros.strip("0") else narrow):
        if text in codes:
            return text
    for choice in CHOICES:
        label = choice.labels["zh"]
        if "".join(narrow.split()).upper() == "".join(label.replace("，", ",").split()).upper():
            return choice.code
    return None


def decoded(cells: list[str], reader: CellReader) -> list[str]:
    spellings = Spellings(CHOICES, by=reader.by)
    series = pd.Series(cells, dtype="str")
    found = decode_single(series, "q", CHOICES, spellings, reader, declared=DeclaredFor(), rows=np.arange(len(cells)))
    return [found.codes[place] for place in found.places]


def check_single(cells: list[str]) -> None:
    for by in ("code", "label", "place"):
        for cell, code in zip(cells, decoded(cells, CellReader(by)), strict=True):
            bare = re.sub(r"\s*〖\s*〗\s*$", "", cell)  # an option with no words in its brackets is that option
            if code and not code.startswith("\x00") and "〖" not in bare:
                assert own(bare, by) == code, (by, cell, code)
            if "〖" in bare and code and not code.startswith("\x00"):
                assert code == "96" or by == "place", (by, cell, code)


@settings(max_examples=300, deadline=None)
@given(st.lists(SIGNS, min_size=1, max_size=20))
def test_no_other_cell_yields_a_code(cells):
    check_single(cells)


@pytest.mark.slow
@settings(max_examples=20_000, deadline=None)
@given(st.lists(SIGNS, min_size=1, max_size=20))
def test_no_other_cell_yields_a_code_thousands(cells):
    check_single(cells)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["code", "label"]), st.sampled_from(["┋", ";", ",", " "]), st.lists(SIGNS, max_size=5))
def test_no_other_part_of_a_cell_yields_a_code(by, separator, parts):
    reader = CellReader(by, separator=separator)
    cell = separator.join(parts)
    found = decode_options(
        pd.Series([cell], dtype="str"), "q", CHOICES, Spellings(CHOICES, by=by), reader, declared=DeclaredFor(),
        rows=np.arange(1),
    )  # fmt: skip
    if "〖" in cell:
        return
    pieces = {cell[i:j] for i in range(len(cell)) for j in range(i + 1, len(cell) + 1)}
    possible = {own(piece, by) for piece in pieces} - {None}
    assert (found.codes[0] or frozenset()) <= possible
    whole = [p for p in cell.split(separator) if p.strip()]
    if any(own(p, by) is None for p in whole) and not any(separator in c.labels["zh"] for c in CHOICES):
        assert found.unmapped


def test_signs_points_and_commas_stay(tmp_path):
    q = tiny(
        {"id": "sat", "type": "single", "choices": ["差", "中", "好"]},
        {"id": "nps", "type": "single", "choices": [[str(i), f"{i}分"] for i in range(11)]},
        {"id": "ch", "type": "multi", "choices": [f"渠道{i}" for i in range(1, 14)]},
    )
    text = 'sat,nps,ch\n-1,1.0,"1,2"\n-3,10,"1、3"\n3,1.0,1;2\n'
    _, coded = read(tmp_path / "a.csv", q, text, source="table", policy="missing")
    assert coded.data["sat"].tolist()[2] == "3"
    assert coded.data["sat"].isna().tolist() == [True, True, False]
    assert coded.data["nps"].tolist() == ["1", "10", "1"]
    assert ticked(coded, "ch") == [["1", "2"], ["1", "3"], ["1", "2"]]
    assert coded.unmapped["value"].tolist() == ["-1", "-3"]
    assert (coded.unmapped["nearest"] == "").all()


def test_labels_that_differ_by_punctuation(tmp_path):
    q = tiny(
        {"id": "a", "type": "single", "choices": ["<18", ">18"]},
        {"id": "c", "type": "single", "choices": ["1-5次", "15次"]},
        {"id": "l", "type": "single", "choices": ["C", "C++", "C#"]},
    )
    text = "a,c,l\n<18,1-5次,C\n>18,15次,C++\n＞18,1—5次,c #\n"
    _, coded = read(tmp_path / "a.csv", q, text, source="table", variant="labels")
    assert coded.data.to_numpy().tolist() == [["1", "1", "1"], ["2", "2", "2"], ["2", "1", "3"]]
    assert not check_questionnaire(q)


def test_options_that_no_cell_tells_apart_are_refused():
    q = tiny({"id": "a", "type": "single", "choices": ["好", "好 "], "specials": ["dk"]})
    assert any("same text" in problem.what for problem in check_questionnaire(q))
    q = tiny({"id": "a", "type": "single", "choices": ["好", "说不清"], "specials": ["dk"]})
    assert any("'2' and '98' have the same text" in problem.what for problem in check_questionnaire(q))


def test_what_the_user_says_is_compared_exactly(tmp_path):
    q = tiny({"id": "a", "type": "single", "choices": ["<18", ">18"]})
    with pytest.raises(DataError, match="'18'"):
        read(tmp_path / "a.csv", q, "a\n<18\n18\n", source="table", mapping=UserMapping(values={"a": {"-18": "1"}}))
    said = UserMapping(values={"a": {"18": "2"}})
    _, coded = read(tmp_path / "a.csv", q, "a\n<18\n18\n", source="table", variant="labels", mapping=said)
    assert coded.data["a"].tolist() == ["1", "2"]


def test_whole_labels_come_before_separators(tmp_path):
    q = tiny({"id": "m", "type": "multi", "choices": ["水、电", "水", "气, 暖", "路"]})
    text = 'm\n"水、电,路"\n"水;气, 暖"\n"电,路"\n'
    _, coded = read(tmp_path / "a.csv", q, text, source="table", variant="labels", policy="keep")
    assert ticked(coded, "m") == [["1", "4"], ["2", "3"], []]  # a cell with anything left over ticks nothing
    assert coded.unmapped[["value", "rows"]].to_numpy().tolist() == [["电", (4,)]]


@pytest.mark.parametrize("options", [64, 65, 200])
def test_any_number_of_options(tmp_path, options):
    q = tiny({"id": "m", "type": "multi", "choices": [f"o{i}" for i in range(1, options + 1)]})
    rng = np.random.default_rng(options)
    held = rng.random((40, options)) < 0.5
    head = ",".join(f"m_{i}" for i in range(1, options + 1))
    text = "\n".join([head, *(",".join("1" if tick else "0" for tick in row) for row in held)]) + "\n"
    _, coded = read(tmp_path / "a.csv", q, text, source="table")
    assert coded.data.to_numpy(dtype=float, na_value=0).astype(bool).tolist() == held.tolist()


def test_a_code_in_a_column_of_its_own_is_no_tick(tmp_path):
    q = tiny({"id": "m", "type": "multi", "choices": ["a", "b"]})
    with pytest.raises(DataError, match="m_2: '2' in 1 row"):
        read(tmp_path / "a.csv", q, "m_1,m_2\n1,2\n", source="table")


def test_declared_missing_values_keep_their_kind(tmp_path):
    q = tiny(
        {"id": "sat", "type": "single", "choices": ["差", "好"], "specials": ["dk"]},
        {"id": "age", "type": "number", "text": "年龄", "min": "0", "max": "120"},
        {"id": "say", "type": "text"},
    )
    text = "sat,age,say\n-9,-8,n/a\n98,30,-9\n2,99,好\n-,４５,(空)\n"
    codes = {"-9": "rf", "-8": "na", "age": {"99": "nr"}}
    blanks = ["n/a", "-", "(空)"]
    raw, coded = read(tmp_path / "a.csv", q, text, source="table", missing_codes=codes, blanks=blanks)
    assert coded.missing.astype(str).to_numpy().tolist() == [
        ["rf", "nr", "nr"], ["dk", "", ""], ["", "nr", ""], ["nr", "", "nr"]
    ]  # fmt: skip
    assert coded.data["age"].tolist()[1:4:2] == ["30", "45"]
    assert coded.data["say"].tolist()[1] == "-9"
    told = [f for f in coded.log if f.kind == "declared_missing"]
    assert {(f.column, f.count) for f in told} == {("sat", 2), ("age", 2), ("say", 2)}
    assert not coded.meta["blocked"].any()
    assert raw.missing["age"].kind("99.0") == "nr"


def test_ranges_of_missing_values_of_spss(tmp_path):
    frame = pd.DataFrame({"sex": [1.0, 2.0, -1.0, -3.0, 98.0], "grade": [1.0, 3.0, -3.0, 2.0, 1.0]})
    ranges = {"sex": [{"lo": -9, "hi": -1}, {"lo": 98, "hi": 98}], "grade": [{"lo": -3, "hi": -3}]}
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), missing_ranges=ranges)
    q = tiny(
        {"id": "sex", "type": "single", "choices": ["男", "女"], "specials": ["dk"]},
        {"id": "grade", "type": "single", "choices": ["低", "中", "高"]},
    )
    coded = code_responses(read_responses(tmp_path / "a.sav", q), q)
    assert coded.missing.astype(str).to_numpy().tolist() == [["", ""], ["", ""], ["nr", "nr"], ["nr", ""], ["dk", ""]]
    assert {f.column for f in coded.log if f.kind == "declared_missing"} == {"sex", "grade"}


def test_a_negative_age_blocks_nobody(tmp_path):
    q = tiny({"id": "age", "type": "number", "text": "您的年龄", "min": "0"})
    _, coded = read(tmp_path / "a.csv", q, "age\n-9\n13\n40\n", source="table")
    assert minor_condition(q) == "(age >= 0 and age < 14)"
    assert coded.meta["blocked"].tolist() == [False, True, False]
    assert [f.rows for f in coded.log if f.kind == "out_of_range"] == [(2,)]


def test_questions_that_the_file_does_not_have(tmp_path):
    items = [{"id": f"q{i}", "type": "single", "choices": ["是", "否"]} for i in range(1, 5)]
    items[3]["ask_if"] = "q3 == 1"
    q = tiny(*items)
    _, coded = read(tmp_path / "a.csv", q, "q1,q2,q4\n1,1,2\n1,,\n", source="table")
    assert coded.missing.astype(str).to_numpy().tolist() == [["", "", "nf", ""], ["", "nr", "nf", "na"]]
    assert dispositions(coded, QualityRules().dispositions).tolist() == ["I", "P"]
    quality = check_quality(coded, q)
    assert quality.indices["item_nonresponse"].tolist() == [0.0, 0.5]
    assert {"column_missing", "routing_unknown"} <= {f.kind for f in coded.log}


def test_questions_are_counted_not_columns(tmp_path):
    q = tiny(
        {"id": "s", "type": "single", "choices": ["x", "y"]},
        {"id": "m", "type": "multi", "choices": [f"o{i}" for i in range(1, 14)]},
    )
    rules = QualityRules.model_validate({"speeders": {"below_median": 0.1, "seconds_per_question": 2}})
    _, coded = read(tmp_path / "a.csv", q, "s,m,duration_seconds\n" + "1,1;2,20\n" * 40, source="table")
    assert not check_quality(coded, q, rules).flags["speeder"].any()
    _, coded = read(tmp_path / "a.csv", q, "s,m,duration_seconds\n1,,3\n", source="table")
    assert dispositions(coded, rules.dispositions).tolist() == ["P"]
    assert check_quality(coded, q, rules).indices["speeder_threshold"].tolist() == [4.0]


def test_a_later_export_without_a_column_erases_nothing(tmp_path):
    q = tiny(*({"id": f"q{i}", "type": "single", "choices": ["是", "否"]} for i in range(1, 4)))
    _, one = read(tmp_path / "a.csv", q, "response_id,q1,q2,q3\n1,1,1,2\n2,1,,1\n", source="table")
    _, two = read(tmp_path / "b.csv", q, "response_id,q1,q2\n1,2,1\n3,1,1\n", source="table")
    merge = merge_responses(one, two)
    assert merge.changes[["response_id", "column", "before", "after"]].to_numpy().tolist() == [["1", "q1", "1", "2"]]
    assert merge.responses.data["q3"].fillna("").tolist() == ["2", "1", ""]
    assert merge.responses.missing["q3"].astype(str).tolist() == ["", "", "nf"]


def test_limits_are_checked_on_reading(tmp_path):
    q = tiny(
        {"id": "n", "type": "number", "min": "1", "max": "9"},
        {"id": "m", "type": "multi", "choices": ["a", "b", "c"], "min": "2", "max": "2"},
        {"id": "d", "type": "date", "min": "2021-09-01", "max": "2021-09-30"},
    )
    text = "n,m,d\n0,1;2,2021/9/1\n10,1,31/08/2021\n2.5,1;2;3,30/09/2021\n"
    _, coded = read(tmp_path / "a.csv", q, text, source="table")
    found = {(f.column, f.message.partition(":")[2].partition(" in ")[0].strip()): f.rows for f in coded.log}
    assert found["n", "below the minimum 1"] == (2,)
    assert found["n", "above the maximum 9"] == (3,)
    assert found["n", "not a whole number"] == (4,)
    assert found["m", "fewer than 2 options chosen"] == (3,)
    assert found["m", "more than 2 options chosen"] == (4,)
    assert found["d", "before the first date 2021-09-01"] == (3,)


def test_words_stand_after_the_option_that_takes_them(tmp_path):
    q = tiny({"id": "a", "type": "single", "choices": ["好", "差"], "other": "96"})
    text = "a\n其他（请注明）〖一般〗\n好〖很〗\n"
    _, coded = read(tmp_path / "a.csv", q, text, source="table", variant="labels", policy="keep")
    assert coded.data["a_96_text"].fillna("").tolist() == ["一般", ""]
    assert coded.unmapped["value"].tolist() == ["好〖很〗"]


def test_forms_of_labels():
    assert fold_label("其他（请注明）") == fold_label("其他(请注明)")
    assert fold_label("18—29 岁") == fold_label("18-29岁") != fold_label("1829岁")
    assert fold_label("a b") != fold_label("ab")
    assert fold_label("<b>好</b>") == fold_label("好")
