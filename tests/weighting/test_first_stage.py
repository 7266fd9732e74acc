"""Variance with certain clusters as strata, the first stage with and without replacement, equals R survey."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import DataError, DesignError
from surveykit.estimation import survey_mean, survey_total
from surveykit.weighting import WeightingPlan, apply_weighting, check_weighting_plan

REFERENCE = Path(__file__).parents[1] / "reference"
TABLE = pd.read_csv(REFERENCE / "data/multistage_sample.csv").rename(
    columns={"w": "base_weight", "hh": "unit_id", "p1": "inclusion_probability_1"}
)
R = pd.read_csv(REFERENCE / "multistage_variance.csv").set_index(["design", "statistic"])


def plan(finite, *steps):
    content = {"strata": "variance_stratum", "psu": "variance_psu", "finite_population": finite}
    return WeightingPlan.model_validate(content | {"steps": [{"kind": "base"}, *steps]})


def found(design):
    by = survey_mean(design, "y", by="g").table.set_index("g")
    rows = {"total": survey_total(design, "y").table.iloc[0], "mean": survey_mean(design, "y").table.iloc[0]}
    return rows | {"mean_x": by.loc["x"], "mean_z": by.loc["z"]}


@pytest.mark.parametrize(("finite", "name"), [("none", "with_replacement"), ("first_stage", "first_stage")])
def test_the_variance_of_r_survey(finite, name):
    result = apply_weighting(plan(finite), TABLE)
    for statistic, row in found(result.design).items():
        right = R.loc[(name, statistic)]
        assert row["estimate"] == pytest.approx(right["estimate"], rel=1e-12)
        assert row["std_error"] == pytest.approx(right["std_error"], rel=1e-8)
    # Households of the certain village are units, which R's design by its probability of one does not count.
    assert result.design.degf == R.loc[("with_replacement", "mean"), "df"] == 14


def test_the_correction_matters():
    both = [float(found(apply_weighting(plan(f), TABLE).design)["mean"]["std_error"]) for f in ("none", "first_stage")]
    assert both[1] < 0.9 * both[0]


def test_both_stages_without_replacement_on_a_design():
    design = SurveyDesign(
        TABLE, weights="base_weight", strata="variance_stratum", psu=["village", "unit_id"],
        sampling_fraction=["inclusion_probability_1", "p2"], pps="brewer",
    )  # fmt: skip
    for statistic, row in found(design).items():
        assert row["std_error"] == pytest.approx(R.loc[("both_stages", statistic), "std_error"], rel=1e-8)


def test_a_first_stage_taken_whole_leaves_the_second():
    """All villages certain: households of each are a stratum, drawn with replacement, and nothing else varies."""
    table = TABLE.assign(inclusion_probability_1=1.0, variance_stratum=TABLE["village"], variance_psu=TABLE["unit_id"])
    ours = apply_weighting(plan("first_stage"), table).design
    plain = SurveyDesign(table, weights="base_weight", strata="village")
    assert found(ours)["mean"]["std_error"] == pytest.approx(found(plain)["mean"]["std_error"], rel=1e-9)


def test_weights_are_stored_with_their_stages():
    result = apply_weighting(plan("first_stage", {"kind": "poststratification", "margins": [
        {"variable": "g", "totals": {"x": 400, "z": 700}}]}), TABLE)  # fmt: skip
    stored = type(result.final_weights).from_table(result.final_weights.to_table()).design(TABLE)
    assert found(stored)["mean"]["std_error"] == found(result.design)["mean"]["std_error"]


def test_what_is_missing_is_told():
    with pytest.raises(DataError, match=r"needs the columns 1: 'inclusion_probability_1'"):
        apply_weighting(plan("first_stage"), TABLE.drop(columns="inclusion_probability_1"))
    with pytest.raises(DataError, match=r"must lie above 0 and at most 1; mend rows 1: 0"):
        bad = TABLE.assign(inclusion_probability_1=np.where(TABLE.index == 0, 1.2, 0.5))
        apply_weighting(plan("first_stage"), bad)
    lacking = WeightingPlan.model_validate({"finite_population": "first_stage", "steps": [{"kind": "base"}]})
    assert [str(p) for p in check_weighting_plan(lacking)] == [
        "finite_population: a first stage without replacement needs its units: give psu"
    ]


def test_the_only_unit_of_a_cluster_leaves_nothing_to_vary_inside():
    """One household drawn of one: no second stage; one drawn of several: its variance cannot be estimated."""
    first = TABLE[TABLE["village"] == "v02"].index
    table = TABLE.drop(index=first[1:]).reset_index(drop=True)
    of_one = table.assign(inclusion_probability=np.where(table["village"] == "v02", table["inclusion_probability_1"],
                          table["inclusion_probability_1"] * table["p2"]))  # fmt: skip
    ours = found(apply_weighting(plan("first_stage"), of_one).design)["total"]
    inner = np.where((of_one["village"] == "v02") | (of_one["village"] == "v05"), 1.0, 1e-12)
    first_stage = np.where(of_one["village"] == "v05", 1e-12, of_one["inclusion_probability_1"])
    direct = SurveyDesign(of_one.assign(f1=first_stage, f2=inner), weights="base_weight", strata="variance_stratum",
                          psu=["variance_psu", "unit_id"], sampling_fraction=["f1", "f2"], pps="brewer")  # fmt: skip
    assert ours["std_error"] == pytest.approx(found(direct)["total"]["std_error"], rel=1e-12)
    assert ours["std_error"] > 0
    several = of_one.assign(inclusion_probability=of_one["inclusion_probability_1"] * of_one["p2"])
    with pytest.raises(DesignError, match="one sampled unit at stage 2"):
        apply_weighting(plan("first_stage"), several)
