"""Values that look like one: found, told with the fix, made one the same way everywhere, and committed to."""

import unicodedata

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.errors import DataError
from surveykit.sampling import (
    check_frame,
    check_sampling_plan,
    draw,
    draw_indexed,
    frame_digest,
    index_frame,
    open_frame,
    stratum_table,
    verify_draw,
)
from surveykit.sampling.frames.normalising import ALL_STEPS, letters_of, normalised_sql, normalised_text

AWKWARD = [
    "锦江区", "锦江区 ", "\u3000\u9526\u6c5f\u533a", "\u9526\u200b\u6c5f\u533a", "Ａ１", "a1", "A1",
    "００７", "007", "7", "000", "0", "①", "ﬁ", "㎡", "ｱﾞ", "e\u0301", "é",
    "\uff2e\uff25\uff37  york\t", "한", "한", "´", "x\xa0y", "ſ", "K", "İ", "0\n", "", " ", "٣",
    "𝟘𝟙", "﹣1", "‘’", "\\'\"%", "\u05d0\u05bc",
]  # fmt: skip


LETTERS = st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00")


def in_engine(frame, values, steps):
    dialect = frame.dialect
    text = dialect.text(dialect.quote("v"))
    made = normalised_sql(text, steps, dialect, letters_of(frame, [text]))
    return [row[0] for row in frame.rows(f"select {made} from {frame.table} order by n")]


@pytest.mark.parametrize("steps", [["nfkc"], ["spaces"], ["case"], ["zeros"], list(ALL_STEPS)])
def test_sql_and_python_make_the_same_of_awkward_values(steps):
    frame = open_frame(pd.DataFrame({"n": range(len(AWKWARD)), "v": AWKWARD}))
    assert in_engine(frame, AWKWARD, steps) == [normalised_text(value, steps) for value in AWKWARD]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=6), min_size=1))
def test_sql_gives_unicode_nfkc_of_any_text(values):
    frame = open_frame(pd.DataFrame({"n": range(len(values)), "v": values}))
    assert in_engine(frame, values, ["nfkc"]) == [unicodedata.normalize("NFKC", value) for value in values]


def test_steps_are_settled_after_one_pass():
    for value in AWKWARD:
        once = normalised_text(value, ALL_STEPS)
        assert normalised_text(once, ALL_STEPS) == once


@pytest.fixture(name="people")
def _people():
    """5,000 people; a trailing blank makes a stratum of 100, whom a sample of 100 per stratum would take all."""
    strata = ["锦江区"] * 2400 + ["锦江区 "] * 100 + ["武侯区"] * 2500
    return pd.DataFrame({"u": [f"{i:05d}" for i in range(5000)], "区县": strata})


PLAN = {"frame": {"id": "u"}, "strata": ["区县"], "size": {"per_stratum": 100}}


def normalised(rule):
    return PLAN | {"frame": {"id": "u", "normalise": rule}}


def test_a_trailing_blank_makes_no_stratum_in_silence(make_plan, people):
    message = (
        r"'区县' differ by blanks or width only \(1: '锦江区' \(2,400 rows\) and '锦江区 ' \(100 rows\)\): write "
        r"'normalise: {区县: \[spaces\]}' under 'frame:' .* or 'normalise: {区县: \[\]}' if"
    )
    with pytest.raises(DataError, match=message):
        draw(make_plan(**PLAN), people)
    sample = draw(make_plan(**normalised({"区县": ["spaces"]})), people)
    assert sample.table["base_weight"].tolist() == [25.0] * 200
    assert any("100 rows change, 1 values ('锦江区 ' to '锦江区')" in note for note in sample.record.notes)
    apart = draw(make_plan(**normalised({"区县": []})), people).table
    assert sorted(apart["base_weight"].unique()) == [1.0, 24.0, 25.0]


def test_strata_that_the_plan_names_are_its_own(make_plan, people):
    named = {"levels": {"区县": ["锦江区", "锦江区 ", "武侯区"]}}
    assert len(stratum_table(make_plan(**PLAN, **named), people)) == 3
    sizes = {"size": {"by_stratum": {"锦江区": 1, "锦江区 ": 1, "武侯区": 1}}}
    assert len(stratum_table(make_plan(**PLAN | sizes), people)) == 3


def test_case_and_zeros_are_told_and_not_refused(make_plan, people):
    frame = people.assign(区县=["a", "A", "01", "1", "b"] * 1000)
    sample = draw(make_plan(**PLAN), frame)
    assert any(
        "differ by case or leading zeros only and are strata of their own (2: '01'" in n for n in sample.record.notes
    )
    assert verify_draw(make_plan(**PLAN), frame, sample.record, sample.table).ok
    plan = make_plan(**normalised(["case", "zeros"]))
    assert stratum_table(plan, frame)["population_size"].tolist() == [2000, 2000, 1000]


