from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from simulated_study import margins, plan, questionnaire, regions, simulated

from surveykit.errors import DataError
from surveykit.questionnaire import replay
from surveykit.simulation import (
    check_simulation,
    resident_cells,
    simulate_answers,
    simulate_frame,
    simulate_responses,
    true_rates,
)
from surveykit.simulation.model import gauss_hermite, ordered_tails, tail_given_attitude


def test_reference_plan_is_sound():
    assert check_simulation(plan()) == []


def test_frame_has_the_size_and_is_fast():
    start = time.perf_counter()
    frame = simulate_frame(plan(), regions(), margins())
    assert time.perf_counter() - start < 3
    assert len(frame) == 150_000
    assert frame["unit_id"].is_unique
    assert frame["unit_id"].iloc[0] == "u000001"
    assert frame["district"].nunique() == 23
    assert frame["district"].value_counts().min() > 1000


def test_same_seed_same_frame():
    p = plan(2000)
    assert simulate_frame(p, regions()).equals(simulate_frame(p, regions()))


def test_users_are_younger_and_more_urban_than_residents():
    frame = simulated().frame
    cells = resident_cells(simulated().plan, regions(), margins())
    old = cells.loc[cells["age_group"] == "4", "population"].sum() / cells["population"].sum()
    assert (frame["age_group"] == "4").mean() < old / 2
    core = ["jinjiang", "qingyang", "jinniu", "wuhou", "chenghua", "gaoxin"]
    population = pd.to_numeric(regions().set_index("district")["census_population_2020"])
    assert frame["district"].isin(core).mean() > population[core].sum() / population.sum()


def test_resident_cells_keep_the_margins():
    cells = resident_cells(plan(), regions(), margins())
    age = margins()["age2"].set_index("level")["population"].astype(float)
    share = cells.loc[cells["age_group"] == "4", "population"].sum() / cells["population"].sum()
    assert share == pytest.approx(age["60+"] / (age["60+"] + age["18-59"]), rel=1e-12)


def test_a_margin_that_covers_too_little_is_an_error():
    short = {"sex": pd.DataFrame({"level": ["1"], "population": ["10"]})}
    with pytest.raises(DataError, match="does not cover"):
        resident_cells(plan(), regions(), short)


def test_answers_follow_the_routing():
    s, q = simulated(), questionnaire()
    for _, row in s.answers.sample(200, random_state=3).iterrows():
        given = {name: value for name, value in row.items() if not pd.isna(value) and value is not False}
        result = replay(q, given)
        assert not [
            f for f in result.findings if f.kind in ("not_asked", "unknown_code", "unknown_column", "exclusive")
        ]


def test_attitude_leaves_the_margin():
    nodes, weights = gauss_hermite()
    tails = ordered_tails(np.array([0.1, 0.3, 0.6]), np.array([-0.5, 0.0, 0.7]))
    given = tail_given_attitude(tails, nodes, 0.7)
    np.testing.assert_allclose(np.tensordot(weights, given, 1), tails, atol=1e-6)


def test_the_two_truths_agree_where_the_cells_do():
    """The cell model, applied to the frame's own cells, gives the frame's rates up to sampling noise."""
    p = plan(60_000)
    frame = simulate_frame(p, regions())
    answers = simulate_answers(p, frame, questionnaire())
    exact = true_rates(p, frame, answers, regions(), populations=["platform"])
    from surveykit.simulation.truth import _cell_rate

    cells = frame.groupby(["district", "sex", "age_group"]).size().rename("n").reset_index()
    for rate in p.rates:
        numerator, base = _cell_rate(p, rate, cells)
        expected = (numerator * cells["n"]).sum() / (base * cells["n"]).sum()
        counted = exact.query("rate_id == @rate.id and domain == ''")["rate"].item()
        assert counted == pytest.approx(expected, abs=4 * np.sqrt(0.25 / 60_000))


def test_rates_are_in_the_typical_ranges():
    s = simulated()
    table = true_rates(s.plan, s.frame, s.answers.reset_index(drop=True), regions(), margins())
    table = table[(table["population"] == "residents") & (table["domain"] == "district")]
    limits = {"awareness": (0.6, 0.85), "satisfaction": (0.75, 0.92), "recognition_support": (0.7, 0.9)}
    for rate, (low, high) in limits.items():
        assert table.loc[table["rate_id"] == rate, "rate"].between(low, high).all()


def test_younger_people_know_less_and_respond_less():
    s = simulated()
    table = true_rates(s.plan, s.frame, s.answers.reset_index(drop=True), regions(), margins())
    age = table.query("population == 'platform' and rate_id == 'awareness' and domain == 'age_group'")
    rates = age.set_index("level")["rate"]
    assert rates["1"] < rates["2"] < rates["3"]
    share = s.sample["unit_id"].isin(s.table["unit_id"]).groupby(s.sample["age_group"]).mean()
    assert share["1"] < share["3"]


def test_responses_hold_what_the_plan_says():
    s = simulated()
    assert s.table["response_id"].is_unique
    assert s.table["submitted_at"].is_monotonic_increasing
    assert s.table["is_duplicate"].sum() > 0
    assert s.table["is_break_off"].any()
    fast = s.table["is_speeder"]
    assert s.table.loc[fast, "duration_seconds"].median() < 0.4 * s.table.loc[~fast, "duration_seconds"].median()
    again = simulate_responses(s.plan, s.sample, s.answers, questionnaire())
    assert again.equals(s.table)
    other = simulate_responses(s.plan, s.sample, s.answers, questionnaire(), seed="another")
    assert not other.equals(s.table)


def test_sample_outside_the_frame_is_an_error():
    s = simulated()
    with pytest.raises(DataError, match="without would-be answers"):
        simulate_responses(s.plan, s.sample.assign(unit_id="x"), s.answers, questionnaire())


def test_wrong_plans_are_told():
    p = plan()
    wrong = p.model_copy(update={"answers": (*p.answers, p.answers[4])})
    assert any("twice" in str(problem) for problem in check_simulation(wrong))
    frame = p.frame.model_copy(update={"sex": {"1": 0.5, "2": 0.4}})
    assert any("add up" in str(problem) for problem in check_simulation(p.model_copy(update={"frame": frame})))
    bad = p.frame.model_copy(update={"district_uptake": {"nowhere": 2.0}})
    with pytest.raises(DataError, match="nowhere"):
        simulate_frame(p.model_copy(update={"frame": bad}), regions())
