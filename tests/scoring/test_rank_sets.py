import json
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.ranks.sets import rank_confidence_sets, tau_best, tau_worst

THETA = np.array([92.0, 91.2, 88.4, 88.1, 85.0, 79.3])
SE = np.array([1.5, 1.6, 1.4, 2.0, 1.8, 2.2])


def bounds(sets):
    return sets.table["rank_low"].tolist(), sets.table["rank_high"].tolist()


def test_small_case_simultaneous():
    low, high = bounds(rank_confidence_sets(THETA, np.diag(SE**2), draws=200_000))
    assert low == [1, 1, 1, 1, 2, 5]
    assert high == [4, 5, 5, 5, 6, 6]


def test_small_case_marginal():
    low, high = bounds(rank_confidence_sets(THETA, np.diag(SE**2), draws=200_000, method="stepdown_marginal"))
    assert low == [1, 1, 1, 1, 3, 5]
    assert high == [4, 4, 5, 5, 6, 6]


def test_twenty_three_districts_under_a_second():
    rng = np.random.default_rng(1)
    theta, se = rng.normal(86, 4, 23), rng.uniform(1, 2, 23)
    for method in ("stepdown_simultaneous", "stepdown_marginal"):
        start = time.process_time()
        rank_confidence_sets(theta, np.diag(se**2), draws=20_000, method=method)
        assert time.process_time() - start < 1


def test_covariance_between_units_narrows_or_widens():
    shared = np.diag(SE**2 * 0.05) + 0.95 * np.outer(SE, SE)
    low, high = bounds(rank_confidence_sets(THETA, shared))
    wide_low, wide_high = bounds(rank_confidence_sets(THETA, np.diag(SE**2)))
    assert (np.array(high) - low).sum() < (np.array(wide_high) - wide_low).sum()


def test_few_degrees_of_freedom_raise_the_critical_value():
    normal = rank_confidence_sets(THETA, np.diag(SE**2))
    few = rank_confidence_sets(THETA, np.diag(SE**2), df=5)
    assert few.critical_value > normal.critical_value * 1.2


def test_two_units_are_the_usual_t_test():
    from scipy import stats

    sets = rank_confidence_sets([1.0, 0.0], np.eye(2), draws=400_000, df=8, method="simultaneous")
    assert sets.critical_value == pytest.approx(stats.t.ppf(0.975, 8), rel=0.01)


def test_one_step_equals_the_studentized_range():
    from scipy import stats

    sets = rank_confidence_sets(np.zeros(10), np.eye(10), draws=200_000, method="simultaneous")
    assert sets.critical_value == pytest.approx(stats.studentized_range.ppf(0.95, 10, np.inf) / np.sqrt(2), rel=0.01)


def test_units_without_error_are_ranked_as_known():
    sets = rank_confidence_sets({"a": 3.0, "b": 2.0, "c": 2.0}, np.zeros((3, 3)))
    assert bounds(sets) == ([1, 2, 2], [1, 2, 2])
    assert sets.table["rank"].tolist() == [1, 2, 2]


def test_an_upper_bound_of_a_known_tie_leaves_room_for_units_with_error():
    sets = rank_confidence_sets({"a": 2.0, "b": 2.0, "c": 2.5}, np.diag([0.0, 0.0, 1.0]))
    assert bounds(sets) == ([1, 1, 1], [2, 2, 3])


def test_tau_sets_contain_the_observed_best():
    sets = rank_confidence_sets(pd.Series(THETA, index=list("abcdef")), np.diag(SE**2))
    assert tau_best(sets, 1) == ["a", "b", "c", "d"]
    assert tau_worst(sets, 1) == ["e", "f"]
    with pytest.raises(DataError, match="tau: 7"):
        tau_best(sets, 7)
    marginal = rank_confidence_sets(THETA, np.diag(SE**2), method="marginal")
    with pytest.raises(DataError, match="one unit only"):
        tau_best(marginal, 1)


def test_order_of_units_does_not_matter():
    shuffled = np.array([4, 2, 0, 5, 1, 3])
    first = rank_confidence_sets(pd.Series(THETA), np.diag(SE**2), draws=100_000)
    second = rank_confidence_sets(pd.Series(THETA, range(6)).iloc[shuffled], np.diag(SE[shuffled] ** 2), draws=100_000)
    pd.testing.assert_frame_equal(
        first.table.sort_values("unit", ignore_index=True), second.table.sort_values("unit", ignore_index=True)
    )


def test_competition_ranks_along_the_last_axis():
    values = np.array([[3.0, 1.0, 3.0, 2.0], [1.0, 2.0, 3.0, 4.0]])
    assert competition_ranks(values).tolist() == [[1, 4, 1, 3], [4, 3, 2, 1]]
    assert competition_ranks(values[0]).tolist() == [1, 4, 1, 3]


