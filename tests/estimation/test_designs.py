"""Unequal probabilities, several stages and public surveys equal R survey 4.5 and the books."""

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import PPS, SurveyDesign


@pytest.fixture(scope="module")
def r(reference):
    return reference("estimation_designs")


@pytest.fixture(scope="module")
def joint(read_data):
    return read_data("election_jointprob").to_numpy()


METHODS = ["brewer", "overton", "hr", "hr1", "hr_yg", "overton_yg", "ht", "yg", "poisson", "wr"]


def election(name, data, joint, psum):
    spec = {
        "brewer": "brewer",
        "overton": "overton",
        "hr": PPS("hartley_rao", psum=psum),
        "hr1": "hartley_rao",
        "hr_yg": PPS("hartley_rao", psum=psum, variance="YG"),
        "overton_yg": PPS("overton", variance="YG"),
        "ht": PPS("joint", joint=joint),
        "yg": PPS("joint", joint=joint, variance="YG"),
        "poisson": "poisson",
    }
    if name == "wr":
        return SurveyDesign(data, weights="wt")
    return SurveyDesign(data, sampling_fraction="p", pps=spec[name])


@pytest.mark.parametrize("name", METHODS)
def test_unequal_probabilities(name, read_data, joint, r, close):
    data, expected = read_data("election_pps"), r[name]
    design = election(name, data, joint, r["psum"])
    total = est.survey_total(design, ["Bush", "Kerry"])
    close(total.table["estimate"], expected["total"])
    close(total.covariance, expected["vcov"], rtol=1e-7)
    close(est.survey_mean(design, ["Bush", "Kerry"]).table["std_error"], expected["mean_se"], rtol=1e-7)
    domain = est.survey_total(design, ["Bush", "Kerry"], where=(data["Nader"] > 0)).table
    close(domain["estimate"], expected["sub"])
    close(domain["std_error"], expected["sub_se"])
    assert design.degf == expected["df"]


def test_unequal_probabilities_within_strata(read_data, r, close):
    data = read_data("election_pps").assign(h=[1, 2] * 20)
    for name, spec in (("overton", "overton"), ("hr1", "hartley_rao"), ("brewer", "brewer")):
        design = SurveyDesign(data, strata="h", sampling_fraction="p", pps=spec)
        close(est.survey_total(design, "Bush").table["std_error"][0], r["strata"][name])


def test_joint_probabilities_give_the_weights(read_data, joint, close):
    data = read_data("election_pps")
    design = SurveyDesign(data, pps=PPS("joint", joint=joint))
    close(design.weights, 1 / np.diag(joint))


def test_brewer_in_two_stages(read_data, r, close):
    data = read_data("apiclus2")
    data["f1"], data["f2"] = 40 / data["fpc1"], np.minimum(1, 5 / data["fpc2"])
    design = SurveyDesign(data, psu=["dnum", "snum"], sampling_fraction=["f1", "f2"], pps="brewer")
    errors = [
        est.survey_total(design, "api.stu").table["std_error"][0],
        est.survey_mean(design, "api00").table["std_error"][0],
    ]
    close(errors, r["brewer2"])
    plain = SurveyDesign(data, psu=["dnum", "snum"], sampling_fraction=["f1", "f2"])
    close(est.survey_total(plain, "api.stu").table["std_error"][0], r["brewer2"][0])


def test_mu284_is_the_book(read_data, r, close):
    design = SurveyDesign(read_data("mu284"), psu=["id1", "id2"], population_size=["n1", "n2"])
    total, mean = est.survey_total(design, "y1").table.iloc[0], est.survey_mean(design, "y1").table.iloc[0]
    close([total["estimate"], total["std_error"], mean["estimate"], mean["std_error"]], r["mu284"])
    assert round(total["estimate"]) == 15080  # Sarndal, Swensson and Wretman (1992)
    assert round(total["std_error"]) == 2274


def test_fpc_and_hospital(read_data, r, close):
    data = read_data("fpc")
    wr = SurveyDesign(data, weights="weight", strata="stratid", psu="psuid")
    close(est.survey_mean(wr, "x").table["std_error"][0], r["fpc"]["wr"])
    size = SurveyDesign(data, weights="weight", strata="stratid", psu="psuid", population_size="Nh")
    close(est.survey_mean(size, "x").table["std_error"][0], r["fpc"]["size"])
    share = SurveyDesign(
        data.assign(f=data["nh"] / data["Nh"]), weights="weight", strata="stratid", psu="psuid", sampling_fraction="f"
    )
    close(est.survey_mean(share, "x").table["std_error"][0], r["fpc"]["size"])
    hospital = SurveyDesign(
        read_data("hospital"), weights="weighta", strata="oblevel", psu="hospno", population_size="tothosp"
    )
    close(est.survey_total(hospital, "births").table[["estimate", "std_error"]].iloc[0], r["hospital"])


@pytest.mark.parametrize("kind", ["full", "first"])
def test_three_stages(kind, read_data, r, close):
    data = read_data("three_stage")
    sizes = ["N1", "N2", "N3"] if kind == "full" else ["N1"]
    design = SurveyDesign(
        data, weights=r["three"]["weights"], strata="h", psu=["psu", "ssu", "el"], population_size=sizes
    )
    if kind == "full":
        derived = SurveyDesign(data, strata="h", psu=["psu", "ssu", "el"], population_size=sizes)
        close(derived.weights, r["three"]["weights"])
    by = est.survey_mean(design, "y", by="dom")
    errors = [est.survey_total(design, "y").table["std_error"][0], est.survey_mean(design, "y").table["std_error"][0]]
    close([*errors, *by.table["std_error"], by.covariance[0, 1]], r["three"][kind])


def test_yrbs(read_data, r, close):
    data, expected = read_data("yrbs"), r["yrbs"]
    design = SurveyDesign(data, weights="weight", strata="stratum", psu="psu")
    close(est.survey_mean(design, "qn8").table[["estimate", "std_error"]].iloc[0], expected["mean"])
    assert design.degf == expected["df"]
    close(est.survey_prop(design, "qn8", level=1).table[["conf_low", "conf_high"]].iloc[0], expected["ci"], rtol=1e-7)
