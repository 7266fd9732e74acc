"""The basic estimators equal R survey 4.5 on the api data and nhanes."""

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import (
    PoststratificationAdjustment,
    RakingAdjustment,
    RegressionAdjustment,
    SurveyDesign,
)

DESIGNS = ["srs", "strat", "strat_wr", "clus1", "clus1_wr", "clus2", "clus2_wr"]
STYPES = {"E": 4421, "H": 755, "M": 1018}


@pytest.fixture(scope="module")
def basic(reference):
    return reference("estimation_basic")


@pytest.mark.parametrize("name", DESIGNS)
def test_mean_total_and_ratio(name, api_designs, basic, close):
    design, r = api_designs[name], basic[name]
    mean = est.survey_mean(design, "api00").table.iloc[0]
    close([mean["estimate"], mean["std_error"]], r["mean_api00"])
    assert mean["df"] == r["df"] == design.degf
    close(mean["deff"], r["mean_deff"])
    close(est.survey_mean(design, "api00", deff_reference="wr").table["deff"][0], r["mean_deff_wr"])
    close([mean["conf_low"], mean["conf_high"]], r["t_ci"])
    total = est.survey_total(design, "enroll").table
    close(total[["estimate", "std_error", "deff"]].iloc[0], r["total"])
    ratio = est.survey_ratio(design, "api.stu", "enroll").table
    close(ratio[["estimate", "std_error", "deff"]].iloc[0], r["ratio"])


@pytest.mark.parametrize("name", DESIGNS)
def test_domains_have_r_joint_covariance(name, api_designs, basic, close):
    design, r = api_designs[name], basic[name]
    result = est.survey_mean(design, ["api00", "api99"], by="stype")
    close(result.table["estimate"], r["by"])
    close(result.covariance, r["by_cov"], atol=1e-9)
    close(result.table["deff"], np.array(r["by_deff"]).T.ravel(), atol=1e-9)
    where = est.survey_mean(design, "api00", where=("comp.imp", "Yes")).table
    close(where[["estimate", "std_error", "df"]].iloc[0], r["where"])


@pytest.mark.parametrize("name", DESIGNS)
def test_all_levels_of_a_factor(name, api_designs, basic, close):
    result = est.survey_prop(api_designs[name], "stype")
    close(result.table["estimate"], basic[name]["stype"])
    close(result.covariance, basic[name]["stype_cov"], atol=1e-15)


@pytest.mark.parametrize("name", DESIGNS)
def test_totals_of_levels(name, api_designs, basic, close):
    result, expected = est.survey_total(api_designs[name], "stype"), basic[name]["counts"]
    close(result.table["estimate"], expected["total"])
    close(result.covariance, expected["cov"], atol=1e-8)
    close(result.table["deff"], expected["deff"], atol=1e-9)


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("interval", ["logit", "xlogit", "asin", "beta", "mean", "wilson"])
def test_proportion_intervals(name, interval, api_designs, basic, close):
    table = est.survey_prop(api_designs[name], "sch.wide", level="Yes", interval=interval).table
    close(table[["conf_low", "conf_high"]].iloc[0], _limits(basic, name, interval))


def _limits(basic, name, interval):
    return [row[interval] for row in basic[name]["ci"]]


def test_nhanes(read_data, basic, close):
    data, r = read_data("nhanes"), basic["nhanes"]
    design = SurveyDesign(data, weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU")
    close(est.survey_mean(design, "HI_CHOL").table[["estimate", "std_error"]].iloc[0], r["mean"])
    by = est.survey_mean(design, "HI_CHOL", by="race", interval="logit").table
    close(by["estimate"], r["by"])
    close(by["std_error"], r["by_se"])
    assert (by["df"].iloc[3], design.degf) == (r["df4"], r["df"])
    close(by[["conf_low", "conf_high"]].iloc[3], r["ci4"], rtol=1e-7)


@pytest.mark.parametrize("rule", ["certainty", "adjust", "average"])
def test_lonely_psu(rule, read_data, basic, close):
    data = read_data("apistrat")
    data = data[(data["stype"] != "H") | ((data["stype"] == "H").cumsum() == 1)]
    design = SurveyDesign(data, weights="pw", strata="stype", population_size="fpc", lonely_psu=rule)
    close(
        [
            est.survey_mean(design, "api00").table["std_error"][0],
            est.survey_total(design, "api00").table["std_error"][0],
            est.survey_mean(design, "api00", where=("comp.imp", "Yes")).table["std_error"][0],
        ],
        basic["lonely"][rule],
    )


def _adjusted(design, data, values):
    before = np.array(values["before"])
    stype = data["stype"].map({"E": 0, "H": 1, "M": 2}).to_numpy()
    wide = (data["sch.wide"] == "Yes").to_numpy().astype(int)
    w = {name: np.array(values[name]["weights"]) for name in values if name != "before"}
    margin = {k: tuple(map(np.array, values[k]["margin_weights"])) for k in ("rake", "poststratify_rake")}
    dummies = np.eye(3)[stype]
    post = PoststratificationAdjustment(stype, before, w["poststratify"])
    once = design.adjusted(w["poststratify"], post)
    greg = RegressionAdjustment(np.column_stack([dummies, data["api99"]]), before, w["calibrate"])
    return {
        "poststratify": once,
        "calibrate": design.adjusted(w["calibrate"], greg),
        "rake": design.adjusted(w["rake"], RakingAdjustment((stype, wide), margin["rake"])),
        "poststratify_rake": once.adjusted(
            w["poststratify_rake"], RakingAdjustment((stype, wide), margin["poststratify_rake"])
        ),
        "raking_distance": design.adjusted(
            w["raking_distance"], RegressionAdjustment(dummies, before, w["raking_distance"])
        ),
    }


@pytest.mark.parametrize("kind", ["poststratify", "calibrate", "rake", "poststratify_rake", "raking_distance"])
def test_adjusted_designs(kind, api_designs, read_data, basic, close):
    r = basic["adjusted"][kind]
    design = _adjusted(api_designs["clus1"], read_data("apiclus1"), basic["adjusted"])[kind]
    close(est.survey_mean(design, "api00").table[["estimate", "std_error"]].iloc[0], r["mean"])
    close(est.survey_total(design, "enroll").table[["estimate", "std_error"]].iloc[0], r["total"])
    by = est.survey_mean(design, "api00", by="comp.imp").table
    close(by["estimate"], r["by"])
    close(by["std_error"], r["by_se"])
