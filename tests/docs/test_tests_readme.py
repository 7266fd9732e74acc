"""tests/README.md has one line for every test file, and none for a file that is not there."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]


def test_every_test_file_has_its_line():
    there = {
        path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py") if "node_modules" not in path.parts
    }
    rows = re.findall(
        r"^\| `([^`]+)`[^|]*\| *(.*?) *\|$", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    named = [name for name, _ in rows]
    assert len(named) == len(set(named)), "a file has two lines"
    assert set(named) == there, f"without a line: {sorted(there - set(named))}; not there: {sorted(set(named) - there)}"
    assert all(len(words) > 20 for _, words in rows)
