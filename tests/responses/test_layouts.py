"""Random valid responses written in each foreign layout and read back are the same, up to the losses listed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import (
    PLAIN_MAPPING,
    random_table,
    write_form,
    write_kobo,
    write_limesurvey,
    write_odk,
    write_plain,
    write_stat,
)
from round_trips import assert_same_answers, expected_coding
from simulated_study import questionnaire

from surveykit.responses import code_responses, detect_source, read_responses
from surveykit.simulation import write_wjx_export

few = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)
OTHER_TEXT = ("channel_96_text",)


def with_words(table):
    """LimeSurvey knows that "other" is ticked only by its words."""
    ticked = table["channel_96"].fillna(False) & (table["channel_96_text"] == "")
    return table.assign(channel_96_text=table["channel_96_text"].mask(ticked, "广场大屏"))


def check(write, source, *, variant=None, lost=(), detected=True, prepare=lambda table: table, **options):
    """A test of one layout: every data column comes back but those that the layout cannot carry."""

    @few
    @given(seeds)
    def run(seed):
        q = questionnaire()
        table = prepare(random_table(q, seed))
        folder = Path(tempfile.mkdtemp())
        try:
            path = write(table, q, folder)
            if detected:
                assert detect_source(path) == source
            raw = read_responses(path, q, source=None if detected else source, **options)
            if variant is not None:
                assert raw.variant == variant
            coded = code_responses(raw, q, minors=None)
        finally:
            shutil.rmtree(folder)
        data, missing = expected_coding(table, q)
        assert list(coded.data.columns) == list(data.columns)
        order = coded.meta["response_id"].map({r: i for i, r in enumerate(table["response_id"])}).to_numpy()
        data, missing = data.iloc[order].reset_index(drop=True), missing.iloc[order].reset_index(drop=True)
        assert_same_answers(coded, data, missing, [c for c in data if c not in lost])
        head = table.iloc[order].reset_index(drop=True)
        assert coded.meta["unit_id"].tolist() == head["unit_id"].tolist()
        assert (coded.meta["submitted_at"] == head["submitted_at"]).all()
        assert coded.meta["duration_seconds"].astype(int).tolist() == head["duration_seconds"].tolist()

    return run


test_wjx_text = check(lambda t, q, f: write_wjx_export(t, q, f / "a.csv"), "wjx", variant="text")
test_wjx_text_xlsx = check(lambda t, q, f: write_wjx_export(t, q, f / "a.xlsx"), "wjx", variant="text")
test_wjx_number = check(
    lambda t, q, f: write_wjx_export(t, q, f / "a.csv", variant="number", encoding="gb18030"),
    "wjx", variant="number", lost=OTHER_TEXT,
)  # fmt: skip
test_odk = check(lambda t, q, f: write_odk(t, q, f / "a.csv"), "odk", variant="codes")
test_odk_split = check(lambda t, q, f: write_odk(t, q, f / "a.csv", split=True, groups=False), "odk", variant="codes")
test_kobo_names = check(lambda t, q, f: write_kobo(t, q, f / "a.csv"), "kobo", variant="codes")
test_kobo_xlsx = check(lambda t, q, f: write_kobo(t, q, f / "a.xlsx", split=False), "kobo", variant="codes")
test_kobo_labels = check(lambda t, q, f: write_kobo(t, q, f / "a.csv", labels=True), "kobo", variant="labels")
test_limesurvey_codes = check(
    lambda t, q, f: write_limesurvey(t, q, f / "a.csv"), "limesurvey", variant="codes", prepare=with_words
)
test_limesurvey_answers = check(
    lambda t, q, f: write_limesurvey(t, q, f / "a.csv", answers=True),
    "limesurvey", variant="answers", prepare=with_words,
)  # fmt: skip
test_spss = check(lambda t, q, f: write_stat(t, q, f / "a.sav"), "spss")
test_stata = check(lambda t, q, f: write_stat(t, q, f / "a.dta"), "stata")
test_table = check(
    lambda t, q, f: write_plain(t, q, f / "a.csv"), "table", variant="codes", detected=False, column_map=PLAIN_MAPPING
)
test_table_labels = check(
    lambda t, q, f: write_plain(t, q, f / "a.tsv", labels=True),
    "table", variant="labels", detected=False, column_map=PLAIN_MAPPING,
)  # fmt: skip
test_parquet = check(lambda t, q, f: write_plain(t, q, f / "a.parquet"), "table", column_map=PLAIN_MAPPING)
test_form = check(lambda t, q, f: write_form(t, q, f / "answers"), "form")


@pytest.mark.parametrize("name", ["a.csv", "a.sav"])
def test_a_source_that_cannot_be_told_is_asked_for(tmp_path, name):
    (tmp_path / name).write_text("x,y\n1,2\n")
    with pytest.raises(Exception, match="say which with source="):
        read_responses(tmp_path / name, questionnaire())
