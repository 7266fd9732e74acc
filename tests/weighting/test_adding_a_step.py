"""The step that CONTRIBUTING adds as an example: added from outside through the list of kinds, run, and taken away."""

import importlib.util
import re
import sys
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation import survey_mean, survey_total
from surveykit.weighting import WeightingPlan, apply_weighting, check_weighting_plan, naive_design
from surveykit.weighting.plan.definition import plan_mapping
from surveykit.weighting.steps import STEPS, kind_of

ROOT = Path(__file__).resolve().parents[2]
SECTION = "## A weighting step, step by step"
TABLE = pd.DataFrame(
    {
        "unit_id": list("abcdef"),
        "base_weight": [10.0, 10.0, 10.0, 20.0, 20.0, 20.0],
        "disposition": ["I", "I", "NC", "I", "I", "I"],
        "adults": [1, 2, None, 3, 1, 2],
        "sex": list("mfmfmf"),
        "y": [1.0, 0.0, None, 1.0, 1.0, 0.0],
    }
)
BASE, NONRESPONSE = {"kind": "base"}, {"kind": "nonresponse"}
STEP = {"kind": "within_household", "persons": "adults"}
MARGINS = {"kind": "poststratification", "margins": [{"variable": "sex", "totals": {"m": 90, "f": 60}}]}


def plan(*steps):
    return WeightingPlan.model_validate({"strata": None, "finite_population": "none", "steps": list(steps)})


def error(estimates):
    return float(estimates.table["std_error"].iloc[0])


@pytest.fixture
def step_file(tmp_path):
    """The file of the example, as somebody would save it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(SECTION)[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    path = tmp_path / "within_household.py"
    path.write_text(code, encoding="utf-8")
    return path


@pytest.fixture
def kind(step_file, monkeypatch):
    spec = importlib.util.spec_from_file_location("within_household", step_file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "within_household", module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(STEPS, kind_of(module.WithinHouseholdStep), module.WithinHouseholdStep)
    return module.WithinHouseholdStep


def test_the_step_runs_in_a_plan_with_its_log_and_variance(kind):
    made = plan(BASE, NONRESPONSE, STEP)
    assert check_weighting_plan(made, set(TABLE.columns)) == []
    result = apply_weighting(made, TABLE)
    # nonresponse: 90 of weight on 80 of respondents; then times the adults
    expected = [w * 90 / 80 * adults for w, adults in [(10, 1), (10, 2), (0, 0), (20, 3), (20, 1), (20, 2)]]
    assert result.design.weights.tolist() == pytest.approx(expected)
    assert result.log[-1].kind == "within_household"
    assert result.log[-1].settings == {"kind": "within_household", "persons": "adults"}
    assert result.log[-1].cells.to_dict("list") == {"cell": [1.0, 2.0, 3.0], "rows": [2, 2, 1]}
    assert "factor_within_household" in result.table
    assert plan_mapping(made)["steps"][-1] == {"kind": "within_household", "persons": "adults"}
    assert WeightingPlan.model_validate(plan_mapping(made)) == made
    # a fixed factor alone: the variance is that of a design with the product as its weight
    alone = TABLE[TABLE["disposition"] == "I"]
    ours = apply_weighting(plan(BASE, STEP), alone).design
    plain = SurveyDesign(alone.assign(w=alone["base_weight"] * alone["adults"]), weights="w")
    for estimate in (survey_mean, survey_total):
        assert error(estimate(ours, "y")) == pytest.approx(error(estimate(plain, "y")), rel=1e-12)
    # the nonresponse before it is still credited
    assert error(survey_total(naive_design(result), "y")) != pytest.approx(error(survey_total(result.design, "y")))


def test_steps_of_the_package_stand_beside_it(kind):
    result = apply_weighting(plan(BASE, NONRESPONSE, STEP, MARGINS), TABLE)
    weights = pd.Series(result.design.weights).groupby(TABLE["sex"]).sum()
    assert weights.to_dict() == pytest.approx({"f": 60, "m": 90})


def test_its_check_and_its_columns_are_asked(kind):
    wrong = plan(BASE, NONRESPONSE, MARGINS, {**STEP, "persons": "people"})
    found = [str(problem) for problem in check_weighting_plan(wrong, set(TABLE.columns))]
    assert found == [
        "steps.3: selection within households moves weights away from the margins before it: put it before the margins",
        "steps.3.persons: there is no column 'people': correct the name, or add the column to the frame or the "
        "questionnaire",
    ]
    with pytest.raises(DataError, match=r"'adults' must hold numbers of at least 1; mend the rows 1: 0"):
        apply_weighting(plan(BASE, NONRESPONSE, STEP), TABLE.assign(adults=[0, 2, 1, 3, 1, 2]))
    with pytest.raises(ValidationError, match=r"steps\.2\.within_household\.persons"):
        plan(BASE, NONRESPONSE, {"kind": "within_household"})


def test_units_that_did_not_respond_are_waited_for(kind):
    with pytest.raises(DataError, match="put a step nonresponse before it"):
        apply_weighting(plan(BASE, STEP), TABLE)


def test_taken_away_it_is_no_kind_of_step_any_more(step_file):
    assert "within_household" not in STEPS
    with pytest.raises(ValidationError, match="does not match any of the expected tags: 'base', 'unknown_eligibility'"):
        plan(BASE, NONRESPONSE, STEP)


def test_every_kind_is_listed_under_its_own_word_and_in_its_own_file():
    files = {path.stem for path in (ROOT / "surveykit/weighting/steps").glob("*.py")} - {"__init__"}
    assert {kind.__module__.rsplit(".", 1)[1] for kind in STEPS.values()} == files == set(STEPS)
    assert all(kind_of(kind) == word for word, kind in STEPS.items())
