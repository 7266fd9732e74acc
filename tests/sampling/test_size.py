import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from surveykit.errors import DataError
from surveykit.sampling import size as sz

REFERENCE = pd.read_csv(Path(__file__).parents[1] / "reference" / "sampling_size.csv").set_index("name")["value"]


def test_cochran_textbook_values():
    assert sz.sample_size_proportion(0.5, 0.05).n == 385
    assert sz.sample_size_proportion(0.2, 0.05, population_size=4000).continuous == pytest.approx(
        245.853 / (1 + (245.853 - 1) / 4000), rel=1e-4
    )
    assert sz.sample_size_proportion(0.5, 0.05, response_rate=0.5).n == 769
    field = sz.Field(response_rate=0.5, eligibility_rate=0.8)
    assert sz.sample_size_proportion(0.5, 0.05, response_rate=field).n == math.ceil(384.1459 / 0.4)


def test_a_census_has_no_error_under_any_design_effect():
    for deff in (0.5, 1.0, 3.0):
        assert sz.precision_proportion(500, 0.3, population_size=500, deff=deff).half_width == 0.0
        assert sz.precision_mean(500, 3.0, population_size=500, deff=deff).std_error == 0.0


@settings(max_examples=150, deadline=None)
@given(
    p=st.floats(0.01, 0.99),
    half_width=st.floats(0.005, 0.2),
    population=st.one_of(st.none(), st.integers(500, 10**8)),
    deff=st.floats(0.7, 3),
    method=st.sampled_from(["wald", "wilson", "logit"]),
)
def test_both_ways_agree(p, half_width, population, deff, method):
    options = {"population_size": population, "deff": deff, "method": method}
    size = sz.sample_size_proportion(p, half_width, **options)
    assert sz.precision_proportion(size.continuous, p, **options).half_width == pytest.approx(half_width, rel=1e-6)
    assert size.half_width <= half_width * (1 + 1e-9)
    assert sz.precision_proportion(size.n, p, **options).half_width <= half_width * (1 + 1e-9)
    if size.n_net > 2:
        fewer = sz.precision_proportion(size.n_net - 1, p, **options).half_width
        assert fewer > half_width * (1 - 1e-9)


def test_wilson_interval_equals_r():
    found = sz.precision_proportion(40, 34 / 40, method="wilson")
    assert found.conf_low == pytest.approx(float(REFERENCE["wilson 34 40 low"]), rel=1e-8)
    assert found.conf_high == pytest.approx(float(REFERENCE["wilson 34 40 high"]), rel=1e-8)


def test_mean_and_ratio():
    assert sz.sample_size_mean(10, 1, population_size=1000).continuous == pytest.approx(
        1 / (1 / (1.959963984540054 * 10) ** 2 + 1 / 1000), rel=1e-12
    )
    rng = np.random.default_rng(5)
    x = rng.gamma(4, 10, 200_000)
    y = 0.4 * x + rng.normal(0, 5, 200_000)
    moments = sz.RatioMoments(y.mean(), x.mean(), y.var(), x.var(), np.cov(y, x)[0, 1])
    ratios = [y[s].mean() / x[s].mean() for s in rng.integers(0, len(x), (2000, 300))]
    assert sz.precision_ratio(300, moments).std_error == pytest.approx(np.std(ratios), rel=0.06)
    assert sz.precision_ratio(sz.sample_size_ratio(moments, 0.01).continuous, moments).half_width == pytest.approx(0.01)


@pytest.mark.parametrize("case", [(0.5, 0.6, 0.8), (0.85, 0.9, 0.9), (0.05, 0.1, 0.8)])
def test_power_equals_r(case):
    p1, p2, power = case
    found = sz.sample_size_power(p1, p2, power=power)
    assert found.continuous == pytest.approx(float(REFERENCE[f"power {p1} {p2} {power}"]), rel=1e-8)


def test_smallest_difference_is_the_inverse_of_power():
    comparison = sz.Comparison(overlap=0.4, correlation=0.5, population_size=20_000, deff=1.4, response_rate=0.6)
    gap = sz.smallest_difference(900, 0.7, comparison=comparison)
    size = sz.sample_size_power(0.7, 0.7 - gap, comparison=comparison)
    assert size.continuous / 0.6 == pytest.approx(900, rel=1e-6)
    assert math.isnan(sz.smallest_difference(3, 0.5))


