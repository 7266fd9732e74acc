"""Constant answers, determined tables and fixed totals: a named state or a refusal, never significance by rounding."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import surveykit.estimation as est
from surveykit.design import PoststratificationAdjustment, SurveyDesign, as_bootstrap_design, as_jackknife_design
from surveykit.display.text import markdown_of
from surveykit.errors import DataError

fast = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
STATISTICS = ["F", "Chisq", "Wald", "adjWald", "lincom", "saddlepoint"]


def sample(seed, n=240):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"c": rng.integers(0, 30, n), "w": rng.uniform(0.3, 3, n)})
    data["g"], data["k"] = rng.choice(["a", "b"], n), rng.choice(["p", "q", "r"], n)
    data["x"], data["flag"] = rng.normal(size=n), rng.integers(0, 2, n)
    return data


def design_of(data, **extra):
    return SurveyDesign(data, weights="w", psu="c", **extra)


def is_stated(test, state="no variation"):
    assert np.isnan(test.statistic) and np.isnan(test.p_value)
    assert test.state == state and state in repr(test) and state in markdown_of(test.presentation(), "en")


@fast
@given(st.integers(0, 2**32 - 1), st.sampled_from([5.0, 0.1 + 0.2, 1e-9, -7.3e8, 1 / 3]))
def test_a_constant_has_a_state_and_no_p_value(seed, value):
    data = sample(seed)
    data["y"] = value
    data["almost"] = np.where(data["g"] == "a", value, np.nextafter(value, np.inf))  # one step of rounding apart
    taylor = design_of(data)
    for design in (taylor, as_jackknife_design(taylor)):
        for name in ("y", "almost"):
            is_stated(est.survey_ttest(design, name))
            is_stated(est.survey_ttest(design, name, by="g"))
            is_stated(est.survey_ttest(design, "y", paired=name))
            model = est.survey_glm(design, f"{name} ~ k + x")
            assert model.table["p_value"].isna().all() and model.state == "no variation"
            assert "no variation" in repr(model) and "没有变异" in markdown_of(model.presentation(), "zh")
            is_stated(model.wald_test("k"))
            table = est.estimate(design, [est.Mean(name), est.Variance(name), est.Covariance(name, "x")], by="g").table
            assert (table["std_error"] == 0).all() and (table["reliability"] == "no variation").all()
            cor = est.survey_cor(design, [name, "x"]).table
            assert cor["estimate"].isna().all() and cor["reliability"].tolist() == ["no variation"]
        for test in ("wilcoxon", "vanderWaerden", "median"):
            is_stated(est.survey_ranktest(design, "y", by="g", test=test))
            is_stated(est.survey_ranktest(design, "y", by="k", test=test))
        row = est.survey_quantile(design, "y", 0.5).table.iloc[0]
        assert row[["estimate", "conf_low", "conf_high"]].tolist() == [value] * 3
        assert row["std_error"] == 0 and row["reliability"] == "no variation"


@fast
@given(st.integers(0, 2**32 - 1))
def test_small_differences_on_a_large_level_still_count(seed):
    """Noise of 1e-6 about 1e6 is far above rounding: the test is that of the noise alone."""
    data = sample(seed)
    data["y"], data["noise"] = 1e6 + 1e-6 * np.round(data["x"] * 8), 1e-6 * np.round(data["x"] * 8)
    design = design_of(data)
    raised, plain = (est.survey_ttest(design, name, by="g") for name in ("y", "noise"))
    assert raised.state == plain.state == ""
    np.testing.assert_allclose(raised.statistic, plain.statistic, rtol=1e-2, atol=1e-2)
    assert est.survey_ranktest(design, "y", by="g").p_value == pytest.approx(
        est.survey_ranktest(design, "x", by="g").p_value, abs=0.2
    )


def test_groups_that_are_constant_each():
    data = sample(1)
    data["y"] = np.where(data["g"] == "a", 4.0, 5.0)
    test = est.survey_ttest(design_of(data), "y", by="g")
    is_stated(test)
    assert (test.estimate, test.std_error, test.conf_low) == (1.0, 0.0, 1.0)
    is_stated(est.survey_ranktest(design_of(data), "y", by="g"))


def test_a_constant_ratio_and_a_ratio_of_none():
    data = sample(2).assign(y=lambda d: 3 * (1 + d["x"] ** 2), z=lambda d: 1 + d["x"] ** 2, none=0.0)
    for design in (design_of(data), as_bootstrap_design(design_of(data), replicates=20, seed=1)):
        for top, value in (("y", 3.0), ("none", 0.0)):
            row = est.survey_ratio(design, top, "z").table.iloc[0]
            assert (
                row["estimate"] == pytest.approx(value, rel=1e-15, abs=0)
                and row["std_error"] == 0
                and row["reliability"] == "no variation"
            )
    assert est.survey_ratio(design_of(data), "x", "z").table["reliability"].tolist() == [""]


def test_alpha_of_items_that_do_not_vary():
    data = sample(3).assign(a=3, b=4, d=5)
    with pytest.raises(DataError, match="no variation"):
        est.survey_alpha(design_of(data), ["a", "b"])
    with pytest.raises(DataError, match="alpha without flag"):
        est.survey_alpha(design_of(data), ["a", "b", "flag"])
    assert np.isnan(est.survey_item_rest(design_of(data), ["a", "x", "flag"]).estimates[0])


def test_models_without_a_finite_answer():
    data = sample(4).assign(one=1, none=0)
    data["b"] = np.where(data["k"] == "p", 1, data["flag"])
    design = design_of(data)
    for response, family in (("one", "binomial"), ("none", "binomial"), ("none", "poisson")):
        with pytest.raises(DataError, match="no variation"):
            est.survey_glm(design, f"{response} ~ g", family=family)
    model = est.survey_glm(design, "b ~ k + x", family="binomial")
    assert model.details["separated"] == ("(Intercept)", "kq", "kr")
    table = model.table.set_index("term")
    assert table.loc[["kq", "kr"], "p_value"].isna().all() and table.loc["x", "p_value"] > 0
    assert "separation" in repr(model) and "完全分离" in markdown_of(model.presentation(), "zh")
    is_stated(model.wald_test("k"), "separation")
    assert np.isfinite(model.wald_test("x").p_value)
    mixed = est.survey_glm(design, "flag ~ k + x", family="binomial")
    assert mixed.state == "" and mixed.table["p_value"].notna().all()


@fast
@given(st.integers(0, 2**32 - 1), st.sampled_from([(3, 1), (6, 2), (4, 2), (23, 8), (2, 1)]), st.booleans())
def test_a_column_that_determines_the_other_is_refused(seed, sizes, swapped):
    rng = np.random.default_rng(seed)
    data = sample(seed, 600)
    data["district"] = rng.permutation(np.arange(600) % sizes[0])
    data["zone"] = data["district"] // sizes[1]
    names = ("zone", "district") if swapped else ("district", "zone")
    for design in (design_of(data), design_of(data.assign(w=10.0))):
        for statistic in STATISTICS:
            with pytest.raises(DataError, match=r"'district' determines 'zone'|'zone' determines"):
                est.survey_chisq(design, *names, statistic=statistic)


def test_structural_zeros_stay_as_r_has_them(reference, close):
    i = np.arange(600)
    a, b = i % 3, (i // 3) % 3
    b = np.where((a == 0) & (b == 2), 1, np.where((a == 2) & (b == 0), 2, b))
    design = SurveyDesign({"a": a, "b": b, "c": i // 10, "w": 1.0 + (7 * i) % 11}, weights="w", psu="c")
    for statistic, (value, *df, p) in reference("estimation_degenerate")["zeros"].items():
        test = est.survey_chisq(design, "a", "b", statistic=statistic)
        close([test.statistic, *np.atleast_1d(test.df)], [value, *df])
        close(test.p_value, p, rtol=1e-6, atol=0)


def test_too_many_empty_cells_are_refused():
    i = np.arange(400)
    a, b = i % 4, (i % 4 + (i // 4) % 2) % 4  # a band of 8 cells of 16: 9 contrasts cannot be told apart
    design = SurveyDesign({"a": a, "b": b, "w": 1.0 + (7 * i) % 11}, weights="w")
    for statistic in ("F", "Chisq", "lincom", "saddlepoint"):
        with pytest.raises(DataError, match="8 of the 16 cells are empty"):
            est.survey_chisq(design, "a", "b", statistic=statistic)


def test_tests_of_more_differences_than_units_are_refused():
    rng = np.random.default_rng(1)
    n = 400
    data = pd.DataFrame({"c": rng.integers(0, 4, n), "w": 1.0, "x": rng.normal(size=n)})
    data["g"], data["h"] = rng.integers(0, 5, n), rng.integers(0, 4, n)
    design = design_of(data)
    for call in (
        lambda: est.survey_chisq(design, "g", "h", statistic="Wald"),
        lambda: est.survey_ranktest(design, "x", by="g"),
        lambda: est.survey_glm(design, "x ~ factor(g)").wald_test("factor(g)"),
    ):
        with pytest.raises(DataError, match=r"only 3 vary on their own"):
            call()


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_table_that_the_design_fixes_is_not_tested(statistic):
    data = sample(5)
    census = design_of(data.assign(c=np.arange(len(data)), N=len(data)), population_size="N")
    cells = pd.factorize(data["g"] + data["k"])[0]
    w = data["w"].to_numpy()
    raised = w * (np.arange(1, 7) * 40 / np.bincount(cells, weights=w))[cells]
    step = PoststratificationAdjustment(cells, w, raised)
    calibrated = design_of(data.assign(w=raised), adjustments=(step,))
    for design in (census, calibrated):
        is_stated(est.survey_chisq(design, "g", "k", statistic=statistic), "no sampling variance")
    is_stated(est.survey_ttest(census, "x", by="g"), "no sampling variance")
    is_stated(est.survey_ranktest(census, "x", by="k"), "no sampling variance")


def test_goodness_of_fit_without_variation():
    data = sample(6)
    census = design_of(data.assign(c=np.arange(len(data)), N=len(data)), population_size="N")
    test = est.survey_gof(census, "g", {"a": 0.5, "b": 0.5})
    assert test.state == "no sampling variance" and np.isnan(test.p_value)
    test = est.survey_gof(design_of(data), "g", {"a": 0.5, "b": 0.5}, where=("g", "a"))
    assert test.state == "no variation" and np.isnan(test.p_value)


@fast
@given(st.integers(0, 2**32 - 1))
def test_a_median_at_the_top_category_does_not_hang_on_the_last_bit(seed):
    rng = np.random.default_rng(seed)
    n = 400
    data = {"y": rng.choice([1, 2, 3, 4, 5], n, p=[0.02, 0.03, 0.1, 0.25, 0.6]), "w": rng.uniform(0.3, 3, n)}
    design = SurveyDesign(data, weights="w")
    for each in (design, as_jackknife_design(design)):
        table = est.survey_quantile(each, "y", [0.5, 0.9]).table
        assert (table[["estimate", "conf_high"]] == 5).all().all() and table["conf_low"].isin([4, 5]).all()
        assert (table["reliability"] == "").all() and table["std_error"].notna().all()


def test_quantiles_at_the_top(reference, close):
    i = np.arange(600)
    clear = SurveyDesign({"y": 5.0 - (i % 10 < 4) * (1 + i % 3), "w": 0.3 + ((13 * i) % 29) / 10}, weights="w")
    table = est.survey_quantile(clear, "y", [0.5, 0.9]).table
    close(table[["estimate", "conf_low", "conf_high", "std_error"]], reference("estimation_degenerate")["top"])
    half = SurveyDesign({"y": [4.0] * 49 + [5.0] * 51, "w": [1.0] * 100}, weights="w")  # 51 in 100: it might be 4
    row = est.survey_quantile(half, "y", 0.5).table.iloc[0]
    assert row[["conf_low", "conf_high"]].tolist() == [4, 5] and row["std_error"] > 0
    largest = est.survey_quantile(half, "y", [0.99, 1.0]).table
    assert largest["conf_high"].isna().all()
    assert largest["reliability"].tolist() == ["no upper limit"] * 2
    assert est.survey_quantile(half, "y", 0.001).table["reliability"].tolist() == [""]


@pytest.mark.slow
def test_intervals_of_a_median_at_the_top_cover():
    """The true median of a rating is 5 (55 % say 5) or 4 (48 % say 5): 95 % limits hold it."""
    rng = np.random.default_rng(11)
    for share, truth in ((0.55, 5), (0.48, 4), (0.52, 5)):
        held = 0
        for _ in range(400):
            design = SurveyDesign({"y": np.where(rng.random(200) < share, 5, 4), "w": np.ones(200)}, weights="w")
            row = est.survey_quantile(design, "y", 0.5).table.iloc[0]
            held += row["conf_low"] <= truth <= row["conf_high"]
        assert held / 400 > 0.93
