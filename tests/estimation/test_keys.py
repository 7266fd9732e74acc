"""Keys of results are values and never positions; domain columns cannot take the names of result columns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import surveykit.estimation as est
from surveykit.design import SurveyDesign
from surveykit.errors import DataError
from surveykit.estimation.results.rows import COLUMNS_AFTER, COLUMNS_BEFORE

fast = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def coded():
    data = {"y": [1.0, 2, 3, 4, 9, 9], "q": [1, 2, 1, 2, 1, 2], "g": [1, 1, 2, 2, 3, 3], "s": list("mfmfmf")}
    return SurveyDesign(data, weights=[1] * 6)


@pytest.mark.parametrize("one", [1, 1.0, np.int64(1), np.float64(1), "1", "y:1", ("y", 1), ("y", "1"), est.Row(0)])
def test_a_number_is_the_code_of_a_domain(one, coded):
    means = est.survey_mean(coded, "y", by="g")
    assert means.position(one) == 0
    assert means.difference(one, 2).table["estimate"][0] == -2
    assert means.contrast({one: 1, 3: -1}).table["estimate"][0] == -7.5


@fast
@given(st.lists(st.integers(-3, 12), min_size=2, max_size=6, unique=True), st.sampled_from([int, float, str]))
def test_every_code_finds_its_own_domain(codes, kind):
    data = {
        "y": [float(10 * code) for code in codes for _ in range(2)],
        "g": [kind(c) for c in codes for _ in range(2)],
    }
    means = est.survey_mean(SurveyDesign(data, weights=[1.0] * len(data["y"])), "y", by="g")
    for code in codes:
        forms = [kind(code)] if kind is str else [code, float(code), np.int64(code), str(code)]
        np.testing.assert_allclose([means.estimates[means.position(form)] for form in forms], 10.0 * code)


def test_a_column_of_numbers_and_text_keeps_both_codes(coded):
    mixed = coded.with_data({**coded.data, "m": pd.Series([1, 1, 1, "1", "1", 2], dtype=object)})
    means = est.survey_mean(mixed, "y", by="m")
    assert means.table["m"][means.position(1)] == 1 and means.position(1) == means.position(1.0)
    assert means.table["m"][means.position("1")] == "1"


def test_levels_and_domains_by_tuples(coded):
    shares = est.survey_prop(coded, "q", by="g")
    for key in ((2, 3), ("q", 2, 3), ("q=2", 3), ("2", "3"), "q=2:3"):
        assert shares.labels[shares.position(key)] == "q=2:3"
    crossed = est.survey_mean(coded, "y", by=["g", "s"])
    assert crossed.labels[crossed.position((2, "f"))] == crossed.labels[crossed.position("2:f")] == "y:2:f"


def test_a_value_of_a_level_and_of_a_domain_is_refused_with_the_choices(coded):
    with pytest.raises(DataError, match=r"key 1 more than one row fits, read as domain, level: 4: 'q=1:1'"):
        est.survey_prop(coded, "q", by="g").position(1)
    city_and_districts = est.combine([est.survey_prop(coded, "q"), est.survey_mean(coded, "y", by="g")])
    with pytest.raises(DataError, match=r"read as domain, level: 2: 'q=1:', 'y:1'"):
        city_and_districts.position(1)
    assert city_and_districts.position(3) == 4 and city_and_districts.position(("q", 1)) == 0
    one_level = est.survey_prop(coded, "q", level=1, by="g")
    assert one_level.position(1) == 0 and one_level.position(2) == 1


@pytest.mark.parametrize("key", [0, -1, 4, True, None, "4", (1, 2), 1.5])
def test_what_is_no_value_is_no_row(key, coded):
    with pytest.raises(DataError, match="no row fits"):
        est.survey_mean(coded, "y", by="g").position(key)


def test_row_numbers_are_written_out(coded):
    means = est.survey_mean(coded, "y", by="g")
    assert [means.position(est.Row(i)) for i in (0, 2, -1)] == [0, 2, 2]
    with pytest.raises(DataError, match=r"A row number is written Row\(0\)"):
        means.difference(0, 1)
    with pytest.raises(DataError, match="There is no row 3: the table has 3 rows"):
        means.position(est.Row(3))


@pytest.mark.parametrize("name", [*COLUMNS_BEFORE, *COLUMNS_AFTER])
def test_reserved_names(name, coded):
    design = coded.with_data(coded.data.rename(columns={"g": name}))
    for call in (
        lambda: est.survey_mean(design, "y", by=name),
        lambda: est.survey_prop(design, "q", by=["s", name]),
        lambda: est.survey_quantile(design, "y", by=name),
        lambda: est.survey_cor(design, ["y", "q"], by=name),
    ):
        with pytest.raises(DataError, match=f"domain columns 1: '{name}' have names of columns of the result"):
            call()
    renamed = design.with_data(design.data.rename(columns={name: f"{name}_group"}))
    expected = est.survey_mean(coded, "y", by="g").estimates
    np.testing.assert_array_equal(est.survey_mean(renamed, "y", by=f"{name}_group").estimates, expected)
    assert np.isfinite(est.survey_mean(design, name).estimates).all()


def test_by_is_names(coded):
    with pytest.raises(DataError, match="by is a Series, but names of columns are needed"):
        est.survey_mean(coded, "y", by=coded.data["g"])
    with pytest.raises(DataError, match="by names columns twice"):
        est.survey_mean(coded, "y", by=["g", "g"])
