import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError
from surveykit.weighting import (
    MultilevelModel,
    ResidentModel,
    adjust_to_residents,
    calibrate,
    coverage_table,
    fay_herriot,
    poststratified_regression,
    small_areas,
)
from surveykit.weighting.arrays.participation import fit_participation
from surveykit.weighting.models.small_area_tables import smoothed_errors

HERE = Path(__file__).parent
PREDICTORS = ("district", "age", "sex")


def load(name):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


simulated = load("simulated")


@pytest.fixture(scope="module")
def people():
    return simulated.population()


@pytest.fixture(scope="module")
def sample(people):
    return simulated.platform_sample(people, 1500, np.random.default_rng(4))


@pytest.mark.parametrize("method", ["calibrated", "pseudo_likelihood", "model", "nearest", "pmm", "doubly_robust"])
def test_adjustment_removes_the_bias_of_platform_users(method, people, sample):
    truth, naive = people["y"].mean(), sample.data["y"].mean()
    model = ResidentModel(PREDICTORS, method=method, by="sex", replicates=40)
    made = adjust_to_residents(sample, "y", simulated.cells(people), model)
    row = made.table.iloc[0]
    assert abs(naive - truth) > 0.06 and abs(row["estimate"] - truth) < 3.5 * row["std_error"] < 0.08
    assert made.table["label"].eq("adjusted to residents, model-based").all() and "model-based" in repr(made)
    assert made.covariance.shape == (3, 3) and (made.table["conf_low"] < made.table["estimate"]).all()
    again = adjust_to_residents(sample, "y", simulated.cells(people), model)
    pd.testing.assert_frame_equal(made.table, again.table)


def test_calibrated_participation_is_calibration_of_the_design(people, sample):
    cells = simulated.cells(people)
    margins = {name: cells.groupby(name)["population"].sum().to_dict() for name in PREDICTORS}
    design = calibrate(sample, margins, distance="participation")
    model = ResidentModel(PREDICTORS, replicates=2)
    by_model = adjust_to_residents(sample, "y", cells, model).table["estimate"].iloc[0]
    assert np.average(design.data["y"], weights=design.weights) == pytest.approx(by_model, rel=1e-9)


def test_pseudo_likelihood_solves_its_equations():
    x = np.column_stack([np.ones(4), [0, 1, 0, 1], [0, 0, 1, 1]])
    have, want = np.array([5.0, 9, 4, 2]), np.array([100.0, 120, 80, 200])
    p = fit_participation(x, have, want)
    np.testing.assert_allclose(have @ x, (want * p) @ x, rtol=1e-9)
    with pytest.raises(ConvergenceError, match="no finite solution"):
        fit_participation(x, np.array([5.0, 0, 4, 0]), want)


def test_saturated_model_and_nearest_neighbour_are_poststratification(people, sample):
    cells = simulated.cells(people)
    cells["cell"] = cells["district"] + cells["age"] + cells["sex"]
    data = sample.data.assign(cell=sample.data["district"] + sample.data["age"] + sample.data["sex"])
    kept = cells[cells["cell"].isin(set(data["cell"]))]
    design = SurveyDesign(data, weights="w")
    expected = (data.groupby("cell")["y"].mean() * kept.set_index("cell")["population"]).sum() / kept[
        "population"
    ].sum()
    for method in ("model", "nearest"):
        model = ResidentModel(("cell",), method=method, family="gaussian", replicates=2)
        found = adjust_to_residents(design, "y", kept, model).table["estimate"].iloc[0]
        assert found == pytest.approx(expected, rel=1e-8)


def test_a_base_that_not_everyone_is_in(people, sample):
    asked = sample.data["age"] != "4"
    design = SurveyDesign(sample.data.assign(y=sample.data["y"].where(asked)), weights="w")
    truth = people.loc[people["age"] != "4", "y"].mean()
    cells = simulated.cells(people)
    for method in ("calibrated", "nearest"):
        row = adjust_to_residents(
            design, "y", cells, ResidentModel(PREDICTORS, method=method, replicates=30)
        ).table.iloc[0]
        assert abs(row["estimate"] - truth) < 4 * row["std_error"]
    multilevel = MultilevelModel(fixed=("sex",), random=(("district",), ("age",)), draws=400)
    row = poststratified_regression(design, "y", cells, multilevel).table.iloc[0]
    assert abs(row["estimate"] - truth) < 4 * row["std_error"]


