"""What the two READMEs name is there: commands, files, the picture. Their code runs in tests/docs."""

import re
from pathlib import Path

import pytest

from surveykit.cli.app import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.en.md")}

pytestmark = pytest.mark.parametrize("readme", READMES.values(), ids=READMES)


def test_commands_exist(readme):
    known = set(COMMANDS)
    table = re.findall(r"^\| (`.*?`) \|", readme, re.MULTILINE)
    named = {word.split()[0] for row in table for word in re.findall(r"`([a-z-]+(?: import)?)`", row)}
    shell = "".join(re.findall(r"```(?:console|text)\n(.*?)```", readme, re.DOTALL))
    named |= set(re.findall(r"^(?:\$ )?surveykit ([a-z-]+)", shell, re.MULTILINE))
    assert {"init", "check", "run", "plan", "draw", "report"} <= named
    assert named <= known, named - known


def test_files_exist(readme):
    for name in re.findall(r"`((?:docs(?!/_build)|tests|sampling|surveykit)/[\w./-]+)`", readme):
        assert (ROOT / name).exists(), name


def test_the_picture_is_there_and_small(readme):
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", readme)
    assert pictures == ["docs/_static/report.png"]
    assert 20_000 < (ROOT / pictures[0]).stat().st_size < 300_000


def test_both_have_the_same_sections(readme):
    def sections(text):
        return len(re.findall(r"^## ", text, re.MULTILINE)), text.count("```"), text.count("<!-- benchmarks")

    assert sections(readme) == sections(READMES["README.md"])
