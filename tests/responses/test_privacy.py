from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import random_table, write_plain
from simulated_study import questionnaire

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire
from surveykit.responses import (
    block_minors,
    code_responses,
    deidentify,
    minor_condition,
    read_table,
    risk_table,
    suppress_small_cells,
)
from surveykit.responses.privacy.columns import personal_columns, salted_hash
from surveykit.responses.privacy.risk import class_sizes


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    q = questionnaire()
    path = write_plain(random_table(q, 7, 400), q, tmp_path_factory.mktemp("plain") / "a.csv")
    return code_responses(read_table(path, q), q, minors=None)


@pytest.mark.parametrize(
    "header",
    ["来自IP", "来源详情", "3、您的姓名：", "手机号码", "12. 联系电话（选填）", "OpenID", "微信昵称", "e-mail",
     "ipaddr", "deviceid", "_submitted_by", "SubmitterName", "身份证号", "地理位置", "username", "_geolocation",
     "ipaddr. IP address", "p_end/phone_number", "p_end-phone", "您的手机号是？", "5、请留下您的姓名和电话", "open_id",
     "e_mail"],
)  # fmt: skip
def test_personal_headers(header):
    assert personal_columns([header]) == [header]


@pytest.mark.parametrize(
    "header", ["序号", "所用时间", "7、您的性别是？", "sex", "district", "您知道吗？", "token", "unit_id"]
)
def test_other_headers(header):
    assert personal_columns([header]) == []


def test_hash_needs_a_salt_and_is_stable():
    values = pd.Series(["a", "b", "a", ""])
    one = salted_hash(values, "0123456789abcdef")
    assert one[0] == one[2] != one[1]
    assert one[3] == ""
    assert salted_hash(values, "another salt 0123")[0] != one[0]
    with pytest.raises(DataError, match="at least 16"):
        salted_hash(values, "short")


def test_minors_are_found_by_the_questions_about_age():
    assert minor_condition(questionnaire()) == "age_group in [0]"
    item = {"id": "age", "type": "number", "zh": "您今年多少周岁？"}
    mapping = {"surveykit": "1", "id": "q", "languages": ["zh"], "title": {"zh": "问"}}
    q = Questionnaire.model_validate({**mapping, "flow": [{"page": "p", "items": [item]}]})
    assert minor_condition(q) == "(age >= 0 and age < 14)"


def test_rows_of_minors_hold_no_answer(coded):
    q = questionnaire()
    young = (coded.data["age_group"] == "0").fillna(False).to_numpy(dtype=bool)
    assert young.any()
    blocked = block_minors(coded, q)
    assert blocked.meta["blocked"].to_numpy().tolist() == young.tolist()
    assert blocked.data[young].isna().all(axis=None)
    assert (blocked.missing[young] == "na").all(axis=None)
    assert any(f.kind == "minors_blocked" for f in blocked.log)
    assert blocked.data[~young].equals(coded.data[~young])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 8))
def test_public_file_is_k_anonymous(coded, seed, k):
    rng = np.random.default_rng(seed)
    rows = coded.data.index[np.sort(rng.choice(len(coded.data), 120, replace=False))]
    part = type(coded)(coded.data.loc[rows], coded.missing.loc[rows], coded.meta.loc[rows], coded.unmapped)
    keys = ["district", "age_group", "sex", "education"]
    public = deidentify(part, questionnaire(), keys=keys, k=k, seed=seed)
    if len(public.data):
        assert class_sizes(public.data, keys).min() >= k
    assert "suggestion" not in public.data
    assert "unit_id" not in public.data
    after = public.risk[public.risk["stage"] == "after"]
    assert (after["below_k"] == 0).all()


def test_risk_by_hand():
    data = pd.DataFrame({"a": ["x", "x", "x", "y"], "b": ["1", "1", "2", "2"]})
    risk = risk_table(data, ["a", "b"], k=2).set_index("keys")
    assert risk.loc["a", "unique"] == 1
    assert risk.loc["a x b", "classes"] == 3
    assert risk.loc["a x b", "smallest_class"] == 1
    assert risk.loc["a x b", "below_k"] == 2
    assert risk.loc["a x b", "expected_matches"] == pytest.approx(3)


def test_order_cannot_be_undone(coded):
    public = deidentify(coded, questionnaire(), keys=["sex"], k=2, seed=1)
    assert not public.data["occupation"].equals(coded.data["occupation"].loc[: len(public.data) - 1])


def test_wrong_keys(coded):
    with pytest.raises(DataError, match="no column"):
        deidentify(coded, questionnaire(), keys=["nobody"])
    with pytest.raises(DataError, match="at least 2"):
        deidentify(coded, questionnaire(), keys=["sex"], k=1)


def test_small_cells_and_their_complement():
    table = pd.DataFrame({"g": ["a", "a", "a", "b", "b"], "n": [3, 40, 8, 20, 30], "rate": [0.1, 0.2, 0.3, 0.4, 0.5]})
    shown = suppress_small_cells(table, ["rate"], within=["g"])
    assert shown["suppressed"].tolist() == ["small", "", "complement", "", ""]
    assert shown["rate"].isna().tolist() == [True, False, True, False, False]
    assert shown["n"].isna().tolist() == [True, False, True, False, False]
    alone = suppress_small_cells(table, ["rate"])
    assert alone["suppressed"].tolist() == ["small", "", "", "", ""]
    zero = suppress_small_cells(table.assign(n=[0, 4, 5, 6, 7]), ["rate"])
    assert zero["suppressed"].tolist() == ["", "small", "", "", ""]
