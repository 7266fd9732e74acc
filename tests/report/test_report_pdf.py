import dataclasses
import io
import re

import pypdf
import pytest

from surveykit.errors import RenderError
from surveykit.report import build_html, build_pdf

LATIN_ALLOWED = re.compile(r"RR\d?|COOP\d?|REF|CON|NC|sampling/plan\.yaml|seed|chengdu-2021|[a-f0-9]{10,}")


@pytest.fixture(scope="module")
def pdf(chinese):
    return build_pdf(chinese)


@pytest.fixture(scope="module")
def texts(pdf) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_same_bytes_twice(chinese, pdf):
    assert build_pdf(chinese) == pdf


def test_every_page_says_simulated(texts):
    assert all("模拟数据" in text for text in texts)


def test_contents_give_the_page_of_each_chapter(texts):
    contents = texts[1]
    found = re.findall(r"^(\d) ?(\S+?) ?\.{3,} ?(\d+)$", contents, re.MULTILINE)
    assert len(found) >= 6
    for number, title, page in found:
        assert re.search(rf"{number}\s*{re.escape(title[:4])}", texts[int(page) - 1].replace("\n", " ")), (title, page)


def test_fonts_are_ours(pdf):
    names = set(re.findall(rb"/FontName\s*/([A-Za-z0-9+\-#]+)", pdf))
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        fonts = page["/Resources"].get("/Font", {})
        names |= {str(font.get_object()["/BaseFont"]).encode() for font in fonts.values()}
    assert names
    assert all(b"+SK-S" in name for name in names), names


def test_the_chinese_edition_has_no_english(texts):
    text = "\n".join(texts)
    left = re.findall(r"[A-Za-z]{3,}", LATIN_ALLOWED.sub("", text))
    assert not left, set(left)


def test_a_missing_glyph_is_named(make_small_report):
    report = make_small_report()
    study = dataclasses.replace(report.study, subtitle={"zh": "测试𠀋字", "en": "x"})
    with pytest.raises(RenderError, match=r"𠀋 \(U\+2000B\) in 'cover'"):
        build_pdf(build_html(make_small_report(study=study)))


@pytest.mark.parametrize("address", ["https://example.org/a.png", "file:///etc/passwd", "data:image/png;base64,AAAA"])
def test_nothing_outside_is_opened(address):
    page = f'<html lang="zh"><head><title>x</title></head><body><p>甲</p><img alt="a" src="{address}"></body></html>'
    with pytest.raises(RenderError):
        build_pdf(page)


def test_a_warning_is_an_error():
    with pytest.raises(RenderError, match="no-such-property"):
        build_pdf(
            '<html lang="zh"><head><title>x</title></head><body><p style="no-such-property: 1">甲</p></body></html>'
        )
