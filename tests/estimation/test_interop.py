"""Tables and column types of every kind give the same numbers."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign

KEYS = ["api00", "api99"]


@pytest.fixture(scope="module")
def expected(api_designs):
    return est.survey_mean(api_designs["clus1"], KEYS, by="stype").table


@pytest.mark.parametrize("make", [pl.from_pandas, lambda d: pl.from_pandas(d).lazy(), pa.Table.from_pandas, dict])
def test_tables(make, read_data, expected):
    design = SurveyDesign(make(read_data("apiclus1")), weights="pw", psu="dnum", population_size="fpc")
    pd.testing.assert_frame_equal(est.survey_mean(design, KEYS, by="stype").table, expected, check_dtype=False)


@pytest.mark.parametrize(
    "convert",
    [
        lambda s: s.astype("category"),
        lambda s: s.astype(object),
        lambda s: s.astype("string"),
        lambda s: pd.Categorical(s, categories=["E", "H", "M"]),
    ],
)
def test_text_and_categories(convert, read_data, expected):
    data = read_data("apiclus1")
    data["stype"] = convert(data["stype"])
    design = SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")
    got = est.survey_mean(design, KEYS, by="stype").table
    np.testing.assert_allclose(got["std_error"], expected["std_error"])
    assert got["stype"].tolist() == expected["stype"].tolist()


def test_order_of_categories_is_kept(read_data):
    data = read_data("apiclus1")
    data["stype"] = pd.Categorical(data["stype"], categories=["M", "E", "H"], ordered=True)
    design = SurveyDesign(data, weights="pw", psu="dnum")
    assert est.survey_prop(design, "stype").table["level"].tolist() == ["M", "E", "H"]


def test_nullable_integer_and_boolean_columns(read_data):
    data = read_data("apiclus1")
    data["i"] = data["api00"].astype("Int64").where(data.index > 3)
    data["f"] = data["api00"].astype(float).where(data.index > 3)
    data["b"] = (data["sch.wide"] == "Yes").astype("boolean").where(data.index > 3)
    data["z"] = (data["sch.wide"] == "Yes").astype(float).where(data.index > 3)
    design = SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")
    table = est.survey_mean(design, ["i", "f", "b", "z"]).table
    np.testing.assert_allclose(table["std_error"][0], table["std_error"][1])
    np.testing.assert_allclose(table["std_error"][2], table["std_error"][3])
    shares = [est.survey_prop(design, "b", level=level).table["estimate"][0] for level in (True, "True")]
    assert shares[0] == shares[1] == pytest.approx(table["estimate"][2])
    assert est.survey_prop(design, "z", level="1").table["estimate"][0] == pytest.approx(shares[0])


def test_ids_of_any_type(read_data):
    data = read_data("apiclus1")
    errors = []
    for convert in (int, float, str):
        design = SurveyDesign(data.assign(dnum=data["dnum"].map(convert)), weights="pw", psu="dnum")
        errors.append(est.survey_mean(design, "api00").table["std_error"][0])
    np.testing.assert_allclose(errors, errors[0])


def test_to_polars(api_designs):
    result = est.survey_mean(api_designs["clus1"], KEYS, by="stype")
    assert result.to_polars().shape == result.table.shape
    assert result.to_polars()["std_error"].to_list() == result.table["std_error"].to_list()


def test_results_print(api_designs):
    result = est.survey_mean(api_designs["clus1"], "api00")
    assert "Taylor linearisation" in repr(result)
    assert "<table" in result._repr_html_()
    assert "statistic" in repr(est.survey_chisq(api_designs["clus1"], "stype", "sch.wide"))
