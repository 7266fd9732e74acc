"""PDF/UA-1 and PDF/A-3 by validators that nobody here wrote: two for each, without one error.

``page`` (package page-validation) holds all rules of both standards and passes the veraPDF corpus; ``outloud`` checks
PDF/UA-1 and what a reader aloud would say; ``pikepdf.pdfa`` lets pass only what it knows to conform to PDF/A-3b.
"""

import dataclasses
import io
from pathlib import Path

import outloud
import page as rust_validator
import pikepdf
import pytest
from pikepdf.pdfa import Flavour, check

from surveykit.questionnaire import render_paper_pdf
from surveykit.report import (
    BRIEF_TEMPLATE,
    OwnChapter,
    build_district_pdfs,
    build_pdf,
    figure_files,
    make_brief,
    make_document,
    render_html,
)
from surveykit.study.tasks.questionnaire_files import packaged_fonts, read_questionnaire

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # WeasyPrint, an open file
MARKDOWN = (
    "开头。\n\n### 第三级\n\n- 甲\n    - 乙\n\n1. 一\n2. 二\n\n#### 第四级\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n"
)
HEURISTIC = {"TAG-002"}  # takes a running head that is long enough for prose; it is an artifact as ISO 14289-1 7.8 asks
PLEASES_ONLY_3B = "ISO_19005_3:6.6.4-3"  # pikepdf knows the levels 1b, 2b and 3b only: U and A are "not B" to it


@pytest.fixture(scope="module")
def report(make_small_report):
    own = OwnChapter(id="own", title={"zh": "自写的一章", "en": "Own"}, markdown={"zh": MARKDOWN, "en": MARKDOWN})
    return make_small_report(chapters=(own,))


@pytest.fixture(scope="module")
def document(report):
    return make_document(report)


def ua_errors(data, folder):
    found = rust_validator.validate_pdf_bytes(data, profile="ua1")
    path = folder / "file.pdf"
    path.write_bytes(data)
    said = outloud.check(str(path), skip=HEURISTIC)
    assert not said.error, said.error
    rules = [str(failure.rule_id) for failure in found.failures]
    return rules + [f"{item.rule} {item.message}" for item in said.findings if item.severity == "error"]


def archive_errors(data, level):
    rules = [str(failure.rule_id) for failure in rust_validator.validate_pdf_bytes(data, profile=level).failures]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        findings = check(pdf, Flavour.PDFA_3B).findings
    violations = [item for item in findings if item.kind == "violation" and item.rule != PLEASES_ONLY_3B]
    return rules + [str(item) for item in violations]


@pytest.mark.parametrize("profile", ["research", "official"])
def test_the_report_is_accessible(report, profile, tmp_path):
    assert ua_errors(build_pdf(render_html(make_document(report, profile=profile))), tmp_path) == []


def test_the_english_report_is_accessible(report, tmp_path):
    assert ua_errors(build_pdf(render_html(make_document(report, edition="en"))), tmp_path) == []


def test_the_brief_is_accessible(report, tmp_path):
    assert ua_errors(build_pdf(render_html(make_brief(report), template=BRIEF_TEMPLATE)), tmp_path) == []


def test_a_district_report_is_accessible(report, tmp_path):
    made = build_district_pdfs(report, districts=["jinjiang"], workers=1)["jinjiang"]
    assert ua_errors(made, tmp_path) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_paper_form_is_accessible(language, tmp_path):
    source = Path(__file__).parents[2] / "questionnaires" / "chengdu_2021.yaml"
    made = render_paper_pdf(read_questionnaire(source), language, mode="interviewer", fonts=packaged_fonts())
    assert ua_errors(made, tmp_path) == []


@pytest.mark.parametrize("level", ["3u", "3a"])
def test_the_archive_conforms(document, level):
    files = figure_files(document)[::-1]
    page = render_html(document)
    data = build_pdf(page, variant=f"pdf/a-{level}", attachments=files, published=document.published)
    assert archive_errors(data, level) == []
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/Filter" not in pdf.Root.Metadata
        names = [bytes(name) for name in list(pdf.Root.Names.EmbeddedFiles.Names)[::2]]
    assert names == sorted(names)
    assert len(names) == len(files) > 1


def test_what_conforms_to_neither_is_found(tiny, tmp_path):
    plain = build_pdf(render_html(dataclasses.replace(tiny, mark="")), variant="plain")
    assert ua_errors(plain, tmp_path)
    assert archive_errors(plain, "3u")