def test_multilevel_regression(people, sample):
    model = MultilevelModel(fixed=("sex",), random=(("district",), ("age",)), by="district", draws=800)
    made = poststratified_regression(sample, "y", simulated.cells(people), model)
    truth = [people["y"].mean(), *people.groupby("district")["y"].mean()]
    gap = (made.table["estimate"] - truth) / made.table["std_error"]
    assert gap.abs().max() < 4 and made.table["n"].iloc[1:].sum() == made.table["n"].iloc[0]
    small = made.table.iloc[1:].sort_values("n")
    assert small["std_error"].iloc[0] > small["std_error"].iloc[-1]


def test_levels_must_agree(people, sample):
    cells = simulated.cells(people)
    with pytest.raises(DataError, match=r"levels only in the sample \['f'\]"):
        adjust_to_residents(sample, "y", cells[cells["district"] != "f"], ResidentModel(PREDICTORS))
    with pytest.raises(DataError, match="no column 'size'"):
        adjust_to_residents(sample, "y", cells, ResidentModel(PREDICTORS), counts="size")
    with pytest.raises(DataError, match='use family="gaussian"'):
        adjust_to_residents(sample, "w", cells, ResidentModel(PREDICTORS))
    with pytest.raises(DataError, match="must be one of the predictors"):
        adjust_to_residents(sample, "y", cells, ResidentModel(("age",), by="sex"))


def test_coverage_of_a_frame(people):
    totals = {name: people[name].value_counts().to_dict() for name in ("age", "sex")}
    users = people[np.random.default_rng(1).random(len(people)) < people["takes_part"]]
    table = coverage_table(users, totals)
    old = table[(table["variable"] == "age") & (table["level"] == "4")].iloc[0]
    assert old["ratio"] < 0.6 and old["standardised_difference"] < 0
    assert table.groupby("variable")["frame_share"].sum().tolist() == pytest.approx([1, 1])


def test_fay_herriot_equals_metafor():
    known = json.loads((HERE.parent / "reference" / "weighting_fay_herriot.json").read_text())
    psi = np.array(known["psi"])
    data = pd.DataFrame({"area": range(23), "estimate": known["y"], "std_error": np.sqrt(psi), "x": known["x"]})
    made = fay_herriot(data, area="area", covariates=["x"])
    assert made.area_variance == pytest.approx(known["area_variance"], rel=1e-9)
    np.testing.assert_allclose(made.coefficients["estimate"], known["coefficients"], rtol=1e-9)
    np.testing.assert_allclose(made.coefficients["std_error"], known["coefficients_se"], rtol=1e-9)
    np.testing.assert_allclose(made.table["estimate"], known["eblup"], rtol=1e-9)
    total = made.area_variance + psi
    g3 = psi**2 / total**3 * 2 / np.sum(1 / total**2)
    np.testing.assert_allclose(
        made.table["std_error"] ** 2 - 2 * g3, np.square(known["eblup_se_without_g3"]), rtol=1e-9
    )


def test_fay_herriot_and_its_mean_squared_error_equal_sae():
    """Milk expenditure of 43 small areas (Arora and Lahiri 1997) by mseFH of R package sae."""
    known = json.loads((HERE.parent / "reference" / "weighting_sae_milk.json").read_text())
    data = pd.DataFrame({"area": known["small_area"], "estimate": known["y"], "std_error": known["sd"]})
    for major in (2, 3, 4):
        data[f"major{major}"] = (np.array(known["major_area"]) == major).astype(float)
    made = fay_herriot(data, area="area", covariates=["major2", "major3", "major4"])
    assert made.area_variance == pytest.approx(known["area_variance"], rel=1e-9)
    np.testing.assert_allclose(made.coefficients["estimate"], known["coefficients"], rtol=1e-9)
    np.testing.assert_allclose(made.table["estimate"], known["eblup"], rtol=1e-10)
    np.testing.assert_allclose(made.table["std_error"] ** 2, known["mse"], rtol=1e-10)


