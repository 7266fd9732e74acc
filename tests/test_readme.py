"""What README shows works: its code runs, its commands and files exist."""

import argparse
import re
from pathlib import Path

from surveykit.cli.main import build_parser

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_code_runs(capsys):
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert blocks
    for block in blocks:
        exec(compile(block, "README.md", "exec"), {})
    assert "aware" in capsys.readouterr().out


def test_commands_exist():
    parser = build_parser()
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    known = set(actions[0].choices)
    table = re.findall(r"^\| (`.*?`) \|", README, re.MULTILINE)
    named = {word.split()[0] for row in table for word in re.findall(r"`([a-z-]+(?: import)?)`", row)}
    shell = "".join(re.findall(r"```\n(.*?)```", README, re.DOTALL))
    named |= set(re.findall(r"^(?:\.venv/bin/)?surveykit ([a-z-]+)", shell, re.MULTILINE))
    assert {"init", "check", "run", "plan", "draw", "report"} <= named
    assert named <= known, named - known


def test_files_exist():
    for name in re.findall(r"`((?:docs|tests|sampling|surveykit)/[\w./-]+)`", README):
        assert (ROOT / name).exists(), name
