"""Bad input to estimators, and the documented results of odd but legal input."""

import numpy as np
import pandas as pd
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation.intervals.intervals import proportion_interval


@pytest.fixture
def design():
    rng = np.random.default_rng(5)
    data = pd.DataFrame(
        {
            "y": rng.normal(size=60),
            "one": np.ones(60),
            "zero": np.zeros(60),
            "text": rng.choice(["p", "q"], 60),
            "mixed": [1, "x"] * 30,
            "empty": np.full(60, np.nan),
            "inf": np.r_[np.inf, np.zeros(59)],
            "g": np.repeat(list("abc"), 20),
            "k": np.tile(np.arange(10), 6),
        }
    )
    return SurveyDesign(data.assign(w=2.0), weights="w", strata="g", psu="k")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda d: est.survey_mean(d, "nothing"), "Unknown columns"),
        (lambda d: est.survey_mean(d, "text"), "holds text"),
        (lambda d: est.survey_mean(d, "mixed"), "holds text"),
        (lambda d: est.survey_mean(d, "inf"), "infinite values in rows 1: 0"),
        (lambda d: est.survey_mean(d, "y", by="nothing"), "Unknown columns"),
        (lambda d: est.survey_mean(d, "y", by="empty"), "missing in every row"),
        (lambda d: est.survey_mean(d, "y", where=("g", "z")), "no level 'z'"),
        (lambda d: est.survey_mean(d, "y", where=[True]), "1 values for 60 rows"),
        (lambda d: est.survey_mean(d, "y", where=np.arange(60)), "one boolean per row"),
        (lambda d: est.survey_mean(d, "y", conf_level=95), "between 0 and 1"),
        (lambda d: est.survey_prop(d, "text", level="z"), "no level 'z'"),
        (lambda d: est.survey_prop(d, "empty"), "missing in every row"),
        (lambda d: est.survey_prop(d, "text", interval="exact"), "choose one of"),
        (lambda d: est.survey_quantile(d, "y", 1.5), "between 0 and 1"),
        (lambda d: est.survey_quantile(d, "y", 0.5, rule="hf10"), "unknown"),
        (lambda d: est.survey_quantile(d, "y", 0.5, interval="wald"), "unknown"),
        (lambda d: est.survey_quantile(d, "y", 0.5, interval="replicate"), "needs a design with replicates"),
        (lambda d: est.survey_cor(d, ["y"]), "at least two"),
        (lambda d: est.estimate(d, []), "nothing to estimate"),
        (lambda d: est.estimate(d, ["y"]), "is no statistic"),
        (lambda d: est.survey_mean(d, "y").transform(lambda x: x, method="replicates"), "no replicates"),
        (lambda d: est.survey_mean(d, "y").transform(lambda x: x, names=["a", "b"]), "2 names for 1 results"),
        (lambda d: est.survey_mean(d, "y").contrast({5: 1}), r"key 5 no row fits.*Row\(5\)"),
        (lambda d: est.survey_mean(d, "y").contrast({est.Row(5): 1}), "There is no row 5"),
        (lambda d: est.Estimates.from_payload({"version": 0}), "version"),
    ],
)
def test_errors(call, message, design):
    with pytest.raises(DataError, match=message):
        call(design)


def test_all_missing_is_an_empty_domain(design):
    table = est.survey_mean(design, "empty").table
    assert table["n"][0] == 0 and np.isnan(table["estimate"][0]) and np.isnan(table["std_error"][0])
    assert np.isnan(est.survey_total(design, "empty").table["estimate"][0])


def test_constants(design):
    assert est.survey_mean(design, "one").table["std_error"][0] == 0
    ratio = est.survey_ratio(design, "y", "zero").table
    assert np.isnan(ratio["estimate"][0])
    assert est.survey_var(design, "one").table["estimate"][0] == pytest.approx(0)
    assert np.isnan(est.survey_cor(design, ["one", "y"]).table["estimate"][0])
    with np.errstate(all="raise"):
        assert est.survey_prop(design, "one", level=1).table["estimate"][0] == 1


@pytest.mark.parametrize("interval", ["logit", "xlogit", "asin", "beta", "wilson", "likelihood"])
def test_shares_of_none_and_all_have_intervals(interval, design):
    table = est.estimate(design, [est.Mean("one"), est.Mean("zero")], interval=interval).table
    assert table["conf_high"][0] == 1 and 0.8 < table["conf_low"][0] < 1
    assert table["conf_low"][1] == 0 and 0 < table["conf_high"][1] < 0.2
    assert (table["reliability"] != "present").all()


def test_edge_intervals_carry_a_clustered_design_effect():
    p, se, n = np.array([0.5, 0.6, 1.0]), np.array([0.1, 0.1, 0.0]), np.array([100.0, 100, 100])
    clustered = proportion_interval("logit", p, se, n, np.full(3, 30.0))[0][2]
    se = np.array([0.05, 0.049, 0.0])
    plain = proportion_interval("logit", p, se, n, np.full(3, 30.0))[0][2]
    assert clustered < plain


def test_one_psu_in_a_domain_has_no_interval(design):
    table = est.survey_mean(design, "y", where=(design.data["g"] == "a") & (design.data["k"] == 1)).table
    assert table["df"][0] == 0 and np.isnan(table["conf_low"][0])


def test_an_unused_by_level_within_where(design):
    table = est.survey_mean(design, "y", by="g", where=("g", "a")).table
    assert table["n"].tolist() == [20, 0, 0]
    assert table["estimate"].notna().tolist() == [True, False, False]
