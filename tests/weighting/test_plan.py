import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError

from surveykit.errors import DataError, DefinitionError
from surveykit.estimation import survey_mean
from surveykit.weighting import WeightingPlan, apply_weighting, check_weighting_plan

ROOT = Path(__file__).parents[2]


def plan(*steps, **rest):
    return WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps], **rest})


def sample(n=3000, seed=1):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"unit_id": [f"u{i}" for i in range(n)], "district": rng.choice(list("abcde"), n)})
    table["age_group"], table["sex"] = rng.choice(list("1234"), n), rng.choice(["1", "2"], n)
    table["stratum"] = table["district"]
    table["base_weight"] = table["district"].map({"a": 10, "b": 20, "c": 15, "d": 12, "e": 8}).astype(float)
    table["disposition"] = rng.choice(["I", "P", "R", "NC", "NE"], n, p=[0.4, 0.1, 0.2, 0.25, 0.05])
    table["y"] = (rng.random(n) < 0.3 + 0.1 * (table["age_group"] == "4")).astype(float)
    return table


MARGINS = {
    "d.csv": pd.DataFrame({"variable": "district", "level": list("abcde"), "population": [10, 30, 20, 15, 25]}),
    "s.csv": pd.DataFrame({"level": [1, 2], "population": [51, 49]}),
    "a.csv": pd.DataFrame({"level": ["18-59", "60+"], "population": [80.0, 20.0]}),
}
CLASSES = {"kind": "nonresponse", "method": "classes", "by": ["district", "age_group"], "minimum": "5"}
RAKING = {
    "kind": "raking",
    "totals": "shares",
    "population_size": "50000",
    "margins": [
        {"variable": "district", "file": "d.csv"},
        {"variable": "sex", "file": "s.csv"},
        {"variable": "age_group", "file": "a.csv", "groups": {"18-59": ["1", "2", "3"], "60+": ["4"]}},
    ],
}


def test_the_reference_plan_is_sound():
    mapping = yaml.load((ROOT / "analysis" / "weighting.yaml").read_text(), Loader=yaml.BaseLoader)
    made = WeightingPlan.model_validate(mapping)
    columns = {"base_weight", "district", "age_group", "sex"}
    assert check_weighting_plan(made, columns) == []
    assert [step.kind for step in made.steps] == ["base", "coverage", "nonresponse", "raking"]
    assert sorted(made.margin_files()) == [f"sampling/margins_{name}.csv" for name in ("age", "district", "sex")]


def test_chain_meets_margins_and_keeps_the_log():
    table = sample()
    result = apply_weighting(plan(CLASSES, RAKING), table, MARGINS)
    answered = table["disposition"].isin(["I", "P"]).to_numpy()
    assert ((result.design.weights > 0) == answered).all()
    assert result.design.weights.sum() == pytest.approx(50000, rel=1e-10)
    margins = result.diagnostics.margins
    assert margins["relative_error"].max() < 1e-8
    assert dict(zip(margins["level"], margins["after"], strict=True))["60+"] == pytest.approx(10000)
    kinds = [record.kind for record in result.log]
    assert kinds == ["base", "ineligible", "nonresponse", "raking"]
    nonresponse = result.log[2]
    assert nonresponse.total_before == pytest.approx(nonresponse.total_after)
    assert nonresponse.excluded == {"did not respond": int(table["disposition"].isin(["R", "NC"]).sum())}
    assert result.log[1].excluded == {"known to be ineligible": int((table["disposition"] == "NE").sum())}
    assert json.dumps(result.to_payload())
    assert "Kish" in repr(result) and "<table" in result._repr_html_()
    product = result.table.filter(like="factor_").prod(axis=1) * result.table["base_weight"]
    np.testing.assert_allclose(product, result.table["final_weight"])


def test_class_weights_by_hand():
    table = sample()
    result = apply_weighting(plan({"kind": "nonresponse", "by": "district"}), table)
    district, code = table["district"], table["disposition"]
    eligible, answered = code != "NE", code.isin(["I", "P"])
    factor = eligible.groupby(district).sum() / answered.groupby(district).sum()
    expected = np.where(answered, table["base_weight"] * district.map(factor), 0.0)
    np.testing.assert_allclose(result.design.weights, expected)


