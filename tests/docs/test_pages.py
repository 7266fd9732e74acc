"""Every code block of README, CONTRIBUTING and docs runs, and prints what the page shows."""

import re
from pathlib import Path

import pandas as pd
import pytest
from doc_blocks import EMPTY_FOLDER, run_page

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("docs/_build", "docs/notebooks", "docs/reference/generated")
PAGES = sorted(
    page.relative_to(ROOT).as_posix()
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if not page.relative_to(ROOT).as_posix().startswith(GENERATED)
)

pytestmark = pytest.mark.xdist_group("docs")


def test_pages_are_found():
    assert {"README.md", "README.en.md", "CONTRIBUTING.md", "docs/index.md"} <= set(PAGES)
    assert len([page for page in PAGES if page.startswith("docs/howto/")]) > 20


@pytest.mark.parametrize("page", PAGES)
def test_page_runs(page, request, tmp_path):
    finished = request.getfixturevalue("finished_study")
    path = ROOT / page
    if EMPTY_FOLDER.search(path.as_posix()):
        room = tmp_path / "empty"
        room.mkdir()
    else:
        room = request.getfixturevalue("town")
    run_page(path, room, frame=lambda: pd.read_parquet(finished / "data/frame.parquet"))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", text):
        assert ((ROOT / page).parent / target).exists(), f"{page}: {target}"
