import dataclasses
import re
from string import Formatter

import pytest

from surveykit.errors import DefinitionError, RenderError
from surveykit.report import OwnChapter, build_html, make_document, render_html
from surveykit.report.document.blocks import Written
from surveykit.report.document.outline import outline
from surveykit.report.messages import CATALOGUES


def numbers_of(document):
    cells = [(table.id, [[cell.value for cell in row] for row in table.rows]) for table in document.tables()]
    figures = [(figure.id, figure.data.select_dtypes("number").to_numpy().tolist()) for figure in document.figures()]
    return repr(cells), repr(figures)


def test_catalogues_have_the_same_keys():
    assert set(CATALOGUES["zh"]) == set(CATALOGUES["en"])


def test_chinese_messages_hold_no_english_words():
    allowed = {"rv", "RR", "COOP", "REF", "CON", "zh-CN", "TP", "CC"}
    for key, text in CATALOGUES["zh"].items():
        plain = "".join(part for part, *_ in Formatter().parse(text))
        words = set(re.findall(r"[A-Za-z-]{2,}", plain)) - allowed
        assert not words, (key, words)


def test_editions_have_the_same_numbers(report):
    assert numbers_of(make_document(report, edition="zh")) == numbers_of(make_document(report, edition="en"))


def test_profiles_differ_in_numbering_only(report):
    research, official = (make_document(report, profile=profile) for profile in ("research", "official"))
    assert numbers_of(research) == numbers_of(official)
    assert outline(official)[0].label == "一、"
    assert outline(official)[2].items[1].label == "（一）"


def test_an_empty_disclosure_item_stops_the_report(make_small_report):
    report = make_small_report()
    empty = dataclasses.replace(report.disclosure, funding={"zh": " ", "en": "x"}, mode={"zh": "不适用。", "en": "x"})
    with pytest.raises(DefinitionError) as caught:
        build_html(make_small_report(disclosure=empty))
    assert [problem.path for problem in caught.value.problems] == [
        ("disclosure", "funding", "zh"),
        ("disclosure", "mode", "zh"),
    ]


def test_chapters_without_data_are_left_out(make_report):
    bare = make_report(scores=None, ranks={}, scheme=None, quality=None, questions=(), provenance={}, changes=())
    ids = [chapter.id for chapter in make_document(bare).chapters]
    assert "score" not in ids
    assert "quality" not in ids
    assert "record" not in ids


def test_own_chapter_is_safe_and_can_hold_a_chart(make_small_report):
    own = OwnChapter(
        id="own",
        title={"zh": "对策建议", "en": "Advice"},
        markdown={
            "zh": "文字 <script>alert(1)</script> ![x](http://a/b.png)\n\n[[tiles awareness]]\n\n- 甲\n- 乙",
            "en": "x",
        },
    )
    document = make_document(make_small_report(chapters=(own,)))
    blocks = next(chapter.blocks for chapter in document.chapters if chapter.id == "own")
    html = "".join(block.html for block in blocks if isinstance(block, Written))
    assert "<script" not in html
    assert "<img" not in html
    assert "<li>甲</li>" in html
    assert [figure.id for figure in document.figures()].count("own-tiles-awareness") == 1


def test_an_unknown_insertion_is_named(make_small_report):
    own = OwnChapter(id="own", title={"zh": "甲"}, markdown={"zh": "[[tiles nothing]]"})
    with pytest.raises(DefinitionError, match="tiles nothing"):
        make_document(make_small_report(chapters=(own,)))


def test_labels_with_html_are_text(tiny):
    page = render_html(dataclasses.replace(tiny, title="<img src=x onerror=1>"))
    assert "<img src=x" not in page


def test_study_template_extends_the_base(tiny):
    study = {"own.html": '{% extends "surveykit/base.html" %}{% block back %}<p id="own">自有内容</p>{% endblock %}'}
    assert '<p id="own">自有内容</p>' in render_html(tiny, template="own.html", study_templates=study)


def test_an_undefined_name_in_a_template_is_an_error(tiny):
    study = {"own.html": '{% extends "surveykit/base.html" %}{% block back %}{{ nothing_here }}{% endblock %}'}
    with pytest.raises(RenderError, match="nothing_here"):
        render_html(tiny, template="own.html", study_templates=study)


def test_a_template_with_an_error_is_named_with_its_line(tiny):
    with pytest.raises(RenderError, match="line 2"):
        render_html(tiny, template="own.html", study_templates={"own.html": "\n{% if %}"})
    with pytest.raises(RenderError, match=r"none\.html"):
        render_html(tiny, template="none.html")


def test_screen_edition_stands_alone(chinese, tiny):
    page = render_html(tiny, medium="screen")
    assert "surveykit-font:" not in page
    assert not re.findall(r'(?:src|href)="(?!#)[^"]+"', page)
    assert not re.findall(r'(?:src|xlink:href)="(?!#)[^"]+"', chinese)
    assert "aria-sort" in page
    assert 'data-value="1.5"' in page
