"""Tests of association, t tests, rank tests, goodness of fit, likelihood limits and alpha equal R survey 4.5."""

import numpy as np
import pytest
from scipy import stats

import surveykit.estimation as est
from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.errors import DataError
from surveykit.estimation.inference.chi_squared_sums import saddlepoint_tail, satterthwaite_tail, sum_tail
from surveykit.estimation.results.comparisons import adjust_p_values

NAMES = ["strat", "clus1", "clus1_wr", "clus2", "jk1", "sub"]


@pytest.fixture(scope="module")
def r(reference):
    return reference("estimation_tests")


@pytest.fixture(scope="module")
def cases(api_designs):
    out = {name: (api_designs[name], None) for name in NAMES[:4]}
    out["jk1"] = (as_jackknife_design(api_designs["clus1"]), None)
    out["sub"] = (api_designs["clus1"], ("stype", ["E", "M"]))
    return out


@pytest.fixture(scope="module")
def nhanes(read_data):
    return SurveyDesign(read_data("nhanes"), weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU")


def check(result, expected, close, p_tolerance=1e-7):
    close(result.statistic, np.ravel(expected["statistic"])[0])
    if np.size(expected["df"]):
        close(np.atleast_1d(result.df), np.atleast_1d(expected["df"]))
    close(result.p_value, np.ravel(expected["p"])[0], rtol=p_tolerance, atol=1e-15)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("statistic", ["F", "Chisq", "Wald", "adjWald", "saddlepoint"])
def test_chisq(name, statistic, cases, r, close):
    design, where = cases[name]
    tolerance = 1e-5 if statistic == "saddlepoint" else 1e-7
    for columns, key in ((("sch.wide", "comp.imp"), "chisq"), (("sch.wide", "stype"), "chisq3")):
        result = est.survey_chisq(design, *columns, statistic=statistic, where=where)
        check(result, r[name][key][statistic], close, tolerance)


@pytest.mark.parametrize("statistic", ["F", "Chisq", "Wald", "adjWald", "saddlepoint"])
def test_chisq_with_missing_values(statistic, nhanes, r, close):
    result = est.survey_chisq(nhanes, "HI_CHOL", "race", statistic=statistic)
    check(result, r["nhanes"]["chisq"][statistic], close, 1e-5 if statistic == "saddlepoint" else 1e-7)


def test_lincom_is_exact(api_designs):
    result = est.survey_chisq(api_designs["clus1_wr"], "sch.wide", "stype", statistic="lincom")
    effects, ddf = np.array(result.details["design_effects"]), result.df[1]
    rng = np.random.default_rng(0)
    draws = rng.chisquare(1, (400_000, effects.size)) @ effects
    below = rng.chisquare(np.floor(ddf), 400_000) / ddf
    assert abs((draws / below > result.statistic).mean() - result.p_value) < 1e-3


def test_sums_of_chi_squared(r, close):
    a = np.array([1.0, 0.5, 0.2])
    close([saddlepoint_tail(5, a), satterthwaite_tail(5, a)], r["pchisqsum"], rtol=1e-6)
    close(sum_tail(7.0, np.ones(3)), stats.chi2.sf(7.0, 3), rtol=1e-8)
    close(sum_tail(0.0, np.array([1.0, -0.3])), stats.f.sf(0.3, 1, 1), rtol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_t_tests(name, cases, r, close):
    design, where = cases[name]
    expected = r[name]["ttest"]
    result = est.survey_ttest(design, "api00", by="sch.wide", where=where)
    check(result, expected, close)
    close([result.estimate, result.conf_low, result.conf_high], [expected["estimate"], *expected["ci"]])
    one = r[name]["one"]
    as_r = est.survey_ttest(design, "growth", where=where, df=one["df"])
    check(as_r, one, close)
    plain = est.survey_ttest(design, "growth", where=where)
    mean = est.survey_mean(design, "growth", where=where).table.iloc[0]
    close([plain.df, plain.conf_low, plain.conf_high], mean[["df", "conf_low", "conf_high"]])


def test_paired(api_designs, close):
    paired = est.survey_ttest(api_designs["clus1"], "api00", paired="api99")
    growth = est.survey_ttest(api_designs["clus1"], "growth")
    close([paired.statistic, paired.p_value], [growth.statistic, growth.p_value])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("test", ["wilcoxon", "vanderWaerden", "median"])
def test_rank_tests(name, test, cases, r, close):
    design, where = cases[name]
    check(est.survey_ranktest(design, "api00", by="sch.wide", test=test, where=where), r[name]["rank"][test], close)
    expected = r[name]["rank3"][test]
    result = est.survey_ranktest(design, "enroll", by="stype", test=test, where=where)
    if np.size(expected["ddf"]):  # R returns statistic and parameter swapped for k groups
        close([result.statistic, *result.df], [expected["df"], expected["statistic"], expected["ddf"]])
        close(result.p_value, expected["p"], rtol=1e-7)
    else:
        check(result, expected, close)


@pytest.mark.parametrize("name", NAMES[:5])
def test_goodness_of_fit(name, cases, r, close):
    design, where = cases[name]
    result = est.survey_gof(design, "stype", {"E": 0.7, "H": 0.1, "M": 0.2}, where=where)
    expected = r[name]["gof"]
    if name == "strat":  # the strata: no variance, and no test
        close(result.statistic, expected["statistic"])
        return
    close([result.statistic, result.df], [expected["statistic"], expected["df"][1]])
    close(result.p_value, expected["p"], rtol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_likelihood_interval(name, cases, r, close):
    design, where = cases[name]
    table = est.survey_prop(design, "sch.wide", level="Yes", where=where, interval="likelihood").table
    close(table[["conf_low", "conf_high"]].iloc[0], r[name]["likelihood"], rtol=1e-7)


def test_likelihood_interval_of_a_zero_one_mean(nhanes, r, close):
    table = est.estimate(nhanes, est.Mean("HI_CHOL"), interval="likelihood").table
    close(table[["conf_low", "conf_high"]].iloc[0], r["nhanes"]["likelihood"], rtol=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_alpha(name, cases, r, close):
    design, where = cases[name]
    table = est.survey_alpha(design, ["ell", "mobility", "meals"], where=where).table
    close(table["estimate"][0], r[name]["alpha"])
    assert (table["std_error"] > 0).all()


def test_adjusted_p_values(close):
    p = np.array([0.01, 0.04, 0.03, np.nan, 0.005])
    close(adjust_p_values(p, "holm"), [0.03, 0.06, 0.06, np.nan, 0.02])
    close(adjust_p_values(p, "bh"), [0.02, 0.04, 0.04, np.nan, 0.02])
    close(adjust_p_values(p, "bonferroni"), [0.04, 0.16, 0.12, np.nan, 0.02])


def test_pairwise_comparisons(api_designs, close):
    means = est.survey_mean(api_designs["strat"], "api00", by="stype")
    table = est.pairwise_comparisons(means, method="tukey", draws=100_000)
    close(table["std_error"][0], means.difference("E", "H").table["std_error"][0])
    assert (table["p_adjusted"] >= table["p_value"] - 0.005).all()
    k3 = stats.studentized_range.sf(np.abs(table["statistic"]) * np.sqrt(2), 3, 197)
    np.testing.assert_allclose(table["p_adjusted"], k3, atol=0.03)


def test_bad_arguments(api_designs):
    design = api_designs["clus1"]
    with pytest.raises(DataError, match="choose one of"):
        est.survey_chisq(design, "stype", "sch.wide", statistic="G")
    with pytest.raises(DataError, match="1 level"):
        est.survey_chisq(design, "stype", "sch.wide", where=("stype", "E"))
    with pytest.raises(DataError, match="two groups"):
        est.survey_ttest(design, "api00", by="stype")
    with pytest.raises(DataError, match="not both"):
        est.survey_ttest(design, "api00", by="sch.wide", paired="api99")
    with pytest.raises(DataError, match="unknown"):
        est.survey_ranktest(design, "api00", by="sch.wide", test="sign")
    with pytest.raises(DataError, match="one positive share"):
        est.survey_gof(design, "stype", {"E": 1.0})
    with pytest.raises(DataError, match="two items"):
        est.survey_alpha(design, ["ell"])
