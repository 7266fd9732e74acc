"""Every PDF looks the same in poppler, MuPDF, Ghostscript and PDFium, and its text comes out as it was written.

Ink is compared per line of text. Readers smooth edges differently (PDFium darkest), so a line may differ by a quarter
and a document by 7 % from poppler; a missing glyph takes a whole character's ink away, blank text takes all of it.
"""

import io
import re
import statistics

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from pdf_readers import READERS, extracted, inks

from surveykit.report import BRIEF_TEMPLATE, build_district_pdfs, build_pdf, make_brief, render_html
from surveykit.report.charts.typefaces import EXTRA_FACE, FACES, font_path

ALL_FACES = (*FACES, EXTRA_FACE)
RARE = "臺灣髒㵲陽"
TEXTS = (
    "成都市居民问卷（简体）。“你好”，《甲》、“乙”——燚䶮乂",
    "知晓率71.7%～74.6%，共4,887人 ①②℃≥±",
    "Latin “quoted”, it’s fine",
)


def page_of_every_face():
    lines = "".join(
        f"<p style=\"font-family:'{family}';font-weight:{weight}\">{text}</p>"
        for _, family, weight in FACES
        for text in (*TEXTS, RARE)
    )
    rules = "".join(
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url("surveykit-font:{name}")}}'
        for name, family, weight in FACES
    )
    style = rules + '@page{size:A4;margin:15mm}p{font-size:13pt;margin:1mm 0;font-feature-settings:"chws"}'
    return f'<html lang="zh-CN"><head><title>题</title><style>{style}</style></head><body>{lines}</body></html>'


@pytest.fixture(scope="module")
def every_face():
    return build_pdf(page_of_every_face())


def small(make_small_report):
    return make_small_report(questions=(), quality=None)


def compare(data, folder):
    found = inks(data, folder)
    seen = [(number, text, ink) for number, text, ink in found if max(ink.values()) > 25]
    assert len(seen) > 0.8 * len(found) - 20
    wrong = []
    for number, text, ink in seen:
        if "...." not in text.replace(" ", ""):  # dots finer than a pixel
            middle = statistics.median(ink.values())
            wrong += [(number, text, ink) for value in ink.values() if not 0.75 < value / middle < 1.25]
    assert not wrong, (len(wrong), wrong[:5])
    totals = {name: sum(ink[name] for _, _, ink in seen) for name in READERS}
    assert all(0.93 < total / totals["poppler"] < 1.07 for total in totals.values()), totals


@pytest.mark.parametrize("face", ALL_FACES, ids=lambda face: face[0])
def test_the_charset_of_a_face_is_the_identity(face):
    font = TTFont(io.BytesIO(font_path(face[0]).read_bytes()), lazy=True)
    top = font["CFF "].cff.topDictIndex[0]
    assert top.charset == [".notdef", *(f"cid{place:05d}" for place in range(1, font["maxp"].numGlyphs))]
    assert len(top.charset) == top.CIDCount


@pytest.mark.parametrize("face", FACES, ids=lambda face: face[0])
def test_layout_features_are_kept(face):
    font = TTFont(io.BytesIO(font_path(face[0]).read_bytes()), lazy=True)
    held = {record.FeatureTag for tag in ("GSUB", "GPOS") for record in font[tag].table.FeatureList.FeatureRecord}
    assert held >= {"ccmp", "chws", "halt", "kern", "liga", "locl", "palt", "pwid"}


def test_embedded_fonts_keep_the_identity(every_face):
    with pikepdf.open(io.BytesIO(every_face)) as pdf:
        descriptors = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and "/FontFile3" in item]
        names = {str(item.FontName).split("+")[1] for item in descriptors}
        programs = [item.FontFile3.read_bytes() for item in descriptors]
    assert {"SK-Sans", "SK-Sans-Bold", "SK-Serif", "SK-Serif-Bold", "SK-Extra"} <= names
    for program in programs:
        charset = TTFont(io.BytesIO(program), lazy=True)["CFF "].cff.topDictIndex[0].charset
        assert all(int(name[3:]) == place for place, name in enumerate(charset) if place)


def test_every_face_looks_the_same_in_all_readers(every_face, tmp_path):
    compare(every_face, tmp_path)


def test_a_blank_line_would_be_found(every_face, tmp_path, monkeypatch):
    def blank(path, folder):
        return [page * 0 + 255 for page in READERS["poppler"](path, folder)]

    monkeypatch.setitem(READERS, "mupdf", blank)
    with pytest.raises(AssertionError, match="成都"):
        compare(every_face, tmp_path)


def test_text_comes_out_as_it_was_written(every_face, tmp_path):
    written = re.sub(r"\s", "", "".join((*TEXTS, RARE)) * len(FACES))
    assert extracted(every_face, tmp_path) == {"pypdf": written, "pdftotext": written}


def test_the_brief_looks_the_same_in_all_readers(make_small_report, tmp_path):
    compare(build_pdf(render_html(make_brief(small(make_small_report)), template=BRIEF_TEMPLATE)), tmp_path)


def test_a_district_looks_the_same_in_all_readers(make_small_report, tmp_path):
    made = build_district_pdfs(small(make_small_report), districts=["jinjiang"], workers=1)
    compare(made["jinjiang"], tmp_path)


def test_the_paper_form_looks_the_same_in_all_readers(tmp_path):
    from pathlib import Path

    from surveykit.questionnaire import render_paper_pdf
    from surveykit.study.tasks.questionnaire_files import packaged_fonts, read_questionnaire

    source = Path(__file__).parents[2] / "questionnaires" / "chengdu_2021.yaml"
    compare(render_paper_pdf(read_questionnaire(source), "zh", fonts=packaged_fonts()), tmp_path)