def test_normalising_is_part_of_plan_digest_and_proof(make_plan, people):
    plan = make_plan(**normalised(["nfkc", "spaces"]))
    clean = people.assign(区县=people["区县"].str.strip())
    sample = draw(plan, people)
    assert sample.record.plan["frame"]["normalise"] == ["nfkc", "spaces"]
    assert verify_draw(plan, people, sample.record, sample.table).ok
    assert not verify_draw(make_plan(**PLAN), clean, sample.record, sample.table).ok
    assert frame_digest(plan, people) == frame_digest(plan, clean) != frame_digest(make_plan(**PLAN), clean)
    assert sample.table["u"].tolist() == draw(make_plan(**PLAN), clean).table["u"].tolist()


def test_an_index_of_a_normalised_frame_gives_the_same_sample(make_plan, people, tmp_path):
    plan = make_plan(**normalised(["spaces"]))
    indexed = draw_indexed(plan, index_frame(plan, people, tmp_path / "i.parquet"))
    assert indexed.table["u"].tolist() == draw(plan, people).table["u"].tolist()
    assert verify_draw(plan, people, indexed.record, indexed.table).ok


def test_ids_that_become_one_are_refused(make_plan):
    frame = pd.DataFrame({"u": ["007", "７", "8"], "区县": "x"})
    size = {"size": {"per_stratum": 1}}
    assert len(draw(make_plan(**PLAN | size), frame).table) == 1
    with pytest.raises(DataError, match=r"1 ids occur more than once in column 'u': '7' \(2 times\)"):
        draw(make_plan(**normalised({"u": ["nfkc", "zeros"]}) | size), frame)


def test_a_relation_of_the_caller_is_normalised_where_it_lies(make_plan, people):
    connection = duckdb.connect()
    connection.register("people", people)
    plan = make_plan(**normalised(["nfkc", "spaces"]))
    sample = draw(plan, connection.table("people"))
    assert sample.record.sample_digest == draw(plan, people).record.sample_digest
    assert "from sampling_frame" in sample.record.sql


def test_a_plan_that_normalises_what_it_does_not_read(make_plan):
    problems = check_sampling_plan(make_plan(**normalised({"sex": ["case"]})))
    assert [str(problem) for problem in problems] == [
        "frame.normalise.sex: 'sex' is no id, stratum or cluster of the plan: name one of 'u', '区县'"
    ]


HOUSEHOLDS = pd.DataFrame({"户": ["1", "1", "2", "2", "3"], "人": [1, 2, 1, 2, 1], "区县": "x"})


@pytest.mark.parametrize("said", [{"id": ["户", "人"]}, {"unit_id": ["户", "人"]}])
def test_ids_of_several_columns(make_plan, said):
    plan = make_plan(frame=said, strata=["区县"], size={"per_stratum": 5})
    sample = draw(plan, HOUSEHOLDS)
    assert sorted(sample.table["unit_id"]) == ["1/1", "1/2", "2/1", "2/2", "3/1"]
    assert list(sample.table)[:4] == ["unit_id", "区县", "户", "人"]
    assert verify_draw(plan, HOUSEHOLDS, sample.record, sample.table).ok
    assert verify_draw(plan.model_validate(sample.record.plan), HOUSEHOLDS, sample.record, sample.table).ok
    joined = HOUSEHOLDS.assign(unit_id=HOUSEHOLDS["户"] + "/" + HOUSEHOLDS["人"].astype(str))
    plain = draw(make_plan(strata=["区县"], size={"per_stratum": 5}), joined)
    assert plain.table["unit_id"].tolist() == sample.table["unit_id"].tolist()
    with pytest.raises(DataError, match="has a column 'unit_id', and the plan makes that id of '户' and '人'"):
        draw(plan, joined)
    with pytest.raises(DataError, match="'unit_id' is missing in 1 rows"):
        draw(plan, HOUSEHOLDS.assign(户=["1", " ", "2", "2", "3"]))
    with pytest.raises(DataError, match=r"1 ids occur more than once in column 'unit_id': '1/1' \(2 times\)"):
        draw(plan, HOUSEHOLDS.assign(人=[1, 1, 1, 2, 1]))


def test_composite_ids_in_stages(make_plan):
    people = pd.DataFrame({"户": [f"h{i // 4}" for i in range(400)], "人": [i % 4 for i in range(400)]})
    stages = [{"id": "户", "size": {"per_stratum": 10}}, {"id": "unit_id", "size": {"per_stratum": 2}}]
    plan = make_plan(frame={"id": ["户", "人"]}, strata=[], size={}, stages=stages)
    sample = draw(plan, people)
    assert (sample.table["unit_id"].str.split("/").str[0] == sample.table["户"]).all()
    assert len(sample.table) == 20
    assert verify_draw(plan, people, sample.record, sample.table).ok


def test_clusters_that_look_like_one_are_doubted(make_plan):
    frame = pd.DataFrame({"u": range(6), "村": ["东村", "东村 ", "西村"] * 2})
    stages = [{"id": "村", "size": {"per_stratum": 1}}, {"id": "u", "size": {"per_stratum": 1}}]
    plan = make_plan(frame={"id": "u"}, strata=[], size={}, stages=stages)
    assert "clusters in column '村' differ" in str(check_frame(plan, frame).doubts[0])
