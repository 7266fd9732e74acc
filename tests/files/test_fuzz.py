"""Every kind of file, broken in 200 ways (3,000 in the slow run): a result or one error, soon, in little memory."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from broken_files import edits, judge
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from surveykit.errors import SurveyKitError
from surveykit.files.csv_text import read_csv_text, read_plain_csv
from surveykit.files.looking import parse_json, read_json
from surveykit.files.parquet import read_parquet, read_parquet_text
from surveykit.files.statistics import read_statistics
from surveykit.files.workbook import read_workbook
from surveykit.questionnaire import import_xlsform
from surveykit.responses.readers.file_cells import FileLayout, read_cells, read_header
from surveykit.sampling.frames.frames import open_frame
from surveykit.study.files.tables import TABLES, read_table
from surveykit.study.files.yaml_reader import parse_yaml, read_yaml

SUPPRESSED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
FAST = settings(max_examples=200, deadline=None, suppress_health_check=SUPPRESSED)
SLOW = settings(max_examples=3_000, deadline=None, suppress_health_check=SUPPRESSED)


def all_rows(path: Path) -> list[tuple]:
    frame = open_frame(path, threads=1, memory_limit="300MB")
    frame.columns()
    return frame.rows(f"select * from {frame.table}")


def spss(path: Path) -> object:
    return read_statistics(path, "spss")


def stata(path: Path) -> object:
    return read_statistics(path, "stata")


def study_table(path: Path) -> object:
    return read_table(path, TABLES["other_methods"], path.name)


def form_import(path: Path) -> object:
    return import_xlsform(path.read_bytes())


def read_shifted(path: Path) -> object:
    """Cells of a file whose header is said to be further down."""
    return read_cells(path, FileLayout(header_row=2, skip_rows=1, footer=1))


KINDS = [
    ("csv", "a.csv", all_rows), ("csv_quoted", "a.csv", all_rows), ("parquet", "a.parquet", all_rows),
    ("csv", "a.csv", read_csv_text), ("csv_quoted", "a.csv", read_csv_text), ("csv_gb18030", "a.csv", read_csv_text),
    ("csv_quoted", "a.csv", read_plain_csv), ("csv_quoted", "a.csv", study_table), ("csv", "a.csv", read_header),
    ("csv", "a.csv", read_cells), ("csv_quoted", "a.csv", read_cells), ("csv_quoted", "a.csv", read_shifted),
    ("xlsx", "a.xlsx", read_cells), ("xlsx", "a.xlsx", read_shifted), ("xlsx", "a.xlsx", read_header),
    ("xls", "a.xls", read_cells), ("xlsx", "a.xlsx", form_import),
    ("parquet", "a.parquet", read_parquet), ("parquet", "a.parquet", read_parquet_text),
    ("json", "a.json", read_json), ("yaml", "a.yaml", read_yaml), ("sav", "a.sav", spss), ("dta", "a.dta", stata),
]  # fmt: skip
NAMES = [f"{kind}-{read.__name__}" for kind, _, read in KINDS]


def break_and_read(seeds, tmp_path, kind, name, read, change):
    path = tmp_path / name
    path.write_bytes(change(seeds[kind]))
    judge(lambda: read(path))


@pytest.mark.parametrize(("kind", "name", "read"), KINDS, ids=NAMES)
@FAST
@given(change=edits())
def test_broken_files(seeds, tmp_path, kind, name, read, change):
    break_and_read(seeds, tmp_path, kind, name, read, change)


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "name", "read"), KINDS, ids=NAMES)
@SLOW
@given(change=edits())
def test_broken_files_by_the_thousand(seeds, tmp_path, kind, name, read, change):
    break_and_read(seeds, tmp_path, kind, name, read, change)


@FAST
@given(change=edits(), part=st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"]))
def test_workbooks_whose_parts_are_broken(seeds, change, part):
    """The archive itself is sound, so that the parsers behind it are reached."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(seeds["xlsx"])) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    judge(lambda: read_workbook(out.getvalue(), "a.xlsx"))


CELLS = st.text(alphabet=st.sampled_from('ab1 ,;"\n\r\t甲\x0b'), max_size=6)


def _expected(text: str) -> list[list[str]] | None:
    """What RFC 4180 makes of a text with LF line ends, by an automaton written from its grammar; None if it breaks."""
    rows, row, cell, state = [], [], "", "start"
    for letter in [*text, "end"]:
        if state == "quoted":
            if letter == '"':
                state = "closing"
            elif letter == "end":
                return None
            else:
                cell += letter
        elif letter == '"' and state == "closing":
            cell, state = cell + '"', "quoted"
        elif letter == '"':
            if state != "start":
                return None
            state = "quoted"
        elif letter in (",", "\n", "end"):
            if letter != "end" or row or cell or state != "start":
                row.append(cell)
                cell = ""
                if letter != ",":
                    rows.append(row)
                    row = []
            state = "start"
        elif state == "closing":
            return None
        else:
            cell, state = cell + letter, "plain"
    return [row for row in rows if row != [""]]


@FAST
@given(text=st.lists(st.lists(CELLS, min_size=2, max_size=2).map(",".join), max_size=6).map("\n".join))
def test_csv_cells_are_what_the_rules_make_of_them(tmp_path, text):
    """Both CSV readers give the cells of an automaton of RFC 4180, or refuse the file.

    DuckDB lets a row end with separators that it does not need; no cell is lost by that.
    """
    text = "x,y\n" + text.replace("\r", "")
    expected = _expected(text)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    for read in (all_rows, lambda p: read_csv_text(p, separator=",").astype(str).to_numpy().tolist()):
        result = judge(lambda read=read: read(path))
        if isinstance(result, SurveyKitError):
            assert expected is None or any(len(row) != 2 for row in expected), result
        else:
            assert expected is not None
            whole = [row if any(row[2:]) else row[:2] for row in expected[1:]]
            assert [[cell or "" for cell in row] for row in result] == whole


@FAST
@given(rows=st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=8))
def test_what_a_csv_writer_writes_is_read_back(tmp_path, rows):
    stream = io.StringIO(newline="")
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows([["x", "y"], *rows])
    path = tmp_path / "a.csv"
    path.write_bytes(stream.getvalue().encode())
    assert [[cell or "" for cell in row] for row in all_rows(path)] == rows
    assert read_csv_text(path).astype(str).to_numpy().tolist() == rows


@FAST
@given(text=st.text(alphabet=st.sampled_from('[]{}":,\\u0d8Ee+-.tfnNI 1'), max_size=60))
def test_json_and_yaml_texts(text):
    judge(lambda: parse_json(text, "a.json"))
    judge(lambda: parse_yaml(text, "a.yaml"))
