"""Generalised linear models equal R survey 4.5; formulas are parsed, never evaluated."""

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.errors import ConvergenceError, DataError
from surveykit.estimation.models.formula import parse_formula

MODELS = {
    "linear": ("api00 ~ ell + meals + mobility", "gaussian", None, ["ell", "meals"]),
    "factor": ("api00 ~ stype + ell", "gaussian", None, "stype"),
    "inter": ("api00 ~ stype * ell", "gaussian", None, "stype:ell"),
    "logit": ("`sch.wide` ~ ell + meals", "quasibinomial", None, "meals"),
    "poisson": ("api.stu ~ ell + stype", "poisson", None, None),
    "gamma": ("enroll ~ ell + mobility", "gamma", "log", None),
    "noint": ("api00 ~ stype - 1", "gaussian", None, None),
    "probit": ("comp.imp ~ meals", "binomial", "probit", None),
}


@pytest.fixture(scope="module")
def r(reference):
    return reference("estimation_glm")


@pytest.fixture(scope="module")
def cases(api_designs):
    out = {name: (api_designs[name], None) for name in ("strat", "clus1", "clus2")}
    out["jk1"] = (as_jackknife_design(api_designs["clus1"]), None)
    out["sub"] = (api_designs["clus1"], ("stype", ["E", "M"]))
    return out


def check(model, expected, term, close, rtol=1e-8):
    assert list(model.names) == expected["names"]
    close(model.coefficients, expected["beta"], rtol=rtol)
    close(model.covariance, expected["vcov"], rtol=rtol * 10, atol=1e-9 * np.abs(expected["vcov"]).max())
    assert model.df_residual == expected["df"]
    close(model.table["p_value"], expected["p"], rtol=1e-5, atol=1e-12)
    if term is not None:
        test = model.wald_test(term)
        close([test.statistic, *test.df], expected["wald"][:3], rtol=rtol * 100)
        close(test.p_value, expected["wald"][3], rtol=1e-5, atol=1e-14)


@pytest.mark.parametrize("name", ["strat", "clus1", "clus2", "jk1", "sub"])
@pytest.mark.parametrize("model", MODELS)
def test_models(name, model, cases, r, close):
    design, where = cases[name]
    formula, family, link, term = MODELS[model]
    fitted = est.survey_glm(design, formula, family=family, link=link, where=where)
    expected = r[name][model]
    if name == "jk1":
        check(fitted, expected, term, close, rtol=1e-7)
    else:
        check(fitted, expected, term, close)


def test_missing_values(read_data, r, close):
    design = SurveyDesign(read_data("nhanes"), weights="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU")
    fitted = est.survey_glm(design, "HI_CHOL ~ factor(race) + agecat + RIAGENDR", family="binomial")
    check(fitted, r["nhanes"]["logit"], "factor(race)", close, rtol=1e-7)


def test_predictive_margins(api_designs, r, close):
    linear = est.survey_glm(api_designs["clus1"], "api00 ~ ell + stype").predictive_margins("stype").table
    close(linear["estimate"], r["margins"]["mean"])
    close(linear["std_error"], r["margins"]["se"])
    logit = est.survey_glm(api_designs["clus1"], "sch.wide ~ ell + stype", family="binomial")
    table = logit.predictive_margins("stype").table
    close(table["estimate"], r["margins_logit"]["mean"], rtol=1e-7)
    close(table["std_error"], r["margins_logit"]["se"], rtol=1e-6)


def test_domain_mean_is_a_regression(api_designs, close):
    design = api_designs["clus1"]
    model = est.survey_glm(design, "api00 ~ stype - 1")
    means = est.survey_mean(design, "api00", by="stype")
    close(model.coefficients, means.table["estimate"])
    close(model.covariance, means.covariance, atol=1e-9)


def test_dependent_columns_are_left_out(api_designs, read_data):
    data = read_data("apiclus1").assign(twice=lambda d: 2 * d["ell"])
    design = SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")
    model = est.survey_glm(design, "api00 ~ ell + twice + meals")
    assert model.names == ("(Intercept)", "ell", "meals")
    assert model.details["dropped"] == ("twice",)


def test_formula_language():
    labels = [":".join(f.label for f in t) for t in parse_formula("y ~ a*b + log(c) + I(d^2) + `e f` - b").terms]
    assert labels == ["a", "log(c)", "I(d^2)", "e f", "a:b"]
    assert not parse_formula("y ~ 0 + a").intercept
    assert not parse_formula("y ~ a - 1").intercept


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ ", "needs"),
        ("api00 ~ ell +", "needs"),
        ("api00 ~ __import__(ell)", "not known"),
        ("api00 ~ ell ; meals", "cannot be read"),
        ("~ ell", "no response"),
        ("api00 ~ nothing", "Unknown columns"),
        ("stype ~ ell", "needs two"),
    ],
)
def test_bad_formulas(formula, message, api_designs):
    with pytest.raises(DataError, match=message):
        est.survey_glm(api_designs["clus1"], formula)


def test_bad_models(api_designs):
    design = api_designs["clus1"]
    with pytest.raises(DataError, match="cannot have"):
        est.survey_glm(design, "api00 ~ ell", family="binomial")
    with pytest.raises(DataError, match="family"):
        est.survey_glm(design, "api00 ~ ell", family="normal")
    with pytest.raises(DataError, match="link"):
        est.survey_glm(design, "api00 ~ ell", link="square")
    with pytest.raises(DataError, match="no term"):
        est.survey_glm(design, "api00 ~ ell").wald_test("meals")
    with pytest.raises(DataError, match="No row"):
        est.survey_glm(design, "api00 ~ ell", where=np.zeros(183, dtype=bool))


def test_separation_is_an_error():
    x = np.arange(40.0)
    design = SurveyDesign({"x": x, "y": (x > 19).astype(int), "w": np.ones(40)}, weights="w")
    with pytest.raises(ConvergenceError, match="separated"):
        est.survey_glm(design, "y ~ x", family="binomial")
