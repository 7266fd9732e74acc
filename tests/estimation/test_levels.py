"""Levels: declared ones without a row, several as one, whole numbers under their names; the first two as in R."""

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import surveykit.estimation as est
from surveykit.design import SurveyDesign, as_jackknife_design
from surveykit.errors import DataError


@pytest.fixture(scope="module")
def design(read_data):
    data = read_data("apiclus1")
    data["q"] = pd.cut(data["api00"], [0, 500, 600, 700, 800, 2000], labels=False) + 1
    data["f"] = pd.Categorical(data["stype"], categories=["E", "H", "K", "M"])
    data["high"] = data["q"].isin([4, 5]).astype(float)
    return SurveyDesign(data, weights="pw", psu="dnum", population_size="fpc")


def test_declared_levels_keep_their_row(design, reference, close):
    r = reference("estimation_levels")
    shares, totals = est.survey_prop(design, "f"), est.survey_total(design, "f")
    assert shares.table["level"].tolist() == totals.table["level"].tolist() == ["E", "H", "K", "M"]
    close(shares.estimates, r["share"])
    close(shares.covariance, r["share_cov"])
    close(totals.estimates, r["total"])
    close(totals.covariance, r["total_cov"])
    empty = shares.table.iloc[2]
    assert empty["n"] == 183 and empty["conf_low"] == 0 and 0 < empty["conf_high"] < 0.2


def test_declared_domains_keep_their_row(design, close):
    table = est.survey_mean(design, "api00", by="f").table
    plain = est.survey_mean(design, "api00", by="stype").table
    assert table["f"].tolist() == ["E", "H", "K", "M"] and table["n"].tolist()[2] == 0
    assert table.loc[2, ["estimate", "std_error", "conf_low", "conf_high", "df"]].isna().all()
    close(table["std_error"].drop(2), plain["std_error"])
    crossed = est.survey_mean(design, "api00", by=["sch.wide", "f"]).table
    assert list(zip(crossed["sch.wide"], crossed["f"], strict=True)) == [(s, f) for s in ("No", "Yes") for f in "EHKM"]
    assert crossed.loc[crossed["f"] == "K", "n"].tolist() == [0, 0]
    jackknife = est.survey_mean(as_jackknife_design(design), "api00", by="f").table
    close(jackknife["estimate"].drop(2), plain["estimate"])
    assert np.isnan(jackknife["estimate"][2])


def as_enum(data):
    levels = pl.Enum(["E", "H", "K", "M"])
    return pl.from_pandas(data.assign(f=data["f"].astype(str))).with_columns(pl.col("f").cast(levels))


@pytest.mark.parametrize("make", [lambda d: d, as_enum, pa.Table.from_pandas])
def test_declared_levels_of_every_table(make, design):
    carried = design.with_data(make(design.data))
    assert est.survey_prop(carried, "f").table["level"].tolist() == ["E", "H", "K", "M"]


def test_tests_and_models_take_levels_with_rows(design, close):
    both = [est.survey_chisq(design, name, "sch.wide").p_value for name in ("f", "stype")]
    close(both[0], both[1])
    models = [est.survey_glm(design, f"api00 ~ {name}").coefficients for name in ("f", "stype")]
    close(models[0], models[1])
    answer = pd.Categorical(design.data["sch.wide"], categories=["?", "No", "Yes"])
    with_unused = design.with_data(design.data.assign(answer=answer))
    logit = [est.survey_glm(with_unused, f"{y} ~ ell", family="binomial") for y in ("answer", "`sch.wide`")]
    close(logit[0].coefficients, logit[1].coefficients)


def test_a_box_is_the_mean_of_its_indicator(design, reference, close):
    r = reference("estimation_levels")
    box = est.survey_prop(design, "q", level=[4, 5])
    close(box.table[["estimate", "std_error"]].iloc[0], r["box"])
    close(box.table[["conf_low", "conf_high"]].iloc[0], r["box_ci"])
    assert box.table["level"].tolist() == ["4, 5"]
    by = est.survey_prop(design, "q", level=[4, 5], by="stype")
    close(by.estimates, r["box_by"])
    close(by.table["std_error"], r["box_by_se"])
    indicator = est.survey_mean(design, "high", by="stype", interval="logit")
    close(by.covariance, indicator.covariance)
    close(by.influence[1][0], indicator.influence[1][0])
    for column in ("conf_low", "conf_high", "deff", "n", "n_eff"):
        close(by.table[column], indicator.table[column])
    together = est.combine([box, est.survey_prop(design, "q")])
    levels = together.contrast({("q", "4, 5"): 1, ("q", 4): -1, ("q", 5): -1}).table
    close(levels[["estimate", "std_error"]].iloc[0], [0, 0])


