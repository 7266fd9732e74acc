"""Steps by groups: the same as running each group alone, with a log, credits and errors for each."""

import numpy as np
import pandas as pd
import pytest

from surveykit.design import as_jackknife_design
from surveykit.errors import ConvergenceError, DataError
from surveykit.estimation import survey_mean
from surveykit.weighting import (
    WeightingPlan,
    apply_weighting,
    base_design,
    check_weighting_plan,
    rerun_replicates,
)

N = 300
NONRESPONSE = {"kind": "nonresponse", "method": "classes"}
TOTALS = {
    "a": {"sex": {"m": 700, "f": 500}, "age": {"1": 400, "2": 800}, "x": 5000.0},
    "b": {"sex": {"m": 400, "f": 600}, "age": {"1": 550, "2": 450}, "x": 4100.0},
    "c": {"sex": {"m": 500, "f": 400}, "age": {"1": 300, "2": 600}, "x": 3500.0},
}


def table():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"unit_id": range(N), "d": rng.choice(list("abc"), N), "sex": rng.choice(["m", "f"], N)})
    data["age"], data["x"] = rng.choice(["1", "2"], N), rng.gamma(4, 1, N)
    data["base_weight"] = rng.uniform(5, 15, N)
    data["disposition"] = rng.choice(["I", "NC"], N, p=[0.7, 0.3])
    data["y"] = rng.random(N)
    return data


def plan(*steps, **more):
    return WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps], **more})


def margin(name):
    return {"variable": name, "totals": {group: totals[name] for group, totals in TOTALS.items()}}


def step(kind, names=("sex", "age"), **more):
    return {"kind": kind, "by": "d", "margins": [margin(name) for name in names], **more}


X = [{"variable": "x", "total": {group: totals["x"] for group, totals in TOTALS.items()}}]
STEPS = {
    "raking": step("raking"),
    "poststratification": step("poststratification", ("sex",)),
    "linear": step("calibration", numeric=X),
    "logit": step("calibration", numeric=X, distance="logit", bounds=[0.2, 5]),
    "ridge": step("calibration", penalties={"age": 0.3}),
    "residents": {
        "kind": "residents",
        "by": "d",
        "margins": [
            {"variable": "sex", "totals": {g: {k: 50 * v for k, v in t["sex"].items()} for g, t in TOTALS.items()}}
        ],
    },
}
RESPONSE = {
    "propensity": {"kind": "nonresponse", "method": "propensity", "quantiles": 0, "predictors": ["sex"], "by": "d"},
    "tree": {"kind": "nonresponse", "method": "tree", "minimum": 10, "predictors": ["sex", "age"], "by": "d"},
    "calibration": {"kind": "nonresponse", "method": "calibration", "predictors": ["sex"], "numeric": ["x"], "by": "d"},
}


def alone(made, group):
    """The same step for one group, without groups."""
    one = {key: value for key, value in made.items() if key != "by"}
    if "margins" in one:
        one["margins"] = [{**m, "totals": m["totals"][group]} for m in one["margins"]]
    if "numeric" in one and one["kind"] == "calibration":
        one["numeric"] = [{**item, "total": item["total"][group]} for item in one["numeric"]]
    return one


@pytest.mark.parametrize("name", [*STEPS, *RESPONSE])
def test_a_step_by_groups_is_the_step_in_each_group(name):
    data = table()
    made = STEPS.get(name) or RESPONSE[name]
    before = () if name in RESPONSE else (NONRESPONSE | {"by": "d"},)
    result = apply_weighting(plan(*before, made), data)
    for group in "abc":
        own = (data["d"] == group).to_numpy()
        single = apply_weighting(plan(*before, alone(made, group)), data[own].reset_index(drop=True))
        np.testing.assert_allclose(result.design.weights[own], single.design.weights, rtol=1e-9)
    assert set(result.log[-1].cells["group"]) == {"d=a", "d=b", "d=c"}


@pytest.mark.parametrize("name", [*STEPS, *RESPONSE, "trimming"])
def test_credit_by_groups_is_the_derivative(name):
    data = table()
    made = [STEPS.get(name) or RESPONSE.get(name) or STEPS["raking"]]
    if name not in RESPONSE:
        made.insert(0, NONRESPONSE | {"by": "d"})
    if name == "trimming":
        made.append({"kind": "trimming", "lower": 5, "upper": 28, "keep_margins": True})
    result = apply_weighting(plan(*made), data)
    rng = np.random.default_rng(5)
    influence, direction, size = rng.normal(size=N), rng.normal(size=N), 1e-5
    credit = result.design.adjustments[-1].residuals((result.design.weights * influence)[:, None])[:, 0]
    base = result.compiled.base
    ends = [result.compiled.weights(base * np.exp(side * size * direction)) @ influence for side in (1, -1)]
    assert credit @ direction == pytest.approx((ends[0] - ends[1]) / (2 * size), rel=2e-5, abs=1e-3)
    if name == "trimming":
        margins = result.diagnostics.margins
        assert margins["relative_error"].max() < 1e-8 and set(margins["group"]) == {"d=a", "d=b", "d=c"}
        assert result.design.weights.max() <= 28 * (1 + 1e-9)


