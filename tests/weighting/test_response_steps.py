import numpy as np
import pandas as pd
import pytest

from surveykit.errors import ConvergenceError, DataError
from surveykit.weighting import WeightingPlan, apply_weighting, check_weighting_plan
from surveykit.weighting.arrays.propensity import fit_logistic, quantile_classes

N = 1200


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(21)
    data = pd.DataFrame({"unit_id": [f"u{i}" for i in range(N)], "age": rng.choice(list("123"), N)})
    data["sex"], data["x"] = rng.choice(["m", "f"], N), rng.gamma(4, 1, N)
    data["base_weight"] = rng.uniform(5, 15, N)
    rate = 0.25 + 0.3 * (data["age"] == "3") + 0.15 * (data["sex"] == "f")
    data["disposition"] = np.where(rng.random(N) < rate, "I", "R")
    return data


def run(table, *steps):
    return apply_weighting(WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps]}), table)


def answered(table):
    return (table["disposition"] == "I").to_numpy()


def test_calibration_meets_the_totals_of_the_sample(table):
    step = {"kind": "nonresponse", "method": "calibration", "predictors": ["age", "sex"], "numeric": ["x"]}
    weights = run(table, step).design.weights
    base = table["base_weight"]
    assert weights @ table["x"] == pytest.approx(base @ table["x"])
    sums = pd.Series(weights).groupby(table["age"]).sum()
    np.testing.assert_allclose(sums, base.groupby(table["age"]).sum())


def test_inverse_propensity_is_the_fitted_model(table):
    step = {"kind": "nonresponse", "method": "propensity", "quantiles": "0", "predictors": ["age", "sex"]}
    result = run(table, step)
    x = np.column_stack([np.ones(N), *(table["age"] == level for level in "23"), table["sex"] == "m"]).astype(float)
    fit = fit_logistic(x, answered(table).astype(float), table["base_weight"].to_numpy())
    expected = np.where(answered(table), table["base_weight"] / fit.probability, 0.0)
    np.testing.assert_allclose(result.design.weights, expected, rtol=1e-8)
    with pytest.raises(DataError, match=r"get a factor above 1\.5"):
        run(table, {**step, "maximum_factor": "1.5"})


def test_propensity_classes_keep_the_total(table):
    step = {
        "kind": "nonresponse",
        "method": "propensity",
        "predictors": ["age", "sex"],
        "numeric": ["x"],
        "quantiles": 4,
    }
    record = run(table, step).log[1]
    assert len(record.cells) == 4 and record.total_after == pytest.approx(record.total_before)
    assert record.cells["factor"].is_monotonic_decreasing


def test_tree_finds_what_response_depends_on(table):
    step = {"kind": "nonresponse", "method": "tree", "predictors": ["age", "sex"], "numeric": ["x"], "minimum": 30}
    cells = run(table, step).log[1].cells
    assert cells["receivers"].min() >= 30 and 3 <= len(cells) <= 8
    assert cells["cell"].str.contains("age in {3}", regex=False).any() and cells["cell"].str.contains("sex in").any()
    with pytest.raises(DataError, match="breaks the limits"):
        run(table, {**step, "minimum": "5000"})


def test_separation_is_an_error():
    x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    with pytest.raises(ConvergenceError, match="no finite solution"):
        fit_logistic(x, np.array([0.0, 0, 0, 1, 1, 1]), np.ones(6))


def test_rounding_near_the_solution_is_not_taken_for_separation():
    """Among these fits some reach a point where the likelihood no longer rises in floating point."""
    rng = np.random.default_rng(1)
    for _ in range(1400):
        x = np.column_stack([np.ones(1000), *(rng.integers(0, 2, 1000) for _ in range(3))]).astype(float)
        answered = (rng.random(1000) < 1 / (1 + np.exp(-(0.2 - 0.5 * x[:, 1] + 0.4 * x[:, 2])))).astype(float)
        fit = fit_logistic(x, answered, np.ones(1000))
        np.testing.assert_allclose(x.T @ (answered - fit.probability), 0.0, atol=1e-8)


def test_quantile_classes_hold_equal_weight():
    rng = np.random.default_rng(2)
    values, weights = rng.random(1000), rng.uniform(1, 3, 1000)
    sums = np.bincount(quantile_classes(values, weights, 5), weights=weights)
    np.testing.assert_allclose(sums, weights.sum() / 5, rtol=0.02)


def test_missing_predictors_are_counted(table):
    broken = table.assign(age=table["age"].mask(table.index < 3))
    for method in ("propensity", "tree"):
        with pytest.raises(DataError, match=r"missing in 3 of 1200 sampled units"):
            run(broken, {"kind": "nonresponse", "method": method, "predictors": ["age"]})


def test_calibration_in_a_plan(table):
    classes = {"kind": "nonresponse", "by": ["age"]}
    step = {
        "kind": "calibration",
        "margins": [{"variable": "sex", "totals": {"m": "6000", "f": "6500"}}],
        "numeric": [{"variable": "x", "total": "50000"}],
        "distance": "logit",
        "bounds": ["0.5", "2"],
    }
    result = run(table, classes, step, {"kind": "normalisation"})
    totals = result.diagnostics.totals.set_index("name")
    assert set(totals.index) == {"sex=m", "sex=f", "x"}
    assert result.log[2].cells["relative_error"].max() < 1e-8
    assert result.design.weights.sum() == pytest.approx(answered(table).sum())
    assert "x" in result._repr_html_() and "<svg" in result._repr_html_()


def test_participation_makes_the_result_model_based(table):
    step = {
        "kind": "calibration",
        "margins": [{"variable": "sex", "totals": {"m": "600000", "f": "650000"}}],
        "distance": "participation",
    }
    result = run(table, {"kind": "nonresponse", "by": ["age"]}, step)
    assert result.label == "adjusted to residents, model-based" and result.design.weights.sum() == pytest.approx(
        1_250_000
    )


def test_ridge_in_a_plan_says_what_it_reached(table):
    age = {"variable": "age", "totals": {"1": 4000, "2": 4000, "3": 5000}}
    sex = {"variable": "sex", "totals": {"m": 6000, "f": 6500}}
    step = {"kind": "calibration", "margins": [sex, age], "penalties": {"age": "0.2"}}
    result = run(table, {"kind": "nonresponse", "by": ["age"]}, step)
    reached = result.diagnostics.totals.set_index("name")["relative_error"]
    assert reached["sex=m"] < 1e-9 and reached["age=3"] > 1e-4
    assert any("approximately" in note for note in result.log[-1].notes)


def test_steps_that_contradict_themselves():
    steps = [
        {"kind": "base"},
        {"kind": "nonresponse", "method": "tree"},
        {"kind": "nonresponse", "predictors": ["age"]},
        {"kind": "calibration"},
        {"kind": "calibration", "numeric": [{"variable": "x", "total": "1"}], "distance": "logit"},
        {"kind": "calibration", "numeric": [{"variable": "x", "total": "1"}], "bounds": ["1.2", "2"]},
        {"kind": "poststratification", "margins": []},
        {"kind": "trimming", "upper": "3", "keep_margins": "true"},
        {"kind": "normalisation", "to": "total"},
    ]
    problems = check_weighting_plan(WeightingPlan.model_validate({"steps": steps}))
    assert [problem.path[1] for problem in problems] == [1, 2, 3, 4, 5, 6, 8]
    assert all(problem.todo for problem in problems)
