"""What must hold for every design and every data set."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import surveykit.estimation as est
from surveykit.design import (
    PoststratificationAdjustment,
    RegressionAdjustment,
    SurveyDesign,
    as_jackknife_design,
)

fast = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def samples(draw):
    seed = draw(st.integers(0, 2**32 - 1))
    strata = draw(st.integers(1, 4))
    rng = np.random.default_rng(seed)
    rows = []
    for h in range(strata):
        for k in range(draw(st.integers(2, 5))):
            rows += [(h, k)] * draw(st.integers(1, 4))
    data = pd.DataFrame(rows, columns=["h", "k"])
    n = len(data)
    data["y"], data["x"] = rng.normal(50, 10, n), rng.gamma(5, 2, n)
    data["w"], data["d"] = rng.gamma(4, 10, n), rng.integers(0, 2, n)
    data["p"] = rng.integers(0, 2, n)
    return data


def make(data, **extra):
    return SurveyDesign(data, weights="w", strata="h", psu="k", **extra)


def numbers(design):
    statistics = [est.Mean("y"), est.Total("y"), est.Ratio("y", "x"), est.Prop("p"), est.Variance("y")]
    result = est.estimate(design, statistics, by="d")
    return result.table[["estimate", "std_error", "df"]].to_numpy(dtype=float), result.covariance


def same(a, b, rtol=1e-8):
    for left, right in zip(a, b, strict=True):
        scale = np.nanmax(np.abs(right)) if np.isfinite(right).any() else 1.0
        np.testing.assert_allclose(left, right, rtol=rtol, atol=1e-10 * scale)


@fast
@given(samples(), st.integers(0, 10_000))
def test_row_order_and_labels_do_not_matter(data, seed):
    order = np.random.default_rng(seed).permutation(len(data))
    base = numbers(make(data))
    same(numbers(make(data.iloc[order])), base)
    relabelled = data.assign(h=data["h"].map(lambda v: f"s{9 - v}"), k=data["k"] * 7.5)
    same(numbers(make(relabelled)), base)


@fast
@given(samples())
def test_a_split_row_is_the_same_row(data):
    half = pd.concat([data.assign(w=data["w"] / 2)] * 2)
    a = est.survey_mean(make(half), ["y", "x"])
    b = est.survey_mean(make(data), ["y", "x"])
    same((a.estimates, a.covariance), (b.estimates, b.covariance))


@fast
@given(samples(), st.floats(1e-3, 1e3))
def test_scaling_of_weights(data, factor):
    a, b = make(data), make(data.assign(w=data["w"] * factor))
    first, second = est.survey_mean(a, "y").table.iloc[0], est.survey_mean(b, "y").table.iloc[0]
    np.testing.assert_allclose(second["std_error"], first["std_error"], rtol=1e-9)
    totals = [est.survey_total(d, "y").table["std_error"][0] for d in (a, b)]
    np.testing.assert_allclose(totals[1], factor * totals[0], rtol=1e-9)


@fast
@given(samples())
def test_domain_mean_is_ratio_is_regression(data):
    data = data.assign(yd=data["y"] * data["d"], one=1.0)
    design = make(data)
    if data["d"].nunique() < 2:
        return
    mean = est.survey_mean(design, "y", where=("d", 1)).table.iloc[0]
    ratio = est.survey_ratio(design, "yd", "d").table.iloc[0]
    model = est.survey_glm(design, "y ~ factor(d) - 1").table.iloc[1]
    np.testing.assert_allclose(
        mean[["estimate", "std_error"]].astype(float),
        ratio[["estimate", "std_error"]].astype(float),
        rtol=1e-8,
        atol=1e-12,  # a domain of one unit: the standard error is 0 but for rounding
    )
    np.testing.assert_allclose(
        mean[["estimate", "std_error"]].astype(float),
        model[["estimate", "std_error"]].astype(float),
        rtol=1e-7,
        atol=1e-9,
    )


@fast
@given(samples())
def test_jackknife_total_is_linearised_total(data):
    design = make(data, population_size=12)
    a = est.survey_total(as_jackknife_design(design), ["y", "x"]).covariance
    np.testing.assert_allclose(a, est.survey_total(design, ["y", "x"]).covariance, rtol=1e-8, atol=1e-8)


@fast
@given(samples())
def test_a_census_has_no_variance(data):
    design = SurveyDesign(data, strata="h", psu="k", weights="w", sampling_fraction=1.0)
    result = est.estimate(design, [est.Mean("y"), est.Ratio("y", "x"), est.Prop("p")], by="d")
    assert np.nanmax(np.abs(result.covariance), initial=0) == 0


@fast
@given(samples())
def test_poststratification_is_regression_on_dummies(data):
    design = make(data)
    totals = {0: 900.0, 1: 1100.0}
    before = data["w"].to_numpy()
    sums = data.groupby("p")["w"].transform("sum")
    if data["p"].nunique() < 2:
        return
    after = (before * data["p"].map(totals) / sums).to_numpy()
    group = data["p"].to_numpy()
    post = design.adjusted(after, PoststratificationAdjustment(group, before, after))
    greg = design.adjusted(after, RegressionAdjustment(np.eye(2)[group], before, after))
    a, b = (est.survey_total(d, ["y", "x"]) for d in (post, greg))
    size = np.abs(a.estimates).max() ** 2
    np.testing.assert_allclose(a.covariance, b.covariance, rtol=1e-8, atol=1e-14 * size)
    known = est.survey_total(post, "p").table
    np.testing.assert_allclose(known["estimate"][0], 1100.0)
    assert known["std_error"][0] < 1e-6


@fast
@given(samples())
def test_covariance_is_symmetric_and_not_negative(data):
    _, covariance = numbers(make(data))
    good = np.isfinite(np.diag(covariance))
    inner = covariance[np.ix_(good, good)]
    np.testing.assert_array_equal(inner, inner.T)
    scale = np.sqrt(np.maximum(np.diag(inner), 1e-300))
    assert np.linalg.eigvalsh(inner / np.outer(scale, scale)).min(initial=0) > -1e-8


def test_split_into_strata_of_one_psu_each_is_refused():
    data = pd.DataFrame({"y": [1.0, 2.0], "h": [1, 2], "w": [1.0, 1.0]})
    with pytest.raises(Exception, match="one sampled unit"):
        SurveyDesign(data, weights="w", strata="h")
