import hashlib
import itertools
import json
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import yaml

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import DrawRecord, SamplingPlan, check_sampling_plan, draw, frame_digest, stratum_table
from surveykit.sampling.frames.frames import DuckDBFrame


def by_hand(frame, seed, size, name="md5"):
    """The definition of the draw, in plain Python."""
    drawn = []
    for stratum in sorted(frame["district"].unique()):
        units = frame.loc[frame["district"] == stratum, "unit_id"]
        keys = sorted((hashlib.new(name, f"{seed}:{unit}".encode()).hexdigest(), unit) for unit in units)
        drawn += [(stratum, unit) for _, unit in keys[:size]]
    return drawn


def drawn(sample):
    return list(zip(sample.table["stratum"], sample.table["unit_id"], strict=True))


@pytest.mark.parametrize("name", ["md5", "sha256"])
def test_draw_equals_plain_hashlib(frame, make_plan, name):
    sample = draw(make_plan(hash=name), frame)
    assert drawn(sample) == by_hand(frame, "spring-2021", 40, name)


def test_draw_is_the_same_for_every_kind_and_order_of_frame(frame, make_plan, tmp_path):
    plan = make_plan()
    shuffled = frame.sample(frac=1, random_state=2)
    shuffled.to_csv(tmp_path / "f.csv", index=False)
    frame.to_parquet(tmp_path / "f.parquet")
    kinds = {
        "csv": tmp_path / "f.csv",
        "parquet": str(tmp_path / "f.parquet"),
        "shuffled": shuffled,
        "category": frame.astype({"district": "category"}),
        "polars": pl.from_pandas(frame),
        "arrow": pa.Table.from_pandas(frame),
        "relation": duckdb.connect().read_parquet(str(tmp_path / "f.parquet")),
    }
    first = draw(plan, frame)
    for kind, other in kinds.items():
        sample = draw(plan, other)
        assert drawn(sample) == drawn(first), kind
        assert sample.record.frame_digest == first.record.frame_digest, kind
        assert sample.record.sample_digest == first.record.sample_digest, kind


def test_integer_ids_and_their_text_give_the_same_sample(frame, make_plan):
    whole = frame.assign(unit_id=np.arange(len(frame)))
    assert drawn(draw(make_plan(), whole)) == drawn(draw(make_plan(), whole.astype({"unit_id": str})))


def test_table_carries_probabilities_weights_and_columns(frame, make_plan):
    plan = make_plan(size={"by_stratum": {"jinjiang": "10", "wuhou": "20", "青羊": "0"}})
    table = draw(plan, frame).table
    counts = frame["district"].value_counts()
    assert table.columns.tolist() == [
        "unit_id", "district", "sex", "income", "stratum", "inclusion_probability", "base_weight", "selection_order",
    ]  # fmt: skip
    assert table["selection_order"].tolist() == [*range(1, 11), *range(1, 21)]
    expected = table["stratum"].map({"jinjiang": 10, "wuhou": 20}) / table["stratum"].map(counts)
    np.testing.assert_allclose(table["inclusion_probability"], expected, rtol=1e-15)
    np.testing.assert_allclose(table["inclusion_probability"] * table["base_weight"], 1.0, rtol=1e-15)
    merged = table.merge(frame, on="unit_id", suffixes=("", "_frame"))
    assert (merged["income"] == merged["income_frame"]).all()
    assert draw(make_plan(frame={"id": "unit_id", "keep": ["sex"]}), frame).table.columns[2] == "sex"


def test_sample_is_nested_in_a_larger_one_and_in_a_larger_frame(frame, make_plan):
    small, large = draw(make_plan(), frame), draw(make_plan(size={"per_stratum": 60}), frame)
    assert set(drawn(small)) < set(drawn(large))


