"""Weights, estimates and standard errors after each adjustment equal those of R survey."""

import numpy as np
import pytest

from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.estimation import survey_mean, survey_ratio
from surveykit.weighting import WeightBounds, calibrate, poststratify, rake, trim_weights

STYPE = {"E": 4421, "H": 755, "M": 1018}
WIDE = {"No": 1072, "Yes": 5122}
FULL = {"stype": STYPE, "api99": 3914069}
SIZE = {"(Intercept)": 6194, "api99": 3914069}

NAMES = [
    "clus1",
    "clus1_poststratify",
    "clus1_rake",
    "clus1_poststratify_rake",
    "clus1_calibrate_stype",
    "clus1_linear",
    "clus1_linear_variance",
    "clus1_numeric_only",
    "clus1_raking",
    "clus1_logit",
    "clus1_truncated",
    "clus1_truncated_raking",
    "clus1_weight_bounds",
    "clus1_integrative",
    "clus1_integrative_raking",
    "clus1_trim",
    "clus1_trim_strict",
    "strat_rake",
    "strat_raking_numeric",
    "srs_poststratify",
    "srs_poststratify_two",
    "clus2_linear",
    "clus2_logit",
    "clus2_rake",
    "jk1_poststratify",
    "jk1_rake",
    "jk1_linear",
    "jk1_raking",
    "jkn_rake",
]


def designs(api, reference):
    clus1 = SurveyDesign(api["clus1"], weights="pw", psu="dnum", population_size="fpc")
    strat = SurveyDesign(api["strat"], weights="pw", strata="stype", population_size="fpc")
    srs = SurveyDesign(api["srs"], weights="pw", population_size="fpc")
    clus2 = SurveyDesign(api["clus2"], psu=["dnum", "snum"], population_size=["fpc1", "fpc2"])
    jackknife = as_jackknife_design(clus1)
    stratified = poststratify(clus1, "stype", STYPE)
    cross = {(a, b): n for a, b, n in reference["cross"]}
    return {
        "clus1": clus1,
        "clus1_poststratify": stratified,
        "clus1_rake": rake(clus1, {"stype": STYPE, "sch.wide": WIDE}),
        "clus1_poststratify_rake": rake(stratified, {"stype": STYPE, "sch.wide": WIDE}),
        "clus1_calibrate_stype": calibrate(clus1, {"stype": STYPE}),
        "clus1_linear": calibrate(clus1, FULL),
        "clus1_linear_variance": calibrate(clus1, FULL, variance="api99"),
        "clus1_numeric_only": calibrate(clus1, {"api99": 3914069}),
        "clus1_raking": calibrate(clus1, FULL, distance="raking"),
        "clus1_logit": calibrate(clus1, SIZE, distance="logit", bounds=(0.3, 2.5)),
        "clus1_truncated": calibrate(clus1, SIZE, bounds=(0.6, 1.5)),
        "clus1_truncated_raking": calibrate(clus1, SIZE, distance="raking", bounds=(0.6, 1.5)),
        "clus1_weight_bounds": calibrate(clus1, SIZE, bounds=WeightBounds(20, 50)),
        "clus1_integrative": calibrate(clus1, {"stype": STYPE}, cluster="dnum"),
        "clus1_integrative_raking": calibrate(clus1, SIZE, distance="raking", cluster="dnum"),
        "clus1_trim": trim_weights(calibrate(clus1, FULL), lower=25, upper=45),
        "clus1_trim_strict": trim_weights(stratified, lower=25, upper=36, strict=True),
        "strat_rake": rake(strat, {"stype": STYPE, "sch.wide": WIDE}),
        "strat_raking_numeric": calibrate(strat, FULL, distance="raking"),
        "srs_poststratify": poststratify(srs, "stype", STYPE),
        "srs_poststratify_two": poststratify(srs, ["stype", "sch.wide"], cross),
        "clus2_linear": calibrate(clus2, {"stype": STYPE}),
        "clus2_logit": calibrate(clus2, {"stype": STYPE, "sch.wide": WIDE}, distance="logit", bounds=(0.2, 3)),
        "clus2_rake": rake(clus2, {"stype": STYPE, "sch.wide": WIDE}),
        "jk1_poststratify": poststratify(jackknife, "stype", STYPE),
        "jk1_rake": rake(jackknife, {"stype": STYPE, "sch.wide": WIDE}),
        "jk1_linear": calibrate(jackknife, FULL),
        "jk1_raking": calibrate(jackknife, FULL, distance="raking"),
        "jkn_rake": rake(as_jackknife_design(strat), {"stype": STYPE, "sch.wide": WIDE}),
    }


@pytest.fixture(scope="module")
def made(api, reference):
    return designs(api, reference)


def test_every_reference_value_is_compared(made, reference):
    assert set(made) == set(NAMES) == {name for name, value in reference.items() if isinstance(value, dict)}


@pytest.mark.parametrize("name", NAMES)
def test_equals_r_survey(name, made, reference):
    design, expected = made[name], reference[name]
    np.testing.assert_allclose(design.weights, expected["weights"], rtol=1e-8)
    mean = survey_mean(design, "api00").table
    np.testing.assert_allclose(mean["estimate"], expected["mean"], rtol=1e-9)
    np.testing.assert_allclose(mean["std_error"], expected["mean_se"], rtol=1e-8)
    ratio = survey_ratio(design, "api.stu", "enroll").table
    np.testing.assert_allclose(ratio["std_error"], expected["ratio_se"], rtol=1e-8)
    by = survey_mean(design, "api00", by="stype").table
    np.testing.assert_allclose(by["estimate"], expected["by"], rtol=1e-9)
    np.testing.assert_allclose(by["std_error"], expected["by_se"], rtol=1e-7)
