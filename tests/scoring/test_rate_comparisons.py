"""Comparisons of rates at the edges: against scipy's exact tests, Wald's test at large n, and by their symmetries."""

import time
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, InterpretationWarning
from surveykit.estimation import Estimates, pairwise_comparisons, survey_mean, survey_prop
from surveykit.estimation.results.rate_contrasts import difference_limits, paired_scores, quantile_table
from surveykit.estimation.results.rate_margins import rate_margins
from surveykit.scoring import compare_with_mean, rank_confidence_sets

# Most tests here leave `kind` out on purpose; that a warning says what was taken is tested below.
pytestmark = pytest.mark.filterwarnings("ignore::surveykit.errors.InterpretationWarning")


@pytest.mark.parametrize("compare", [compare_with_mean, rank_confidence_sets])
def test_values_taken_for_rates_without_kind_are_told(compare):
    """A promoter score of .02 to .45 looks like a rate: a warning names the parameter; none where kind or n is said."""
    values, matrix = np.array([0.02, 0.21, 0.45]), np.eye(3) * 1e-4
    with pytest.warns(InterpretationWarning, match=r"kind is not given.*kind='number'") as told:
        compare(values, matrix)
    assert len(told) == 1 and told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for said in ({"kind": "rate"}, {"kind": "number"}, {"n": 200}):
            compare(values, matrix, **said)
        compare(100 * values, 1e4 * matrix)


def binomial(x, n):
    x, n = np.asarray(x, float), np.asarray(n, float)
    return rate_margins(x / n, np.sqrt(x / n * (1 - x / n) / n), n)


def pair_p(x, n):
    score = paired_scores(binomial(x, n), np.array([0]), np.array([1]), np.zeros(1))[0]
    return 2 * stats.norm.sf(abs(score))


def fisher_mid_p(x, n):
    """Twice the smaller one-sided mid-p of Fisher's test, from the hypergeometric distribution."""
    law = stats.hypergeom(int(sum(n)), int(sum(x)), int(n[0]))
    point = law.pmf(x[0])
    return min(1.0, 2 * (min(law.cdf(x[0]), law.sf(x[0] - 1)) - point / 2))


CASES = [
    ((27, 20), (30, 30)),
    ((30, 26), (30, 30)),
    ((98, 88), (100, 100)),
    ((200, 190), (200, 200)),
    ((95, 330), (100, 400)),
    ((0, 6), (50, 60)),
    ((60, 45), (100, 100)),
    ((40, 355), (40, 400)),
]


@pytest.mark.parametrize(("x", "n"), CASES)
def test_independent_binomials_are_near_the_mid_p_of_fishers_test(x, n):
    """Both are approximations of one tail; scores agree within 0.15, so p-values within a third around 5 %."""
    found, exact = pair_p(x, n), fisher_mid_p(x, n)
    assert stats.norm.isf(found / 2) == pytest.approx(stats.norm.isf(exact / 2), abs=0.15)
    assert pair_p(x[::-1], n[::-1]) == pytest.approx(found, rel=1e-12)


def test_wald_and_its_limits_at_large_n():
    x, n = np.array([600_000, 401_500, 899_000]), np.array([1_000_000, 670_000, 1_500_000])
    m = binomial(x, n)
    i, j, r = np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([0.3, -0.2, 0.0])
    gap = m.rate[i] - m.rate[j]
    sd = np.sqrt(m.std_error[i] ** 2 + m.std_error[j] ** 2 - 2 * r * m.std_error[i] * m.std_error[j])
    np.testing.assert_allclose(paired_scores(m, i, j, r), gap / sd, rtol=0.01)
    low, high = difference_limits(quantile_table(m, 1.96), i, j, r, np.full(3, 1.96))
    np.testing.assert_allclose(low, gap - 1.96 * sd, atol=0.01 * sd.min())
    np.testing.assert_allclose(high, gap + 1.96 * sd, atol=0.01 * sd.min())


def test_the_minimum_is_the_one_a_fine_search_finds():
    rng = np.random.default_rng(4)
    n = rng.integers(30, 400, 12)
    m = binomial(np.r_[n[0], 0, rng.binomial(n[2:], 0.93)], n)
    i, j = np.triu_indices(12, 1)
    r = rng.uniform(-0.5, 0.5, i.size)
    fine = np.sin(np.linspace(0, np.pi / 2, 40_001)) ** 2
    z = m.score(fine)
    form = [
        ((z[a] ** 2 - 2 * c * z[a] * z[b] + z[b] ** 2) / (1 - c * c)).min() for a, b, c in zip(i, j, r, strict=True)
    ]
    np.testing.assert_allclose(np.abs(paired_scores(m, i, j, r)), np.minimum(np.sqrt(form), 37.0), atol=2e-3)