def test_srs_every_subset_equally_likely_over_seeds(make_plan):
    """N=6, n=2 in one stratum: all 15 subsets, chi-square over 3000 seeds (hashing as the draw does, checked "
    "against it)."""
    units = list("abcdef")
    frame = pd.DataFrame({"unit_id": units, "district": "x"})
    counts = dict.fromkeys(itertools.combinations(units, 2), 0)
    for seed in range(3000):
        keys = sorted((hashlib.md5(f"s{seed}:{u}".encode()).hexdigest(), u) for u in units)
        counts[tuple(sorted(u for _, u in keys[:2]))] += 1
        if seed % 500 == 0:
            plan = make_plan(size={"per_stratum": 2}, seed=f"s{seed}")
            assert draw(plan, frame).table["unit_id"].tolist() == [u for _, u in keys[:2]]
    observed = np.array(list(counts.values()))
    chi_square = ((observed - 200) ** 2 / 200).sum()
    assert chi_square < 36.1  # 0.999 quantile on 14 degrees of freedom


def test_inclusion_probabilities_by_monte_carlo(make_plan):
    """Whole frames with shifted ids are independent replications: first and second order within 4.5 standard errors."""
    replications, population, size = 400, 10, 4
    frame = pd.DataFrame(
        {
            "unit_id": [f"{r}-{i}" for r in range(replications) for i in range(population)],
            "district": [f"{r:03d}" for r in range(replications) for _ in range(population)],
        }
    )
    table = draw(make_plan(size={"per_stratum": size}), frame).table
    included = np.zeros((replications, population))
    for unit in table["unit_id"]:
        replication, i = map(int, unit.split("-"))
        included[replication, i] = 1
    first, second = size / population, size * (size - 1) / (population * (population - 1))
    assert (included.sum(axis=1) == size).all()
    assert (abs(included.mean(axis=0) - first) < 4.5 * np.sqrt(first * (1 - first) / replications)).all()
    joint = (included.T @ included / replications)[np.triu_indices(population, 1)]
    assert (abs(joint - second) < 4.5 * np.sqrt(second * (1 - second) / replications)).all()


def test_threshold_that_is_too_small_is_widened(frame, make_plan, monkeypatch):
    import surveykit.sampling.drawing.units as module

    right = drawn(draw(make_plan(), frame))
    original = module.threshold
    monkeypatch.setattr(module, "threshold", lambda n, population, factor=1.0: original(n, population, factor / 500))
    assert drawn(draw(make_plan(), frame)) == right


def test_unstratified_several_columns_and_a_column_named_stratum(frame, make_plan):
    assert draw(make_plan(strata=[]), frame).table["stratum"].unique().tolist() == ["all"]
    crossed = draw(make_plan(strata=["district", "sex"], size={"per_stratum": 3}), frame)
    assert crossed.table["stratum"].nunique() == 6
    assert crossed.table["stratum"].iloc[0] == "jinjiang/1"
    named = draw(make_plan(strata=["stratum"]), frame.rename(columns={"district": "stratum"}))
    assert named.table["unit_id"].tolist() == draw(make_plan(), frame).table["unit_id"].tolist()


def test_digest_sees_every_change_of_ids_and_strata_and_no_order(frame, make_plan):
    plan = make_plan()
    digest = frame_digest(plan, frame)
    assert digest == frame_digest(plan, frame.iloc[::-1])
    assert digest == frame_digest(plan, frame.assign(income=0.0))
    assert digest != frame_digest(plan, frame.iloc[:-1])
    assert digest != frame_digest(plan, frame.assign(unit_id=frame["unit_id"].replace("u000001", "u999999")))
    moved = frame["district"].where(frame["unit_id"] != "u000001", "wuhou")
    assert (moved != frame["district"]).any()
    assert digest != frame_digest(plan, frame.assign(district=moved))
    assert digest == frame_digest(make_plan(seed="other"), frame)


def test_record_survives_json_and_names_what_decided(frame, make_plan):
    record = draw(make_plan(), frame).record
    again = DrawRecord.from_dict(json.loads(json.dumps(record.to_dict())))
    assert again == record
    for stratum in record.strata:
        keys = [
            hashlib.md5(f"spring-2021:{unit}".encode()).hexdigest()
            for unit in frame.loc[frame["district"] == stratum.stratum, "unit_id"]
        ]
        assert sum(key <= stratum.cut_key for key in keys) == stratum.sample_size == 40
    with pytest.raises(DataError, match="version"):
        DrawRecord.from_dict({})
    with pytest.raises(DataError, match="entries are missing"):
        DrawRecord.from_dict({"record": 2})
    with pytest.raises(DataError, match="format 1, whose frame digest can be forged"):
        DrawRecord.from_dict(record.to_dict() | {"record": 1})
    with pytest.raises(DataError, match="unknown \\(1: 'added'\\)"):
        DrawRecord.from_dict(record.to_dict() | {"added": 1})