def test_fay_herriot_without_area_variance_and_without_direct_estimates():
    data = pd.DataFrame(
        {"area": list("abcde"), "estimate": [1.0, 1.01, 0.99, 1.0, np.nan], "std_error": [1.0] * 4 + [np.nan]}
    )
    made = fay_herriot(data, area="area")
    assert made.area_variance == 0 and made.table["shrinkage"].eq(0).all()
    assert (
        made.table["estimate"].iloc[4] == pytest.approx(1.0) and made.table["label"].str.contains("model-based").all()
    )
    with pytest.raises(DataError, match="areas appear more than once"):
        fay_herriot(pd.concat([data, data]), area="area")


def towns(seed=5, size=60):
    """Towns with 3 to 60 answers, whose rates follow a covariate; two have no answers."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"town": [f"t{i}" for i in range(size)], "urban": rng.random(size)})
    table["rate"] = np.clip(0.55 + 0.25 * table["urban"] + rng.normal(0, 0.05, size), 0.05, 0.95)
    table["n"] = np.where(np.arange(size) < 2, 0, rng.integers(3, 60, size))
    table["estimate"] = rng.binomial(table["n"], table["rate"]) / table["n"].replace(0, np.nan)
    table["std_error"] = np.sqrt(table["estimate"] * (1 - table["estimate"]) / (table["n"] - 1).clip(lower=1))
    return table


def test_towns_and_communities_are_estimated_side_by_side():
    errors = {"direct": [], "estimate": []}
    covered = []
    for seed in range(30):
        table = towns(seed)
        direct = table.loc[table["n"] > 0, ["town", "estimate", "std_error", "n"]].assign(variable="aware")
        made = small_areas(direct, table[["town", "urban"]], area="town", variable="aware", covariates=["urban"]).table
        assert len(made) == 60 and made["direct"].isna().sum() == 2 and (made.loc[:1, "shrinkage"] == 0).all()
        for name in errors:
            errors[name].append(np.nanmean((made.loc[2:, name] - table.loc[2:, "rate"]) ** 2))
        covered.append(((made["conf_low"] <= table["rate"]) & (table["rate"] <= made["conf_high"])).mean())
    assert np.mean(errors["estimate"]) < 0.4 * np.mean(errors["direct"])
    assert 0.88 < np.mean(covered) < 0.97  # .913: the area variance is estimated, at times as 0
    result = small_areas(direct, table[["town", "urban"]], area="town", covariates=["urban"])
    axes = result.plot(what="side by side", language="en")
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["direct", "model-based (Fay-Herriot)"]


def test_small_areas_with_direct_variances_are_fay_herriot():
    table = towns().iloc[2:].query("0 < estimate < 1 and n > 10")
    made = small_areas(table, table[["town", "urban"]], area="town", covariates=["urban"], variances="direct")
    known = fay_herriot(table, area="town", covariates=["urban"])
    pd.testing.assert_frame_equal(made.table.drop(columns="n"), known.table, check_index_type=False)
    smooth = smoothed_errors(np.array([0.4, 0.6]), np.array([0.07, 0.07]), np.array([50.0, 100.0]))
    deff = (50 * 0.07**2 / (0.24 / 50) + 100 * 0.07**2 / (0.24 / 100)) / 150
    share = 80 / 150
    np.testing.assert_allclose(smooth, np.sqrt(deff * share * (1 - share) / np.array([50.0, 100.0])))


def test_bad_small_areas_are_named():
    table = towns()
    areas = table[["town"]]
    with pytest.raises(DataError, match=r"does not know: 1: 't59'"):
        small_areas(table.iloc[2:], areas.iloc[:-1], area="town")
    with pytest.raises(DataError, match="lack the columns 1: 'n'"):
        small_areas(table.drop(columns="n"), areas, area="town")
    with pytest.raises(DataError, match=r"several estimates for one area \(1: 't5'\)"):
        small_areas(pd.concat([table, table[table["town"] == "t5"]]), areas, area="town")
    with pytest.raises(DataError, match="those of shares"):
        small_areas(table.assign(estimate=50.0), areas, area="town")


def test_fay_herriot_checks_rows_of_areas():
    with pytest.raises(DataError, match="too few"):
        small_areas(towns().head(3), towns()[["town", "urban"]].head(3), area="town", covariates=["urban"])