def test_the_score_is_the_mean_of_the_clopper_pearson_tails_and_inverts():
    m = binomial([28, 0, 30, 90], [30, 30, 30, 100])
    t = np.array([0.2, 0.9, 0.97])
    tail = (stats.beta.cdf(t, 28, 3) + stats.beta.cdf(t, 29, 2)) / 2
    np.testing.assert_allclose(stats.norm.cdf(m.score(t)[0]), tail, rtol=1e-10)
    np.testing.assert_allclose(stats.norm.sf(m.score(t)[1]), (1 - t) ** 30 / 2, rtol=1e-10)
    np.testing.assert_allclose(stats.norm.cdf(m.score(t)[2]), t**30 / 2, rtol=1e-10)
    scores = np.array([-2.5, -1.0, 0.5, 2.0])
    inner = np.clip(m.quantile(scores), 0, 1)
    for k, row in enumerate(inner):
        inside = (row > 0) & (row < 1)
        np.testing.assert_allclose(m.score(row)[k][inside], scores[inside], atol=1e-6)


def test_turning_rates_round_turns_the_signs():
    x, n = np.array([27, 95, 380, 30]), np.array([30, 100, 400, 30])
    i, j = np.triu_indices(4, 1)
    r = np.linspace(-0.4, 0.6, i.size)
    up, down = paired_scores(binomial(x, n), i, j, r), paired_scores(binomial(n - x, n), i, j, r)
    np.testing.assert_allclose(up, -down, atol=1e-5)
    np.testing.assert_allclose(paired_scores(binomial(x, n), j, i, r), -up, atol=1e-12)