def test_replicates_rerun_a_step_by_groups():
    """The jackknife is above the linearization by terms of the second order: 35 respondents in each cell."""
    result = apply_weighting(plan(NONRESPONSE, STEPS["raking"], finite_population="none"), table())
    replicates = rerun_replicates(result, as_jackknife_design(base_design(result)))
    linear, again = (survey_mean(made, "y").table["std_error"].iloc[0] for made in (result.design, replicates))
    assert linear == pytest.approx(again, rel=0.08)


def test_margins_by_group_from_a_table():
    rows = [("sex", d, level, n) for d, t in TOTALS.items() for level, n in t["sex"].items()]
    tables = {"sex.csv": pd.DataFrame(rows, columns=["variable", "d", "level", "population"])}
    made = {"kind": "raking", "by": ["d"], "margins": [{"variable": "sex", "file": "sex.csv"}]}
    result = apply_weighting(plan(NONRESPONSE, made), table(), tables)
    expected = apply_weighting(plan(NONRESPONSE, step("raking", ("sex",))), table())
    np.testing.assert_allclose(result.design.weights, expected.design.weights)
    shares = made | {"totals": "shares", "population_size": {"a": 100, "b": 200, "c": 50}, "by": "d"}
    scaled = apply_weighting(plan(NONRESPONSE, shares), table(), tables)
    assert pd.Series(scaled.design.weights).groupby(table()["d"]).sum().tolist() == pytest.approx([100, 200, 50])
    with pytest.raises(DataError, match=r"needs these columns in the margin's table too; it lacks 1: 'd'"):
        apply_weighting(plan(NONRESPONSE, made), table(), {"sex.csv": tables["sex.csv"].drop(columns="d")})


def test_errors_name_the_group():
    data = table()
    data.loc[(data["d"] == "b") & (data["sex"] == "f"), "disposition"] = "NC"
    with pytest.raises(DataError, match=r"1 of 3 groups: group d=b: margin 'sex': a population total but no resp.*'f'"):
        apply_weighting(plan(NONRESPONSE, STEPS["raking"]), data)
    narrow = STEPS["logit"] | {"bounds": [0.9, 1.1]}
    with pytest.raises(DataError, match=r"3 of 3 groups: group d=a: no factors between 0\.9 and 1\.1 .*group d=b: no"):
        apply_weighting(plan(NONRESPONSE, narrow), table())
    silent = table()
    silent.loc[silent["d"] == "c", "disposition"] = "NC"
    with pytest.raises(ConvergenceError, match=r"1 of 3 groups: group d=c: the propensity model"):
        apply_weighting(plan(RESPONSE["propensity"]), silent)


def test_groups_and_totals_must_agree():
    lacking = step("raking", ("sex",))
    lacking["margins"][0]["totals"] = {key: lacking["margins"][0]["totals"][key] for key in "ab"} | {"z": {"m": 1}}
    with pytest.raises(DataError, match=r"rows but no totals 1: 'c', with totals but no rows 1: 'z'"):
        apply_weighting(plan(NONRESPONSE, lacking), table())
    data = table()
    data.loc[5, "d"] = None
    with pytest.raises(DataError, match=r"groups: 'd' is missing in 1 of"):
        apply_weighting(plan(NONRESPONSE | {"by": "sex"}, STEPS["raking"]), data)


def test_a_household_must_not_lie_in_two_groups():
    data = table().assign(house=np.arange(N) // 2)
    made = step("calibration", ("sex",), cluster="house", distance="raking")
    with pytest.raises(DataError, match=r"households of 'house' lie in several groups"):
        apply_weighting(plan(NONRESPONSE, made), data)


def test_plans_that_contradict_their_groups():
    flat = {"variable": "sex", "totals": {"m": 1, "f": 1}}
    made = plan(
        {"kind": "raking", "by": "d", "margins": [flat]},
        {"kind": "raking", "margins": [margin("sex")]},
        {"kind": "raking", "by": "sex", "margins": [margin("sex")]},
        {"kind": "raking", "by": "d", "margins": [margin("sex")], "totals": "shares", "population_size": 100},
        {"kind": "calibration", "by": "d", "numeric": [{"variable": "x", "total": 3}]},
        {"kind": "nonresponse", "method": "tree", "predictors": ["sex"], "by": "sex"},
    )
    problems = check_weighting_plan(made)
    assert [problem.path[1] for problem in problems] == [1, 2, 3, 4, 5, 6]
    assert all(problem.todo for problem in problems)


def test_trimming_keeps_the_margins_of_the_last_step_that_meets_them_exactly():
    """A ridge by groups in between meets none: trimming goes back to the raking before it."""
    made = [NONRESPONSE | {"by": "d"}, STEPS["raking"], STEPS["ridge"]]
    trimming = {"kind": "trimming", "lower": 5, "upper": 28, "keep_margins": True}
    result = apply_weighting(plan(*made, trimming), table())
    assert result.diagnostics.margins["relative_error"].max() < 1e-8
    assert result.design.weights.max() <= 28 * (1 + 1e-9)
