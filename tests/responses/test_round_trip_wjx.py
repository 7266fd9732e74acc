from __future__ import annotations

import pandas as pd
import pytest
from round_trips import assert_same_answers, expected_coding
from simulated_study import questionnaire, simulated

from surveykit.responses import code_responses, read_wjx
from surveykit.simulation import write_wjx_export


@pytest.mark.parametrize(
    ("name", "variant", "encoding"),
    [
        ("a.xlsx", "text", "utf-8"),
        ("a.csv", "text", "utf-8-sig"),
        ("a.csv", "text", "utf-8"),
        ("a.csv", "text", "gb18030"),
        ("a.csv", "number", "utf-8-sig"),
        ("a.xlsx", "number", "utf-8"),
    ],
)
def test_what_was_simulated_comes_back(tmp_path, name, variant, encoding):
    q, table = questionnaire(), simulated().table
    path = write_wjx_export(table, q, tmp_path / name, variant=variant, encoding=encoding)
    raw = read_wjx(path, q)
    assert raw.variant == variant
    coded = code_responses(raw, q)
    data, missing = expected_coding(table, q)
    if variant == "number":  # which has no column for the words after "other"
        missing["channel_96_text"] = missing["channel_96_text"].replace("nr", "nf")
    assert_same_answers(coded, data, missing)
    assert coded.meta["response_id"].tolist() == table["response_id"].tolist()
    assert coded.meta["unit_id"].tolist() == table["unit_id"].tolist()
    assert coded.meta["duration_seconds"].tolist() == table["duration_seconds"].tolist()
    moments = table["submitted_at"].dt.tz_convert("UTC").dt.floor("s")
    assert (coded.meta["submitted_at"] == moments).all()


def test_personal_columns_are_gone(tmp_path):
    q, table = questionnaire(), simulated().table
    path = write_wjx_export(table, q, tmp_path / "a.csv")
    raw = read_wjx(path, q)
    assert "来自IP" not in raw.table
    assert "来源详情" not in raw.table
    hashed = read_wjx(path, q, salt="a salt of some length").table["来自IP"]
    assert hashed.str.fullmatch("[0-9a-f]{32}").all()


def test_same_file_twice_is_the_same(tmp_path):
    q, table = questionnaire(), simulated().table
    path = write_wjx_export(table, q, tmp_path / "a.xlsx")
    first, second = (code_responses(read_wjx(path, q), q) for _ in range(2))
    pd.testing.assert_frame_equal(first.data, second.data)
    pd.testing.assert_frame_equal(first.missing, second.missing)
    assert first.files == second.files


def test_the_export_has_the_same_bytes(tmp_path):
    q, table = questionnaire(), simulated().table.head(20)
    one = write_wjx_export(table, q, tmp_path / "a.xlsx").read_bytes()
    assert write_wjx_export(table, q, tmp_path / "b.xlsx").read_bytes() == one
