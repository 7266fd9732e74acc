import io
import json
import re
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pypdf
import pytest

from surveykit.report import (
    BRIEF_TEMPLATE,
    build_district_pdfs,
    build_docx,
    build_pdf,
    build_xlsx,
    data_files,
    figure_files,
    make_brief,
    make_district_document,
    make_document,
    render_html,
)


@pytest.fixture(scope="module")
def document(report):
    return make_document(report)


def test_workbook_holds_every_published_number_as_a_number(document):
    content = build_xlsx(document)
    sheets = pd.read_excel(io.BytesIO(content), sheet_name=None, header=3, engine="openpyxl")
    held = np.sort(np.concatenate([table.select_dtypes("number").to_numpy(float).ravel() for table in sheets.values()]))
    missing = [
        (table.id, number)
        for table in (*document.tables(), *document.data)
        for row in table.rows
        for cell in row
        for number in ((cell.value if cell.exact is None else cell.exact), *(cell.ends or ()))
        if number is not None
        and cell.status in ("", "rv")
        and not np.isclose(held, number, rtol=1e-12, atol=1e-12).any()
    ]
    assert not missing
    assert np.isfinite(held).sum() > 500


def test_columns_of_numbers_hold_nothing_else_and_labels_are_written_out(document):
    book = openpyxl.load_workbook(io.BytesIO(build_xlsx(document)))
    assert len(book.sheetnames) < len(list(document.tables()))
    for sheet in book.worksheets[1:]:
        area = next(iter(sheet.tables.values()))
        assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", area.displayName)
        assert len(sheet.title) <= 31
        assert sheet.freeze_panes
        assert sheet.print_title_rows == "$4:$4"
        heads, *rows = [[cell.value for cell in line] for line in sheet[area.ref]]
        assert len(set(heads)) == len(heads)
        assert all(isinstance(head, str) and "[" not in head for head in heads)
        for place in range(len(heads)):
            kinds = {type(row[place]) in (int, float) for row in rows if row[place] is not None}
            assert len(kinds) <= 1
    groups = next(sheet for sheet in book.worksheets if "分群体" in sheet.title)
    assert all(line[2].value for line in groups.iter_rows(min_row=5))


def test_a_withheld_number_is_an_empty_cell_with_a_marker_beside_it(tiny):
    table = pd.read_excel(io.BytesIO(build_xlsx(tiny)), sheet_name="表1 一张表", header=3, engine="openpyxl")
    assert table["数值"].tolist()[::2] == [1.5, 2.0]
    assert table["数值"].isna().tolist() == [False, True, False]
    assert table["数值标记"].fillna("").tolist() == ["", "[u]", ""]
    assert table["名称"].iloc[0] == "=1+1"


def test_workbook_is_marked_simulated(document):
    book = openpyxl.load_workbook(io.BytesIO(build_xlsx(document)))
    assert all(any("模拟数据" in str(cell.value) for row in sheet.iter_rows() for cell in row) for sheet in book
               if sheet.title != "目录")  # fmt: skip


def test_office_files_have_the_same_bytes_twice(tiny):
    assert build_xlsx(tiny) == build_xlsx(tiny)
    assert build_docx(tiny) == build_docx(tiny)


def test_word_file_has_captions_tables_and_official_fonts(make_small_report):
    content = build_docx(make_document(make_small_report(), profile="official"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles, body = (archive.read(f"word/{name}.xml").decode() for name in ("styles", "document"))
        header = "".join(archive.read(name).decode() for name in archive.namelist() if "header" in name)
    assert 'w:eastAsia="仿宋_GB2312"' in styles
    assert 'w:eastAsia="方正小标宋简体"' in styles
    assert "SEQ 表" in body
    assert "SEQ 图" in body
    assert body.count("<w:tbl>") == len(list(make_document(make_small_report()).tables()))
    assert "模拟数据" in header


def test_data_files_agree_with_each_other_and_the_tables(report, document):
    made = data_files(report)
    assert made == data_files(report)
    table = pd.read_csv(io.BytesIO(made["estimates.csv"]), keep_default_na=True)
    columnar = pd.read_parquet(io.BytesIO(made["estimates.parquet"]))
    assert table["estimate"].to_numpy() == pytest.approx(columnar["estimate"].to_numpy(), nan_ok=True)
    assert table["simulated"].all()
    overview = next(table_ for table_ in document.tables() if table_.id == "overview")
    first = columnar[(columnar["by"] == "district") & (columnar["indicator"] == "awareness")]["estimate"]
    assert [row[1].value for row in overview.rows[1:]] == pytest.approx((100 * first).tolist(), abs=0.0501)
    assert set(json.loads(made["recipe.json"])["columns"]) == set(table.columns)


def test_brief_is_one_page(report):
    page = render_html(make_brief(report), template=BRIEF_TEMPLATE)
    assert len(pypdf.PdfReader(io.BytesIO(build_pdf(page))).pages) == 1


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # WeasyPrint leaves its colour profile open
def test_archive_pdf_embeds_the_data_of_each_figure(make_small_report):
    report = make_small_report(questions=(), quality=None)
    document = make_document(report)
    files = figure_files(document)
    made = build_pdf(render_html(document), variant="pdf/a-3u", attachments=files, published=report.study.published)
    reader = pypdf.PdfReader(io.BytesIO(made))
    assert sorted(reader.attachments) == sorted(file.name for file in files)
    assert reader.attachments[files[0].name][0] == files[0].content
    assert b"pdfaid" in made or b"pdfaid" in reader.trailer["/Root"]["/Metadata"].get_data()


def test_district_report_has_the_numbers_of_the_full_report(report, document):
    own = make_district_document(report, "wuhou")
    table = next(table for table in own.tables() if table.id == "profile-table-wuhou")
    full = next(table for table in document.tables() if table.id == "profile-table-wuhou")
    assert table.rows == full.rows


def test_district_pdfs_side_by_side(make_small_report):
    made = build_district_pdfs(make_small_report(), districts=["wuhou", "jinniu"], workers=2)
    assert list(made) == ["wuhou", "jinniu"]
    assert all(content.startswith(b"%PDF") for content in made.values())
