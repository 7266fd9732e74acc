"""What surveys really bring: very many districts, one, none who answered, all of one mind, long and hostile labels."""

import dataclasses
import io
import re

import numpy as np
import pandas as pd
import pypdf
import pytest

from surveykit.errors import DataError, DefinitionError
from surveykit.report import OwnChapter, build_pdf, make_brief, make_document, render_html
from surveykit.report.charts.style import wrap_label
from surveykit.report.charts.typefaces import Setting, fit_to_fonts
from surveykit.report.document.blocks import Chapter, Document, Heading, Prose
from surveykit.report.messages import say


def with_regions(make_small_report, count, **more):
    from scipy.special import expit

    random = np.random.default_rng(count)
    ids = [f"d{place}" for place in range(count)]
    regions = pd.DataFrame({"district": ids, "name_zh": [f"第{place}区" for place in range(count)], "name_en": ids})
    p = expit(random.normal(1, 0.3, count))
    table = pd.DataFrame(
        {"variable": "awareness", "district": ids, "estimate": p, "std_error": 0.02, "conf_low": p - 0.04,
         "conf_high": np.minimum(p + 0.04, 1), "df": 400.0, "deff": 1.2, "n": 400, "n_eff": 330}
    )  # fmt: skip
    base = make_small_report()
    estimates = {"city": base.estimates["city"], "district": table}
    return dataclasses.replace(base, regions=regions, estimates=estimates, sample=None, **more)


def test_two_hundred_districts_make_several_charts(make_small_report):
    document = make_document(with_regions(make_small_report, 200))
    charts = [figure for figure in document.figures() if figure.id.startswith("caterpillar-district")]
    assert len(charts) == 5
    assert sum(len(figure.data) for figure in charts) == 200
    assert all(figure.drawing.height < 22 for figure in charts)
    assert len(next(table for table in document.tables() if table.id == "overview").rows) == 201


def test_one_district(make_small_report):
    document = make_document(with_regions(make_small_report, 1))
    text = "".join(block.text for chapter in document.chapters for block in chapter.blocks if isinstance(block, Prose))
    assert "个区（市）县的估计值在" not in text


def test_everybody_gives_the_same_answer(make_small_report):
    report = with_regions(make_small_report, 5)
    same = {"estimate": 1.0, "std_error": 0.0, "conf_low": 1.0, "conf_high": 1.0}
    report = dataclasses.replace(
        report, estimates={key: table.assign(**same) for key, table in report.estimates.items()}
    )
    document = make_document(report)
    html = render_html(document)
    assert "[rv]" in html
    assert "nan" not in re.sub(r"<[^>]+>", " ", html).lower().split()


def test_very_long_and_hostile_names(make_small_report):
    report = with_regions(make_small_report, 3)
    names = ["很长的名称" * 30, '<script>alert("x")</script>', "a & b < c > d \"e\" 'f'"]
    html = render_html(make_document(dataclasses.replace(report, regions=report.regions.assign(name_zh=names))))
    assert "<script>alert" not in html


def test_labels_are_cut_to_two_lines():
    assert wrap_label("很长的名称" * 30).count("\n") == 1
    assert wrap_label("x" * 200).endswith("…")


def test_a_map_needs_its_approval_number(make_small_report):
    square = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    shape = {"type": "Polygon", "coordinates": [square]}
    geojson = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {"district": "d0"}, "geometry": shape}],
    }
    report = with_regions(make_small_report, 2, map_geojson=geojson)
    with pytest.raises(DataError, match="审图号"):
        make_document(report)
    document = make_document(dataclasses.replace(report, map_approval="川S〔2021〕000号"))
    drawn = next(figure for figure in document.figures() if figure.id == "map-awareness")
    assert "审图号：川S〔2021〕000号" in drawn.drawing.svg
    wrong = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {}, "geometry": shape}]}
    with pytest.raises(DataError, match="district"):
        make_document(dataclasses.replace(report, map_approval="x", map_geojson=wrong))


def test_own_chapter_must_follow_a_chapter_that_is_there(make_small_report):
    own = OwnChapter(id="own", title={"zh": "甲"}, markdown={"zh": "乙"}, after="nowhere")
    with pytest.raises(DefinitionError, match="nowhere"):
        make_document(make_small_report(chapters=(own,)))


def test_a_brief_needs_its_disclosure_too(make_small_report):
    report = make_small_report()
    empty = dataclasses.replace(report.disclosure, limitations={"zh": ""})
    with pytest.raises(DefinitionError):
        make_brief(make_small_report(disclosure=empty))


def test_messages_name_their_missing_values():
    with pytest.raises(KeyError):
        say("zh", "key_rate")


def test_glyphs_of_hidden_text_do_not_count():
    page = "<html><head><title>𠀋</title><style>a{content:'𠀋'}</style></head><body>甲</body></html>"
    assert fit_to_fonts(page) == Setting(page)
    fitted = fit_to_fonts("<p id='here' title='𠀋'>甲𠀋&#x2000B;&#131083;</p>")
    assert fitted.html == "<p id='here' title='𠀋'>甲〓〓〓</p>"
    assert fitted.count == 1 and fitted.named.startswith("𠀋 (U+2000B) in 'here'")


def test_official_page_holds_22_lines_of_28_characters(make_small_report):
    base = make_document(make_small_report())
    chapter = Chapter("one", "正文", (Heading("小标题"), Prose("字" * 28 * 70)))
    document = Document(
        edition="zh",
        profile="official",
        title="题",
        subtitle="",
        facts=(),
        published=base.published,
        chapters=(chapter,),
    )
    reader = pypdf.PdfReader(io.BytesIO(build_pdf(render_html(document))))
    full = [line for line in reader.pages[3].extract_text().splitlines() if set(line) == {"字"}]
    assert len(full) == 22
    assert {len(line) for line in full} == {28}


def test_rows_of_a_grid_are_named_without_their_common_question(make_small_report):
    asked = "您对以下各方面满意吗？ — "
    grid = [
        dataclasses.replace(question, text={"zh": asked + question.text["zh"], "en": question.text["en"]})
        for question in make_small_report().questions
        if question.grid
    ]
    document = make_document(make_small_report(questions=tuple(grid)))
    likert = next(figure for figure in document.figures() if figure.id == "likert-sat")
    assert likert.data["label"].tolist() == ["阵地设施", "活动内容", "志愿者服务", "便利程度", "需求响应"]
