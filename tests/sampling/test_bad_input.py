"""The slips of a person with a frame and a plan; the message names the place and what to do."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from surveykit.errors import DataError
from surveykit.sampling import draw, draw_rotated, draw_second_phase, open_frame, verify_draw

BASE = {"unit_id": list("abcd"), "district": list("xxyy"), "v": [1.0, 2.0, 3.0, 4.0], "c": list("pqqq")}
STAGES = [{"id": "c", "size": {"per_stratum": 1}}, {"id": "unit_id", "size": {"per_stratum": 1}}]
PPS = [STAGES[0] | {"method": "brewer", "selection": {"size": "v"}}, STAGES[1]]

FRAMES = {
    "names by case": ({"District": list("pqrs")}, {}, r"twice or differ by case only \('district' and 'District'\)"),
    "times as ids": (
        {"unit_id": pd.date_range("2020-01-01", periods=4)},
        {},
        "type TIMESTAMP.*integers, dates or text",
    ),
    "lists as ids": ({"unit_id": [["a"], ["b"], ["c"], ["d"]]}, {}, r"type VARCHAR\[\]"),
    "texts of floats": ({"unit_id": ["1.0", "2.0", "3.0", "4.0"]}, {}, r"\(4: '1.0', .*as spreadsheets make them"),
    "scientific": ({"unit_id": ["5.1E+17", "b", "c", "d"]}, {}, r"floating-point numbers \(1: '5.1E\+17'\)"),
    "infinite size": (
        {"v": [1, np.inf, 1, 1]},
        {"method": "pareto", "selection": {"size": "v"}},
        "'v' is missing or not positive for units 1: 'x: b'",
    ),
    "cluster missing": ({"c": ["p", None, " ", "q"]}, {"stages": STAGES}, "cluster column 'c' is missing in 2 rows"),
    "cluster floats": ({"c": [1.0, 2.0, 2.0, 3.0]}, {"stages": STAGES}, "cluster column 'c' holds DOUBLE numbers"),
    "id twice in stages": (
        {"unit_id": list("aacd")},
        {"stages": STAGES},
        r"1 ids occur more.*'a' \(2 times\)",
    ),
    "id missing in stages": (
        {"unit_id": ["a", None, "c", "d"]},
        {"stages": STAGES},
        "missing in 1 rows; strata 1: 'x",
    ),
    "negative part of a size": (
        {"v": [1, 2, -1, 9]},
        {"stages": PPS},
        "'v', the size of.*1 rows; ids 1: 'c'",
    ),
    "missing part of a size": (
        {"v": [1, 2, None, 9]},
        {"stages": PPS},
        "'v', the size of.*1 rows; ids 1: 'c'",
    ),
    "more clusters than there are": (
        {},
        {"stages": [STAGES[0] | {"size": {"per_stratum": 3}}, STAGES[1]]},
        r"'x \(3 of 2\)', 'y \(3 of 1\)'",
    ),
    "helper's name": ({"listed_number_0": list("abcd")}, {}, "'listed_number_0'.*rename them"),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_that_are_wrong(make_plan, name):
    columns, changes, message = FRAMES[name]
    size = {} if "stages" in changes else {"per_stratum": 1}
    with pytest.raises(DataError, match=message):
        draw(make_plan(size=size, **changes), pd.DataFrame(BASE | columns))


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_files_with_names_that_differ_by_case(make_plan, tmp_path, ending):
    path = tmp_path / f"f.{ending}"
    nested = pa.array([{"District": 1, "x": 2}] * 4)
    table = pa.table(BASE | {"s": nested} if ending == "parquet" else BASE)
    if ending == "parquet":
        pq.write_table(table, path)
        assert len(draw(make_plan(size={"per_stratum": 1}), path).table) == 2  # a field of a struct is no column
        pq.write_table(table.append_column("District", pa.array(list("abcd"))), path)
    else:
        pd.DataFrame(BASE | {"District": list("abcd")}).to_csv(path, index=False)
    with pytest.raises(DataError, match="'district' and 'District'"):
        draw(make_plan(size={"per_stratum": 1}), path)


def test_two_frames_with_the_same_name(frame, make_plan, tmp_path):
    """Two files of one name: the record names the file, and the digest tells them apart."""
    for folder, rows in (("spring", frame), ("autumn", frame.iloc[50:])):
        (tmp_path / folder).mkdir()
        rows.to_parquet(tmp_path / folder / "frame.parquet")
    plan = make_plan()
    spring, autumn = (draw(plan, tmp_path / folder / "frame.parquet") for folder in ("spring", "autumn"))
    assert spring.record.frame == autumn.record.frame == "frame.parquet"
    result = verify_draw(plan, tmp_path / "autumn" / "frame.parquet", spring.record, spring.table)
    assert any("the frame digest differs: ids were added, removed or moved" in text for text in result.problems)


def test_a_table_that_is_called_like_ours_stays_what_it_is(frame, make_plan):
    connection = duckdb.connect()
    rows = pa.Table.from_pandas(frame)
    connection.register("residents", rows)
    connection.execute("create table sampling_frame as select 1 as mine")
    sample = draw(make_plan(), connection.table("residents"))
    assert sample.table["unit_id"].tolist() == draw(make_plan(), frame).table["unit_id"].tolist()
    assert connection.execute("select * from sampling_frame").fetchall() == [(1,)]
    assert connection.execute("select count(*) from duckdb_views() where not internal").fetchall() == [(1,)]
    assert "from sampling_frame)" in sample.record.sql
    connection.execute("create or replace table sampling_frame as from residents")
    assert draw(make_plan(), connection.table("sampling_frame")).record.frame_digest == sample.record.frame_digest


def test_sizes_that_changed_since_the_record(frame, make_plan):
    """The same units would be drawn, with other weights: digest and sum of weights both tell."""
    plan = make_plan(method="pareto", selection={"size": "income"}, size={"per_stratum": "5"})
    sample = draw(plan, frame)
    changed = frame.copy()
    outside = changed.index[~changed["unit_id"].isin(sample.table["unit_id"]) & (changed["district"] == "wuhou")][0]
    changed.loc[outside, "income"] *= 1.001
    assert draw(plan, changed).table["unit_id"].tolist() == sample.table["unit_id"].tolist()
    result = verify_draw(plan, changed, sample.record)
    assert "the weights differ in strata 1: 'wuhou': sizes of units changed" in result.problems
    assert any("the frame digest differs" in text for text in result.problems)
    old = sample.record.to_dict()
    old["strata"] = [{k: v for k, v in s.items() if k != "weight_total"} for s in old["strata"]]
    with pytest.raises(DataError, match="entries are missing"):
        type(sample.record).from_dict(old)


def test_a_frame_of_stages_that_changed_outside_of_the_drawn_clusters(frame, make_plan):
    content = frame.assign(c=[f"c{i % 30:02d}" for i in range(len(frame))])
    stages = [{"id": "c", "method": "sampford", "size": {"per_stratum": 3}}, STAGES[1]]
    plan = make_plan(size={}, stages=stages)
    sample = draw(plan, content)
    assert sample.record.frame_rows == len(content)
    assert verify_draw(plan, content, sample.record, sample.table).ok
    drawn = set(zip(sample.table["district"], sample.table["c"], strict=True))
    outside = [i for i, pair in enumerate(zip(content["district"], content["c"], strict=True)) if pair not in drawn]
    result = verify_draw(plan, content.drop(index=outside[:1]), sample.record)
    assert any("the frame digest differs" in text for text in result.problems)


def test_columns_that_begin_like_helpers_are_kept(make_plan):
    frame = pd.DataFrame(BASE | {"order_date": list("1234"), "number_of_children": [0, 1, 2, 3]})
    plan = make_plan(method="systematic", selection={"order": ["order_date"]}, size={"per_stratum": 1})
    assert {"order_date", "number_of_children"} <= set(draw(plan, frame).table)


def test_a_poisson_sample_without_units_says_so(make_plan):
    frame = pd.DataFrame({"unit_id": [str(i) for i in range(200)], "district": "x", "v": [1.0] * 200})
    plan = make_plan(method="poisson", selection={"size": "v"}, size={"per_stratum": 1}, seed="none")
    samples = [draw(plan.model_copy(update={"seed": f"s{i}"}), frame) for i in range(12)]
    empty = [sample for sample in samples if not len(sample.table)]
    assert empty
    assert len(empty) < 12
    assert empty[0].record.notes == ("stratum x: Poisson sampling drew no unit; 1 were expected",)


def test_second_phases_and_rotations_that_are_wrong(frame, make_plan):
    stages = [{"id": "sex", "size": {"per_stratum": 2}}, {"id": "unit_id", "size": {"per_stratum": 5}}]
    first = draw(make_plan(size={}, stages=stages), frame)
    with pytest.raises(DataError, match="its own seed"):
        draw_second_phase(make_plan(size={"per_stratum": 2}, seed="spring-2021/2"), first)
    with pytest.raises(DataError, match=r"'u000001' \(2 times\)"):
        draw_rotated(make_plan(), pd.concat([frame, frame.iloc[:1]]), 0.2)
    with pytest.raises(DataError, match=r"'wuhou \(5000 of"):
        draw_rotated(make_plan(size={"by_stratum": {"wuhou": 5000, "jinjiang": 1, "青羊": 1}}), frame, 0.2)


def test_limits_of_the_engine(frame, make_plan, tmp_path):
    frame.to_parquet(tmp_path / "f.parquet")
    opened = open_frame(tmp_path / "f.parquet", memory_limit="60MB", threads=1)
    assert draw(make_plan(), opened).table["unit_id"].tolist() == draw(make_plan(), frame).table["unit_id"].tolist()
    with pytest.raises(DataError, match="memory_limit 'much'"):
        open_frame(tmp_path / "f.parquet", memory_limit="much")
    with pytest.raises(DataError, match="hold for files"):
        open_frame(frame, threads=1)
