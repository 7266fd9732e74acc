"""Derivatives of functions of estimates against closed forms, near the edge of the functions' domains."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import surveykit.estimation as est
from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation.kernel.derivatives import numeric_jacobian

near = settings(max_examples=60, deadline=None)
FUNCTIONS = {
    "logit": (lambda v: np.log(v / (1 - v)), lambda p: 1 / (p * (1 - p))),
    "odds": (lambda v: v / (1 - v), lambda p: 1 / (1 - p) ** 2),
    "log of the rest": (lambda v: np.log(1 - v), lambda p: -1 / (1 - p)),
    "log": (np.log, lambda p: 1 / p),
    "arcsine": (lambda v: np.arcsin(np.sqrt(v)), lambda p: 0.5 / np.sqrt(p * (1 - p))),
    "real numbers only": (lambda v: [math.log(x / (1 - x)) for x in v], lambda p: 1 / (p * (1 - p))),
    "not analytic": (lambda v: np.abs(np.maximum(v, -v)) ** 2, lambda p: 2 * p),
    "cube root": (np.cbrt, lambda p: p ** (-2 / 3) / 3),
}


@near
@given(st.sampled_from(sorted(FUNCTIONS)), st.floats(1e-7, 0.9), st.booleans())
def test_derivatives_at_the_edges(name, distance, high):
    function, exact = FUNCTIONS[name]
    p = 1 - distance if high else distance
    found = numeric_jacobian(function, np.array([p]))
    np.testing.assert_allclose(found, [[exact(p)]], rtol=1e-6)  # as 1 - p itself is rounded


def test_standard_errors_near_zero_and_one():
    n = 20_000
    for k in (1, 5, 20, n - 20, n - 1):
        result = est.survey_mean(SurveyDesign({"y": np.arange(n) < k, "w": np.ones(n)}, weights="w"), "y")
        p, error = k / n, result.table["std_error"][0]
        for function, slope in ((FUNCTIONS["logit"]), (FUNCTIONS["log of the rest"]), (FUNCTIONS["log"])):
            found = result.transform(function).table["std_error"][0]
            np.testing.assert_allclose(found, error * abs(slope(p)), rtol=1e-7)


def test_several_results_and_estimates():
    at = np.array([0.999, 2e-6, 1e9])
    found = numeric_jacobian(lambda v: np.array([v[0] / v[1], v[1] * v[2], 3.0]), at)
    exact = [[1 / at[1], -at[0] / at[1] ** 2, 0], [0, at[2], at[1]], [0, 0, 0]]
    np.testing.assert_allclose(found, exact, rtol=1e-9)
    np.testing.assert_allclose(numeric_jacobian(lambda v: v @ v, np.zeros(2)), [[0.0, 0.0]], atol=1e-9)
    one_sided = numeric_jacobian(lambda v: np.where(v <= 1, v**2, np.nan), np.array([1.0]))
    np.testing.assert_allclose(one_sided, [[2.0]], rtol=1e-8)


def test_errors_of_the_domain_name_the_estimate():
    design = SurveyDesign({"a": [1, 1, 1, 1], "b": [1, 0, 1, 0], "w": [1.0] * 4}, weights="w")
    rates = est.survey_mean(design, ["a", "b"])
    with pytest.raises(DataError, match=r"no finite value.*'a = 1'"):
        rates.transform(lambda v: np.log(v / (1 - v)))
    with pytest.raises(DataError, match=r"no finite value.*'a = 1'"):
        rates.transform(lambda v: math.log(1 - v[0]) + v[1])
    with pytest.raises(DataError, match=r"no derivative at a = 1"):
        rates.transform(lambda v: np.sqrt(1 - v[0]))
    with pytest.raises(DataError, match=r"kink"):
        rates.transform(lambda v: abs(v[1] - 0.5))
    assert rates.transform(lambda v: v[1] ** 2).estimates.tolist() == [0.25]


def test_a_missing_estimate_makes_its_results_missing():
    data = {"y": [1.0, 2.0, 3.0, 5.0], "g": ["a", "a", "b", "b"], "w": [1.0] * 4}
    means = est.survey_mean(SurveyDesign(data, weights="w"), "y", by="g", where=("g", "a"))
    table = means.transform(lambda v: v * 2).table
    assert table["estimate"].isna().tolist() == table["std_error"].isna().tolist() == [False, True]
