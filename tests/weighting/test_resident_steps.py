"""Coverage and residents as steps of a plan: log, variance that reruns the chain, label."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import as_bootstrap_design
from surveykit.errors import DataError
from surveykit.estimation import survey_mean
from surveykit.weighting import (
    ResidentModel,
    WeightingPlan,
    adjust_to_residents,
    apply_weighting,
    base_design,
    check_weighting_plan,
    rerun_replicates,
    resident_estimates,
)

SPEC = importlib.util.spec_from_file_location("simulated", Path(__file__).parent / "simulated.py")
simulated = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(simulated)
PREDICTORS = ["district", "age", "sex"]
NONRESPONSE = {"kind": "nonresponse", "by": ["district", "age"]}
RESIDENTS = {"kind": "residents", "cells": "cells", "predictors": PREDICTORS}
LABEL = "adjusted to residents, model-based"


@pytest.fixture(scope="module")
def people():
    return simulated.population()


@pytest.fixture(scope="module")
def table(people):
    """1,600 users of the platform, of whom the older answer more often."""
    rng = np.random.default_rng(8)
    drawn = simulated.platform_sample(people, 1600, rng).data.rename(columns={"w": "base_weight"})
    answers = rng.random(1600) < 0.35 + 0.1 * drawn["age"].astype(int)
    return drawn.assign(unit_id=range(1600), disposition=np.where(answers, "I", "NC"))


@pytest.fixture(scope="module")
def cells(people):
    return simulated.cells(people)


def plan(*steps, **more):
    made = {"steps": [{"kind": "base"}, *steps], "sampled_from": "platform users", **more}
    return WeightingPlan.model_validate(made)


def margins(people):
    return [{"variable": name, "totals": people[name].value_counts().to_dict()} for name in PREDICTORS]


def test_coverage_is_logged_and_leaves_weights_alone(people, table):
    result = apply_weighting(plan({"kind": "coverage", "margins": margins(people)}, NONRESPONSE), table)
    same = apply_weighting(plan(NONRESPONSE), table)
    np.testing.assert_array_equal(result.design.weights, same.design.weights)
    record = result.log[1]
    assert record.kind == "coverage" and record.total_before == record.total_after
    assert record.notes == ("frame: estimated by the weights of 1600 sampled units, without ineligible ones",)
    old = record.cells[(record.cells["variable"] == "age") & (record.cells["level"] == "4")].iloc[0]
    frame = table.loc[table["age"] == "4", "base_weight"].sum()
    assert old["coverage"] == pytest.approx(frame / (people["age"] == "4").sum()) and old["ratio"] < 0.7
    assert result.label == "probability sample of platform users"
    assert list(result.table.columns) == ["unit_id", "base_weight", "factor_nonresponse", "final_weight"]


def test_coverage_of_a_counted_frame(people, table):
    frame = people.groupby(["district", "age", "sex"]).size().rename("count").reset_index()
    frame["count"] //= 4
    step = {"kind": "coverage", "frame": "frame", "margins": margins(people)}
    cells = apply_weighting(plan(step, NONRESPONSE), table, {"frame": frame}).log[1].cells
    assert cells["coverage"].between(0.2498, 0.25).all()
    with pytest.raises(DataError, match=r"the frame 'frame' was not handed over"):
        apply_weighting(plan(step, NONRESPONSE), table)
    with pytest.raises(DataError, match=r"levels without a population total \(1: 'x'\)"):
        apply_weighting(plan(step, NONRESPONSE), table, {"frame": frame.replace("f", "x")})


def test_ineligible_units_stay_for_the_spreading_of_the_unknown(people, table):
    mixed = table.assign(disposition=np.where(np.arange(1600) % 10 == 0, "NE", table["disposition"]))
    mixed.loc[mixed.index % 10 == 1, "disposition"] = "UO"
    chain = ({"kind": "unknown_eligibility"}, NONRESPONSE)
    with_step = apply_weighting(plan({"kind": "coverage", "margins": margins(people)}, *chain), mixed)
    np.testing.assert_array_equal(with_step.design.weights, apply_weighting(plan(*chain), mixed).design.weights)


@pytest.mark.parametrize("method", ["calibrated", "pseudo_likelihood"])
def test_participation_weights_are_a_step(method, people, table, cells):
    result = apply_weighting(plan(NONRESPONSE, RESIDENTS | {"method": method}), table, {"cells": cells})
    assert result.label == LABEL and LABEL in result.design.adjustments[-1].name
    estimate = survey_mean(result.design, "y")
    assert LABEL in str(estimate.recipe)
    row = estimate.table.iloc[0]
    assert abs(row["estimate"] - people["y"].mean()) < 3.5 * row["std_error"] < 0.08
    respondents = apply_weighting(plan(NONRESPONSE), table).design
    model = ResidentModel(tuple(PREDICTORS), method=method, replicates=2)
    expected = adjust_to_residents(respondents, "y", cells, model).table["estimate"].iloc[0]
    assert row["estimate"] == pytest.approx(expected, rel=1e-9)
    assert result.log[-1].kind == "residents" and LABEL in result.log[-1].notes
    replicates = rerun_replicates(result, as_bootstrap_design(base_design(result), replicates=150, seed=2))
    again = survey_mean(replicates, "y").table["std_error"].iloc[0]
    assert row["std_error"] == pytest.approx(again, rel=0.2)


@pytest.mark.parametrize("method", ["calibrated", "pseudo_likelihood"])
def test_credit_of_participation_is_the_derivative(method, table, cells):
    result = apply_weighting(plan(NONRESPONSE, RESIDENTS | {"method": method}), table, {"cells": cells})
    rng = np.random.default_rng(5)
    influence, direction, size = rng.normal(size=1600), rng.normal(size=1600), 1e-5
    credit = result.design.adjustments[-1].residuals((result.design.weights * influence)[:, None])[:, 0]
    base = result.compiled.base
    ends = [result.compiled.weights(base * np.exp(side * size * direction)) @ influence for side in (1, -1)]
    assert credit @ direction == pytest.approx((ends[0] - ends[1]) / (2 * size), rel=2e-5)


def test_margins_in_place_of_cells(people, table, cells):
    by_margins = apply_weighting(plan(NONRESPONSE, {"kind": "residents", "margins": margins(people)}), table)
    by_cells = apply_weighting(plan(NONRESPONSE, RESIDENTS), table, {"cells": cells})
    np.testing.assert_allclose(by_margins.design.weights, by_cells.design.weights, rtol=1e-8)
    assert by_margins.diagnostics.totals["relative_error"].max() < 1e-8


@pytest.mark.parametrize("method", ["model", "nearest", "pmm", "doubly_robust", "multilevel"])
def test_estimators_leave_the_weights_and_answer_for_residents(method, people, table, cells):
    step = RESIDENTS | {"method": method, "replicates": 40}
    if method == "multilevel":
        step |= {"predictors": ["sex"], "random": [["district"], ["age"]], "draws": 400}
    result = apply_weighting(plan(NONRESPONSE, step), table, {"cells": cells})
    users = apply_weighting(plan(NONRESPONSE), table)
    np.testing.assert_array_equal(result.design.weights, users.design.weights)
    assert result.label == "probability sample of platform users"
    assert "an estimator, not weights" in result.log[-1].notes[0]
    made = resident_estimates(result, "y", by="sex")
    assert made.label == LABEL and made.table["label"].eq(LABEL).all() and len(made.table) == 3
    row = made.table.iloc[0]
    naive = survey_mean(users.design, "y").table["estimate"].iloc[0]
    assert abs(naive - people["y"].mean()) > 0.04
    assert abs(row["estimate"] - people["y"].mean()) < 3.5 * row["std_error"] < 0.1


def test_replicates_of_an_estimator_run_the_nonresponse_step_again(table, cells):
    """With one predictor in classes and model alike, the estimate does not depend on the nonresponse factors at all."""
    few = cells.groupby("age", as_index=False)["population"].sum()
    step = {"kind": "residents", "method": "model", "cells": "few", "predictors": ["age"], "replicates": 300}
    result = apply_weighting(plan({"kind": "nonresponse", "by": "age"}, step), table, {"few": few})
    error = resident_estimates(result, "y").table["std_error"].iloc[0]
    heard = table[table["disposition"] == "I"]
    share = few.set_index("age")["population"] / few["population"].sum()
    within = heard.groupby("age")["y"].agg(["mean", "size"])
    known = np.sqrt((share**2 * within["mean"] * (1 - within["mean"]) / within["size"]).sum())
    assert error == pytest.approx(known, rel=0.15)
    spread = {"kind": "nonresponse", "method": "propensity", "quantiles": 0, "predictors": PREDICTORS}
    rerun = apply_weighting(plan(spread, step), table, {"few": few})
    fixed = adjust_to_residents(rerun.design, "y", few, ResidentModel(("age",), method="model", replicates=300))
    error = fixed.table["std_error"].iloc[0]
    assert resident_estimates(rerun, "y").table["std_error"].iloc[0] != pytest.approx(error, rel=1e-6)


def test_weights_have_no_estimator(table, cells):
    result = apply_weighting(plan(NONRESPONSE, RESIDENTS), table, {"cells": cells})
    with pytest.raises(DataError, match=r"its weights are in result\.design"):
        resident_estimates(result, "y")


def test_what_a_residents_step_lacks_is_said():
    made = plan(
        {"kind": "coverage"},
        {"kind": "residents"},
        {"kind": "residents", "method": "model", "predictors": ["age"]},
        {"kind": "residents", "method": "model", "cells": "c"},
        {"kind": "residents", "method": "pmm", "cells": "c", "predictors": ["age"], "random": [["sex"]]},
    )
    problems = check_weighting_plan(made, {"base_weight", "age", "sex"})
    assert [problem.path[1] for problem in problems] == [1, 2, 3, 3, 4, 4, 5]
    assert made.table_files() == ("c",)


def test_a_label_declared_by_the_plan():
    declared = plan(NONRESPONSE, result_label="adjusted, model-based")
    data = pd.DataFrame({"unit_id": [1, 2], "base_weight": 5.0, "district": "a", "age": "1", "y": [0.0, 1.0]})
    result = apply_weighting(declared, data)
    assert result.label == LABEL and LABEL in str(survey_mean(result.design, "y").recipe)
