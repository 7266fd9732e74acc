import numpy as np
import pandas as pd
import pytest

from surveykit.design import as_bootstrap_design, as_jackknife_design
from surveykit.errors import DataError
from surveykit.estimation import survey_mean
from surveykit.weighting import (
    WeightingPlan,
    apply_weighting,
    base_design,
    calibrate,
    naive_design,
    poststratify,
    rake,
    rerun_replicates,
    ridge_calibrate,
    trim_weights,
)

CHAIN = [
    {"kind": "base"},
    {"kind": "nonresponse", "by": ["d"]},
    {
        "kind": "raking",
        "margins": [
            {"variable": "sex", "totals": {"m": 4000, "f": 5000}},
            {"variable": "age", "totals": {"1": 3000, "2": 3000, "3": 3000}},
        ],
    },
    {"kind": "trimming", "upper": "34", "keep_margins": "true"},
]


def sample(n=600, seed=8):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"unit_id": [f"u{i}" for i in range(n)], "d": rng.choice(list("abc"), n)})
    data["stratum"] = data["d"]
    data["age"], data["sex"] = rng.choice(["1", "2", "3"], n), rng.choice(["m", "f"], n)
    data["base_weight"] = data["d"].map({"a": 20.0, "b": 30.0, "c": 40.0})
    data["disposition"] = np.where(rng.random(n) < 0.5 + 0.2 * (data["age"] == "3"), "I", "NC")
    data["y"] = (rng.random(n) < 0.2 + 0.25 * (data["age"] == "3") + 0.2 * (data["sex"] == "f")).astype(float)
    return data


@pytest.fixture(scope="module")
def result():
    plan = WeightingPlan.model_validate({"steps": CHAIN, "finite_population": "none"})
    return apply_weighting(plan, sample())


def error(design):
    return survey_mean(design, "y").table["std_error"].iloc[0]


def test_trimming_kept_the_margins(result):
    weights, data = result.design.weights, result.design.data
    assert weights.max() <= 34 + 1e-9
    assert weights[data["sex"] == "m"].sum() == pytest.approx(4000) and weights[
        data["age"] == "3"
    ].sum() == pytest.approx(3000)
    assert result.log[-1].kind == "trimming" and result.log[-1].cells["rows"].sum() > 0


def test_linearization_agrees_with_the_jackknife_that_reruns_the_chain(result):
    jackknife = rerun_replicates(result, as_jackknife_design(base_design(result)))
    assert error(result.design) == pytest.approx(error(jackknife), rel=0.03)


def test_bootstrap_reruns_the_chain():
    result = apply_weighting(WeightingPlan.model_validate({"steps": CHAIN[:3], "finite_population": "none"}), sample())
    bootstrap = rerun_replicates(result, as_bootstrap_design(base_design(result), replicates=100, seed=3))
    matrix = np.column_stack([bootstrap.analysis_weights(r) for r in range(100)])
    members = (result.design.data["sex"] == "m").to_numpy()
    np.testing.assert_allclose(matrix[members].sum(axis=0), 4000, rtol=1e-7)
    assert error(result.design) == pytest.approx(error(bootstrap), rel=0.25)


def test_naive_variance_is_named(result):
    naive = naive_design(result)
    assert naive.adjustments[0].name.startswith("naive")
    np.testing.assert_array_equal(naive.weights, result.design.weights)
    assert error(naive) != pytest.approx(error(result.design), rel=1e-3)


def test_later_steps_join_the_chain(result):
    totals = {"sex": {"m": 4500, "f": 4500}}
    start, steps = result.design, len(result.design.adjustments[0].steps)
    members = (start.data["sex"] == "m").to_numpy(dtype=float)
    for made in (poststratify(start, "sex", totals["sex"]), rake(start, totals), calibrate(start, totals)):
        (chain,) = made.adjustments
        assert len(chain.steps) == steps + 1
        np.testing.assert_allclose(chain.residuals((made.weights * members)[:, None]), 0, atol=1e-8)
    assert len(trim_weights(result.design, upper=33).adjustments) == 1


def test_a_replicate_that_fails_is_named():
    data = sample(n=12)
    data["disposition"] = ["I"] + ["NC"] * 3 + ["I"] * 8
    data["d"] = data["stratum"] = ["a"] * 4 + ["b"] * 8
    result = apply_weighting(WeightingPlan.model_validate({"steps": CHAIN[:2], "finite_population": "none"}), data)
    with pytest.raises(DataError, match=r"replicate 1 of 12: weighting classes without respondents"):
        rerun_replicates(result, as_jackknife_design(base_design(result)))


def test_conflicting_margins_are_met_by_ridge_and_shown(result):
    start = base_design(result)
    totals = {"sex": {"m": 4000, "f": 5000}, "age": {"1": 3000, "2": 3000, "3": 4000}}
    with pytest.raises(DataError, match="do not agree in total"):
        calibrate(start, totals)
    made = ridge_calibrate(start, totals, {"age": 0.1})
    achieved = made.achieved.set_index("name")
    assert achieved.loc["sex=m", "relative_error"] < 1e-9 and achieved.loc["age=3", "relative_error"] > 1e-3
    with pytest.raises(DataError, match="exact totals conflict"):
        ridge_calibrate(start, totals, {"age": 0.0})
    with pytest.raises(DataError, match="name no auxiliary"):
        ridge_calibrate(start, totals, {"region": 1.0})


def test_limits_that_cannot_keep_the_margins_are_named_with_the_nearest():
    tight = [*CHAIN[:3], {**CHAIN[3], "upper": "26"}]
    plan = WeightingPlan.model_validate({"steps": tight, "finite_population": "none"})
    with pytest.raises(
        DataError, match=r"no weights between 0 and 26 .*at fault: .*raise the upper bound to at least"
    ) as e:
        apply_weighting(plan, sample())
    needed = str(e.value).split("at least ")[1].split(",")[0]
    plan = WeightingPlan.model_validate(
        {"steps": [*CHAIN[:3], {**CHAIN[3], "upper": needed}], "finite_population": "none"}
    )
    assert apply_weighting(plan, sample()).design.weights.max() <= float(needed) * (1 + 1e-9)


def test_limits_of_weights_need_a_plan_in_replicate_designs(result):
    with pytest.raises(DataError, match="use rerun_replicates"):
        trim_weights(as_jackknife_design(base_design(result)), upper=60)