def test_design_is_ready_to_estimate_and_credits_the_chain():
    table = sample()
    result = apply_weighting(plan(CLASSES, RAKING), table, MARGINS)
    estimate = survey_mean(result.design, "y").table.iloc[0]
    assert 0.25 < estimate["estimate"] < 0.4
    assert 0 < estimate["std_error"] < 0.03


def test_thin_classes_are_merged_and_named():
    table = sample()
    few = (table["district"] == "a") & (table["age_group"] == "4") & table["disposition"].isin(["I", "P"])
    table.loc[few, "disposition"] = "NC"
    with pytest.raises(DataError, match=r"too thin.*a/4: 0 respondents.*merge: true"):
        apply_weighting(plan(CLASSES), table)
    result = apply_weighting(plan({**CLASSES, "merge": "true"}), table)
    assert result.log[2].notes == ("merged a/3 with a/4",)


def test_unknown_eligibility_is_spread_over_the_known():
    table = sample()
    table.loc[:99, "disposition"] = "UO"
    chain = plan({"kind": "unknown_eligibility", "by": ["district"]}, CLASSES)
    result = apply_weighting(chain, table)
    first = result.log[1]
    assert first.kind == "unknown_eligibility" and first.total_before == pytest.approx(first.total_after)
    assert first.excluded == {"eligibility unknown": 100}


def test_unknown_disposition_is_an_error():
    table = sample()
    table.loc[3, "disposition"] = "XX"
    with pytest.raises(DataError, match=r"1 of 3000 rows: 1: 'XX'"):
        apply_weighting(plan(CLASSES), table)


def test_nonrespondents_must_not_keep_weight():
    with pytest.raises(DataError, match=r"did not respond .* add a step nonresponse"):
        apply_weighting(plan(), sample())
    with pytest.raises(DataError, match="at the step raking; put a step nonresponse before it"):
        apply_weighting(plan(RAKING), sample(), MARGINS)


def test_units_of_unknown_eligibility_must_not_keep_weight():
    table = sample()
    table.loc[:4, "disposition"] = "UO"
    with pytest.raises(DataError, match="5 of 3000 sampled units are of unknown eligibility"):
        apply_weighting(plan(CLASSES, RAKING), table, MARGINS)


def test_all_problems_of_a_plan_at_once():
    wrong = plan(
        {"kind": "raking", "totals": "shares"}, {"kind": "trimming", "lower": "3", "upper": "2"}, {"kind": "base"}
    )
    problems = [str(problem) for problem in check_weighting_plan(wrong)]
    assert len(problems) == 4
    with pytest.raises(DefinitionError) as caught:
        apply_weighting(plan({"kind": "nonresponse", "by": ["nowhere"]}), sample())
    assert caught.value.problems[0].path == ("steps", 1, "by", 0)


def test_shape_errors_carry_their_place():
    with pytest.raises(ValidationError) as caught:
        plan({"kind": "raking", "margin": []})
    assert caught.value.errors()[0]["loc"][:2] == ("steps", 1)


def test_margin_that_was_not_handed_over_is_named():
    with pytest.raises(DataError, match=r"margin 'district' was not handed over"):
        apply_weighting(plan(CLASSES, RAKING), sample(), {})


def test_groups_and_totals_must_name_the_same_levels():
    margins = MARGINS | {"a.csv": pd.DataFrame({"level": ["18-59", "65+"], "population": [80.0, 20.0]})}
    with pytest.raises(DataError, match=r"only in groups: \['60\+'\]; only in the totals: \['65\+'\]"):
        apply_weighting(plan(CLASSES, RAKING), sample(), margins)


def test_same_plan_applies_to_a_new_wave():
    chain = plan(CLASSES, RAKING)
    first, second = (apply_weighting(chain, sample(seed=seed), MARGINS) for seed in (1, 2))
    assert first.design.weights.sum() == pytest.approx(second.design.weights.sum())
    again = apply_weighting(chain, sample(seed=1), MARGINS)
    np.testing.assert_array_equal(first.design.weights, again.design.weights)


def test_weights_are_a_function_of_base_weights():
    table = sample()
    result = apply_weighting(plan(CLASSES, RAKING), table, MARGINS)
    np.testing.assert_array_equal(result.compiled.weights(result.compiled.base), result.design.weights)
