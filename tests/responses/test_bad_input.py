"""Wrong files give one clear error, are never executed, and never crash the program."""

from __future__ import annotations

import contextlib
import csv
import re
import zipfile
from pathlib import Path
from typing import get_args

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from layouts import random_table, write_form, write_kobo, write_odk, write_plain, write_stat
from simulated_study import questionnaire

from surveykit.errors import DataError, SurveyKitError
from surveykit.files.answer_files import FileVariant
from surveykit.files.csv_text import read_csv_text
from surveykit.questionnaire import definition_hash
from surveykit.responses import code_responses, read_form, read_kobo, read_odk, read_responses, read_spss, read_wjx
from surveykit.responses.readers.detect import READERS, reader_options
from surveykit.responses.readers.file_cells import FileLayout, read_cells
from surveykit.responses.readers.forms import read_form_platform
from surveykit.simulation import write_wjx_export


@pytest.fixture(scope="module")
def table():
    return random_table(questionnaire(), 5, 30)


@pytest.fixture
def wjx(table, tmp_path):
    return write_wjx_export(table, questionnaire(), tmp_path / "a.csv")


def edit(path, change, separator=","):
    """Change the rows of a CSV, the header among them."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = change(list(csv.reader(stream, delimiter=separator)))
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=separator).writerows(rows)


def test_no_such_file():
    with pytest.raises(DataError, match="no such file"):
        read_wjx("nowhere.xlsx", questionnaire())


def test_empty_file(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"")
    with pytest.raises(DataError, match="empty"):
        read_wjx(tmp_path / "a.csv", questionnaire())


def test_csv_cut_off(wjx):
    data = wjx.read_bytes()
    wjx.write_bytes(data[: len(data) * 2 // 3].rsplit(b",", 3)[0])
    with pytest.raises(DataError, match="number of cells"):
        read_wjx(wjx, questionnaire())


def test_xlsx_cut_off(table, tmp_path):
    path = write_wjx_export(table, questionnaire(), tmp_path / "a.xlsx")
    path.write_bytes(path.read_bytes()[:-400])
    with pytest.raises(DataError, match="cut off"):
        read_wjx(path, questionnaire())


def test_bytes_in_no_encoding(wjx):
    wjx.write_bytes(wjx.read_bytes() + b"\xff\xff\xff")
    with pytest.raises(DataError, match="damaged or cut off"):
        read_wjx(wjx, questionnaire())
    wjx.write_bytes("naïve café, déjà vu".encode("cp1252") + b" \x81 ")
    with pytest.raises(DataError, match="none of the encodings"):
        read_wjx(wjx, questionnaire())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings_that_are_read(wjx, encoding):
    text = wjx.read_text(encoding="utf-8-sig")
    before = read_wjx(wjx, questionnaire()).table.astype(str)
    wjx.write_bytes(text.encode(encoding))
    assert read_wjx(wjx, questionnaire()).table.astype(str).equals(before)


def test_utf16_without_its_mark(wjx):
    wjx.write_bytes(wjx.read_text(encoding="utf-8-sig").encode("utf-16-le"))
    with pytest.raises(DataError, match="UTF-16 without a mark"):
        read_wjx(wjx, questionnaire())


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_stray_byte_does_not_turn_utf8_into_another_encoding(wjx, mark):
    data = wjx.read_text(encoding="utf-8-sig").encode()
    wjx.write_bytes(mark + data[:3000] + b"\xff" + data[3000:])
    with pytest.raises(DataError, match=r"UTF-8 but damaged or cut off \(byte 300\d"):
        read_wjx(wjx, questionnaire())
    end = data.rindex("满".encode()) + 1
    wjx.write_bytes(mark + data[:end])
    with pytest.raises(DataError, match="UTF-8 but damaged or cut off"):
        read_wjx(wjx, questionnaire())


def test_empty_columns_at_the_right_are_nothing(wjx):
    before = code_responses(read_wjx(wjx, questionnaire()), questionnaire(), minors=None)
    edit(wjx, lambda rows: [[*row, "", ""] for row in rows])
    after = code_responses(read_wjx(wjx, questionnaire()), questionnaire(), minors=None)
    assert after.data.equals(before.data)


def sheet_of(cells, path):
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    book.save(path)
    return path


def test_header_of_a_workbook_shifted_or_a_column_twice(table, tmp_path):
    q = questionnaire()
    good = read_cells(write_wjx_export(table, q, tmp_path / "a.xlsx")).table.astype(str)
    rows = [list(good.columns), *good.to_numpy().tolist()]
    with pytest.raises(DataError, match=r"header row shifted|header is in another row"):
        read_wjx(sheet_of([["导出时间"], *rows], tmp_path / "b.xlsx"), q)
    assert read_wjx(sheet_of([[""], *rows], tmp_path / "b.xlsx"), q).row_numbers[0] == 3
    with pytest.raises(DataError, match="header row shifted"):
        read_wjx(sheet_of([rows[0][:-1], *rows[1:]], tmp_path / "b.xlsx"), q)
    with pytest.raises(DataError, match="several columns fit"):
        read_wjx(sheet_of([[*row, row[8]] for row in rows], tmp_path / "b.xlsx"), q)


@pytest.mark.parametrize(
    "cells",
    ['<row><c r="ZZZZZZZZZZZZ1"><v>1</v></c></row>', '<row><c r="XFE1"><v>1</v></c></row>',
     '<row><c r="XFD1"/></row>' * 5000],
)  # fmt: skip
def test_a_sheet_that_says_it_has_endless_cells(table, tmp_path, cells, monkeypatch):
    monkeypatch.setattr("surveykit.files.sheet_parts.MAX_CELLS", 10_000_000)
    good = write_wjx_export(table, questionnaire(), tmp_path / "a.xlsx")
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{cells}</sheetData></worksheet>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, sheet if "sheet1" in entry.filename else source.read(entry))
    with pytest.raises(DataError, match="more cells than a spreadsheet can have"):
        read_cells(tmp_path / "b.xlsx")


def test_a_parquet_file_of_endless_rows(table, tmp_path, monkeypatch):
    path = write_plain(table, questionnaire(), tmp_path / "a.parquet")
    monkeypatch.setattr("surveykit.files.parquet.MAX_CELLS", 100)
    with pytest.raises(DataError, match="more than answers can be"):
        read_responses(path, questionnaire())
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(DataError, match="not a readable Parquet file"):
        read_responses(path, questionnaire())


def test_mixed_versions_of_kobo(table, tmp_path):
    q = questionnaire()
    path = write_kobo(table, q, tmp_path / "a.csv")
    edit(path, lambda rows: [*rows[:-1], [*rows[-1][:-1], "vOther"]], ";")
    with pytest.raises(DataError, match=r"other versions.*vAbC123 \(29 rows\), vOther \(1 rows\)"):
        read_kobo(path, q)
    assert len(read_kobo(path, q, versions=["vAbC123", "vOther"]).table) == 30


def test_header_shifted_down(wjx):
    edit(wjx, lambda rows: [["导出时间：2021-09-20"], *rows])
    with pytest.raises(DataError, match=r"number of cells|header is in another row"):
        read_wjx(wjx, questionnaire())
    edit(wjx, lambda rows: [["导出时间"] + [f"x{i}" for i in range(len(rows[1]) - 1)], *rows[1:]])
    with pytest.raises(DataError, match="header is in another row"):
        read_wjx(wjx, questionnaire())


def test_header_shifted_right(wjx):
    edit(wjx, lambda rows: [rows[0][1:], *rows[1:]])
    with pytest.raises(DataError, match="number of cells"):
        read_wjx(wjx, questionnaire())


def test_a_column_twice(wjx):
    edit(wjx, lambda rows: [[*row, row[8]] for row in rows])
    with pytest.raises(DataError, match="several columns fit"):
        read_wjx(wjx, questionnaire())


def test_another_questionnaire(wjx, table):
    text = wjx.read_text(encoding="utf-8-sig").replace("、", "、另外的问题")
    wjx.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="another questionnaire or version"):
        read_wjx(wjx, questionnaire())


def test_values_that_are_no_option_are_all_listed(wjx):
    text = wjx.read_text(encoding="utf-8-sig").replace("非常满意", "非常滿意").replace("锦江区", "锦江")
    wjx.write_text(text, encoding="utf-8")
    raw = read_wjx(wjx, questionnaire())
    with pytest.raises(DataError) as error:
        code_responses(raw, questionnaire())
    assert "非常滿意" in str(error.value)
    assert "nearest option '非常满意' (code 5)" in str(error.value)
    kept = code_responses(raw, questionnaire(), policy="keep")
    assert "非常滿意" in set(kept.data["sat_overall"].dropna())
    gone = code_responses(raw, questionnaire(), policy="missing")
    assert "非常滿意" not in set(gone.data["sat_overall"].dropna())
    assert (gone.unmapped["count"] > 0).all()
    assert len(gone.unmapped) == len(kept.unmapped) > 1


def test_formulas_are_text(table, tmp_path):
    q = questionnaire()
    evil = "=cmd|' /C calc'!A0"
    table = table.assign(suggestion=table["suggestion"].where(table["suggestion"].isna(), evil))
    raw = read_wjx(write_wjx_export(table, q, tmp_path / "a.xlsx"), q)
    assert set(code_responses(raw, q, minors=None).data["suggestion"].dropna()) == {evil}
    book = openpyxl.Workbook()
    book.active.append(["x", "y"])
    book.active.append(["=1+1", '=HYPERLINK("http://x")'])
    book.save(tmp_path / "f.xlsx")
    assert read_cells(tmp_path / "f.xlsx").table.iloc[0].tolist() == ["=1+1", '=HYPERLINK("http://x")']


def test_an_encoding_that_is_none_of_text(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n")
    for encoding in ("hex", "rot13", "undefined", "no such", "a\0b"):
        for layout in (FileLayout(encoding=encoding), FileLayout(encoding=encoding, skip_rows=1)):
            with pytest.raises(DataError, match=r"a\.csv: there is no encoding"):
                read_cells(tmp_path / "a.csv", layout)


def test_a_csv_whose_first_title_is_pk(tmp_path):
    """The letters with which an archive begins are a common title too."""
    (tmp_path / "a.csv").write_text("PK,y\n1,2\n")
    assert read_cells(tmp_path / "a.csv").table.astype(str).to_numpy().tolist() == [["1", "2"]]


def test_zip_bomb(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    with pytest.raises(DataError, match="zip bomb"):
        read_cells(path)


def test_entities_are_refused(table, tmp_path):
    good = write_wjx_export(table, questionnaire(), tmp_path / "a.xlsx")
    bad = tmp_path / "b.xlsx"
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
        for entry in source.infolist():
            target.writestr(entry.filename, bomb if "sheet1" in entry.filename else source.read(entry))
    with pytest.raises(DataError, match="document type"):
        read_cells(bad)


def test_mixed_versions(table, tmp_path):
    q = questionnaire()
    path = write_odk(table, q, tmp_path / "a.csv")
    text = path.read_text(encoding="utf-8")
    head, _, last = text.rstrip("\n").rpartition(",1")
    path.write_text(f"{head},7{last}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"other versions.*7 \(1 rows\)"):
        read_odk(path, q)
    assert len(read_odk(path, q, versions=["1", "7"]).table) == 30


def test_ambiguous_columns_list_the_candidates(table, tmp_path):
    q = questionnaire()
    path = write_kobo(table, q, tmp_path / "a.csv")
    edit(path, lambda rows: [[*row, "p_old/sex" if i == 0 else "1"] for i, row in enumerate(rows)], ";")
    with pytest.raises(DataError, match=r"2 columns fit 'sex'.*p_demo/sex.*p_old/sex"):
        read_kobo(path, q)
    assert read_kobo(path, q, column_map={"sex": "p_demo/sex"}).columns["sex"] == ("p_demo/sex",)


def test_changed_response_file(table, tmp_path):
    q = questionnaire()
    folder = write_form(table.head(3), q, tmp_path / "answers")
    one = sorted(folder.iterdir())[0]
    one.write_text(one.read_text(encoding="utf-8").replace('"consent": "1"', '"consent": "2"'), encoding="utf-8")
    with pytest.raises(DataError, match="do not fit their hash"):
        read_form(one, q)
    left = read_form(folder, q)
    assert len(left.table) == 2
    assert [(f.kind, f.count) for f in left.findings] == [("file_left_out", 1)]
    assert one.name in left.findings[0].message
    one.write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="not whole JSON"):
        read_form(one, q)
    assert len(read_form(folder, q).table) == 2


def test_response_file_of_another_definition(table, tmp_path):
    q = questionnaire()
    folder = write_form(table.head(3), q, tmp_path / "answers")
    for file in folder.iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace(definition_hash(q), "0" * 64), encoding="utf-8")
    with pytest.raises(DataError, match=r"other versions of chengdu_2021.*3 files"):
        read_form(folder, q)


def test_damaged_spss(table, tmp_path):
    path = write_stat(table, questionnaire(), tmp_path / "a.sav")
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(DataError, match="not a readable file"):
        read_spss(path, questionnaire())


def test_user_missing_values_stay_apart(table, tmp_path):
    q = questionnaire()
    coded = code_responses(read_spss(write_stat(table, q, tmp_path / "a.sav"), q), q, minors=None)
    assert (coded.missing["education"] == "rf").sum() == (table["education"] == "99").sum() > 0
    assert (coded.missing["support"] == "dk").sum() == (table["support"] == "98").sum() > 0


def test_scores_and_places_are_not_guessed_apart(table, tmp_path):
    q = questionnaire()
    path = write_wjx_export(table, q, tmp_path / "a.csv", variant="number")
    edit(path, lambda rows: [[*row, "总分" if i == 0 else "5"] for i, row in enumerate(rows)])
    with pytest.raises(DataError, match="variant="):
        read_wjx(path, q)
    assert read_wjx(path, q, variant="number").variant == "number"


def test_answers_against_the_routing_are_findings(table, wjx):
    q = questionnaire()
    place = int(np.flatnonzero(table["aware"].isin(["1", "2"]))[0])

    def refuse(rows):
        column = next(i for i, name in enumerate(rows[0]) if name.startswith("1、"))
        rows[place + 1][column] = "否"
        return rows

    edit(wjx, refuse)
    coded = code_responses(read_wjx(wjx, q), q, minors=None)
    assert coded.missing.loc[place, "resident"] == "na"
    assert coded.meta.loc[place, "ended"] == "ineligible"
    found = next(f for f in coded.log if f.kind == "answer_not_asked" and f.column == "aware")
    assert found.rows == (place + 2,)


def test_an_unknown_option_of_a_reader(wjx):
    with pytest.raises(DataError, match="takes no"):
        read_responses(wjx, questionnaire(), versions=["1"])
    with pytest.raises(DataError, match="source: 'paper' is unknown"):
        read_responses(wjx, questionnaire(), source="paper")


def documented_variants():
    """Variants of each source by the table of docs/methods/responses.md."""
    text = (Path(__file__).parents[2] / "docs/methods/responses.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `") and line.count(" | ") == 3]
    named = {s: set(re.findall("`(.+?)`", row[2])) for row in rows for s in re.findall("`(.+?)`", row[0])}
    return {source: named[source] for source in READERS}


@pytest.mark.parametrize(("source", "taken"), documented_variants().items())
def test_a_reader_takes_the_variants_of_its_row_and_no_other(tmp_path, source, taken):
    path = tmp_path / "a.csv"
    words = {*get_args(FileVariant), "nonsense", "Codes", " codes", ""}
    assert taken < words
    for word in words - taken:
        wanted = rf"a\.csv: variant: '{word}' is unknown" if taken else f"the reader of {source} takes no .*'variant'"
        with pytest.raises(DataError, match=wanted):
            read_responses(path, questionnaire(), source=source, variant=word)
    for word in taken:
        with pytest.raises(DataError, match="no such file"):
            read_responses(path, questionnaire(), source=source, variant=word)


def test_a_platform_that_is_none(wjx):
    with pytest.raises(DataError, match=r"source: 'gogle' is unknown \(did you mean 'google'\?\)"):
        read_form_platform(wjx, questionnaire(), "gogle")
    assert "source" not in set().union(*map(reader_options, READERS))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_clear_error(tmp_path, data):
    for name in ("a.csv", "a.xlsx", "a.json"):
        (tmp_path / name).write_bytes(data)
        try:
            read_responses(tmp_path / name, questionnaire())
        except SurveyKitError as error:
            assert name in str(error)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_byte_changed_in_a_workbook(table, tmp_path, place, byte):
    path = write_wjx_export(table.head(3), questionnaire(), tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(bytes(data))
    with contextlib.suppress(SurveyKitError):
        code_responses(read_wjx(path, questionnaire()), questionnaire(), policy="keep")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.text('ab,"\n;=是', max_size=5), min_size=2, max_size=2), min_size=1, max_size=6))
def test_csv_cells_come_back(tmp_path, cells):
    path = tmp_path / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
        writer.writerow(["x", "y"])
        writer.writerows(cells)
    read = read_csv_text(path)
    assert read.astype(object).to_numpy().tolist() == cells
