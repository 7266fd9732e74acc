"""Intervals of shares and presentation limits: closed forms, exact binomial limits, and values on the limits."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.errors import DataError
from surveykit.estimation import Mean, estimate, survey_prop
from surveykit.estimation.intervals.intervals import (
    effective_size,
    korn_graubard,
    pooled_design_effect,
    proportion_interval,
    t_interval,
    t_quantile,
)
from surveykit.estimation.intervals.rates import replicate_logit_error
from surveykit.estimation.intervals.reliability import nchs_2017
from surveykit.report import nchs_proportion

T99, T7, T5 = 1.9842169515864174, 2.364624251592784, 2.5705818356363146  # R: qt(0.975, c(99, 7, 5))
METHODS = ("logit", "xlogit", "asin", "beta", "wilson", "wilson_pooled")


def limits(method, p, se, n, df, conf_level=0.95):
    rows = [np.atleast_1d(np.asarray(value, dtype=float)) for value in (p, se, n, df)]
    low, high = proportion_interval(method, *np.broadcast_arrays(*rows), conf_level)
    return low, high


def exact_edge(size, conf_level=0.95):
    """Clopper-Pearson for no success: (1 - p)^n = alpha / 2."""
    return 1 - ((1 - conf_level) / 2) ** (1 / size)


@pytest.mark.parametrize("method", METHODS)
def test_edges_use_the_degrees_of_freedom_and_never_more_than_n(method):
    size = 100 * (T99 / T7) ** 2
    low, high = limits(method, [0.0], [0.0], [100], [7])
    assert low[0] == 0 and high[0] == pytest.approx(exact_edge(size), rel=1e-10)
    low, high = limits(method, [1.0], [0.0], [100], [7])
    assert high[0] == 1 and low[0] == pytest.approx(1 - exact_edge(size), rel=1e-10)
    assert limits(method, [0.0], [0.0], [100], [np.inf])[1][0] == pytest.approx(exact_edge(100), rel=1e-10)
    assert limits(method, [0.0], [0.0], [1], [5])[1][0] == pytest.approx(exact_edge(1), rel=1e-10)
    assert limits(method, [0.0], [0.0], [100], [99], 0.9)[1][0] == pytest.approx(exact_edge(100, 0.9), rel=1e-10)


@pytest.mark.parametrize("method", METHODS[:-1])
@pytest.mark.parametrize(("deff", "used"), [(2.0, 2.0), (0.5, 1.0), (1.0, 1.0)])
def test_edges_are_divided_by_the_pooled_design_effect_of_one_at_least(method, deff, used):
    se = np.sqrt(deff * 0.25 / 100)
    low, high = limits(method, [0.5, 0.0, 1.0], [se, 0.0, 0.0], 100, 5)
    size = 100 / used * (T99 / T5) ** 2
    assert high[1] == pytest.approx(exact_edge(size), rel=1e-10)
    assert low[2] == pytest.approx(1 - exact_edge(size), rel=1e-10)
    assert limits(method, [0.5, 0.0], [se, 0.0], 100, np.inf)[1][1] == pytest.approx(exact_edge(100 / used), rel=1e-10)


def test_the_pooled_design_effect_by_hand():
    p, se, n = np.array([0.5, 0.2, 0.0, 1.0]), np.array([0.1, 0.08, 0.3, 0.3]), np.array([50.0, 40, 9, 9])
    assert pooled_design_effect(p, se, n) == pytest.approx((0.01 + 0.0064) / (0.25 / 50 + 0.16 / 40), rel=1e-14)
    lost = np.array([np.nan, 0.08, 0.3, 0.3])
    assert pooled_design_effect(p, lost, n) == pytest.approx(1.6, rel=1e-12)
    assert pooled_design_effect(p, se, n * [0, 1, 1, 1]) == pytest.approx(1.6, rel=1e-12)
    assert np.isnan(pooled_design_effect(p[2:], se[2:], n[2:]))
    assert pooled_design_effect(p[:1], se[:1], np.array([1.0])) == pytest.approx(0.04, rel=1e-12)


@pytest.mark.parametrize(("x", "n"), [(1, 40), (12, 40), (39, 40), (263, 500), (3, 7)])
def test_korn_graubard_of_whole_numbers_is_clopper_pearson(x, n):
    exact = stats.binomtest(x, n).proportion_ci(0.95, "exact")
    low, high = korn_graubard(np.array([x / n]), np.array([float(n)]), 0.95)
    assert (low[0], high[0]) == pytest.approx((exact.low, exact.high), rel=1e-8)
    se = np.sqrt(x / n * (1 - x / n) / n)
    assert np.ravel(limits("beta", [x / n], [se], [n], [n - 1])) == pytest.approx((exact.low, exact.high), rel=1e-8)
    assert np.isnan(korn_graubard(np.array([0.5, 0.0, 1.0]), np.full(3, np.nan), 0.95)).all()


def test_beta_uses_the_squared_ratio_of_t_quantiles():
    size = 100 * (T99 / T7) ** 2
    low, high = limits("beta", [0.3], [np.sqrt(0.21 / 100)], [100], [7])
    x = 0.3 * size
    assert stats.beta.cdf(low[0], x, size - x + 1) == pytest.approx(0.025, rel=1e-9)
    assert stats.beta.cdf(high[0], x + 1, size - x) == pytest.approx(0.975, rel=1e-9)


def test_wilson_as_newcombe_printed_it():
    """Newcombe (1998), table I: 81 of 263 and 15 of 148, method 3."""
    for x, n, printed in ((81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605))):
        p = x / n
        low, high = limits("wilson", [p], [np.sqrt(p * (1 - p) / n)], [n], [np.inf])
        assert (low[0], high[0]) == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize(("method", "size"), [("wilson", 50.0), ("wilson_pooled", 50.0)])
def test_wilson_limits_solve_the_score_equation(method, size):
    p, n, df = 0.07, 100, 12
    low, high = limits(method, [p], [np.sqrt(p * (1 - p) / size)], [n], [df])
    t = stats.t.ppf(0.975, df)
    for limit in (low[0], high[0]):
        assert (p - limit) ** 2 == pytest.approx(t**2 * limit * (1 - limit) / size, rel=1e-9)
    assert 0 < low[0] < p < high[0]


def test_wilson_pooled_has_an_interval_at_the_edges_of_its_own():
    se = np.sqrt(2 * 0.25 / 100)
    low, high = limits("wilson_pooled", [0.5, 0.0, 1.0], [se, 0, 0], [100, 80, 60], [9, 9, 9])
    t = stats.t.ppf(0.975, 9)
    assert low[1] == 0 and high[1] == pytest.approx(t**2 / (40 + t**2), rel=1e-10)
    assert high[2] == 1 and low[2] == pytest.approx(30 / (30 + t**2), rel=1e-10)


@pytest.mark.parametrize(
    ("method", "scale", "slope"),
    [
        ("logit", lambda p: np.log(p / (1 - p)), lambda p: 1 / (p * (1 - p))),
        ("xlogit", lambda p: np.log(p / (1 - p)), lambda p: 1 / (p * (1 - p))),
        ("asin", lambda p: np.arcsin(np.sqrt(p)), lambda p: 1 / (2 * np.sqrt(p * (1 - p)))),
    ],
)
def test_transformed_intervals_are_straight_on_their_scale(method, scale, slope):
    p, se, t = 0.3, 0.04, stats.t.ppf(0.975, 11)
    low, high = limits(method, [p], [se], [60], [11])
    assert scale(p) - scale(low[0]) == pytest.approx(t * se * slope(p), rel=1e-10)
    assert scale(high[0]) - scale(p) == pytest.approx(t * se * slope(p), rel=1e-10)


def test_the_arcsine_interval_stays_between_0_and_1():
    low, high = limits("asin", [0.02, 0.98], [0.1, 0.1], [30, 30], [29, 29])
    assert low[0] == 0 and high[1] == pytest.approx(1, abs=1e-15)
    assert 0.02 < high[0] < 1 and 0 < low[1] < 0.98


@pytest.mark.parametrize("method", [*METHODS, "mean"])
def test_shares_without_variance_and_without_degrees_of_freedom(method):
    low, high = limits(method, [0.4, 0.5], [0.0, 0.1], [50, 50], [12, 12])
    if method != "wilson_pooled":
        assert low[0] == high[0] == 0.4
    assert low[1] < 0.5 < high[1]
    for df in (0, -1, np.nan):
        for p, se in ((0.4, 0.1), (0.4, 0.0), (0.0, 0.0), (1.0, 0.0)):
            assert np.isnan(np.ravel(limits(method, [p], [se], [50], [df]))).all(), (df, p, se)


@pytest.mark.parametrize("method", METHODS)
def test_a_fixed_share_is_its_own_limits_beside_others(method):
    low, high = limits(method, [0.4, 0.6], [0.0, 0.0], [50, 50], [12, 12])
    assert low.tolist() == high.tolist() == [0.4, 0.6]


@pytest.mark.parametrize("df", [0.5, 1.0, 2.0])
def test_one_degree_of_freedom_is_enough(df):
    assert np.ravel(limits("logit", [0.4], [0.0], [50], [df])).tolist() == [0.4, 0.4]
    assert np.isfinite(np.ravel(limits("beta", [0.0], [0.0], [50], [df]))).all()


def test_means_have_t_intervals_whatever_the_interval_of_rates():
    """An interval of shares would be no number, or end at 1."""
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"y": rng.uniform(20, 90, 60)})
    design = SurveyDesign(data, weights=np.ones(60))
    row = estimate(design, Mean("y"), interval="logit").table.iloc[0]
    half = stats.t.ppf(0.975, 59) * row["std_error"]
    assert row["conf_low"] == pytest.approx(row["estimate"] - half, rel=1e-12)
    assert row["conf_high"] == pytest.approx(row["estimate"] + half, rel=1e-12)


def test_the_logit_error_of_replicates_by_hand():
    """JK1 of 6 rows: error of the logit is the root of (n - 1) / n times the sum of squares about the estimate."""
    y = np.array([1.0, 0, 0, 1, 0, 0])
    design = as_jackknife_design(
        SurveyDesign(pd.DataFrame({"y": np.where(y > 0, "yes", "no")}), weights=np.ones(6)), mse=True
    )
    left = np.array([np.delete(y, k).mean() for k in range(6)])
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    error = np.sqrt(5 / 6 * ((logit(left) - logit(1 / 3)) ** 2).sum())
    found = replicate_logit_error(design, left[:, None], np.array([1 / 3]))
    assert found[0] == pytest.approx(error, rel=1e-12)
    row = survey_prop(design, "y", level="yes", interval="logit").table.iloc[0]
    t = stats.t.ppf(0.975, row["df"])
    assert logit(row["conf_high"]) - logit(1 / 3) == pytest.approx(t * error, rel=1e-9)
    assert logit(1 / 3) - logit(row["conf_low"]) == pytest.approx(t * error, rel=1e-9)


def test_logit_limits_fall_back_where_every_replicate_is_0_or_1():
    """Two rows, yes and no: leaving one out gives 0 or 1, whose logits are infinite; the error of the share is 1/2."""
    design = as_jackknife_design(SurveyDesign({"y": ["yes", "no"]}, weights=np.ones(2)), mse=True)
    row = survey_prop(design, "y", level="yes", interval="logit").table.iloc[0]
    assert row["std_error"] == pytest.approx(0.5, rel=1e-12)
    half = np.tan(0.475 * np.pi) * 0.5 / 0.25
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx([1 / (1 + np.exp(half)), 1 / (1 + np.exp(-half))])


def test_replicate_errors_need_both_replicates_and_their_design():
    plain = SurveyDesign({"y": [1.0, 0, 1]}, weights=np.ones(3))
    assert replicate_logit_error(plain, np.full((3, 1), 0.5), np.array([0.5])) is None
    assert replicate_logit_error(as_jackknife_design(plain), None, np.array([0.5])) is None


def test_likelihood_limits_of_domains_that_have_no_profile():
    """A share of 1 has Korn and Graubard's limits; one unit in each of two strata leaves no degrees of freedom."""
    data = {"y": [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 1], "h": [1] * 6 + [2] * 6, "c": np.arange(12) // 2, "w": [1.0] * 12}
    data["g"] = ["few", "few", "all", "all", "mix", "mix", "few", "few", "all", "mix", "mix", "mix"]
    design = SurveyDesign(data, weights="w", strata="h", psu="c")
    table = survey_prop(design, "y", level=1, by="g", interval="likelihood").table.set_index("g")
    logit = survey_prop(design, "y", level=1, by="g", interval="logit").table.set_index("g")
    assert table.loc["few", "df"] == 0 and table.loc["few", "std_error"] > 0
    assert table.loc["few", ["conf_low", "conf_high"]].isna().all()
    found = survey_prop(SurveyDesign({"y": [1] * 9}, weights=np.ones(9)), "y", level=1, interval="likelihood").table
    assert found["conf_low"][0] == pytest.approx(1 - exact_edge(9), rel=1e-10) and found["conf_high"][0] == 1
    ends = ["conf_low", "conf_high"]
    np.testing.assert_array_equal(table.loc["all", ends].astype(float), logit.loc["all", ends].astype(float))


@pytest.mark.parametrize("method", ["beta", "wilson"])
def test_a_share_without_variance_is_its_own_limits_from_one_degree_of_freedom_on(method):
    assert np.ravel(limits(method, [0.4], [0.0], [50], [1])).tolist() == [0.4, 0.4]
    assert np.isnan(np.ravel(limits(method, [0.4], [0.0], [50], [0]))).all()


@pytest.mark.parametrize("method", METHODS)
def test_an_empty_domain_has_no_limits(method):
    low, high = limits(method, [np.nan, 0.4], [np.nan, 0.1], [0, 50], [12, 12])
    assert np.isnan([low[0], high[0]]).all() and low[1] < 0.4 < high[1]
    if method != "wilson_pooled":
        assert np.isnan(np.ravel(limits(method, [0.0], [np.nan], [0], [12]))[1]) or method == "beta"


def test_t_quantiles_and_intervals():
    assert t_quantile(np.array([1.0, 7, np.inf]), 0.95) == pytest.approx(
        [np.tan(0.475 * np.pi), T7, 1.959963984540054], rel=1e-12
    )
    assert t_quantile(np.array([1.0]), 0.5)[0] == pytest.approx(1.0, rel=1e-12)
    assert t_quantile(np.array([0.5]), 0.95)[0] > 12.7
    assert np.isnan(t_quantile(np.array([0.0, -2.0, np.nan]), 0.95)).all()
    low, high = t_interval(np.array([10.0]), np.array([2.0]), np.array([7.0]), 0.95)
    assert (low[0], high[0]) == pytest.approx((10 - 2 * T7, 10 + 2 * T7), rel=1e-12)
    assert np.ravel(limits("mean", [0.0], [0.0], [50], [12])).tolist() == [0, 0]
    assert np.ravel(limits("mean", [0.3], [0.1], [50], [7])) == pytest.approx([0.3 - 0.1 * T7, 0.3 + 0.1 * T7])


def test_effective_sizes():
    found = effective_size(np.array([0.5, 0.2, 0.0, 1.0, 0.5]), np.array([0.1, 0.08, 0.1, 0.1, 0.0]), np.full(5, 30.0))
    assert found[:2] == pytest.approx([25, 25], rel=1e-14)
    assert np.isnan(found[2:]).all()


def test_unknown_names_are_refused():
    for name in ("likelihood", "Wald"):
        with pytest.raises(DataError, match=name):
            limits(name, [0.5], [0.1], [50], [12])
    design = SurveyDesign({"y": [1, 0, 1], "w": [1, 1, 1]}, weights="w")
    with pytest.raises(DataError, match="'Wald' is unknown"):
        survey_prop(design, "y", 1, interval="Wald")
    assert len(survey_prop(design, "y", 1, interval="likelihood").table) == 1


def test_there_is_no_logit_error_without_replicates():
    assert replicate_logit_error(None, None, np.array([0.5])) is None


def judge(x, n, df=None, deff=0.8):
    """Both places that know the standards; the design effect below 1 leaves the effective size at n."""
    p, df = x / n, n - 1 if df is None else df
    se = np.sqrt(deff * p * (1 - p) / n)
    verdict = nchs_proportion([p], [se], [n], [df]).iloc[0]
    return str(nchs_2017([p], [se], [n], [df])[0]), str(verdict["status"]), str(verdict["reason"])


@pytest.mark.parametrize(
    ("x", "n", "expected"),
    [
        (12, 40, ("suppress", "suppress", "width")),  # exact binomial width 0.29969, read as 30.0 points
        (14, 42, ("suppress", "suppress", "width")),  # 0.29982
        (15, 43, ("present", "present", "")),  # 0.29919, read as 29.9
        (1, 108, ("present", "present", "")),  # 0.05028, read as 5.0
        (107, 108, ("present", "present", "")),
        (1, 105, ("suppress", "suppress", "relative_width")),  # 0.0517, read as 5.2
        (104, 105, ("complement", "footnote", "complement")),
        (9, 60, ("present", "present", "")),
        (51, 60, ("present", "present", "")),
        (10, 146, ("present", "present", "")),  # 0.08902 over 10/146 is 129.97 %, read as 130.0 %
        (10, 147, ("present", "present", "")),  # 130.01 %
        (137, 147, ("present", "present", "")),
        (8, 60, ("suppress", "suppress", "relative_width")),
        (52, 60, ("complement", "footnote", "complement")),
        (30, 30, ("review", "review", "extreme")),  # 30 is enough
        (29, 29, ("suppress", "suppress", "size")),
        (0, 29, ("suppress", "suppress", "size")),
    ],
)
def test_nchs_limits_at_equality(x, n, expected):
    """Widths from exact binomial limits (`scipy.stats.binomtest`); limits from NCHS Series 2 no. 175, figure 1."""
    assert judge(x, n) == expected
    if 0 < x < n:
        exact = stats.binomtest(x, n).proportion_ci(0.95, "exact")
        row = nchs_proportion([x / n], [np.sqrt(0.8 * x / n * (1 - x / n) / n)], [n], [n - 1]).iloc[0]
        assert row["high"] - row["low"] == pytest.approx(exact.high - exact.low, rel=1e-8)


def test_nchs_effective_size_counts_and_is_capped_at_n():
    assert judge(250, 500, deff=17.0)[2] == "size"  # 29.4 effective
    assert judge(250, 500, deff=16.0)[2] == "width"  # 31.25 effective
    assert judge(14, 28, deff=0.5)[2] == "size"  # 56 effective, 28 people
    assert judge(200, 400, df=7) == ("review", "review", "df")
    assert judge(200, 400, df=8) == ("present", "present", "")
    assert judge(20, 400, df=2)[2] == "relative_width"  # few degrees of freedom widen it
    assert judge(20, 400)[2] == ""


def test_both_places_that_know_the_standards_agree():
    """Limits recomputed from scipy's beta quantiles at n_eff (t[n-1] / t[df])^2, capped at n."""
    rng = np.random.default_rng(8)
    n = rng.integers(20, 400, 3000).astype(float)
    p, df, deff = rng.uniform(0.02, 0.98, 3000), rng.integers(1, 60, 3000).astype(float), rng.uniform(0.5, 3, 3000)
    se = np.sqrt(deff * p * (1 - p) / n)
    size = np.minimum(n, p * (1 - p) / se**2 * (stats.t.ppf(0.975, n - 1) / stats.t.ppf(0.975, df)) ** 2)
    low, high = (
        stats.beta.ppf(0.025, p * size, size - p * size + 1),
        stats.beta.ppf(0.975, p * size + 1, size - p * size),
    )
    found = nchs_proportion(p, se, n, df)
    np.testing.assert_allclose(found[["low", "high"]], np.column_stack([low, high]), rtol=1e-9)
    width = np.round(high - low, 3)
    wide = (width >= 0.3) | (np.minimum(n / deff, n) < 30) | ((width > 0.05) & (np.round((high - low) / p, 3) > 1.3))
    other = (width > 0.05) & (np.round((high - low) / (1 - p), 3) > 1.3)
    expected = np.select([wide, df < 8, other], ["suppress", "review", "complement"], "present")
    assert (nchs_2017(p, se, n, df) == expected).all()
    assert (found["status"].replace("footnote", "complement").to_numpy() == expected).all()


def test_a_width_over_p_is_rounded_once():
    """The width as it is over p, to 0.1 %, in both places; not the rounded width over p."""
    p, n = np.repeat(np.linspace(0.03, 0.97, 189), 200), np.tile(np.arange(40.0, 240.0), 189)
    se = np.sqrt(p * (1 - p) / n)
    low, high = stats.beta.ppf(0.025, p * n, n - p * n + 1), stats.beta.ppf(0.975, p * n + 1, n - p * n)
    twice = np.round(np.round(high - low, 3) / p, 3) > 1.3
    once = np.round((high - low) / p, 3) > 1.3
    there = (twice != once) & (np.round(high - low, 3) > 0.05) & (np.round(high - low, 3) < 0.3)
    assert there.sum() >= 9  # the two roundings decide differently here
    found = nchs_proportion(p[there], se[there], n[there], n[there] - 1)
    assert (found["status"].eq("suppress") == once[there]).all()
    assert ((nchs_2017(p[there], se[there], n[there], n[there] - 1) == "suppress") == once[there]).all()


def test_unknown_errors_and_no_degrees_of_freedom_are_withheld():
    p, n = np.full(3, 0.5), np.full(3, 400.0)
    found = nchs_proportion(p, [np.nan, 0.025, 0.025], n, [20, 0, np.nan])
    assert found["status"].tolist() == ["suppress"] * 3 and found["reason"].tolist() == ["size", "df", "df"]
    assert nchs_2017(p, [np.nan, 0.025, 0.025], n, [20, 0, np.nan]).tolist() == ["suppress"] * 3


def test_nchs_without_numbers():
    assert nchs_2017([np.nan, 0.5], [np.nan, 0.0], [0, 50], [12, 49]).tolist() == ["suppress", "present"]
    found = nchs_proportion([np.nan, 0.5], [np.nan, 0.0], [0, 100], [12, 99])
    assert found["status"].tolist() == ["missing", "present"]
    assert found["n_eff"].tolist()[1] == 100
