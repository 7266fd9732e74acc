"""Replicate designs equal R survey 4.5: factors, constants, centring, degrees of freedom, domains."""

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import (
    ReplicateDesign,
    SurveyDesign,
    as_bootstrap_design,
    as_brr_design,
    as_jackknife_design,
    as_sdr_design,
)
from surveykit.design.replicates.hadamard import hadamard


@pytest.fixture(scope="module")
def r(reference):
    return reference("estimation_replicates")


@pytest.fixture(scope="module")
def nhanes(read_data):
    return SurveyDesign(read_data("nhanes"), weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU")


@pytest.fixture(scope="module")
def even(read_data, r):
    data = read_data("nhanes")
    data = data[data["SDMVSTRA"].isin(r["even"])]
    return SurveyDesign(data, weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU")


@pytest.fixture(scope="module")
def cases(api_designs, nhanes, even):
    return {
        "jk1": (as_jackknife_design(api_designs["clus1"]), "api00", "stype"),
        "jk1_mse": (as_jackknife_design(api_designs["clus1"], mse=True), "api00", "stype"),
        "jkn": (as_jackknife_design(api_designs["strat"]), "api00", "comp.imp"),
        "jkn_nhanes": (as_jackknife_design(nhanes), "HI_CHOL", "race"),
        "brr": (as_brr_design(even), "HI_CHOL", "race"),
        "fay": (as_brr_design(even, fay=0.3), "HI_CHOL", "race"),
    }


@pytest.mark.parametrize("name", ["jk1", "jk1_mse", "jkn", "jkn_nhanes", "brr", "fay"])
def test_converted_designs(name, cases, r, close):
    design, y, by = cases[name]
    expected = r[name]
    mean = est.survey_mean(design, y).table.iloc[0]
    close(mean[["estimate", "std_error", "deff"]], expected["mean"])
    total = est.survey_total(design, y).table
    close(total[["estimate", "std_error"]].iloc[0], expected["total"])
    assert design.degf == expected["df"]
    assert design.n_replicates == expected["nrep"]
    domains = est.survey_mean(design, y, by=by).table
    close(domains["estimate"], expected["by"])
    close(domains["std_error"], expected["by_se"])


@pytest.mark.parametrize("n", [5, 12, 17, 29, 33, 40, 57, 70, 100, 130])
def test_hadamard_matrices(n, r):
    matrix = hadamard(n)
    i, j = np.indices(matrix.shape) + 1
    assert [matrix.shape[0], int((matrix * ((i * 31 + j * 17) % 101)).sum())] == r["hadamard"][str(n)]
    signs = 2 * matrix.astype(int) - 1
    np.testing.assert_array_equal(signs.T @ signs, len(signs) * np.eye(len(signs)))


def test_scd_by_hand(read_data, r, close):
    data = read_data("scd")
    design = as_brr_design(SurveyDesign(data.assign(w=1), weights="w", strata="ESA", psu="ambulance"))
    close(est.survey_ratio(design, "alive", "arrests").table[["estimate", "std_error"]].iloc[0], r["scd"])


GIVEN = {
    "bootstrap": {},
    "jk2": {},
    "acs": {},
    "sdr": {},
    "brr": {},
    "fay": {"fay": 0.5},
    "other": {"scale": 0.2, "rscales": np.linspace(0.5, 1.5, 30)},
    "jk1": {},
}


@pytest.mark.parametrize("method", GIVEN)
def test_given_weights(method, read_data, r, close):
    data, expected = read_data("apiclus1"), r["given"][method]
    weights = np.array(r["boot_weights"])
    design = ReplicateDesign(data, weights="pw", replicate_weights=weights, method=method, **GIVEN[method])
    result = est.survey_mean(design, ["api00", "api99"])
    close(result.table["estimate"], expected["mean"])
    close(result.covariance, expected["vcov"])
    assert design.degf == expected["df"]
    assert est.survey_mean(design, "api00", where=("stype", "M")).table["df"][0] == expected["df_e"]
    by_replicate = est.survey_quantile(design, "api00", [0.25, 0.5], interval="replicate").table
    close(by_replicate["std_error"], expected["q"])
    close(est.survey_quantile(design, "api00", [0.25, 0.5]).table["std_error"], expected["qm"])
    variance = est.survey_var(design, "api00").table
    close(variance[["estimate", "std_error"]].iloc[0], expected["var"])


def test_weights_as_columns_are_the_same(read_data, r):
    data = read_data("apiclus1")
    weights = np.array(r["boot_weights"])
    names = [f"rep{i}" for i in range(30)]
    data[names] = weights
    by_name = ReplicateDesign(data, weights="pw", replicate_weights=names, method="bootstrap")
    by_array = ReplicateDesign(data, weights="pw", replicate_weights=weights, method="bootstrap")
    np.testing.assert_array_equal(
        est.survey_mean(by_name, "api00").covariance, est.survey_mean(by_array, "api00").covariance
    )


def test_jkn_total_is_the_linearised_total(api_designs, close):
    for name in ("strat", "clus1", "srs"):
        jackknife = est.survey_total(as_jackknife_design(api_designs[name]), "api00").table
        linear = est.survey_total(api_designs[name], "api00").table
        close(jackknife["std_error"], linear["std_error"], rtol=1e-10)


def test_jk2_is_brr_for_totals(even, close):
    pairs = as_jackknife_design(even, method="jk2", mse=True)
    close(est.survey_total(pairs, "RIAGENDR").table["std_error"], est.survey_total(even, "RIAGENDR").table["std_error"])


@pytest.mark.parametrize("method", ["rao_wu", "canty_davison", "rao_wu_yue_beaumont"])
def test_bootstraps_approach_the_linearised_error(method, api_designs):
    for name in ("strat", "clus1_wr" if method == "rao_wu" else "clus1"):
        if name == "strat" and method == "rao_wu":
            continue
        replicated = as_bootstrap_design(api_designs[name], method=method, replicates=3000, seed=3)
        ratio = (
            est.survey_total(replicated, "api00").table["std_error"]
            / est.survey_total(api_designs[name], "api00").table["std_error"]
        )
        assert abs(ratio[0] - 1) < 0.06


def test_multistage_bootstrap_holds_all_stages(api_designs):
    design = api_designs["clus2"]
    replicated = as_bootstrap_design(design, method="rao_wu_yue_beaumont", replicates=4000, seed=5)
    a, b = (est.survey_total(d, "api00").table["std_error"][0] for d in (replicated, design))
    assert abs(a / b - 1) < 0.05


def test_sdr_on_a_trend():
    rng = np.random.default_rng(2)
    y = np.arange(400) + rng.normal(size=400)
    design = SurveyDesign({"y": y, "w": np.full(400, 10.0)}, weights="w")
    sdr = est.survey_mean(as_sdr_design(design, replicates=40), "y").table["std_error"][0]
    expected = np.sqrt((np.diff(y, append=y[0]) ** 2).sum() / 2) / 400
    assert 0.5 < sdr / expected < 2
    assert sdr < 0.3 * est.survey_mean(design, "y").table["std_error"][0]


def test_same_seed_same_replicates(api_designs):
    a, b = (as_bootstrap_design(api_designs["clus1"], replicates=10, seed=8).factors for _ in range(2))
    np.testing.assert_array_equal(a, b)


def test_factors_are_stored_by_unit(nhanes):
    assert as_bootstrap_design(nhanes, replicates=10, seed=1).factors.shape == (31, 10)


def test_transform_by_replicates(cases):
    design = cases["jkn"][0]
    means = est.survey_mean(design, ["api00", "api99"])
    by_delta = means.transform(lambda x: x[0] / x[1])
    by_replicates = means.transform(lambda x: x[0] / x[1], method="replicates")
    assert abs(by_delta.table["std_error"][0] / by_replicates.table["std_error"][0] - 1) < 0.01