def survey(rates, n, cluster=5, seed=1, **design):
    """Rates by district; the answers are made so that each rate is met as nearly as it can be."""
    rng = np.random.default_rng(seed)
    y = np.concatenate([rng.permutation(np.arange(m) < round(p * m)) for p, m in zip(rates, n, strict=True)])
    d = np.repeat([f"d{k}" for k in range(len(n))], n)
    data = {"y": y.astype(float), "d": d, "c": np.arange(y.size) // cluster, "w": np.ones(y.size)}
    return survey_mean(SurveyDesign(data, weights="w", **({"strata": "d", "psu": "c"} | design)), "y", by="d")


@pytest.fixture(scope="module")
def rates():
    return survey([0.9, 0.95, 1.0, 0.8, 0.99, 0.9], [60, 100, 40, 100, 200, 60])


def test_order_of_units_does_not_matter():
    q, n = np.array([0.9, 0.95, 1.0, 0.8, 0.99]), np.array([60, 100, 40, 100, 200])
    v = q * (1 - q) / n
    order = np.array([3, 0, 4, 2, 1])
    first, again = compare_with_mean(q, np.diag(v)), compare_with_mean(q[order], np.diag(v[order]))
    np.testing.assert_allclose(again["p_value"], first["p_value"][order], rtol=1e-9)
    sets = rank_confidence_sets(q, np.diag(v)).table
    turned = rank_confidence_sets(q[order], np.diag(v[order])).table
    assert turned["rank_low"].tolist() == sets["rank_low"][order].tolist()


def test_limits_exclude_0_exactly_where_p_is_below_5_percent(rates):
    table = pairwise_comparisons(rates, method="none")
    apart = (table["conf_low"] > 0) | (table["conf_high"] < 0)
    assert (apart == (table["p_value"] < 0.05)).all() and 0 < apart.sum() < len(table)
    assert (table["conf_low"] >= -1).all() and (table["conf_high"] <= 1).all()
    for row in table.itertuples():
        one = rates.difference(row.first, row.second).table.iloc[0]
        assert [one.conf_low, one.conf_high, one.df] == pytest.approx([row.conf_low, row.conf_high, row.df], rel=1e-7)
        assert one.std_error == pytest.approx(row.std_error, rel=1e-12)
        back = rates.difference(row.second, row.first).table.iloc[0]
        assert [back.conf_low, back.conf_high] == pytest.approx([-one.conf_high, -one.conf_low], abs=1e-9)


def test_a_plain_kind_is_the_former_rule(rates):
    plain = rates.difference("d0", "d3", kind="number").table.iloc[0]
    half = stats.t.ppf(0.975, plain.df) * plain.std_error
    assert [plain.conf_low, plain.conf_high] == pytest.approx([plain.estimate - half, plain.estimate + half])
    with pytest.raises(DataError, match="not both rates"):
        survey_mean(
            SurveyDesign({"y": [1.0, 2, 3, 4], "d": list("aabb"), "w": [1] * 4}, weights="w"), "y", by="d"
        ).difference("a", "b", kind="rate")


def test_two_rates_of_one_are_no_difference_but_not_known():
    both = survey([1.0, 1.0, 0.9], [40, 80, 100])
    row = both.difference("d0", "d1").table.iloc[0]
    assert row.std_error == 0 and row.conf_low < -0.02 and row.conf_high > 0.01
    assert pairwise_comparisons(both, method="none")["p_value"][0] == 1.0


@pytest.mark.parametrize("n", [None, 60])
def test_identical_units_and_all_at_one(n):
    q = np.full(4, 0.9)
    table = compare_with_mean(q, np.diag(q * (1 - q) / 60), n=n)
    assert (table["p_value"] == 1).all() and (table["band"] == "not_distinguishable").all()
    ones = compare_with_mean(np.ones(4), np.zeros((4, 4)), n=n)
    assert (ones["p_value"] == 1).all()
    assert rank_confidence_sets(np.ones(4), np.zeros((4, 4)), n=n).table["rank_high"].tolist() == [4] * 4


def test_numbers_of_respondents_with_and_without(rates):
    """Of simple samples n adds nothing but for rates of 1; there it replaces the other units' sizes."""
    q, n = np.array([0.9, 0.95, 0.85, 1.0]), np.array([100, 100, 100, 10])
    v = np.diag(q * (1 - q) / n)
    without, given = compare_with_mean(q, v)["p_value"], compare_with_mean(q, v, n=n)["p_value"]
    assert without[3] < 0.05 < given[3]
    equal = np.diag(q * (1 - q) / 100)
    np.testing.assert_allclose(compare_with_mean(q, equal)["p_value"], compare_with_mean(q, equal, n=100)["p_value"])


def test_0_and_1_without_n_is_told():
    for kind in (None, "rate"):
        with pytest.raises(DataError, match=r"all rates are exactly 0 or 1 .*north.*n="):
            compare_with_mean({"north": 1.0, "south": 0.0}, np.zeros((2, 2)), kind=kind)
    assert compare_with_mean([1.0, 0.0], np.zeros((2, 2)), n=3)["band"].tolist() == ["not_distinguishable"] * 2
    assert compare_with_mean([1.0, 0.0], np.zeros((2, 2)), n=30)["band"].tolist() == ["above", "below"]


@pytest.mark.parametrize("kind", [None, "rate", "number"])
def test_a_census_is_known(kind):
    table = compare_with_mean([0.9, 0.8, 0.85], np.zeros((3, 3)), kind=kind)
    assert table["band"].tolist() == ["above", "below", "not_distinguishable"]
    sets = rank_confidence_sets([0.9, 0.8, 0.85], np.zeros((3, 3)), kind=kind).table
    assert sets["rank_low"].tolist() == sets["rank_high"].tolist() == [1, 3, 2]


def test_a_census_in_a_design_is_known():
    data = {"y": [1.0, 0, 1, 1, 1, 0, 0, 0], "d": list("aaaabbbb"), "w": [1] * 8, "N": [8] * 8}
    full = survey_mean(SurveyDesign(data, weights="w", population_size="N"), "y", by="d")
    assert compare_with_mean(full)["band"].tolist() == ["above", "below"]
    row = full.difference("a", "b").table.iloc[0]
    assert row.conf_low == row.conf_high == row.estimate == 0.5


def test_units_that_agree_by_chance_are_not_known():
    """Two sampling units with the same share give a variance of 0; that is no certainty."""
    y = np.tile([1.0] * 24 + [0.0], 2)
    other = np.r_[[1.0] * 25, [1.0] * 22 + [0.0] * 3]
    data = {"y": np.r_[y, other], "d": np.repeat(["a", "b"], 50), "c": np.repeat([1, 2, 3, 4], 25), "w": [1] * 100}
    found = survey_mean(SurveyDesign(data, weights="w", strata="d", psu="c"), "y", by="d")
    assert found.table["std_error"][0] == 0
    assert (compare_with_mean(found)["band"] == "not_distinguishable").all()
    same = {"y": np.r_[y, np.tile([1.0] * 22 + [0.0] * 3, 2)], "d": data["d"], "c": data["c"], "w": data["w"]}
    chance = survey_mean(SurveyDesign(same, weights="w", strata="d", psu="c"), "y", by="d")
    assert (chance.table["std_error"] == 0).all()
    assert (compare_with_mean(chance)["band"] == "not_distinguishable").all()


@pytest.mark.parametrize("r", [1.0, -1.0])
def test_perfect_correlation(r):
    v = 0.0009 * np.array([[1, r], [r, 1]])
    apart = compare_with_mean([0.9, 0.8], v)["band"].tolist()
    assert apart == (["above", "below"] if r > 0 else ["not_distinguishable"] * 2)
    assert (compare_with_mean([0.9, 0.9], v)["p_value"] == 1).all()


@pytest.mark.parametrize("df", [0, np.nan, -1, [5, np.nan, 5]])
@pytest.mark.parametrize("kind", ["rate", "number"])
@pytest.mark.parametrize("call", [compare_with_mean, rank_confidence_sets])
def test_df_that_are_none(df, kind, call):
    with pytest.raises(DataError, match="df: not positive or missing for"):
        call([0.9, 0.8, 0.95], np.eye(3) * 1e-3, df=df, kind=kind)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"n": [1, 2]}, "n: give one number, or 3"),
        ({"n": "many"}, "n: give one number, or 3"),
        ({"n": [0, 5, 5]}, "positive numbers of respondents"),
        ({"df": [1, 2]}, "df: give one number, or 3"),
        ({"variable": "q1"}, "variable: 'q1'"),
        ({"kind": "share"}, "kind: 'share'"),
    ],
)
def test_wrong_arguments_are_named(given, text):
    with pytest.raises(DataError, match=text):
        compare_with_mean([0.9, 0.8, 0.95], np.eye(3) * 1e-3, **given)


