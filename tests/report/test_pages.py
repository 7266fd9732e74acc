"""Pages as a reader turns them: continued tables, page numbers of official documents, long contents."""

import dataclasses
import io
import zipfile

import pypdf
import pytest

from surveykit.report import build_docx, build_pdf, render_html
from surveykit.report.document.blocks import Cell, Chapter, Column, Prose, Table


def document_with(tiny, *tables, profile="research"):
    blocks = (Prose("一段文字。"), *tables)
    return dataclasses.replace(tiny, chapters=(Chapter("one", "正文", blocks),), profile=profile)


def table_of(rows, id="long"):
    columns = (Column("name", "名称"), Column("value", "数值", "number"))
    lines = tuple((Cell(f"第{place}行"), Cell(str(place), float(place))) for place in range(rows))
    return Table(id, "很长的表", columns, lines, source="资料来源：测试。")


def pages(document):
    reader = pypdf.PdfReader(io.BytesIO(build_pdf(render_html(document))))
    return [page.extract_text() for page in reader.pages]


def test_a_continued_table_says_so_on_every_page_after_its_first(tiny):
    texts = pages(document_with(tiny, table_of(150), table_of(70, "second"), table_of(5, "short")))
    rows = [[place for place in range(150) if f"第{place}行" in text] for text in texts]
    first = next(place for place, found in enumerate(rows) if found)
    for text in texts:
        starts = {number for number in "123" if f"表{number}\u2002很长的表" in text.replace(f"续表{number}", "")}
        continued = {number for number in "123" if f"续表{number}" in text}
        assert not starts & continued
    assert "续表" not in texts[first]
    assert "续表1" in texts[first + 1]
    assert sum("续表1" in text for text in texts) >= 2
    assert sum("续表2" in text for text in texts) >= 1
    assert not any("续表3" in text for text in texts)
    held = [text for text in texts if any(f"第{place}行" in text for place in range(150))]
    assert all("名称" in text for text in held)


def test_a_table_that_is_first_on_its_page_is_not_called_continued(tiny):
    chapters = tuple(Chapter(f"c{place}", f"章{place}", (table_of(20, f"t{place}"),)) for place in range(3))
    texts = pages(dataclasses.replace(tiny, chapters=chapters))
    assert not any("续表" in text for text in texts)


def test_header_rows_repeat_in_word(tiny):
    document = document_with(tiny, table_of(80))
    with zipfile.ZipFile(io.BytesIO(build_docx(document))) as archive:
        body = archive.read("word/document.xml").decode()
    assert body.count("<w:tblHeader") == 1
    assert body.index("<w:tblHeader") < body.index("第0行")


@pytest.mark.parametrize("number", [3, 4, 5])
def test_official_page_numbers_stand_outside_odd_right_even_left(tiny, number):
    document = document_with(tiny, table_of(150), profile="official")
    reader = pypdf.PdfReader(io.BytesIO(build_pdf(render_html(document))))
    found = []

    def note(text, matrix, text_matrix, *_):
        if str(number) in text and "—" in text:
            found.append(text_matrix[4] * matrix[0] + matrix[4])

    reader.pages[number - 1].extract_text(visitor_text=note)
    assert found
    middle = float(reader.pages[0].mediabox.width) / 2
    assert (found[-1] > middle) == (number % 2 == 1)