@pytest.mark.parametrize("level", [[5, 4], (4, "5"), {4, 5}, np.array([4.0, 5.0]), pd.Series([5, 4, 4]), range(4, 6)])
def test_a_box_from_any_list(level, design, close):
    close(est.survey_prop(design, "q", level=level).estimates, est.survey_mean(design, "high").estimates)


@pytest.mark.parametrize("seed", range(20))
def test_a_box_of_everyone_is_exactly_one(seed):
    rng = np.random.default_rng(seed)
    data = {"q": rng.choice([1.0, 2, 3, np.nan], 200), "g": rng.choice(list("ab"), 200), "w": rng.uniform(0.3, 3, 200)}
    design = SurveyDesign(data, weights="w")
    for by in (None, "g"):
        table = est.survey_prop(design, "q", level=[1, 2, 3], by=by).table
        assert (table["estimate"] == 1).all() and (table["std_error"] == 0).all()
        assert (table["conf_high"] == 1).all() and (table["conf_low"] < 1).all()


def test_unknown_levels_of_a_box_are_named(design):
    with pytest.raises(DataError, match=r"has no level 2: 9, 'z'"):
        est.survey_prop(design, "q", level=[4, 9, "z"])
    with pytest.raises(DataError, match="name at least one"):
        est.survey_prop(design, "q", level=[])


@pytest.mark.parametrize("kind", [float, object, "Float64", "Int64", "float64[pyarrow]", "category", Decimal])
def test_whole_codes_keep_their_names_beside_a_missing_value(kind):
    codes = [1, 2, 2, 1, None]
    plain = pd.Series([None if c is None else Decimal(c) for c in codes], dtype=object) if kind is Decimal else codes
    column = plain if kind is Decimal else pd.Series(codes, dtype="float64").astype(kind)
    design = SurveyDesign({"y": [1.0, 2, 4, 5, 7], "g": column, "w": [1] * 5}, weights="w")
    assert est.survey_prop(design, "g").labels == ("g=1", "g=2")
    means = est.survey_mean(design, "y", by="g")
    assert means.labels == ("y:1", "y:2") and means.table["g"].tolist() == [1, 2]
    for level in (1, 1.0, "1", np.int64(1)):
        assert est.survey_mean(design, "y", where=("g", level)).estimates[0] == 3
        assert means.position(level) == 0


def test_real_numbers_keep_their_decimals():
    design = SurveyDesign({"g": [1.5, 2.0, np.nan], "w": [1] * 3}, weights="w")
    assert est.survey_prop(design, "g").table["level"].tolist() == ["1.5", "2.0"]


NUMBERS = [Decimal("1.5"), None, Decimal("2"), Decimal("4.25")]
WEIGHTS = [Decimal(1), Decimal(2), Decimal("1.5"), Decimal(1)]


@pytest.mark.parametrize(
    "make",
    [
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        dict,
        lambda d: pd.DataFrame({k: pd.Series(v, dtype=pd.ArrowDtype(pa.decimal128(8, 3))) for k, v in d.items()}),
    ],
)
def test_decimals_are_numbers(make, close):
    design = SurveyDesign(make({"y": NUMBERS, "x": [Decimal(i) for i in range(4)], "w": WEIGHTS}), weights="w")
    floats = {"y": [1.5, np.nan, 2, 4.25], "x": [0.0, 1, 2, 3], "w": [1.0, 2, 1.5, 1]}
    plain = SurveyDesign(floats, weights="w")
    for estimator in (est.survey_mean, est.survey_total, est.survey_quantile, est.survey_var):
        close(estimator(design, "y").table["estimate"], estimator(plain, "y").table["estimate"])
    close(est.survey_glm(design, "y ~ x").coefficients, est.survey_glm(plain, "y ~ x").coefficients)


@pytest.mark.parametrize("weights", [WEIGHTS, pd.Series(WEIGHTS), pl.Series(WEIGHTS), pa.array(WEIGHTS)])
def test_decimal_weights(weights):
    assert SurveyDesign({"y": [1.0, 2, 3, 4]}, weights=weights).weights.tolist() == [1, 2, 1.5, 1]


def test_coefficients_left_out_are_told():
    data = {"y": [1.0, 2, 4, 3, 5], "x": [1, 2, 3, 4, 6], "z": [2, 4, 6, 8, 12], "w": [1] * 5}
    model = est.survey_glm(SurveyDesign(data, weights="w"), "y ~ x + z")
    assert model.dropped == ("z",) and model.names == ("(Intercept)", "x")
    assert "Left out" in repr(model) and "1 coefficient(s): z" in repr(model)
    chinese, english = model.presentation().notes[-1]
    assert "未纳入1个系数" in chinese and chinese.endswith("z") and english.endswith("z")
    full = est.survey_glm(SurveyDesign(data, weights="w"), "y ~ x")
    assert full.dropped == () and "Left out" not in repr(full) and len(full.presentation().notes) == 1
