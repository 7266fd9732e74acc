"""Random valid responses written in each foreign layout and read back are the same, up to the losses listed."""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
from hashlib import sha256
from pathlib import Path

import openpyxl
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

from surveykit.questionnaire import wjx_column_map
from surveykit.responses import code_responses, detect_source, original_cells, read_responses
from surveykit.simulation import write_wjx_export
from surveykit.simulation.export_wjx import wjx_table

few = settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
seeds = st.integers(0, 10_000)
OTHER_TEXT = ("channel_96_text",)


def with_words(table):
    """LimeSurvey knows that "other" is ticked only by its words."""
    ticked = table["channel_96"].fillna(False) & (table["channel_96_text"] == "")
    return table.assign(channel_96_text=table["channel_96_text"].mask(ticked, "广场大屏"))


SCORES = {"sat_overall": {"20": "1", "40": "2", "60": "3", "80": "4", "100": "5"}}


def write_wjx_split(table, q, folder):
    """One column for each option, as the option-number variant and older exports have them; grid rows by number."""
    cells = wjx_table(table, q)
    names = {e.column: f"第{e.number}题({e.row})" for e in wjx_column_map(q).entries if e.row}
    for entry in (e for e in wjx_column_map(q).entries if e.kind == "multi"):
        for code, text in entry.options:
            ticked = table[f"{entry.item}_{code}"].fillna(False).astype(bool)
            cells[f"第{entry.number}题({text})"] = ticked.map({True: "1", False: "0"})
        cells = cells.drop(columns=entry.column)
    cells.rename(columns=names).to_csv(folder / "a.csv", index=False, encoding="utf-8-sig")
    return folder / "a.csv"


def write_wjx_score(table, q, folder):
    """One question in points, the others as texts, with the total."""
    cells = wjx_table(table, q)
    entry = next(e for e in wjx_column_map(q).entries if e.variable == "sat_overall")
    points = {text: score for score, code in SCORES["sat_overall"].items() for c, text in entry.options if c == code}
    cells[entry.column] = cells[entry.column].replace(points)
    cells["总分"] = "60"
    cells.to_csv(folder / "a.csv", index=False, encoding="utf-8")
    return folder / "a.csv"


def assert_traceable(raw, coded, path, table):
    """Each record leads back to its row of the file, and the file to its hash."""
    original = original_cells(raw)
    assert (original["row"] == coded.meta["row"]).all()
    assert original["row"].tolist() == list(range(raw.first_row, raw.first_row + len(table)))
    assert original["response_id"].tolist() == coded.meta["response_id"].tolist()
    if path.is_file():
        assert raw.sha256 == sha256(path.read_bytes()).hexdigest()
    assert bool(raw.sheet) == (path.suffix == ".xlsx")
    if path.suffix == ".xlsx":
        row = next(
            openpyxl.load_workbook(path)[raw.sheet].iter_rows(min_row=int(coded.meta["row"].iloc[3]), values_only=True)
        )
        assert coded.meta["response_id"].iloc[3] in [str(cell) for cell in row]
    elif path.suffix == ".csv":
        held = path.read_bytes()
        text = held.decode("gb18030" if raw.variant == "number" else "utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if raw.source == "kobo" else ","))
        assert coded.meta["response_id"].iloc[3] in rows[coded.meta["row"].iloc[3] - 1]


def check(
    write, source, *, variant=None, given_variant=None, lost=(), detected=True, prepare=lambda table: table, **options
):
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
            forced = {} if given_variant is None else {"variant": given_variant}
            raw = read_responses(path, q, source=None if detected else source, **options, **forced)
            if variant is not None:
                assert raw.variant == variant
            coded = code_responses(raw, q, minors=None)
            assert_traceable(raw, coded, path, table)
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
test_wjx_number_xlsx = check(
    lambda t, q, f: write_wjx_export(t, q, f / "a.xlsx", variant="number"), "wjx", variant="number", lost=OTHER_TEXT
)
test_wjx_split = check(write_wjx_split, "wjx", variant="text", given_variant="text", lost=OTHER_TEXT)
test_wjx_score = check(write_wjx_score, "wjx", variant="score", given_variant="score", scores=SCORES)
test_odk = check(lambda t, q, f: write_odk(t, q, f / "a.csv"), "odk", variant="codes")
test_odk_split = check(lambda t, q, f: write_odk(t, q, f / "a.csv", split=True, groups=False), "odk", variant="codes")
test_kobo_names = check(lambda t, q, f: write_kobo(t, q, f / "a.csv"), "kobo", variant="codes")
test_kobo_xlsx = check(lambda t, q, f: write_kobo(t, q, f / "a.xlsx", split=False), "kobo", variant="codes")
test_kobo_labels = check(lambda t, q, f: write_kobo(t, q, f / "a.csv", labels=True), "kobo", variant="labels")
test_limesurvey_codes = check(
    lambda t, q, f: write_limesurvey(t, q, f / "a.csv"), "limesurvey", variant="codes", prepare=with_words
)
test_limesurvey_texts_as_headers = check(
    lambda t, q, f: write_limesurvey(t, q, f / "a.csv", texts=True), "limesurvey", variant="codes", prepare=with_words
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
test_table_xlsx = check(
    lambda t, q, f: write_plain(t, q, f / "a.xlsx"), "table", variant="codes", detected=False, column_map=PLAIN_MAPPING
)
test_parquet = check(lambda t, q, f: write_plain(t, q, f / "a.parquet"), "table", column_map=PLAIN_MAPPING)
test_form = check(lambda t, q, f: write_form(t, q, f / "answers"), "form")


@pytest.mark.parametrize("name", ["a.csv", "a.sav"])
def test_a_source_that_cannot_be_told_is_asked_for(tmp_path, name):
    (tmp_path / name).write_text("x,y\n1,2\n")
    with pytest.raises(Exception, match="say which with source="):
        read_responses(tmp_path / name, questionnaire())
