"""Draws by every method, in stages, with reserves, in two phases and in rotation."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from surveykit.errors import DataError
from surveykit.sampling import (
    SamplingPlan,
    allocate,
    check_sampling_plan,
    draw,
    draw_rotated,
    draw_second_phase,
    open_ledger,
    overlap,
    release,
    replicate_samples,
    stratum_table,
    verify_draw,
)

METHODS = {
    "systematic": {"order": ["income"]},
    "poisson": {"size": "x"},
    "sequential_poisson": {"size": "x"},
    "pareto": {"size": "x"},
    "sampford": {"size": "x"},
    "brewer": {"size": "x"},
    "systematic_pps": {"size": "x", "order": ["sex", "income"], "serpentine": "true"},
    "ordered_pivotal": {"order": ["sex"]},
    "chromy": {"size": "x", "order": ["sex", "income"]},
    "cube": {"size": "x", "balance": ["income"]},
    "local_pivotal": {"coordinates": ["x", "income"]},
}


@pytest.fixture(name="small", scope="module")
def _small(frame):
    rng = np.random.default_rng(11)
    return frame.iloc[:400].assign(x=0.2 + rng.random(400), community=[f"c{i % 40:02d}" for i in range(400)])


@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_records_and_verifies(small, make_plan, method, tmp_path):
    plan = make_plan(method=method, selection=METHODS[method], size={"per_stratum": "12"})
    assert check_sampling_plan(plan) == []
    sample = draw(plan, small)
    if method != "poisson":
        assert sample.table["stratum"].value_counts().to_dict() == {"jinjiang": 12, "wuhou": 12, "青羊": 12}
    small.to_parquet(tmp_path / "f.parquet")
    shuffled = draw(plan, small.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(sample.table, shuffled.table)
    verified = verify_draw(plan, tmp_path / "f.parquet", sample.record, sample.table)
    assert verified.ok, verified.problems
    if "size" in METHODS[method]:
        total = small.groupby("district")["x"].sum()
        expected = 12 * sample.table["x"] / sample.table["stratum"].map(total)
        # Order sampling has other probabilities than its targets; test_order_probabilities checks them.
        near = 0.1 if method in ("pareto", "sequential_poisson") else 1e-12
        np.testing.assert_allclose(sample.table["inclusion_probability"], expected, rtol=near)


def test_certain_units_are_taken_and_said(make_plan):
    frame = pd.DataFrame({"unit_id": list("abcdef"), "district": "x", "income": [1, 1, 1, 1, 1, 100.0]})
    sample = draw(make_plan(method="sampford", selection={"size": "income"}, size={"per_stratum": 2}), frame)
    assert sample.table.set_index("unit_id").loc["f", "inclusion_probability"] == 1.0
    assert "stratum x: units so large that they are taken with certainty: 1: 'f'" in sample.record.notes


def test_bad_sizes_name_stratum_and_units(make_plan):
    frame = pd.DataFrame({"unit_id": list("abcd"), "district": ["x", "x", "y", "y"], "income": [1, 0, -2, np.nan]})
    plan = make_plan(method="pareto", selection={"size": "income"}, size={"per_stratum": 1})
    with pytest.raises(DataError, match="'income' is missing or not positive for units 3: 'x: b', 'y: "):
        draw(plan, frame)
    with pytest.raises(DataError, match="1 rows hold none"):
        draw(plan, frame.assign(income=["1", "2", "many", "3"]))
    with pytest.raises(DataError, match="columns are missing"):
        draw(plan, frame.drop(columns="income"))


def test_selection_that_lacks_or_ignores_something(make_plan):
    problems = check_sampling_plan(make_plan(method="cube", selection={"order": ["x"]}))
    assert [problem.what for problem in problems] == ["method 'cube' needs balance", "method 'cube' does not use order"]
    assert "reserve needs a sample of fixed size" in str(
        check_sampling_plan(make_plan(method="poisson", selection={"size": "x"}, reserve=5))[0].what
    )


def two_stage_plan(make_plan, **changes):
    stages = [
        {"id": "community", "method": "sampford", "size": {"per_stratum": "4"}},
        {"id": "unit_id", "size": {"per_stratum": "3"}},
    ]
    return make_plan(size={}, stages=stages, **changes)


def test_two_stages_multiply_probabilities(small, make_plan):
    plan = two_stage_plan(make_plan)
    assert check_sampling_plan(plan) == []
    sample = draw(plan, small)
    table = sample.table
    assert table.groupby("stratum")["community"].nunique().tolist() == [4, 4, 4]
    counts = small.groupby(["district", "community"]).size()
    strata = small.groupby("district").size()
    for row in table.itertuples():
        in_cluster = counts[row.district, row.community]
        first = 4 * in_cluster / strata[row.district]
        second = min(3, in_cluster) / in_cluster
        assert row.inclusion_probability == pytest.approx(first * second, rel=1e-12)
        assert row.base_weight == pytest.approx(1 / (first * second), rel=1e-12)
    verified = verify_draw(plan, small, sample.record, table)
    assert verified.ok, verified.problems
    changed = small[small["unit_id"] != table["unit_id"].iloc[0]]
    assert not verify_draw(plan, changed, sample.record, table).ok
    allocation = allocate(plan, stratum_table(plan, small))
    assert allocation.table["sample_clusters"].tolist() == [4, 4, 4]
    pd.testing.assert_frame_equal(draw(plan, small, allocation).table, table)


def test_three_stages(small, make_plan):
    frame = small.assign(street=small["community"].str[:2])
    stages = [
        {"id": "street", "method": "sampford", "size": {"per_stratum": "2"}},
        {"id": "community", "size": {"per_stratum": "2"}},
        {"id": "unit_id", "method": "systematic", "selection": {"order": ["income"]}, "size": {"per_stratum": "2"}},
    ]
    table = draw(make_plan(size={}, stages=stages), frame).table
    parts = table[[f"inclusion_probability_{k}" for k in (1, 2, 3)]]
    np.testing.assert_allclose(parts.prod(axis=1), table["inclusion_probability"], rtol=1e-14)
    assert (table.groupby(["stratum", "street", "community"]).size() <= 2).all()


@pytest.mark.slow
def test_two_stages_are_unbiased_over_seeds(make_plan):
    """Inclusion probabilities of a tiny frame over many seeds."""
    frame = pd.DataFrame({"unit_id": [f"u{i}" for i in range(12)], "district": "x", "community": list("aabbbccccddd")})
    stages = [
        {"id": "community", "method": "brewer", "size": {"per_stratum": "2"}},
        {"id": "unit_id", "size": {"per_stratum": "2"}},
    ]
    hits = dict.fromkeys(frame["unit_id"], 0)
    rounds = 250
    for seed in range(rounds):
        for unit in draw(make_plan(size={}, stages=stages, seed=f"s{seed}"), frame).table["unit_id"]:
            hits[unit] += 1
    expected = 2 * 2 / 12  # PPS clusters and a fixed number in each are self-weighting
    deviation = (np.array(list(hits.values())) / rounds - expected) / np.sqrt(expected * (1 - expected) / rounds)
    assert abs(deviation).max() < 4.5


def test_total_within_districts(small, make_plan):
    plan = make_plan(strata=["district", "sex"], size={"total": "20", "within": ["district"], "minimum": "3"})
    sizes = allocate(plan, stratum_table(plan, small)).table
    assert sizes.groupby("district")["sample_size"].sum().tolist() == [20, 20, 20]
    assert sizes["sample_size"].min() >= 3


def test_residents_plan_is_right(make_plan):
    path = Path(__file__).parents[2] / "sampling" / "plan_residents.yaml"
    plan = SamplingPlan.model_validate(yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader))
    assert check_sampling_plan(plan) == []
    rows = [
        (f"{d}-{u}-{c}-{i}", d, u, f"c{c}", "1", "2")
        for d, u, c in itertools.product(plan.levels["district"], "01", range(9))
        for i in range(4)
    ]
    frame = pd.DataFrame(rows, columns=["resident_id", "district", "urban", "community", "sex", "age_group"])
    table = draw(plan, frame).table
    assert (table.groupby("district").apply(lambda t: len(t[["urban", "community"]].drop_duplicates())) == 12).all()


def test_reserve_is_the_tail_of_the_same_order(frame, make_plan):
    plan = make_plan(reserve=15)
    sample, plain = draw(plan, frame), draw(make_plan(size={"per_stratum": 55}), frame)
    assert sample.table["unit_id"].tolist() == plain.table["unit_id"].tolist()
    assert sample.table.groupby("stratum")["reserve"].sum().tolist() == [15, 15, 15]
    assert verify_draw(plan, frame, sample.record, sample.table).ok
    ledger = release(open_ledger(sample), {"wuhou": 5}, "low response")
    ledger = release(ledger, {"wuhou": 2, "青羊": 1}, "low response again")
    population = frame["district"].value_counts()
    table = ledger.table
    assert table["stratum"].value_counts().to_dict() == {"wuhou": 47, "青羊": 41, "jinjiang": 40}
    weights = table.groupby("stratum")["base_weight"].sum()
    np.testing.assert_allclose(weights, population[weights.index], rtol=1e-12)
    assert [(e["step"], e["stratum"], e["first"], e["last"]) for e in ledger.entries] == [
        (1, "wuhou", 41, 45), (2, "wuhou", 46, 47), (2, "青羊", 41, 41),
    ]  # fmt: skip


def test_release_refuses_choice(frame, make_plan):
    ledger = open_ledger(draw(make_plan(reserve=3), frame))
    with pytest.raises(DataError, match="'wuhou: 4 of 3'"):
        release(ledger, {"wuhou": 4}, "x")
    with pytest.raises(DataError, match="not in the sample"):
        release(ledger, {"mars": 1}, "x")
    with pytest.raises(DataError, match="no whole numbers of 1 or more"):
        release(ledger, {"wuhou": 0}, "x")
    with pytest.raises(DataError, match="reason"):
        release(ledger, {"wuhou": 1}, " ")


def test_replicates_partition_the_sample(frame, make_plan):
    table = replicate_samples(draw(make_plan(), frame), 4)
    assert table.groupby(["stratum", "replicate"]).size().unique().tolist() == [10]
    totals = table.groupby(["replicate", "stratum"])["replicate_weight"].sum().unstack()
    np.testing.assert_allclose(totals, np.tile(frame["district"].value_counts()[totals.columns], (4, 1)))
    with pytest.raises(DataError, match="cannot be made"):
        replicate_samples(draw(make_plan(), frame), 41)


def test_rotation_renews_the_share_asked_for(make_plan):
    frame = pd.DataFrame({"unit_id": [f"u{i}" for i in range(8000)], "district": "x"})
    plan = make_plan(size={"per_stratum": 800})
    first = draw_rotated(plan, frame, 0.0)
    assert first["unit_id"].tolist() == draw(plan, frame).table["unit_id"].tolist()
    assert abs(overlap(first, draw_rotated(plan, frame, 0.1 * 0.25), "unit_id") - 0.75) < 0.05
    assert overlap(first, draw_rotated(plan, frame, 0.3), "unit_id") == 0.0
    np.testing.assert_allclose(draw_rotated(plan, frame, 0.99)["inclusion_probability"], 0.1)
    with pytest.raises(DataError, match="shift"):
        draw_rotated(plan, frame, 1.0)


def test_frames_that_change_keep_most_of_the_sample(frame, make_plan):
    """Positive coordination: births and deaths in the frame move few units."""
    later = pd.concat([frame.iloc[100:], frame.iloc[:100].assign(unit_id=lambda t: "n" + t["unit_id"])])
    first, second = draw(make_plan(), frame).table, draw(make_plan(), later).table
    assert overlap(first, second, "unit_id") > 0.85


def test_second_phase(frame, make_plan):
    first = draw(make_plan(size={"per_stratum": 100}), frame)
    plan = make_plan(strata=["sex"], size={"per_stratum": 30}, seed="phase-two")
    second = draw_second_phase(plan, first)
    assert len(second.table) == 60
    table = second.table
    product = table["first_phase_probability"] * table["second_phase_probability"]
    np.testing.assert_allclose(table["inclusion_probability"], product)
    weights = first.table.groupby("sex")["base_weight"].sum()
    assert abs(table.groupby("sex")["base_weight"].sum() / weights - 1).max() < 0.4
    with pytest.raises(DataError, match="its own seed"):
        draw_second_phase(make_plan(strata=["sex"], size={"per_stratum": 30}), first)
