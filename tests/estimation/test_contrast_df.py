"""Degrees of freedom of contrasts: closed forms, identities, and what is said without units."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from surveykit import estimation as est
from surveykit.design import SurveyDesign, as_bootstrap_design, as_jackknife_design
from surveykit.estimation.results.contrast_df import biased_df, contrast_df, satterthwaite_df


def districts(sizes, seed=3, groups=("a", "b"), strata=None, scale=1.0):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(sum(sizes)), len(groups))
    district = np.repeat(np.repeat(np.arange(len(sizes)), sizes), len(groups))
    data = {
        "u": unit,
        "d": np.array([f"d{i}" for i in district]),
        "g": np.tile(list(groups), sum(sizes)),
        "y": scale * rng.normal(0, 1, unit.size),
        "x": rng.normal(0, 1, unit.size),
        "w": np.ones(unit.size),
    }
    return SurveyDesign(data, weights="w", psu="u", strata=strata)


def at_95(nu, bias):
    """The df that the rule must find: its 97.5 % point is that of nu over the root of the bias."""
    return stats.t.ppf(0.975, nu) / np.sqrt(bias)


def test_a_single_row_keeps_its_degrees_of_freedom():
    means = est.survey_mean(districts([2, 3, 4, 9]), ["y", "x"], by="d")
    np.testing.assert_array_equal(contrast_df(means, 3.0 * np.eye(8)), means.table["df"])
    np.testing.assert_array_equal(means.contrast({"y:d2": 2.0}).table["df"], [3.0])


def test_rows_of_a_domain_that_fills_its_stratum_keep_its_degrees_of_freedom():
    means = est.survey_mean(districts([2, 3, 4, 9], strata="d"), ["y", "x"], by="d")
    df = contrast_df(means, np.hstack([np.eye(4), -np.eye(4)]))
    np.testing.assert_array_equal(df, [1, 2, 3, 8])


def test_rows_of_the_whole_design_keep_its_degrees_of_freedom(api_designs):
    for design in api_designs.values():
        result = est.survey_mean(design, ["api00", "api99"])
        assert result.difference("api00", "api99").table["df"][0] == design.degf


def test_two_strata_have_the_closed_form(close):
    """Welch and Satterthwaite with each variance per unit drawn by one df to the mean of the two, by hand."""
    sizes = np.array([4, 7])
    design = districts(sizes, strata="d", groups=("a",))
    means = est.survey_mean(design, "y", by="d")
    v, nu = np.diag(means.covariance), sizes - 1.0
    s = v * sizes
    v = (nu * s + s.mean()) / (nu + 1) / sizes
    close(means.difference("d0", "d1").table["df"][0], v.sum() ** 2 / (v**2 / nu).sum())


def test_equal_parts_add_their_degrees_of_freedom(close):
    close(satterthwaite_df([2.0, 2.0], [5.0, 5.0], [1.0, 1.0]), 10)
    close(satterthwaite_df([2.0, 2.0, 2.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]), 3)
    close(satterthwaite_df([3.0], [4.0], [2.0]), 4)
    close(satterthwaite_df([0.0, 0.0], [4.0, 3.0], [1.0, 1.0]), 7)


def test_parts_below_one_are_taken_together(close):
    close(satterthwaite_df([1.0, 5.0, 0.0], [0.5, 0.5, 1.0], [1.0, 1.0, 1.0]), satterthwaite_df([6, 0], [1, 1], [2, 1]))


def test_a_large_sample_approaches_welch(close):
    v, nu = np.array([1.0, 3.0]), np.array([4e4, 9e4])
    close(satterthwaite_df(v, nu, [1.0, 1.0]), v.sum() ** 2 / (v**2 / nu).sum(), rtol=1e-4)


def test_the_bias_of_a_small_domain_is_in_the_quantile(close):
    """m of M units in one stratum: expected over true variance is M / (M - 1) (m - 1) / m."""
    means = est.survey_mean(districts([4, 56]), "y", by=["d", "g"])
    df = means.difference("d0:a", "d0:b").table["df"][0]
    close(stats.t.ppf(0.975, df), at_95(3, 60 / 59 * 3 / 4))
    close(biased_df([5.0, np.inf], [1.0, 0.5]), [5.0, np.inf])


def test_bias_is_the_exact_expectation(close):
    """By enumeration of unit vectors: the expectation of a quadratic form is its trace."""
    strata = np.repeat(["h1", "h2", "h3"], [3, 4, 5])
    part = np.array([1, 1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 0]).astype(bool)
    total = 0.0
    for k in np.flatnonzero(part):
        data = {"y": (np.arange(12) == k).astype(float), "h": strata, "w": np.ones(12)}
        design = SurveyDesign(data, weights="w", strata="h")
        total += est.survey_mean(design, "y", where=part).covariance[0, 0]
    close(est.survey_mean(design, "y", where=part).units.bias[0], total / (1 / part.sum()))


def test_scale_does_not_matter(close):
    one, many = (est.survey_mean(districts([3, 5, 9], scale=s), "y", by=["d", "g"]) for s in (1.0, 1e6))
    matrix = np.random.default_rng(1).normal(size=(6, 6)) * (np.arange(6) % 2)
    close(contrast_df(one, matrix), contrast_df(many, 1e-3 * matrix))


def test_pairs_at_once_equal_one_by_one(close):
    """The path for pairs and that for any contrast agree, also where domains share some units."""
    rng = np.random.default_rng(8)
    data = {
        "u": np.repeat(np.arange(40), 6),
        "h": np.repeat(np.arange(40) // 8, 6),
        "d": rng.choice(list("abcdef"), 240),
    }
    data |= {"y": rng.normal(size=240), "w": rng.uniform(1, 3, 240)}
    means = est.survey_mean(SurveyDesign(data, weights="w", psu="u", strata="h"), "y", by="d")
    table = est.pairwise_comparisons(means)
    from surveykit.estimation.results.contrast_df import _of_one

    i, j = np.triu_indices(6, 1)
    matrix = np.eye(6)[i] - np.eye(6)[j]
    slow = [_of_one(means.units, row, np.diag(means.covariance)) for row in matrix]
    close(table["df"], biased_df(np.minimum([s[0] for s in slow], means.design_df), [s[1] for s in slow]))
    close(table["df"], contrast_df(means, matrix))


def test_contrasts_of_contrasts_go_back_to_the_rows(close):
    means = est.survey_mean(districts([3, 5, 9]), "y", by=["d", "g"])
    gaps = means.contrast({"p": {"d0:a": 1, "d0:b": -1}, "q": {"d1:a": 1, "d1:b": -1}})
    at_once = means.contrast({"d0:a": 1, "d0:b": -1, "d1:a": -1, "d1:b": 1})
    close(gaps.difference("p", "q").table["df"], at_once.table["df"])


def test_a_domain_of_one_unit_has_no_interval():
    means = est.survey_mean(districts([1, 4, 9]), "y", by="d")
    row = means.difference("d0", "d1").table.iloc[0]
    assert row["df"] == 0
    assert np.isnan(row["conf_low"])


def test_combined_results_follow_the_rule(close):
    design = districts([3, 5, 9], strata="d")
    types = est.survey_mean(design, "y", by="d")
    joint = est.combine([est.survey_mean(design, "y"), types])
    np.testing.assert_array_equal(joint.table["df"][1:], types.table["df"])
    close(joint.difference("d0", "d2").table["df"], types.difference("d0", "d2").table["df"])


def test_a_payload_takes_the_least_of_the_rows(close):
    means = est.survey_mean(districts([3, 5, 9]), "y", by="d")
    again = est.Estimates.from_payload(means.to_payload())
    df = again.difference("d1", "d2").table["df"][0]
    close(stats.t.ppf(0.975, df), at_95(4, 4 / 5))
    assert df < means.difference("d1", "d2").table["df"][0]
    np.testing.assert_array_equal(again.contrast({"d2": 1}).table["df"], [8])


@pytest.mark.parametrize("make", [as_jackknife_design, lambda d: as_bootstrap_design(d, replicates=200, seed=1)])
def test_replicates_use_the_units_of_their_design(make, close):
    source = districts([4, 6, 9], strata="d")
    means = est.survey_mean(make(source), "y", by="d")
    linear = est.survey_mean(source, "y", by="d")
    np.testing.assert_allclose(
        means.difference("d0", "d1").table["df"], linear.difference("d0", "d1").table["df"], rtol=0.1
    )
    both = est.survey_mean(make(source), "y", by=["d", "g"]).difference("d0:a", "d0:b").table["df"][0]
    close(both, 3)


def test_margins_have_the_degrees_of_freedom_of_the_domain(close):
    design = districts([4, 56])
    model = est.survey_glm(design, "y ~ g", where=("d", "d0"))
    margins = model.predictive_margins("g")
    np.testing.assert_array_equal(margins.table["df"], [3, 3])
    means = est.survey_mean(design, "y", by="g", where=("d", "d0"))
    close(margins.difference("g=b", "g=a").table["df"], means.difference("b", "a").table["df"])
    whole = est.survey_glm(design, "y ~ g").predictive_margins("g")
    np.testing.assert_array_equal(whole.table["df"], [59, 59])
    np.testing.assert_array_equal(whole.difference("g=b", "g=a").table["df"], [59])


def test_many_rows_of_an_element_sample_stay_near_the_design(api_designs):
    means = est.survey_mean(api_designs["strat_wr"], "api00", by="stype")
    df = est.pairwise_comparisons(means)["df"]
    assert (df > 90).all()
    assert (df <= 197).all()


def test_thousands_of_pairs(close):
    rng = np.random.default_rng(2)
    n = 12_000
    data = pd.DataFrame({"u": np.arange(n) // 10, "d": np.arange(n) // 520, "w": 1.0})
    for j in range(3):
        data[f"y{j}"] = rng.integers(0, 2, n).astype(float)
    means = est.survey_mean(SurveyDesign(data, weights="w", psu="u"), ["y0", "y1", "y2"], by="d")
    assert len(est.pairwise_comparisons(means)) == 72 * 71 // 2