def test_a_district_of_one_unit_is_told_apart_from_nothing():
    data = {"y": [1.0, 1, 1, 0] * 5 + [1.0] * 40, "d": ["a"] * 20 + ["b"] * 40, "w": [1] * 60}
    data["c"] = np.r_[np.ones(20), np.arange(2, 42)]
    found = survey_mean(SurveyDesign(data, weights="w", strata="d", psu="c", lonely_psu="certainty"), "y", by="d")
    assert found.table["df"][0] <= 0
    assert rank_confidence_sets(found).table["rank_high"].tolist() == [2, 2]
    assert np.isnan(pairwise_comparisons(found)["p_value"][0])


def test_several_indicators_need_a_name(rates):
    design = SurveyDesign(
        {"y": [1, 0, 1, 1] * 10, "z": [1, 1, 0, 1] * 10, "d": list("aabb") * 10, "w": [1] * 40}, weights="w"
    )
    both = survey_mean(design, ["y", "z"], by="d")
    with pytest.raises(DataError, match=r"of several indicators .*y.*z.*variable="):
        compare_with_mean(both)
    assert compare_with_mean(both, variable="z").attrs["kind"] == "rate"
    with pytest.raises(DataError, match="variable: 'x' is not one of"):
        compare_with_mean(both, variable="x")


def test_boxes_of_levels_are_rates():
    rng = np.random.default_rng(3)
    data = {
        "q": rng.choice([1, 2, 3, 4, 5], 200, p=[0.02, 0.03, 0.05, 0.3, 0.6]),
        "d": list("abcd") * 50,
        "w": [1] * 200,
    }
    box = survey_prop(SurveyDesign(data, weights="w"), "q", by="d", level=[4, 5])
    assert compare_with_mean(box).attrs["kind"] == "rate"
    assert rank_confidence_sets(box).kind == "rate"


def test_a_payload_compares_with_cautious_df(rates):
    again = Estimates.from_payload(rates.to_payload())
    assert compare_with_mean(again).attrs["kind"] == "rate"
    assert (pairwise_comparisons(again)["p_value"] >= pairwise_comparisons(rates)["p_value"] - 0.05).all()
    np.testing.assert_allclose(again.table["std_error"], rates.table["std_error"])


def test_numbers_between_0_and_1_and_scores_of_promoters():
    q, v = np.array([0.02, 0.2, 0.45]), np.diag([0.0029, 0.0028, 0.0025])
    by_name = compare_with_mean(q, v, kind="number")
    z = by_name["difference"] / by_name["std_error"]
    assert by_name["p_value"].min() == pytest.approx(3 * 2 * stats.norm.sf(z.abs().max()), rel=1e-9)
    assert compare_with_mean(q, v).attrs["kind"] == "rate"
    assert compare_with_mean(q - 0.1, v).attrs["kind"] == "number"
    with pytest.raises(DataError, match="pass kind='number'"):
        compare_with_mean(q - 0.1, v, kind="rate")
    assert rank_confidence_sets(pd.Series(q), v).kind == "rate"


def test_500_units_in_a_few_seconds():
    rng = np.random.default_rng(0)
    n = rng.integers(50, 500, 500)
    q = rng.binomial(n, 0.93) / n
    start = time.process_time()
    compare_with_mean(q, np.diag(q * (1 - q) / n))
    assert time.process_time() - start < 10
