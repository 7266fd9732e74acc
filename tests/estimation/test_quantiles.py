"""Quantiles by every rule and interval, variances and correlations equal R survey 4.5."""

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign

PROBABILITIES = [0.05, 0.25, 0.5, 0.9]
RULES = ["math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]
COLUMNS = ["estimate", "conf_low", "conf_high", "std_error"]


@pytest.fixture(scope="module")
def r(reference):
    return reference("estimation_quantiles")


@pytest.mark.parametrize("name", ["strat", "clus1", "clus2"])
class TestAgainstR:
    @pytest.mark.parametrize("rule", RULES)
    def test_rules(self, name, rule, api_designs, r, close):
        table = est.survey_quantile(api_designs[name], "api00", PROBABILITIES, rule=rule).table
        close(table[COLUMNS], r[name]["rules"][rule])
        ties = est.survey_quantile(api_designs[name], "growth", [0.2, 0.5], rule=rule).table
        expected = np.array(r[name]["growth"][rule], dtype=float)
        expected[:, 3] = np.abs(expected[:, 3])  # R gives a negative error where Shah and Vaish's limits cross
        close(ties[COLUMNS], expected)

    @pytest.mark.parametrize("interval", ["mean", "beta", "xlogit", "asin"])
    def test_intervals(self, name, interval, api_designs, r, close):
        table = est.survey_quantile(api_designs[name], "api00", PROBABILITIES, interval=interval).table
        close(table[COLUMNS], r[name]["intervals"][interval])

    def test_score(self, name, api_designs, r, close):
        for p, expected in zip([0.25, 0.5, 0.75], r[name]["score"], strict=True):
            table = est.survey_quantile(api_designs[name], "api00", p, interval="score").table
            close(table[COLUMNS], expected)

    def test_domain(self, name, api_designs, r, close):
        table = est.survey_quantile(
            api_designs[name], "api00", PROBABILITIES, rule="hf7", where=("comp.imp", "Yes")
        ).table
        close(table[COLUMNS], r[name]["domain"])
        by = est.survey_quantile(api_designs[name], "api00", PROBABILITIES, rule="hf7", by="comp.imp").table
        close(by.loc[by["comp.imp"] == "Yes", COLUMNS], r[name]["domain"])

    def test_second_moments(self, name, api_designs, r, close):
        columns = ["estimate", "std_error"]
        close(est.survey_var(api_designs[name], "api00").table[columns].iloc[0], r[name]["var"])
        close(est.survey_cov(api_designs[name], ["api00", "enroll"]).table[columns].iloc[0], r[name]["cov"])
        close(est.survey_cor(api_designs[name], ["api00", "enroll"]).table[columns].iloc[0], r[name]["cor"])


def test_joint_covariance_of_unlike_statistics(api_designs):
    result = est.estimate(
        api_designs["clus1"], [est.Mean("api00"), est.Quantile("api00"), est.Correlation("api00", "api99")]
    )
    v = result.covariance
    assert np.linalg.eigvalsh(v / np.sqrt(np.outer(np.diag(v), np.diag(v)))).min() > -1e-12
    assert v[0, 1] > 0
    np.testing.assert_allclose(np.sqrt(np.diag(v)), result.table["std_error"])


def test_quantile_of_one_row_and_of_none(api_designs):
    one = np.arange(183) == 5
    table = est.survey_quantile(api_designs["clus1"], "api00", [0.5], rule="hf7", where=one).table
    assert np.isfinite(table["estimate"][0])
    empty = est.survey_quantile(api_designs["clus1"], "api00", [0.5], where=np.zeros(183, dtype=bool)).table
    assert np.isnan(empty["estimate"][0]) and empty["n"][0] == 0


def test_a_quantile_has_no_design_effect_of_its_own():
    """Its standard error is on another scale than the spread of the distribution function."""
    design = SurveyDesign({"y": [1.0, 2.0, 3.0, 4.0, 5.0, 9.0], "w": [2.0] * 6}, weights="w")
    table = est.survey_quantile(design, "y", [0.25, 0.5]).table
    assert table[["deff", "n_eff"]].isna().all().all()
    assert (table["n"] == 6).all()