@pytest.mark.parametrize(
    ("estimates", "covariance", "message"),
    [
        ([1.0, np.nan], np.eye(2), "missing or infinite"),
        ([1.0, 2.0], np.eye(3), "shape"),
        ([1.0, 2.0], [1.0, 1.0], "full"),
        ([1.0, 2.0], [[1.0, 2.0], [2.0, 1.0]], "negative eigenvalue"),
        ([1.0, 2.0], [[1.0, 0.5], [0.0, 1.0]], "not symmetric"),
        ([1.0, 2.0], [[1.0, np.nan], [np.nan, 1.0]], "missing or infinite entries"),
        ([1.0], [[1.0]], "at least two"),
        (pd.Series([1.0, 2.0], index=["a", "a"]), np.eye(2), "named twice"),
    ],
)
def test_bad_input_says_what_to_do(estimates, covariance, message):
    with pytest.raises(DataError, match=message):
        rank_confidence_sets(estimates, covariance)


def test_bad_options():
    with pytest.raises(DataError, match="conf_level"):
        rank_confidence_sets(THETA, np.diag(SE**2), conf_level=95)
    with pytest.raises(DataError, match="draws"):
        rank_confidence_sets(THETA, np.diag(SE**2), draws=10)
    with pytest.raises(DataError, match="method"):
        rank_confidence_sets(THETA, np.diag(SE**2), method="bonferroni")


def reference():
    return json.loads((Path(__file__).parents[1] / "reference" / "scoring_csranks.json").read_text(encoding="utf-8"))


def off(ours, theirs):
    return np.abs(np.array(ours) - np.array(theirs)).max()


@pytest.mark.parametrize("case", ["small", "dependent"])
@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
def test_equal_to_csranks(case, kind):
    stored = reference()[case]
    sets = rank_confidence_sets(stored["estimate"], stored["covariance"], draws=100_000, method=f"stepdown_{kind}")
    assert bounds(sets) == (stored["sets"][kind]["low"], stored["sets"][kind]["high"])


def test_pisa_2018_as_in_csranks():
    pisa = reference()["pisa"]
    theta, covariance = pd.Series(pisa["estimate"], index=pisa["unit"]), np.diag(np.square(pisa["std_error"]))
    best = {}
    for stored in pisa["sets"]:
        sets = rank_confidence_sets(theta, covariance, conf_level=stored["level"], draws=20_000)
        best[stored["level"]] = tau_best(sets, 5)
        low, high = bounds(sets)
        # csranks draws anew in each step, with 10,000 draws: a bound may move by one place
        assert off(low, stored["simultaneous"]["low"]) <= 1
        assert off(high, stored["simultaneous"]["high"]) <= 1
        assert sets.table["rank"].tolist() == stored["rank"]
    assert [pisa["unit"].index(unit) + 1 for unit in best[0.95]] == pisa["top5_95"]
    assert len(best[0.95]) == 12
    assert set(best[0.95]) - set(best[0.90]) == {"Sweden"}


def test_pisa_2018_united_kingdom_marginal():
    pisa = reference()["pisa"]
    theta, covariance = pd.Series(pisa["estimate"], index=pisa["unit"]), np.diag(np.square(pisa["std_error"]))
    table = rank_confidence_sets(theta, covariance, method="stepdown_marginal").table.set_index("unit")
    assert table.loc["United Kingdom", "rank"] == 13
    assert table.loc["United Kingdom", "rank_low"] in (7, 8)
    assert table.loc["United Kingdom", "rank_high"] == 23


@pytest.mark.slow
@pytest.mark.parametrize("method", ["stepdown_simultaneous", "stepdown_marginal"])
@pytest.mark.parametrize("means", [np.zeros(12), np.repeat([0.0, 1.0, 3.0], 4), np.repeat([0.0, 0.01], 6)])
def test_coverage_under_ties(means, method):
    rng = np.random.default_rng(7)
    p, runs = means.size, 1000
    covariance = 0.3 * np.ones((p, p)) + np.diag(rng.uniform(0.3, 1.2, p))
    root = np.linalg.cholesky(covariance)
    true_low = 1 + (means[None, :] > means[:, None]).sum(axis=1)
    held = np.zeros(p)
    jointly = 0
    for run in range(runs):
        theta = means + root @ rng.standard_normal(p)
        table = rank_confidence_sets(theta, covariance, draws=2000, seed=run, method=method).table
        inside = (table["rank_low"] <= true_low).to_numpy() & (table["rank_high"] >= true_low).to_numpy()
        held += inside
        jointly += inside.all()
    lowest = 0.95 - 3 * np.sqrt(0.95 * 0.05 / runs)
    if method == "stepdown_simultaneous":
        assert jointly / runs >= lowest
    assert (held / runs >= lowest).all()
