"""The figure of coverage is written where CONTRIBUTING states it, and only from a measurement of branches."""

import json
from pathlib import Path

import pytest
from coverage_figure import LINE, state_figure

ROOT = Path(__file__).resolve().parents[2]
TOTALS = {"covered_lines": 950, "num_statements": 1000, "covered_branches": 270, "num_branches": 300}


def measured(tmp_path, **changes):
    path = tmp_path / "coverage.json"
    path.write_text(json.dumps({"meta": {"timestamp": "2024-05-01T10:00:00"}, "totals": TOTALS | changes}))
    return path


def test_figure_is_stated(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- coverage --> old\nafter\n")
    state_figure(measured(tmp_path), page)
    assert page.read_text() == (
        "before\n<!-- coverage --> 95.0 % of 1,000 lines, 90.0 % of 300 branches (2024-05-01)\nafter\n"
    )


def test_lines_alone_are_refused(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- coverage -->\n")
    with pytest.raises(ValueError, match="no branches"):
        state_figure(measured(tmp_path, num_branches=0, covered_branches=0), page)


def test_contributing_has_the_line():
    assert len(LINE.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))) == 1
