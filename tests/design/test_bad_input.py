"""Bad input to designs: one clear error each, or a documented result."""

import numpy as np
import pandas as pd
import pytest

import surveykit.estimation as est
from surveykit.design import (
    PPS,
    ReplicateDesign,
    SurveyDesign,
    as_bootstrap_design,
    as_brr_design,
    as_jackknife_design,
)
from surveykit.errors import DataError, DesignError


@pytest.fixture
def data():
    return pd.DataFrame(
        {
            "y": [1.0, 2, 3, 4, 5, 6, 7, 8],
            "h": list("aaaabbbb"),
            "k": [1, 1, 2, 2, 1, 1, 2, 2],
            "w": [2.0] * 8,
            "N": [4] * 8,
            "f": [0.5] * 8,
        }
    )


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, 1, 1, 1, 1, 1, 1, -1], "negative in rows 1: 7"),
        ([1, 1, np.nan, 1, 1, 1, 1, 1], "missing in rows 1: 2"),
        ([np.inf, 1, 1, 1, 1, 1, 1, 1], "infinite in rows 1: 0"),
        ([0] * 8, "All 8 weights are zero"),
        ([1, 2], "2 values for 8 rows"),
        ("nothing", "Unknown columns"),
        ("h", "holds text"),
        (None, "no weights"),
    ],
)
def test_weights(weights, message, data):
    with pytest.raises((DesignError, DataError), match=message):
        SurveyDesign(data, weights=weights)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"population_size": 1}, "smaller than the sample"),
        ({"sampling_fraction": 1.2}, "at most 1"),
        ({"sampling_fraction": 0.0}, "above 0"),
        ({"population_size": "N", "sampling_fraction": "f"}, "not both"),
        ({"population_size": ["N", "N"]}, "2 population sizes .* for 1 stage"),
        ({"population_size": np.array([4, 4, 4, 9, 4, 4, 4, 4.0])}, "varies within a stratum"),
        ({"population_size": np.array([4, 4, 4, np.nan, 4, 4, 4, 4.0])}, "missing in rows 1: 3"),
        ({"strata": "nothing"}, "Unknown columns"),
        ({"psu": ["nothing"]}, "Unknown columns"),
        ({"strata": ["h", "k"]}, "one entry per stage"),
        ({"lonely_psu": "ignore"}, "choose one of 'fail'"),
        ({"pps": "sampford"}, "unknown"),
        ({"pps": "overton"}, "inclusion probability"),
        ({"pps": PPS("joint", joint=np.eye(3))}, r"for 4 sampled units|for 2 sampled|for 8"),
    ],
)
def test_arguments(arguments, message, data):
    with pytest.raises((DesignError, DataError), match=message):
        SurveyDesign(
            data, weights="w", **({"psu": "k", "strata": "h"} | arguments if "pps" not in arguments else arguments)
        )


def test_pps_options():
    with pytest.raises(DesignError, match="Yates-Grundy"):
        PPS("brewer", variance="YG")
    with pytest.raises(DesignError, match="belong together"):
        PPS("joint")
    with pytest.raises(DesignError, match="choose one of 'HT'"):
        PPS("overton", variance="SYG")


def test_missing_codes(data):
    for column in ("h", "k"):
        broken = data.assign(**{column: data[column].astype(object).where(data.index != 3)})
        with pytest.raises(DesignError, match="missing in rows 1: 3"):
            SurveyDesign(broken, weights="w", strata="h", psu="k")


def test_no_rows_and_no_table(data):
    with pytest.raises(DesignError, match="no rows"):
        SurveyDesign(data.iloc[:0], weights="w")
    with pytest.raises(DataError, match="not a table"):
        SurveyDesign([1, 2, 3], weights="w")
    with pytest.raises(DataError, match="same name"):
        SurveyDesign(pd.concat([data, data[["y"]]], axis=1), weights="w")


def test_lonely_psu_is_named_and_certainty_is_none(data):
    lonely = data[(data["h"] == "a") | (data["k"] == 1)]
    with pytest.raises(DesignError, match=r"one sampled unit at stage 1 \(1: 'b'\)"):
        SurveyDesign(lonely, weights="w", strata="h", psu="k")
    certain = SurveyDesign(
        lonely.assign(f=np.where(lonely["h"] == "b", 1.0, 0.5)),
        weights="w",
        strata="h",
        psu="k",
        sampling_fraction="f",
    )
    skipped = SurveyDesign(
        lonely,
        weights="w",
        strata="h",
        psu="k",
        population_size=np.where(lonely["h"] == "b", 9, 4.0),
        lonely_psu="certainty",
    )
    a, b = (est.survey_total(d, "y").table["std_error"][0] for d in (certain, skipped))
    assert a == pytest.approx(b)


def test_all_strata_lonely_is_nan_under_average(data):
    design = SurveyDesign(data.iloc[[0, 4]], weights="w", strata="h", lonely_psu="average")
    assert np.isnan(est.survey_mean(design, "y").table["std_error"][0])


def test_replicate_designs(data):
    with pytest.raises(DesignError, match="not in the table"):
        ReplicateDesign(data, weights="w", replicate_weights=["r1"], method="brr")
    with pytest.raises(DesignError, match="missing or infinite"):
        ReplicateDesign(data, weights="w", replicate_weights=np.full((8, 2), np.nan), method="brr")
    with pytest.raises(DesignError, match="shape"):
        ReplicateDesign(data, weights="w", replicate_weights=np.ones((3, 2)), method="brr")
    with pytest.raises(DesignError, match="needs rscales"):
        ReplicateDesign(data, weights="w", replicate_weights=np.ones((8, 2)), method="jkn")
    with pytest.raises(DesignError, match="fay="):
        ReplicateDesign(data, weights="w", replicate_weights=np.ones((8, 2)), method="fay")
    with pytest.raises(DesignError, match="unknown"):
        ReplicateDesign(data, weights="w", replicate_weights=np.ones((8, 2)), method="jack")
    with pytest.raises(DesignError, match="name their columns"):
        ReplicateDesign(data, weights="w", replicate_weights=[], method="brr")


def test_conversions(data):
    design = SurveyDesign(data, weights="w", strata="h", psu="k")
    with pytest.raises(DesignError, match="JK1 is for designs without strata"):
        as_jackknife_design(design, method="jk1")
    with pytest.raises(DesignError, match="below 1"):
        as_brr_design(design, fay=1.0)
    with pytest.raises(DesignError, match="at least 2"):
        as_bootstrap_design(design, replicates=1, seed=1)
    with pytest.raises(DesignError, match="odd number: 1: 'a'"):
        as_brr_design(SurveyDesign(data.iloc[1:], weights="w", strata="h"))


def test_with_data_keeps_rows(data):
    design = SurveyDesign(data, weights="w", strata="h", psu="k")
    assert design.with_data(data.assign(z=1)).data["z"].sum() == 8
    with pytest.raises(DesignError, match="rows must stay"):
        design.with_data(data.iloc[1:])


def test_the_design_does_not_follow_the_table(data):
    design = SurveyDesign(data, weights="w", strata="h", psu="k")
    before = est.survey_mean(design, "y").table["estimate"][0]
    data["y"] = 0.0
    assert est.survey_mean(design, "y").table["estimate"][0] == before