def test_change_between_waves_with_overlap_by_simulation():
    """A rotating panel: variance of the change with half of the sample in both waves."""
    rng = np.random.default_rng(6)
    n, overlap, rho, rounds = 400, 0.5, 0.6, 4000
    first = rng.normal(size=(rounds, n))
    second = rng.normal(size=(rounds, n))
    kept = int(n * overlap)
    second[:, :kept] = rho * first[:, :kept] + math.sqrt(1 - rho**2) * second[:, :kept]
    observed = np.std(second.mean(axis=1) - first.mean(axis=1))
    factor = sz.precision_difference(n, 0.5, 0.5, comparison=sz.Comparison(overlap=overlap, correlation=rho))
    expected = factor / 1.959963984540054 / 0.5  # unit variance in place of 0.25
    assert observed == pytest.approx(expected, rel=0.04)


def test_domain_sizes():
    table = sz.domain_sizes({"a": 1000, "b": 60}, 0.5, {"a": 0.05, "b": 0.02}, response_rate=0.5)
    assert table["n"].tolist() == [556, 60]
    assert table["reachable"].tolist() == [True, False]
    with pytest.raises(DataError, match="lacks domain 'b'"):
        sz.domain_sizes({"a": 1000, "b": 60}, {"a": 0.5})


def test_comparison_table_by_simulation():
    """Rank sets of 23 districts: the closed form against simulated single-step sets."""
    rng = np.random.default_rng(7)
    table = sz.comparison_table([400, 1600], 0.86, deff=1.5, spread=0.04).set_index("n")
    for n, row in table.iterrows():
        error = math.sqrt(0.86 * 0.14 * 1.5 / n)
        assert row["std_error"] == pytest.approx(error, rel=1e-12)
        estimate = rng.normal(0, 0.04, (2000, 23)) + rng.normal(0, error, (2000, 23))
        gaps = abs(estimate[:, :, None] - estimate[:, None, :])
        width = (gaps <= row["gap_all"]).sum(axis=2).mean()
        assert row["width_simultaneous"] == pytest.approx(width, abs=0.1)
        assert row["width_marginal"] < row["width_simultaneous"]
    tukey = float(REFERENCE["tukey 23 0.95"])
    assert table.loc[400, "gap_all"] == pytest.approx(tukey * table.loc[400, "std_error"], rel=1e-6)


def test_marginal_rank_set_covers_by_simulation():
    rng = np.random.default_rng(8)
    c = sz.domains._critical("marginal", 23, 0.95)
    z = rng.normal(size=(40_000, 23))
    largest = abs(z[:, :1] - z[:, 1:]).max(axis=1) / math.sqrt(2)
    assert (largest < c).mean() == pytest.approx(0.95, abs=0.004)


def test_two_stage_optimum_by_search():
    for delta in (0.01, 0.05, 0.3):
        best = sz.two_stage_optimum(500, 20, delta, budget=60_000)
        others = [
            (1 + delta * (u - 1)) / (int(60_000 / (500 + 20 * u)) * u) for u in range(1, 400) if 500 + 20 * u <= 60_000
        ]
        assert best.variance == pytest.approx(min(others), rel=1e-12)
        assert best.cost <= 60_000
        cheap = sz.two_stage_optimum(500, 20, delta, variance=best.variance)
        assert cheap.variance <= best.variance * (1 + 1e-9)
        assert cheap.cost <= best.cost


def test_three_stage_optimum_by_search():
    """The continuous optimum against a general minimiser, the integers against every design of three numbers."""
    costs, parts = (500.0, 100.0, 120.0), (0.01, 0.10, 0.90)

    def cost(m, n, q):
        return m * (costs[0] + costs[1] * n + costs[2] * n * q)

    def variance(m, n, q):
        return parts[0] / m + parts[1] / (m * n) + parts[2] / (m * n * q)

    best = sz.three_stage_optimum(costs, parts, budget=100_000)
    found = optimize.minimize(
        lambda x: variance(100_000 / cost(1, *np.exp(x)), *np.exp(x)), [0.0, 0.0], method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-15},
    )  # fmt: skip
    np.testing.assert_allclose(best.continuous[1:], np.exp(found.x), rtol=1e-5)
    assert cost(*best.continuous) == pytest.approx(100_000, rel=1e-12)
    every = [(int(100_000 / cost(1, n, q)), n, q) for n in range(1, 60) for q in range(1, 60)]
    assert best.variance == pytest.approx(min(variance(*x) for x in every if x[0]), rel=1e-12)
    assert (best.cost, best.variance) == pytest.approx(
        (cost(best.clusters, best.parts, best.units), variance(best.clusters, best.parts, best.units)), rel=1e-12
    )
    assert best.cost <= 100_000
    assert sum(best.cost_by_stage) == pytest.approx(best.cost, rel=1e-12)
    assert sum(best.variance_by_stage) == pytest.approx(best.variance, rel=1e-12)
    cheap = sz.three_stage_optimum(costs, parts, variance=0.0025)
    every = [(math.ceil(variance(1, n, q) / 0.0025), n, q) for n in range(1, 60) for q in range(1, 60)]
    assert cheap.variance <= 0.0025
    assert cheap.cost == pytest.approx(min(cost(*x) for x in every), rel=1e-12)


