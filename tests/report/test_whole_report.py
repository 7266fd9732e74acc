"""Whole reports: what two readers extract is what was written, and nothing else stands on the pages."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from conftest import GROUPS, INDICATORS, build_report, regions_table
from pdf_readers import page_texts

from surveykit.report import build_html, build_pdf

ROOT = Path(__file__).parents[2]
BLOCKS = {"p", "li", "h1", "h2", "h3", "h4", "td", "th", "caption", "figcaption", "dt", "dd", "div", "tr", "a"}
UNSEEN = {"style", "script", "svg", "title"}
STRAIGHT = str.maketrans("“”‘’", "\"\"''")  # the page sets straight quotation marks of English text as curly ones


class Written(HTMLParser):
    """The text of each block of a page, without that of drawings."""

    def __init__(self, html):
        super().__init__()
        self.hidden, self.parts = 0, [""]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.hidden += tag in UNSEEN
        self.parts += [""] * (tag in BLOCKS)

    def handle_endtag(self, tag):
        self.hidden -= tag in UNSEEN
        self.parts += [""] * (tag in BLOCKS)

    def handle_data(self, data):
        self.parts[-1] += "" if self.hidden else data


def plain(text):
    """Without white space, joiners and soft hyphens, which say where lines may break, and curls of quotation marks."""
    return re.sub(r"[\s\u00ad\u200b\u2060]", "", text).translate(STRAIGHT)


def compare(html, data, folder):
    """Return blocks lost, pages on which the readers differ, and lines of the pages that nobody wrote."""
    blocks = [found for found in map(plain, Written(html).parts) if found]
    texts = page_texts(data, folder)
    extracted = {reader: [plain(page) for page in pages] for reader, pages in texts.items()}
    lost = {reader: [b for b in blocks if b not in "".join(pages)] for reader, pages in extracted.items()}
    first, second = extracted.values()
    differing = [number for number, pair in enumerate(zip(first, second, strict=True), 1) if pair[0] != pair[1]]
    drawn = re.findall(r"<text[^>]*>(.*?)</text>", html, flags=re.DOTALL)
    written = "".join(blocks) + "|" + "".join(plain(re.sub(r"<[^>]+>", "", text)) for text in drawn)
    lines = [plain(line) for page in texts["pdftotext"] for line in page.splitlines()]
    strange = [line for line in lines if line not in written and re.sub(r"\.+$|\.*\d+$", "", line) not in written]
    return (
        lost,
        differing,
        [line for line in strange if line != "▪"],
    )  # a foot with its page, leaders of the contents, marks of lists


def small_page(edition):
    regions = regions_table().head(4)
    few = {"regions": regions, "indicators": INDICATORS[:2], "groups": GROUPS[:1], "trend": None}
    report = build_report(**few)
    kept = {key: table for key, table in report.estimates.items() if key != "age_group"}
    return build_html(build_report(estimates=kept, **few), edition)


@pytest.mark.parametrize("edition", ["zh", "en"])
def test_the_text_of_a_report_comes_out_as_it_was_written(edition, tmp_path):
    html = small_page(edition)
    data = build_pdf(html)
    assert compare(html, data, tmp_path) == ({"pypdf": [], "pdftotext": []}, [], [])
    changed = html.replace("3.4", "3.5").replace("知晓率", "知道率").replace("Awareness", "Awakeness")
    lost, _, strange = compare(changed, data, tmp_path)
    assert all(lost.values()) and strange  # the comparison can fail


@pytest.mark.slow
def test_the_text_of_the_reference_report_comes_out_as_it_was_written(tmp_path):
    import shutil

    from surveykit.cli.main import main
    from surveykit.report import make_document, render_html
    from surveykit.study.files.loading import load_study
    from surveykit.study.reporting import report_input
    from surveykit.study.tasks.report_files import own_template

    folder = tmp_path / "study"
    kept = shutil.ignore_patterns(".*", "output*", "docs", "tests", "surveykit", "benchmarks", "notebooks")
    shutil.copytree(ROOT, folder, ignore=kept)
    assert main(["--study", str(folder), "run"]) == 0
    study = load_study(folder)
    page = render_html(make_document(report_input(study)), **own_template(study))
    found = compare(page, (folder / "output/report.pdf").read_bytes(), tmp_path)
    assert found == ({"pypdf": [], "pdftotext": []}, [], [])
