"""Estimates: contrasts, transformations, payload, and what a domain and a missing value do."""

import json

import numpy as np
import pytest

import surveykit.estimation as est
from surveykit.design import NonresponseAdjustment, SurveyDesign
from surveykit.errors import DataError


@pytest.fixture
def by_type(api_designs):
    return est.estimate(
        api_designs["clus1"], [est.Mean("api00"), est.Prop("sch.wide", level="Yes"), est.Total("enroll")], by="stype"
    )


def test_columns(by_type):
    assert list(by_type.table.columns) == [
        "statistic", "variable", "level", "stype", "estimate", "std_error", "conf_low", "conf_high", "df", "deff", "n",
        "n_eff", "reliability",
    ]  # fmt: skip
    assert by_type.labels[0] == "api00:E"
    assert by_type.labels[4] == "sch.wide=Yes:H"
    assert by_type.covariance.shape == (9, 9)


def test_difference_and_contrast(by_type, close):
    v = by_type.covariance
    difference = by_type.difference("api00:E", "api00:H").table.iloc[0]
    close(difference["std_error"], np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1]))
    assert 2 < difference["df"] < 14
    both = by_type.contrast({"d": {"api00:E": 1, "api00:H": -1}, "s": {est.Row(0): 0.5, est.Row(1): 0.5}})
    close(both.table["estimate"][0], difference["estimate"])
    assert both.covariance.shape == (2, 2)


def test_transform_is_the_delta_method(by_type, close):
    e, v = by_type.estimates, by_type.covariance
    ratio = by_type.transform(lambda x: x[0] / x[1])
    gradient = np.zeros(9)
    gradient[0], gradient[1] = 1 / e[1], -e[0] / e[1] ** 2
    close(ratio.table["std_error"][0], np.sqrt(gradient @ v @ gradient))


def test_payload_round_trip(by_type):
    text = json.dumps(by_type.to_payload(), allow_nan=False)
    again = est.Estimates.from_payload(json.loads(text))
    np.testing.assert_array_equal(again.covariance, by_type.covariance)
    assert again.table.equals(by_type.table)
    assert again.recipe == by_type.recipe
    pair = ("api00", "E"), ("api00", "H")
    assert again.difference(*pair).table["std_error"][0] == by_type.difference(*pair).table["std_error"][0]


def test_unknown_rows_are_named(by_type):
    with pytest.raises(DataError, match="no row fits"):
        by_type.difference("api00:X", "api00:E")
    with pytest.raises(DataError, match="more than one"):
        by_type.position("E")


def test_missing_is_outside_the_domain(api_designs, read_data, close):
    data = read_data("apiclus1")
    data.loc[data.index[:30], "api00"] = np.nan
    design = SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")
    missing = est.survey_mean(design, "api00")
    domain = est.survey_mean(api_designs["clus1"], "api00", where=data["api00"].notna())
    close(missing.table["std_error"], domain.table["std_error"])
    assert missing.recipe["missing"] == {"api00": 30}
    assert missing.table["n"][0] == 153


def test_zero_weights_do_not_contribute(read_data, close):
    data = read_data("apiclus1")
    data["w"] = np.where(data["stype"] == "H", 0.0, data["pw"])
    zero = SurveyDesign(data, weights="w", psu="dnum", population_size="fpc")
    full = SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")
    a, b = est.survey_mean(zero, "api00").table, est.survey_mean(full, "api00", where=("stype", ["E", "M"])).table
    close(a[["estimate", "std_error", "df", "n"]].iloc[0], b[["estimate", "std_error", "df", "n"]].iloc[0])


def test_empty_domain_is_nan_with_n_zero(api_designs):
    table = est.survey_mean(api_designs["clus1"], "api00", where=np.zeros(183, dtype=bool)).table
    assert table["n"][0] == 0
    assert table[["estimate", "std_error", "conf_low", "conf_high"]].isna().all(axis=None)


def test_census_has_no_variance(read_data):
    data = read_data("apistrat")
    size = data.groupby("stype")["cds"].transform("size")
    design = SurveyDesign(data.assign(N=size), strata="stype", population_size="N")
    assert est.survey_mean(design, "api00").table["std_error"][0] == 0.0


def test_nonresponse_classes_by_hand(close):
    rng = np.random.default_rng(1)
    n = 200
    y, c, r = rng.normal(size=n), rng.integers(0, 4, n), rng.random(n) < 0.6
    base = np.full(n, 5.0)
    factor = np.array([(c == k).sum() / (r & (c == k)).sum() for k in range(4)])[c]
    after = np.where(r, base * factor, 0.0)
    design = SurveyDesign({"y": np.where(r, y, np.nan), "w": base}, weights="w", population_size=1000)
    adjusted = design.adjusted(after, NonresponseAdjustment(c, r, base))
    result = est.survey_mean(adjusted, "y").table.iloc[0]
    mean = (after * np.where(r, y, 0)).sum() / after.sum()
    u = np.where(r, y - mean, 0.0) / after.sum()
    m = np.array([u[r & (c == k)].mean() for k in range(4)])[c]
    z = base * (m + np.where(r, factor * (u - m), 0.0))
    variance = (1 - 200 / 1000) * n / (n - 1) * ((z - z.mean()) ** 2).sum()
    close([result["estimate"], result["std_error"]], [mean, np.sqrt(variance)])


def test_combine_has_the_joint_covariance(api_designs, close):
    design = api_designs["clus2"]
    city, types = est.survey_mean(design, "api00"), est.survey_mean(design, "api00", by="stype")
    joint = est.combine([city, types])
    assert joint.labels == ("api00:", "api00:E", "api00:H", "api00:M")
    share = est.survey_prop(design, "stype")
    both = est.combine([types, share])
    e, p = types.estimates, share.estimates
    gradient = np.concatenate([p, e])
    close(gradient @ both.covariance @ gradient, city.covariance[0, 0])
    close(joint.covariance[0, 1:], both.covariance[:3, :3] @ p + both.covariance[3:, :3].T @ e)


def test_combine_refuses_other_designs(api_designs):
    a, b = (est.survey_mean(api_designs[name], "api00") for name in ("clus1", "clus2"))
    with pytest.raises(DataError, match="same design object"):
        est.combine([a, b])
    with pytest.raises(DataError, match="same design object"):
        est.combine([est.Estimates.from_payload(a.to_payload())])
