"""A share of everyone is 1 and one of nobody 0, to the last bit, whatever the weights, the order and the path."""

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
    as_bootstrap_design,
    as_jackknife_design,
)

fast = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
EDGES = ["logit", "beta", "wilson", "asin", "likelihood", "xlogit", "wilson_pooled"]


def sample(seed, n=120):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"h": np.repeat([0, 1, 2], n // 3), "c": np.arange(n) % 12, "w": rng.uniform(0.3, 3, n)})
    data["g"] = rng.integers(0, 4, n)
    data["some"] = rng.integers(0, 2, n)
    data["one"], data["zero"], data["yes"] = 1, 0, "yes"
    data["own"] = ((data["g"] == 2) | (data["some"] == 1)).astype(int)  # 1 in domain 2, mixed elsewhere
    return data.iloc[rng.permutation(n)]


def designs(data):
    plain = SurveyDesign(data, weights="w", strata="h", psu="c")
    w = data["w"].to_numpy()
    groups = data["g"].to_numpy()
    totals = np.bincount(groups, weights=w)
    raised = w * (np.array([100.0, 130.0, 90.0, 110.0]) / totals)[groups]
    post = PoststratificationAdjustment(groups, w, raised)
    x = np.column_stack([np.ones(len(data)), np.arange(len(data)) % 7])
    factor = 1 + 0.01 * x[:, 1]
    regression = RegressionAdjustment(x, w, w * factor)
    return {
        "plain": plain,
        "poststratified": SurveyDesign(data.assign(w=raised), weights="w", strata="h", psu="c", adjustments=(post,)),
        "calibrated": SurveyDesign(
            data.assign(w=w * factor), weights="w", strata="h", psu="c", adjustments=(regression,)
        ),
        "jackknife": as_jackknife_design(plain),
        "bootstrap": as_bootstrap_design(plain, replicates=23, seed=1),
    }


def rows(design):
    """Every path by which a share of everyone, or of nobody, is asked for."""
    everyone = [est.Mean("one"), est.Prop("yes"), est.Prop("one", 1), est.Mean("zero")]
    for by, where in ((None, None), ("g", None), (["g", "h"], None), (None, ("g", [0, 3])), ("g", ("h", [1, 2]))):
        yield est.estimate(design, everyone, by=by, where=where)
    own = est.estimate(design, [est.Mean("own"), est.Prop("own", 1)], by="g")
    yield est.Estimates(own.table[own.table["g"] == 2], own.covariance[np.ix_([2, 6], [2, 6])], own.recipe)


@fast
@given(st.integers(0, 2**32 - 1))
def test_a_share_of_everyone_is_one(seed):
    for name, design in designs(sample(seed)).items():
        for result in rows(design):
            table = result.table[result.table["n"] > 0]
            target = (table["variable"] != "zero").astype(float)
            assert (table["estimate"] == target).all(), name
            assert (table["std_error"] == 0).all(), name
            inner = table[table["df"] > 0]
            assert (np.where(inner["estimate"] == 1, inner["conf_low"], 1 - inner["conf_high"]) < 1).all(), name
            assert inner["reliability"].isin(["review", "suppress"]).all(), name


@fast
@given(st.integers(0, 2**32 - 1), st.floats(0.5, 0.999))
def test_no_share_is_above_one(seed, p):
    data = sample(seed)
    rng = np.random.default_rng(seed)
    data["y"] = np.where(rng.random(len(data)) < p, "a", "b")
    for name, design in designs(data).items():
        result = est.survey_prop(design, "y", by="g")
        assert ((result.estimates >= 0) & (result.estimates <= 1)).all(), name
        if result.replicates is not None and np.isfinite(result.replicates).any():
            assert np.nanmax(result.replicates) <= 1, name


@pytest.mark.parametrize("interval", EDGES)
def test_limits_of_a_share_of_everyone(interval):
    """Clopper-Pearson's lower limit of 60 of 60 is 0.025^(1/60); a rate stays within 0 and 1."""
    data = sample(3, 60)
    design = SurveyDesign(data, weights="w")
    for statistic in (est.Mean("one"), est.Prop("yes"), est.Prop("one", 1)):
        row = est.estimate(design, statistic, interval=interval).table.iloc[0]
        np.testing.assert_allclose(row[["conf_low", "conf_high"]].astype(float), [0.025 ** (1 / 60), 1.0], rtol=1e-9)
        assert row["reliability"] == "review"


@pytest.mark.parametrize("interval", [*EDGES, "mean"])
def test_no_interval_without_degrees_of_freedom(interval):
    data = pd.DataFrame({"y": [1, 1, 0, 1, 1, 1], "c": [1, 1, 2, 2, 3, 3], "w": 1.0})
    design = SurveyDesign(data, weights="w", psu="c")
    statistics = [est.Mean("y"), est.Prop("y", 1)]
    table = est.estimate(design, statistics, where=data["c"].to_numpy() == 3, interval=interval).table
    assert (table["df"] == 0).all()
    assert table[["conf_low", "conf_high"]].isna().all().all()


@pytest.mark.parametrize("interval", EDGES[:-1])
def test_limits_stay_within_zero_and_one(interval):
    """Few units and large errors: the arcsine folded back, so that 1 of 10 had the limits 0.0137 and 0.41."""
    for psus in (4, 5, 10):
        for k in range(1, psus):
            y = np.repeat(np.arange(psus) < k, 10).astype(float)
            design = SurveyDesign(
                {"y": y, "c": np.repeat(np.arange(psus), 10), "w": np.ones(y.size)}, weights="w", psu="c"
            )
            row = est.survey_prop(design, "y", level=1, interval=interval).table.iloc[0]
            assert 0 <= row["conf_low"] <= row["estimate"] <= row["conf_high"] <= 1
    first = est.survey_prop(
        SurveyDesign({"y": np.arange(10) == 0, "w": np.ones(10)}, weights="w"), "y", level=True, interval="asin"
    ).table.iloc[0]
    assert first["conf_low"] == 0


def test_likelihood_limits_at_large_design_effects(reference, close):
    """Design effects of about 20, 40 and 200; the limits had been NaN above 17."""
    for k, expected in reference("estimation_degenerate")["likelihood"].items():
        i = np.arange(60)
        data = {
            "y": np.repeat((i % 5 < 3) * 1.0, int(k)),
            "c": np.repeat(i, int(k)),
            "w": np.repeat(1.0 + i % 3, int(k)),
        }
        table = est.survey_prop(SurveyDesign(data, weights="w", psu="c"), "y", level=1, interval="likelihood").table
        close(table[["conf_low", "conf_high"]].iloc[0], expected, rtol=1e-7)


def test_a_census_knows_its_rates():
    data = {"y": [1, 0, 1, 1, 0, 1], "w": [1.0] * 6, "N": [6] * 6}
    design = SurveyDesign(data, weights="w", population_size="N")
    for interval in EDGES:
        row = est.survey_prop(design, "y", level=1, interval=interval).table.iloc[0]
        np.testing.assert_allclose(row[["conf_low", "conf_high"]].astype(float), [2 / 3, 2 / 3])


def test_a_share_fixed_by_calibration_has_no_error():
    data = sample(5)
    table = est.survey_prop(designs(data)["poststratified"], "g").table
    assert (table["std_error"] == 0).all()
    np.testing.assert_allclose(table["estimate"], np.array([100, 130, 90, 110]) / 430)
    assert (table["conf_low"] == table["conf_high"]).all()
