import dataclasses
import io
import re

import pypdf
import pytest

from surveykit.errors import MissingGlyphWarning, RenderError
from surveykit.language import translator
from surveykit.report import build_pdf, render_html
from surveykit.report.charts.typefaces import unprintable

LATIN_ALLOWED = re.compile(r"RR\d?|COOP\d?|REF|CON|NC|sampling/plan\.yaml|seed|chengdu-2021|[a-f0-9]{10,}")


@pytest.fixture(scope="module")
def pdf(chinese):
    return build_pdf(chinese)


@pytest.fixture(scope="module")
def texts(pdf) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def test_the_same_bytes_twice(tiny):
    page = render_html(tiny)
    assert build_pdf(page) == build_pdf(page)


def test_tags_and_alternative_texts(pdf, chinese):
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"]
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if node.get("/S") == "/Figure":
                found.append(str(node["/Alt"]))
            if "/K" in node and not isinstance(node["/K"], int):
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert len(found) == chinese.count("<svg ")
    assert all(len(text) > 5 for text in found)


def test_characters_are_drawn_right(tmp_path):
    """Known characters must look as the font draws them: sliced fonts give wrong glyphs without any warning."""
    import subprocess

    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    from surveykit.report.charts.typefaces import font_path

    text = "成都市居民问卷邛崃郫"
    style = (
        "@font-face{font-family:'SK Sans';src:url('surveykit-font:sk-sans-regular.otf')}@page{size:600pt 80pt;margin:0}"
    )
    style += "body{margin:0;font:40pt/80pt 'SK Sans'}"
    page = f"<html lang=zh><head><title>x</title><style>{style}</style></head><body>{text}</body></html>"
    (tmp_path / "page.pdf").write_bytes(build_pdf(page))
    subprocess.run(["pdftoppm", "-r", "72", "-gray", tmp_path / "page.pdf", tmp_path / "page"], check=True)
    seen = 255.0 - np.asarray(Image.open(next(tmp_path.glob("page*.pgm"))), dtype=float)
    font = ImageFont.truetype(str(font_path("sk-sans-regular.otf")), 40)
    for place, character in enumerate(text):
        wanted = Image.new("L", (40, 80), 0)
        ImageDraw.Draw(wanted).text((0, 12), character, font=font, fill=255)
        box = seen[:, place * 40 : place * 40 + 40]
        best = max(
            np.corrcoef(box.ravel(), np.roll(np.asarray(wanted, dtype=float), shift, axis=0).ravel())[0, 1]
            for shift in range(-20, 21)
        )
        assert best > 0.6, (character, best)


def test_every_page_says_simulated(texts):
    assert all("模拟数据" in text for text in texts)


def test_contents_give_the_page_of_each_chapter(texts):
    contents = texts[1]
    found = re.findall(r"^(\d) ?(\S+?) ?\.{3,} ?(\d+)$", contents, re.MULTILINE)
    assert len(found) >= 5
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


RARE = "燚㵲䶮乂臺灣"


def test_rare_characters_of_names_are_printed(tiny):
    pdf = build_pdf(render_html(dataclasses.replace(tiny, subtitle=f"{RARE}镇")))
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert f"{RARE}镇" in reader.pages[0].extract_text().replace("\n", "")
    fonts = {str(font.get_object()["/BaseFont"]) for font in reader.pages[0]["/Resources"]["/Font"].values()}
    assert any("SK-Extra" in name for name in fonts)
    assert b"SK-Extra" not in build_pdf(render_html(tiny))
    assert build_pdf(render_html(dataclasses.replace(tiny, subtitle="臺 甲　灣\u00a01")))


@pytest.mark.filterwarnings("always")
def test_a_character_of_no_font_is_replaced_and_told(tiny):
    with pytest.warns(MissingGlyphWarning, match=r"printed as 〓, 1: 𠀋 \(U\+2000B\) in 'cover'") as told:
        pdf = build_pdf(render_html(dataclasses.replace(tiny, subtitle="测试𠀋字")))
    chinese = translator("zh")(str(told[0].message))
    assert chinese.startswith("surveykit 的字体中没有的1个字符，印成〓：𠀋") and "请换一种写法" in chinese
    assert "测试〓字" in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()


def test_all_characters_of_the_standard_table_and_of_gbk_are_held():
    assert not unprintable("".join(chr(code) for code in range(0x4E00, 0x9FA6)))
    assert not unprintable("".join(chr(code) for code in range(0x3400, 0x4DB6)))
    assert not unprintable("𬭛𬬻𬶋𫖯𫄧")  # of the standard table, outside the Basic Multilingual Plane


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