def test_power_is_the_inverse_of_the_size_and_is_reached_in_simulation():
    field = sz.Field(response_rate=0.5, eligibility_rate=0.8)
    comparison = sz.Comparison(overlap=0.3, correlation=0.4, population_size=5000, deff=1.3, response_rate=field)
    size = sz.sample_size_power(0.6, 0.7, power=0.85, comparison=comparison)
    assert sz.power_difference(size.continuous / 0.4, 0.6, 0.7, comparison=comparison) == pytest.approx(0.85, rel=1e-9)
    assert sz.power_difference(5000 / 0.4, 0.6, 0.7, comparison=comparison) == 1.0
    rng, n, rounds = np.random.default_rng(9), 400, 20_000
    first, second = rng.binomial(n, 0.5, rounds) / n, rng.binomial(n, 0.58, rounds) / n
    mean = (first + second) / 2
    seen = abs(first - second) > 1.959963984540054 * np.sqrt(2 * mean * (1 - mean) / n)
    assert seen.mean() == pytest.approx(sz.power_difference(n, 0.5, 0.58), abs=0.015)


def test_differences_know_eligibility_and_a_census():
    half = sz.Comparison(response_rate=sz.Field(0.5, 0.8))
    assert sz.sample_size_difference(0.5, 0.5, 0.05, comparison=half).n == math.ceil(768.2918 / 0.4)
    small = sz.Comparison(population_size=300)
    assert sz.precision_difference(300, 0.5, 0.6, comparison=small) == 0.0
    assert sz.precision_difference(900, 0.5, 0.6, comparison=small) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sz.sample_size_proportion(1.0), "p 1.0 is not strictly"),
        (lambda: sz.sample_size_proportion(0.5, 0.0), "half_width 0.0"),
        (lambda: sz.sample_size_proportion(0.5, 0.6), "every sample reaches it"),
        (lambda: sz.sample_size_proportion(0.5, conf_level=95), "conf_level 95"),
        (lambda: sz.sample_size_proportion(0.5, deff=0), "deff 0"),
        (lambda: sz.sample_size_proportion(0.5, response_rate=0), "response_rate 0"),
        (lambda: sz.sample_size_proportion(0.5, response_rate=40), "response_rate 40"),
        (lambda: sz.sample_size_proportion(0.5, population_size=0), "population_size 0"),
        (lambda: sz.sample_size_proportion(0.5, method="exact"), "'exact' is unknown"),
        (lambda: sz.sample_size_proportion(0.5, population_size=500, response_rate=0.3), "population holds 500"),
        (lambda: sz.sample_size_mean(-1, 1), "standard_deviation -1"),
        (lambda: sz.sample_size_power(0.5, 0.5), "are equal"),
        (lambda: sz.sample_size_power(0.5, 0.6, power=1.2), "power 1.2"),
        (lambda: sz.sample_size_difference(0.5, 0.5, 0.1, comparison=sz.Comparison(overlap=2)), "overlap 2"),
        (lambda: sz.two_stage_optimum(1, 1, 0.1), "either a budget or a variance"),
        (lambda: sz.two_stage_optimum(100, 1, 0.1, budget=5), "does not pay"),
        (lambda: sz.two_stage_optimum(100, 1, 0, budget=500), "homogeneity 0"),
        (lambda: sz.two_stage_optimum(100, 1, 0.1, variance=-1), "variance -1"),
        (lambda: sz.three_stage_optimum((1, 1, 1), (1, 1, 1)), "either a budget or a variance"),
        (lambda: sz.three_stage_optimum((1, 0, 1), (1, 1, 1), budget=9), "cost of stage 2 0 is not"),
        (lambda: sz.three_stage_optimum((1, 1, 1), (1, 1, 0), budget=9), "variance of stage 3 0 is not"),
        (lambda: sz.three_stage_optimum((9, 9, 9), (1, 1, 1), budget=20), "does not pay for one cluster"),
        (lambda: sz.power_difference(0, 0.5, 0.6), "n 0 is not"),
        (lambda: sz.rank_set_width(0.02, 0.0, districts=1), "give at least 2"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(DataError, match=message):
        call()
