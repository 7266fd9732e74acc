"""The chapter that CONTRIBUTING adds as an example: added from outside through the list, made in both languages."""

import importlib.util
import re
from pathlib import Path

import pytest

from surveykit.report import make_document
from surveykit.report.chapters import CHAPTERS
from surveykit.report.document.blocks import Table
from surveykit.report.publishing.publication import PublicationRules

ROOT = Path(__file__).resolve().parents[2]
SECTION = "## A chapter, step by step"


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """The function of the example, put at its place in the list."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(SECTION)[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    path = tmp_path / "answers.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("answers", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr("surveykit.report.chapters.CHAPTERS", [*CHAPTERS[:2], module.answers_chapter, *CHAPTERS[2:]])
    return module.answers_chapter


@pytest.mark.parametrize(("edition", "title"), [("zh", "各指标的答题人数"), ("en", "How many answered")])
def test_it_stands_at_its_place_with_the_published_counts(chapter, make_report, edition, title):
    report = make_report()
    document = make_document(report, edition=edition)
    found = document.chapters[2]
    assert (found.id, found.title) == ("answers", title)
    (table,) = [block for block in found.blocks if isinstance(block, Table)]
    counts = [row[1].value for row in table.rows]
    given = report.estimates["city"].groupby("variable")["n"].first()
    assert counts == sorted(given.loc[[i.id for i in report.indicators if i.id in given.index]].tolist())
    assert counts


def test_a_protected_edition_rounds_its_counts(chapter, make_report):
    document = make_document(make_report(), edition="en", rules=PublicationRules(round_counts_to=5))
    (table,) = [block for block in document.chapters[2].blocks if isinstance(block, Table)]
    assert all(row[1].value is None or row[1].value % 5 == 0 for row in table.rows)


def test_every_chapter_is_one_function_of_a_file_that_is_listed():
    named = [made.__module__.rsplit(".", 1)[1] for made in CHAPTERS]
    folder = ROOT / "surveykit/report/chapters"
    files = {path.stem for path in folder.rglob("*.py") if "_chapter" in path.read_text(encoding="utf-8")}
    assert set(named) <= files
    assert len(set(CHAPTERS)) == len(CHAPTERS)
