"""Slow: variances and intervals against the truth of many samples."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.design import as_bootstrap_design
from surveykit.estimation import survey_mean
from surveykit.weighting import (
    MultilevelModel,
    ResidentModel,
    WeightingPlan,
    adjust_to_residents,
    apply_weighting,
    base_design,
    fay_herriot,
    naive_design,
    poststratified_regression,
    rerun_replicates,
)

pytestmark = pytest.mark.slow

spec = importlib.util.spec_from_file_location("simulated", Path(__file__).parent / "simulated.py")
simulated = importlib.util.module_from_spec(spec)
spec.loader.exec_module(simulated)


def chain_population(size=60_000):
    rng = np.random.default_rng(7)
    data = pd.DataFrame({"stratum": rng.choice(list("abcd"), size, p=[0.4, 0.3, 0.2, 0.1])})
    data["age"], data["sex"] = rng.choice(["1", "2", "3"], size, p=[0.3, 0.4, 0.3]), rng.choice(["m", "f"], size)
    rate = 0.15 + 0.3 * (data["age"] == "3") + 0.3 * (data["sex"] == "f") + 0.1 * (data["stratum"] == "a")
    data["y"] = (rng.random(size) < rate).astype(float)
    data["answers"] = 0.35 + 0.15 * (data["age"] == "3") + 0.15 * (data["stratum"] == "b")
    return data


def margin(people, name):
    return {"variable": name, "totals": people[name].value_counts().to_dict()}


def chains(people):
    base = {"kind": "base"}
    classes = {"kind": "nonresponse", "by": ["stratum", "age"]}
    raking = {"kind": "raking", "margins": [margin(people, "age"), margin(people, "sex")]}
    propensity = {"kind": "nonresponse", "method": "propensity", "quantiles": 0, "predictors": ["stratum", "age"]}
    trimming = {"kind": "trimming", "lower": 0.25, "upper": 2.2, "relative_to": "mean", "keep_margins": True}
    return {
        "classes": [base, classes],
        "classes, raking": [base, classes, raking],
        "propensity, raking, trimming": [base, propensity, raking, trimming],
    }


def chain_sample(people, rng, per_stratum=200):
    drawn = people.groupby("stratum").sample(per_stratum, random_state=rng).reset_index(drop=True)
    drawn["base_weight"] = drawn["stratum"].map(people["stratum"].value_counts()) / per_stratum
    drawn["disposition"] = np.where(rng.random(len(drawn)) < drawn["answers"], "I", "NC")
    return drawn


@pytest.mark.parametrize("name", ["classes", "classes, raking", "propensity, raking, trimming"])
def test_linearization_and_bootstrap_of_a_chain_tell_the_truth(name):
    people = chain_population()
    truth, rng = people["y"].mean(), np.random.default_rng(3)
    plan = WeightingPlan.model_validate({"steps": chains(people)[name]})
    found = []
    for run in range(300):
        result = apply_weighting(plan, chain_sample(people, rng))
        row = survey_mean(result.design, "y").table.iloc[0]
        inside = row["conf_low"] <= truth <= row["conf_high"]
        naive = survey_mean(naive_design(result), "y").table["std_error"].iloc[0]
        replicated = np.nan
        if run < 40:
            bootstrap = as_bootstrap_design(base_design(result), replicates=100, seed=run)
            replicated = survey_mean(rerun_replicates(result, bootstrap), "y").table["std_error"].iloc[0]
        found.append((row["estimate"], row["std_error"], inside, naive, replicated))
    estimate, error, inside, naive, replicated = np.array(found, dtype=float).T
    spread = estimate.std(ddof=1)
    print(
        f"{name}: sd {spread:.5f}, linearized {error.mean():.5f}, bootstrap {np.nanmean(replicated):.5f}, "
        f"naive {naive.mean():.5f}, coverage {inside.mean():.3f}"
    )
    assert abs(estimate.mean() - truth) < 4 * spread / np.sqrt(300)
    assert error.mean() == pytest.approx(spread, rel=0.12)
    assert np.nanmean(replicated) == pytest.approx(error[:40].mean(), rel=0.08)
    assert 0.91 < inside.mean() < 0.985


METHODS = ["calibrated", "pseudo_likelihood", "model", "nearest", "pmm", "doubly_robust", "mrp"]


@pytest.mark.parametrize("method", METHODS)
def test_standard_errors_for_residents_tell_the_truth(method):
    people = simulated.population()
    cells, truth, rng = simulated.cells(people), people["y"].mean(), np.random.default_rng(5)
    found = []
    for run in range(200):
        design = simulated.platform_sample(people, 1000, rng)
        if method == "mrp":
            model = MultilevelModel(fixed=("sex",), random=(("district",), ("age",)), draws=400, seed=run)
            made = poststratified_regression(design, "y", cells, model)
        else:
            model = ResidentModel(("district", "age", "sex"), method=method, replicates=60, seed=run)
            made = adjust_to_residents(design, "y", cells, model)
        row = made.table.iloc[0]
        found.append((row["estimate"], row["std_error"], row["conf_low"] <= truth <= row["conf_high"]))
    estimate, error, inside = np.array(found, dtype=float).T
    spread = estimate.std(ddof=1)
    bias = estimate.mean() - truth
    print(f"{method}: bias {bias:+.4f}, sd {spread:.4f}, se {error.mean():.4f}, coverage {inside.mean():.3f}")
    assert abs(estimate.mean() - truth) < 0.006
    assert error.mean() == pytest.approx(spread, rel=0.2)
    assert inside.mean() > 0.9


def test_mean_squared_error_of_fay_herriot():
    rng = np.random.default_rng(9)
    x, psi = rng.normal(size=23), rng.uniform(0.5, 2, 23)
    squares, claimed, covered = [], [], []
    for _ in range(1000):
        theta = 10 + 2 * x + rng.normal(0, 1.2, 23)
        table = pd.DataFrame({"area": range(23), "x": x, "std_error": np.sqrt(psi)})
        table["estimate"] = theta + rng.normal(0, np.sqrt(psi))
        made = fay_herriot(table, area="area", covariates=["x"]).table
        squares.append((made["estimate"] - theta) ** 2)
        claimed.append(made["std_error"] ** 2)
        covered.append((made["conf_low"] <= theta) & (theta <= made["conf_high"]))
    print(f"mse {np.mean(squares):.4f}, claimed {np.mean(claimed):.4f}, cover {np.mean(covered):.4f}")
    assert np.mean(claimed) == pytest.approx(np.mean(squares), rel=0.05)
    assert 0.93 < np.mean(covered) < 0.97
