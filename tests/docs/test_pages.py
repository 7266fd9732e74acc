"""Every code block of README, CONTRIBUTING and docs runs, and prints what the page shows."""

import re
from pathlib import Path

import pandas as pd
import pytest
from doc_blocks import EMPTY_FOLDER, run_page

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("docs/_build", "docs/notebooks", "docs/reference")  # made by tools/doc_sources.py, not in version control
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if not page.relative_to(ROOT).as_posix().startswith(GENERATED)
)

# Pages that start a study of their own run beside the others, which share one finished study.
EMPTY = [page for page in PAGES if EMPTY_FOLDER.search(f"/{page}")]
SHARED = [page for page in PAGES if page not in EMPTY]


def test_pages_are_found():
    assert {"README.md", "README.en.md", "CONTRIBUTING.md", "docs/index.md"} <= set(PAGES)
    assert len([page for page in PAGES if page.startswith("docs/howto/")]) > 20


@pytest.mark.parametrize("page", EMPTY)
def test_page_runs_from_nothing(page, tmp_path):
    run_page(ROOT / page, tmp_path)


@pytest.mark.parametrize("page", SHARED)
def test_page_runs_in_the_small_study(page, town):
    run_page(ROOT / page, town, frame=lambda: pd.read_parquet(town / "data/frame.parquet"))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text):
        path = ((ROOT / page).parent / target).resolve()
        made = any(path.is_relative_to(ROOT / folder) for folder in GENERATED)
        assert made or path.exists(), f"{page}: {target}"
