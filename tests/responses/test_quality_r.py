"""Relative speed, percent match and intraclass correlation against base R; tests/reference/responses_quality.R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from layouts import random_table, write_kobo, write_limesurvey
from simulated_study import questionnaire

from surveykit.errors import DataError
from surveykit.questionnaire import questionnaire_variables
from surveykit.responses import (
    QualityRules,
    Responses,
    check_quality,
    check_quality_rules,
    code_responses,
    read_responses,
)
from surveykit.responses.fieldwork.quota import quota_fill
from surveykit.responses.quality.near_duplicates import maximum_match
from surveykit.responses.quality.speed import relative_speed, speed_table
from surveykit.responses.reporting.tables import icc_oneway

STORED = Path(__file__).parents[1] / "reference" / "responses_quality.json"


@pytest.fixture(scope="module")
def r():
    stored = json.loads(STORED.read_text())
    return {name: np.array(value, dtype=float) for name, value in stored.items() if name != "R"}


def test_relative_speed(r):
    got = relative_speed(r["times"], np.zeros(len(r["times"]), dtype=int))
    np.testing.assert_allclose(got, r["speed"], rtol=1e-10, equal_nan=True)
    assert np.isnan(got[6])


def test_relative_speed_within_groups(r):
    times = np.vstack([r["times"], 10 * r["times"]])
    groups = np.repeat([0, 1], len(r["times"]))
    got = relative_speed(times, groups)
    np.testing.assert_allclose(got, np.tile(r["speed"], 2), rtol=1e-10)
    np.testing.assert_allclose(
        relative_speed(times, groups, minimum=1000), relative_speed(times, groups * 0), rtol=1e-10
    )


def test_maximum_percent_match(r):
    codes = np.where(np.isnan(r["answers"]), -1, r["answers"]).astype(np.int16)
    share, partner = maximum_match(codes, 20)
    np.testing.assert_allclose(share, r["match"], rtol=1e-12, equal_nan=True)
    assert (partner[30], partner[11], partner[43], partner[4]) == (11, 30, 4, 43)
    assert partner[49] == -1


def test_percent_match_over_several_blocks(r):
    codes = np.tile(np.where(np.isnan(r["answers"]), -1, r["answers"]).astype(np.int16), (18, 1))
    share, _ = maximum_match(codes, 20)
    enough = (codes >= 0).sum(axis=1) >= 20
    assert (share[enough] == 1).all()
    assert np.isnan(share[~enough]).all()


def test_intraclass_correlation(r):
    assert icc_oneway(r["x"], r["who"].astype(int)) == pytest.approx(r["icc"][0], rel=1e-10)


def made(n, seed=3, **meta):
    """Records of random answers, every question asked."""
    q, rng = questionnaire(), np.random.default_rng(seed)
    data = {}
    for v in questionnaire_variables(q):
        codes = [code for code, _ in v.choices]
        data[v.id] = (
            pd.array(rng.random(n) < 0.5, dtype="boolean") if v.kind == "multi" else rng.choice(codes or ["x"], n)
        )
    table = pd.DataFrame(data)
    missing = pd.DataFrame("", index=table.index, columns=table.columns)
    head = {"response_id": [str(i) for i in range(n)], "unit_id": [f"u{i}" for i in range(n)],
            "submitted_at": pd.Timestamp("2021-09-06", tz="UTC"), "duration_seconds": 100.0, "mode": "web"}  # fmt: skip
    return q, Responses(table, missing, pd.DataFrame({**head, **meta}), pd.DataFrame())


RULE = {"near_duplicates": {"above": "0.85", "minimum_columns": "8"}}


def test_near_duplicates_are_both_marked_and_exactly_the_limit_is_not():
    q, responses = made(60)
    single = [v.id for v in questionnaire_variables(q) if v.kind in ("single", "grid")]
    data = responses.data.copy()
    data.loc[41, single] = data.loc[17, single].to_numpy()
    report = check_quality(
        Responses(data, responses.missing, responses.meta, responses.unmapped), q, QualityRules(**RULE)
    )
    assert report.flags.index[report.flags["near_duplicate"]].tolist() == [17, 41]
    assert report.indices.loc[[17, 41], "maximum_match"].tolist() == [1.0, 1.0]
    codes = np.zeros((2, 20), dtype=np.int16)
    codes[1, :3] = 1
    assert maximum_match(codes, 20)[0].tolist() == [0.85, 0.85]
    assert not (maximum_match(codes, 20)[0] > 0.85).any()


def test_too_many_records_are_not_compared_and_that_is_said():
    q, responses = made(30)
    rules = QualityRules(near_duplicates={"minimum_columns": 8, "maximum_records": 20})
    report = check_quality(responses, q, rules)
    assert "near_duplicate" not in report.flags
    assert "30 records are more than maximum_records = 20" in report.notes[0]
    report = check_quality(responses, q, QualityRules(near_duplicates={"minimum_columns": 200}))
    assert "columns have one answer and minimum_columns is 200" in report.notes[0]
    wrong = QualityRules(near_duplicates={"columns": ["sex", "nobody"]})
    assert "nobody" in str(check_quality_rules(wrong, q)[0])


def test_page_times_decide_where_there_are_any():
    pages = {"page_seconds_1": [10.0] * 40, "page_seconds_2": [20.0] * 40, "page_seconds_10": [5.0] * 40}
    for name in pages:
        pages[name][7] /= 2.5
    q, responses = made(40, **pages)
    rules = QualityRules(speeders={"below_median": 0, "seconds_per_question": 0, "relative_speed_above": 1.75})
    report = check_quality(responses, q, rules)
    assert report.flags.index[report.flags["speeder"]].tolist() == [7]
    assert report.indices.loc[7, "relative_speed"] == pytest.approx(2.5)
    assert speed_table(responses, report.indices)["basis"].tolist() == ["pages"]
    q, totals = made(40)
    totals.meta.loc[9, "duration_seconds"] = 40.0
    report = check_quality(totals, q, rules)
    assert report.flags.index[report.flags["speeder"]].tolist() == [9]
    assert speed_table(totals, report.indices)["basis"].tolist() == ["total"]


def test_page_times_are_read_where_the_source_has_them(tmp_path):
    q = questionnaire()
    table = random_table(q, 2, 6)
    path = write_limesurvey(table, q, tmp_path / "a.csv")
    cells = pd.read_csv(path, dtype=str, keep_default_na=False)
    cells["groupTime4"], cells["groupTime9"] = [["1.5"] * 6, ["20", "", "3", "4", "5", "6"]]
    cells.to_csv(path, index=False)
    meta = code_responses(read_responses(path, q), q, minors=None).meta
    assert meta["page_seconds_1"].tolist() == [1.5] * 6
    assert meta["page_seconds_2"].isna().tolist() == [False, True, False, False, False, False]
    path = write_kobo(table, q, tmp_path / "b.csv")
    cells = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False).assign(t1="0:01:00", t2="9秒")
    cells.to_csv(path, index=False, sep=";")
    meta = code_responses(read_responses(path, q, mapping={"page_seconds": ["t2", "t1"]}), q, minors=None).meta
    assert meta[["page_seconds_1", "page_seconds_2"]].to_numpy().tolist() == [[9.0, 60.0]] * 6


def test_modes_are_not_compared_with_each_other():
    q, responses = made(80, mode=["web"] * 40 + ["paper"] * 40)
    responses.meta.loc[40:, "duration_seconds"] = 30.0
    responses.meta.loc[3, "duration_seconds"] = 30.0
    report = check_quality(responses, q, QualityRules(speeders={"below_median": 0.5, "seconds_per_question": 0}))
    assert report.flags.index[report.flags["speeder"]].tolist() == [3]


def test_quota_by_hand():
    table = pd.DataFrame({"sex": ["1", "1", "1", "2", "2"], "disposition": ["I", "P", "NC", "I", "R"]})
    table["base_weight"] = [1.0, 3.0, 1.0, 2.0, 2.0]
    fill = quota_fill(table, ["sex"]).set_index("level")
    assert fill["planned"].tolist() == [3, 2]
    assert fill["completed"].tolist() == [2, 1]
    assert fill["fill"].tolist() == pytest.approx([2 / 3, 1 / 2])
    assert fill["completed_share"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert fill["n_eff"].tolist() == pytest.approx([16 / 10, 1])
    wanted = quota_fill(table, ["sex"], {"sex": {"1": 1, "2": 4}}).set_index("level")
    assert wanted["shortfall"].tolist() == [0, 3]
    with pytest.raises(DataError, match="nobody in the sample has"):
        quota_fill(table, ["sex"], {"sex": {"3": 4}})
    with pytest.raises(DataError, match="no column"):
        quota_fill(table, ["age"])