def test_quotes_in_seed_and_strata_are_harmless(make_plan):
    frame = pd.DataFrame({"unit_id": ["a", "b"], "o'clock": ["x'y", "x'y"]})
    sample = draw(make_plan(strata=["o'clock"], size={"per_stratum": 1}, seed="o'seed"), frame)
    assert sample.record.strata[0].stratum == "x'y"


def bad_frames():
    base = {"unit_id": ["a", "b", "c", "d"], "district": ["x", "x", "y", "y"]}
    return {
        "missing id": (base | {"unit_id": ["a", None, "c", None]}, "missing in 2 rows.*'x: 1', 'y: 1'"),
        "blank id": (base | {"unit_id": ["a", " ", "c", "d"]}, "blank in 1 rows"),
        "duplicate": (base | {"unit_id": ["a", "b", "b", "d"]}, r"1 ids occur more than once.*'b' \(2 times\)"),
        "float id": (base | {"unit_id": [1.0, 2.0, 3.0, 4.0]}, "DOUBLE numbers"),
        "float from missing": (base | {"unit_id": [1, 2, None, 4]}, "becomes floats"),
        "null stratum": (base | {"district": ["x", None, "y", "y"]}, "'district' is missing in 1 rows; ids 'b'"),
        "float stratum": (base | {"district": [1.0, 1.0, 2.0, 2.0]}, "stratum column 'district' holds DOUBLE"),
        "no column": ({"unit_id": ["a"]}, r"columns are missing \(1: 'district'\)"),
        "empty": ({"unit_id": pd.Series([], dtype=str), "district": pd.Series([], dtype=str)}, "no rows"),
        "mixed": (base | {"unit_id": ["a", 1, "c", "d"]}, "mixes types"),
        "clash": (base | {"prn": [1, 2, 3, 4]}, "columns that the draw adds.*'prn'"),
    }


@pytest.mark.parametrize("name", bad_frames())
def test_bad_frames(make_plan, name):
    content, message = bad_frames()[name]
    with pytest.raises(DataError, match=message):
        draw(make_plan(size={"per_stratum": 1}), pd.DataFrame(content))


def test_large_frames_compare_the_candidates(make_plan):
    frame = pd.DataFrame({"unit_id": ["a", "b", "b", "d"], "district": "x"})
    with pytest.raises(DataError, match="more than once"):
        draw(make_plan(size={"per_stratum": 1}), frame, id_check="candidates")
    fine = draw(make_plan(size={"per_stratum": 1}), frame.drop(index=2), id_check="candidates")
    assert fine.record.ids_checked == "candidates"


def test_recorded_sql_alone_draws_the_sample(frame, make_plan):
    sample = draw(make_plan(), frame)
    connection = duckdb.connect()
    connection.register("sampling_frame", pa.Table.from_pandas(frame))
    rows = connection.execute(sample.record.sql).fetchall()
    assert [row[0] for row in rows] == sample.table["unit_id"].tolist()


@pytest.mark.parametrize("mark", ["", "\x1f"])
def test_many_strata_are_drawn_as_few_ones_are(make_plan, monkeypatch, mark):
    """Beyond a number of strata their limits reach DuckDB as three texts; the recorded query is the same one."""
    rng = np.random.default_rng(8)
    names = [f"{mark}s{i}'; \\\"层,{i % 7}" for i in range(260)]
    frame = pd.DataFrame({"unit_id": [f"u{i}" for i in range(2600)], "district": rng.choice(names, 2600)})
    plan = make_plan(size={"total": 700, "allocation": "proportional", "minimum": 2})
    asked: list[str] = []
    arrow = DuckDBFrame.arrow
    monkeypatch.setattr(DuckDBFrame, "arrow", lambda self, sql: asked.append(sql) or arrow(self, sql))
    many = draw(plan, frame)
    assert ("string_split" in asked[0]) == (not mark)
    sampling_frame = frame  # noqa: F841
    by_record = duckdb.sql(many.record.sql).df()
    assert by_record["unit_id"].tolist() == many.table["unit_id"].tolist()
    monkeypatch.setattr("surveykit.sampling.frames.scan.FEW", 10_000)
    few = draw(plan, frame)
    assert "string_split" not in asked[-1]
    pd.testing.assert_frame_equal(many.table, few.table)
    assert many.record == few.record


