"""Final weights in a file: written and read they give the same weights, credits and variances to the last bit."""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.errors import DataError
from surveykit.estimation import survey_mean, survey_total
from surveykit.weighting import WeightingPlan, apply_weighting
from surveykit.weighting.steps import STEPS
from surveykit.weighting.variance.final_weights import FinalWeights
from surveykit.weighting.variance.packing import pack, unpack

SPEC = importlib.util.spec_from_file_location("credits", Path(__file__).parent / "test_credits.py")
credits = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(credits)
CELLS = pd.DataFrame({"sex": ["m", "f", "m", "f"], "age": ["1", "1", "2", "3"], "population": [700, 800, 600, 500]})
CELLS = pd.concat([CELLS, pd.DataFrame({"sex": ["f", "m"], "age": ["2", "3"], "population": [400, 300]})])
RESIDENTS = {"kind": "residents", "cells": "cells", "predictors": ["sex", "age"]}
BY_SEX = {"kind": "nonresponse", "method": "propensity", "quantiles": 0, "predictors": ["d"], "by": "sex"}
MORE = {
    "quantile classes": [credits.UNKNOWN, {"kind": "nonresponse", "method": "propensity", **credits.PREDICTORS}],
    "participation": [credits.UNKNOWN, credits.CLASSES, {**RESIDENTS, "method": "calibrated"}],
    "pseudo-likelihood": [credits.UNKNOWN, credits.CLASSES, {**RESIDENTS, "method": "pseudo_likelihood"}],
    "estimator": [credits.UNKNOWN, credits.CLASSES, {**RESIDENTS, "method": "doubly_robust"}],
    "groups": [credits.UNKNOWN, BY_SEX, credits.RAKING],
    "coverage": [{"kind": "coverage", "margins": [credits.AGE]}, credits.UNKNOWN, credits.CLASSES],
}
CHAINS = {"nothing": [], **credits.CHAINS, **MORE}


def sample(name):
    data = credits.table()
    data["y"] = (data["x"] > 3).astype(float)
    if name == "nothing":
        return data.assign(disposition="I")
    if name == "integrative":
        for column in ("disposition", "d", "base_weight"):
            data[column] = np.repeat(data[column].to_numpy()[::2], 2)
    return data


def plan(steps, **more):
    return WeightingPlan.model_validate({"steps": [{"kind": "base"}, *steps], "strata": "d", **more})


def through_a_file(result, folder):
    path = folder / "weights.parquet"
    result.final_weights.to_table().to_parquet(path, compression="zstd")
    return FinalWeights.from_table(pd.read_parquet(path))


def test_every_kind_of_step_is_tried():
    assert set(STEPS) == {step["kind"] for steps in CHAINS.values() for step in steps} | {"base"}


@pytest.mark.parametrize("name", CHAINS)
def test_what_is_read_is_what_was_made(name, tmp_path):
    data = sample(name)
    result = apply_weighting(plan(CHAINS[name]), data, {"cells": CELLS})
    found = through_a_file(result, tmp_path)
    assert np.array_equal(found.base, result.compiled.base)
    assert np.array_equal(found.weights, result.design.weights)
    # columns that came later do no harm: estimation adds the indicators
    design = found.design(data.assign(z=data["x"] ** 2))
    made = result.design.with_data(data.assign(z=data["x"] ** 2))
    z = np.random.default_rng(3).normal(size=(len(data), 4))
    for ours, other in zip(design.adjustments, made.adjustments, strict=True):
        assert ours.name == other.name
        assert np.array_equal(ours.residuals(z), other.residuals(z))
    for estimate in (survey_mean, survey_total):
        ours, other = estimate(design, ["y", "z"], by="age"), estimate(made, ["y", "z"], by="age")
        pd.testing.assert_frame_equal(ours.table, other.table, check_exact=True)
        assert np.array_equal(ours.covariance, other.covariance)
        assert ours.recipe == other.recipe


@pytest.mark.parametrize("share", ["respondents", "sample", "none"])
def test_sampling_fractions_and_lonely_units_travel_too(share, tmp_path):
    data = sample("raking").assign(stratum="one")
    data.loc[0, "stratum"], data.loc[0, "disposition"] = "alone", "I"
    more = {"strata": "stratum", "finite_population": share, "lonely_psu": "average"}
    result = apply_weighting(plan([credits.UNKNOWN, {"kind": "nonresponse"}], **more), data)
    ours = survey_mean(through_a_file(result, tmp_path).design(data), "y").table
    pd.testing.assert_frame_equal(ours, survey_mean(result.design, "y").table, check_exact=True)


def test_weights_of_other_rows_are_refused(tmp_path):
    data = sample("raking")
    result = apply_weighting(plan(CHAINS["raking"]), data)
    with pytest.raises(DataError, match="other sampled units, or of another order, than the 240 rows"):
        through_a_file(result, tmp_path).design(data.iloc[::-1])
    with pytest.raises(DataError, match="other sampled units"):
        through_a_file(result, tmp_path).design(data.iloc[1:])
    nameless = data.drop(columns="unit_id")
    result = apply_weighting(plan(CHAINS["raking"]), nameless)
    assert through_a_file(result, tmp_path).design(nameless).weights.sum() == pytest.approx(2200)
    with pytest.raises(DataError, match="other sampled units"):
        through_a_file(result, tmp_path).design(nameless.iloc[1:])


def test_a_table_of_something_else_is_refused():
    data = sample("raking")
    table = apply_weighting(plan(CHAINS["raking"]), data).final_weights.to_table()
    for wrong in (table.iloc[1:], table.iloc[:0], table.iloc[:1], table.iloc[:1].assign(content=[b"{"])):
        with pytest.raises(DataError, match="no final weights: weight again"):
            FinalWeights.from_table(wrong)


def test_order_of_an_array_and_its_exact_numbers_are_kept():
    rows = np.array([[0.1, np.nan, -0.0], [1e-310, np.inf, 2.0]])
    for array in (rows, np.asfortranarray(rows), rows[:, ::2], rows > 0, np.arange(3), np.zeros((0, 4)), np.float64(3)):
        outline, arrays = pack((array, array, "text", None))
        first, *rest = unpack(outline, arrays)
        assert rest[1:] == ["text", None]
        assert np.array_equal(first, array, equal_nan=np.asarray(array).dtype.kind == "f")
        assert np.array_equal(np.signbit(first), np.signbit(array)) or np.asarray(array).dtype.kind == "b"
        if isinstance(array, np.ndarray):
            assert first.dtype == array.dtype
            assert len(arrays) == 1
            assert first.flags.f_contiguous == array.flags.f_contiguous or not array.flags.c_contiguous


def test_what_cannot_be_kept_is_named():
    class Mine:
        pass

    with pytest.raises(DataError, match="Mine cannot be stored: write @packed above its class"):
        pack((Mine(),))
    with pytest.raises(DataError, match="an array of object cannot be stored"):
        pack(np.array(["a", None], dtype=object))
    with pytest.raises(DataError, match="a step 'Gone' that this version does not have"):
        unpack('{"class": "Gone", "fields": {}}', [])
