"""Files of code that pages name are there, under that name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")), ROOT / "tests/README.md"]
# What a page asks the reader to write, and what the changelog says of earlier states.
EXAMPLES = {"surveykit/scoring/rules/target.py", "surveykit/weighting/steps/within_household.py"}
CODE = {
    f"/{path.relative_to(ROOT).as_posix()}"
    for room in ("surveykit", "tests", "tools", "benchmarks", "docs")
    for path in (ROOT / room).rglob("*.py")
}


def missing(text: str) -> list[str]:
    named = re.findall(r"`([\w./-]+/[\w.-]+\.py)`", text)
    return [name for name in named if name not in EXAMPLES and not any(path.endswith(f"/{name}") for path in CODE)]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=lambda page: page.relative_to(ROOT).as_posix()
)
def test_named_files_are_there(page):
    assert missing(page.read_text(encoding="utf-8")) == []


def test_a_file_that_moved_is_seen():
    assert missing("`study/running.py` and `surveykit/report/outline.py`") == [
        "study/running.py", "surveykit/report/outline.py",
    ]  # fmt: skip
    assert missing("`study/running/run.py`") == []