def test_repeated_column_names_and_strange_objects(make_plan, tmp_path):
    with pytest.raises(DataError, match="occur twice"):
        draw(make_plan(), pd.DataFrame([["a", "x", "y"]], columns=["unit_id", "district", "district"]))
    with pytest.raises(DataError, match="list is no frame"):
        draw(make_plan(), [1])
    with pytest.raises(DataError, match="does not exist"):
        draw(make_plan(), tmp_path / "none.parquet")
    (tmp_path / "f.doc").write_bytes(b"x")
    with pytest.raises(DataError, match=r"'f\.doc' is of no known kind: convert the frame to one of \.parquet, "):
        draw(make_plan(), tmp_path / "f.doc")
    (tmp_path / "f.parquet").write_bytes(b"x")
    with pytest.raises(DataError, match="cannot be read"):
        draw(make_plan(), tmp_path / "f.parquet")


def test_plan_and_frame_with_different_strata(frame, make_plan):
    with pytest.raises(DataError, match=r"not in the plan.*'青羊'.*no rows in the frame.*'gaoxin'"):
        draw(make_plan(levels={"district": ["jinjiang", "wuhou", "gaoxin"]}), frame)
    with pytest.raises(DataError, match=r"no size in the plan.*'wuhou'.*no rows in the frame.*'gaoxin'"):
        draw(make_plan(size={"by_stratum": {"jinjiang": 1, "gaoxin": 1}}), frame)


def test_more_units_than_the_stratum_holds(frame, make_plan):
    with pytest.raises(DataError, match=r"'jinjiang \(1000 of \d+\)'"):
        draw(make_plan(size={"per_stratum": 1000}), frame)


def test_two_strata_with_one_name(make_plan):
    frame = pd.DataFrame({"unit_id": ["a", "b"], "p": ["x/y", "x"], "q": ["z", "y/z"]})
    with pytest.raises(DataError, match="same name"):
        draw(make_plan(strata=["p", "q"], size={"per_stratum": 1}), frame)


def test_no_seed(frame, make_plan):
    with pytest.raises(DefinitionError, match="seed"):
        draw(make_plan(seed=None), frame)
    with pytest.raises(DefinitionError, match="colon"):
        draw(make_plan(seed="a:b"), frame)


def test_all_problems_of_a_plan_at_once(make_plan):
    plan = make_plan(
        strata=["district", "district", "unit_id"], levels={"sex": ["1"]},
        size={"total": 10, "per_stratum": 2, "allocation": "neyman", "minimum": 5, "maximum": 4},
    )  # fmt: skip
    problems = check_sampling_plan(plan)
    assert len(problems) == 6
    assert ("strata", 1) in [problem.path for problem in problems]


def test_reference_plan_is_right():
    path = Path(__file__).parents[2] / "sampling" / "plan.yaml"
    plan = SamplingPlan.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader))
    assert check_sampling_plan(plan) == []
    assert plan.size.per_stratum == 400
    assert len(plan.levels["district"]) == len(set(plan.levels["district"])) == 23


def test_stratum_table(frame, make_plan):
    table = stratum_table(make_plan(size={"total": 100, "allocation": "neyman", "standard_deviation": "income"}), frame)
    assert table["stratum"].tolist() == ["jinjiang", "wuhou", "青羊"]
    expected = frame.groupby("district")["income"].agg(["size", "std"])
    assert table["population_size"].tolist() == expected["size"].tolist()
    np.testing.assert_allclose(table["standard_deviation"], expected["std"], rtol=1e-10)
