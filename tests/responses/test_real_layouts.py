"""One survey of two records as each platform writes it, by hand; every layout gives the same answers."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tiny import ticked, tiny

from surveykit.responses import account_of, code_responses, detect_source, original_cells, read_responses

FOLDER = Path(__file__).parent / "layouts"
ANSWERS = [["1", "3", "2", "1", "近", "好", "10"], ["2", "1", "", "3", "远", "差", "0"]]
COLUMNS = ["aware", "sat_r1", "sat_r2", "sat_r3", "why1", "why2", "nps"]


def survey():
    return tiny(
        {"id": "aware", "type": "single", "text": "您知道社区中心吗？", "choices": ["知道", "不知道"]},
        {"id": "sat", "type": "grid", "text": "您对以下方面满意吗？", "choices": ["不满意", "一般", "满意"],
         "rows": [["r1", "环境"], ["r2", "服务"], ["r3", "C++课"]]},
        {"id": "why1", "type": "text", "text": "为什么？"},
        {"id": "how", "type": "multi", "text": "您从哪里得知？", "choices": ["微信", "朋友"], "other": "96",
         "other_label": {"zh": "其他"}},
        {"id": "why2", "type": "text", "text": "为什么？"},
        {"id": "nps", "type": "single", "text": "推荐的可能", "choices": [[str(i), str(i)] for i in range(11)]},
    )  # fmt: skip


FILES = {
    # file: source, variant, row of the first record, seconds known, words after "other" known, times known
    "wjx_grid.csv": ("wjx", "number", 2, True, False, True),
    "wjx_text.csv": ("wjx", "text", 2, True, True, True),
    "qualtrics.csv": ("qualtrics", "labels", 4, True, True, True),
    "qualtrics_legacy.csv": ("qualtrics", "codes", 3, False, True, True),
    "surveymonkey.csv": ("surveymonkey", "labels", 3, False, True, True),
    "google_forms.csv": ("google", "labels", 2, False, False, True),
    "tencent.csv": ("tencent", "labels", 2, True, False, True),
    "jinshuju.csv": ("jinshuju", "labels", 2, True, True, True),
    "limesurvey_answers.csv": ("limesurvey", "answers", 2, True, True, True),
    "kobo_slash.csv": ("kobo", "codes", 2, True, True, True),
    "kobo_dots.csv": ("kobo", "codes", 2, True, True, True),
    "redcap.csv": ("redcap", "codes", 2, False, True, False),
}


@pytest.mark.parametrize("name", FILES)
def test_every_layout_gives_the_same_answers(name):
    source, variant, first, seconds, words, times = FILES[name]
    q, path = survey(), FOLDER / name
    assert detect_source(path) == source
    options = {"day_first": False} if name == "surveymonkey.csv" else {}
    if name == "wjx_grid.csv":
        options["variant"] = "number"
    raw = read_responses(path, q, **options)
    coded = code_responses(raw, q)
    assert raw.variant == variant
    assert coded.data[COLUMNS].fillna("").to_numpy().tolist() == ANSWERS
    assert ticked(coded, "how") == [["1", "2"], ["96"]]
    assert (coded.missing["sat_r2"].astype(str) == ["", "nr"]).all()
    assert coded.meta["row"].tolist() == [first, first + 1]
    if words:
        assert coded.data["how_96_text"].fillna("").tolist() == ["", "路过"]
    else:
        assert coded.missing["how_96_text"].astype(str).tolist()[0] == "na"
    if seconds:
        assert coded.meta["duration_seconds"].tolist() == [183.0, 61.0]
    if times:
        wanted = pd.to_datetime(["2024-05-06T00:05:00Z", "2024-05-06T05:07:00Z"])
        assert coded.meta["submitted_at"].tolist() == list(wanted)
    account = account_of(raw, coded)
    assert (account["records_in"], account["questions_without_column"], account["times_not_read"]) == (2, [], 0)
    assert account["columns_not_used"] in ([], ["总分"])
    assert not coded.unmapped.size
    text = original_cells(raw).to_csv() + coded.meta.to_csv()
    assert "192.0.2." not in text


def test_rejected_records_are_out_and_said():
    raw = read_responses(FOLDER / "kobo_slash.csv", survey())
    assert [f.count for f in raw.findings if f.kind == "rejected"] == [1]


def test_order_of_day_and_month_is_asked_for_where_nothing_tells_it():
    coded = code_responses(read_responses(FOLDER / "surveymonkey.csv", survey()), survey())
    assert coded.meta["submitted_at"].isna().all()
    assert [f.count for f in coded.log if f.kind == "times_not_read"] == [2]


def test_numbers_break_ties_and_the_shift_of_an_edited_form_is_followed(tmp_path):
    q = survey()
    text = (FOLDER / "wjx_text.csv").read_text(encoding="utf-8")
    head, *rest = text.splitlines()
    moved = ",".join(f"{int(c[0]) + 2}{c[1:]}" if c[0].isdigit() else c for c in head.split(","))
    (tmp_path / "a.csv").write_text("\n".join([moved, *rest]) + "\n", encoding="utf-8")
    coded = code_responses(read_responses(tmp_path / "a.csv", q), q)
    assert coded.data[COLUMNS].fillna("").to_numpy().tolist() == ANSWERS


def test_one_of_two_questions_of_one_title_is_told_by_its_number(tmp_path):
    q = survey()
    text = (FOLDER / "wjx_text.csv").read_text(encoding="utf-8").replace("3、为什么？,", "", 1)
    text = text.replace(",近,", ",", 1).replace(",远,", ",", 1)
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    coded = code_responses(read_responses(tmp_path / "a.csv", q), q)
    assert coded.data["why2"].tolist() == ["好", "差"]
    assert (coded.missing["why1"].astype(str) == "nf").all()
