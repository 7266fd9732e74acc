from __future__ import annotations

import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from scipy.stats import f_oneway
from simulated_study import load, questionnaire, simulated

from surveykit.errors import DataError
from surveykit.responses import (
    QualityRules,
    check_quality,
    link_sample,
    quality_html,
    quality_tables,
    write_quality_xlsx,
)
from surveykit.responses.reporting.tables import break_offs, icc_oneway, interviewer_table, item_nonresponse


@pytest.fixture(scope="module")
def tables(coded):
    q = questionnaire()
    quality = check_quality(coded, q, QualityRules.model_validate(load("analysis/quality.yaml")))
    linked = link_sample(simulated().sample, coded, quality)
    aware = coded.data["aware"].isin(["1", "2"]).astype(float).where(coded.data["aware"].notna())
    headline = pd.DataFrame({"awareness": aware.to_numpy()})
    return quality_tables(coded, q, quality, headline=headline, linked=linked)


def test_break_offs_are_where_people_stopped(coded):
    table = break_offs(coded, questionnaire()).set_index("page")
    t = simulated().table
    assert table["stopped_here"].sum() == (t["is_break_off"] & (t["resident"] == "1")).sum()
    assert table["asked"].iloc[0] == len(coded.data)
    assert (table["answered"] <= table["asked"]).all()
    assert table.loc["p_demo", "stopped_here"] == 0


def test_item_nonresponse_counts_the_asked_only(coded):
    table = item_nonresponse(coded, questionnaire()).set_index("column")
    t = simulated().table
    assert table.loc["sat_overall", "asked"] == t["sat_overall"].notna().sum()
    assert table.loc["sat_overall", "dont_know"] == (t["sat_overall"] == "98").sum()
    assert table.loc["education", "refused"] == (t["education"] == "99").sum()
    assert (
        table.loc["channel", "blank"] == (t["channel_1"].notna() & ~t.filter(regex=r"^channel_\d+$").any(axis=1)).sum()
    )


def test_rates_with_and_without(tables):
    rates = tables["rates"].set_index("without")
    assert rates.loc["", "difference"] == 0
    assert rates.loc["speeder", "records"] < rates.loc["", "records"]
    assert rates["estimate"].between(0, 1).all()


def test_page_shows_everything_and_no_markup_from_the_file(tables):
    evil = {**tables, "unmapped": pd.DataFrame({"column": ["a"], "value": ["<script>alert(1)</script>"]})}
    page = quality_html(evil, simulated=True, names={"jinjiang": "锦江区"})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "模拟数据" in page
    assert "锦江区" in page
    assert "答题过快" in page
    assert page.count("<h2>") == len(evil) - 1
    assert not re.search(r"(?:src|href)=", page)
    english = quality_html(tables, language="en")
    assert "Break-offs by page" in english
    assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<td>[^<]*</td>", "", english))


def test_workbook_holds_no_formula(tables, tmp_path):
    evil = {**tables, "unmapped": pd.DataFrame({"column": ["a"], "value": ["=cmd|' /C calc'!A0"]})}
    path = write_quality_xlsx(evil, tmp_path / "q.xlsx", simulated=True)
    book = openpyxl.load_workbook(path)
    assert len(book.sheetnames) == len(evil)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["概要"]["A1"].value == "模拟数据"


def test_icc_is_that_of_the_analysis_of_variance():
    rng = np.random.default_rng(4)
    groups = rng.integers(0, 7, 200)
    x = rng.normal(size=200) + 0.5 * groups
    f = f_oneway(*[x[groups == g] for g in range(7)]).statistic
    size = np.bincount(groups)
    n0 = (200 - (size**2).sum() / 200) / 6
    assert icc_oneway(x, groups) == pytest.approx((f - 1) / (f + n0 - 1), rel=1e-10)
    assert np.isnan(icc_oneway(x, np.zeros(200, dtype=int)))


def test_interviewers_are_compared(coded):
    q = questionnaire()
    rules = QualityRules.model_validate({"interviewers": {"minimum": "5"}})
    meta = coded.meta.assign(interviewer=[f"i{k % 9}" for k in range(len(coded.meta))])
    named = type(coded)(coded.data, coded.missing, meta, coded.unmapped, definition_hash=coded.definition_hash)
    found = interviewer_table(named, q, check_quality(named, q, rules))
    assert found["interviewers"]["records"].sum() == len(meta)
    assert found["items"]["icc"].abs().max() < 0.1
    with pytest.raises(DataError, match="interviewer"):
        interviewer_table(coded, q, check_quality(coded, q, rules))


def test_same_answers_under_other_tokens_are_flagged(coded):
    q = questionnaire()
    rules = QualityRules.model_validate({"duplicates": {"same_answers": "15"}})
    data = pd.concat([coded.data, coded.data.iloc[[0, 1]]], ignore_index=True)
    missing = pd.concat([coded.missing, coded.missing.iloc[[0, 1]]], ignore_index=True)
    copy = coded.meta.iloc[[0, 1]].assign(unit_id=["x1", "x2"], response_id=["a", "b"])
    both = type(coded)(data, missing, pd.concat([coded.meta, copy], ignore_index=True), coded.unmapped)
    report = check_quality(both, q, rules)
    assert report.flags["same_answers"].iloc[[0, 1, -2, -1]].all()
    assert not report.flags["duplicate_token"].iloc[[-2, -1]].any()
