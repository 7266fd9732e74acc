"""Progress is shown on a terminal once something takes long, and nowhere else; no control sequences but there."""

import io
import os
import pty
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from surveykit.cli.telling.progress import Progress
from surveykit.cli.telling.terminal import harmless
from surveykit.cli.telling.wrapping import pad, width, wrap
from surveykit.study.tasks.scaffold import start_study

ROOT = Path(__file__).resolve().parents[3]


def on_a_terminal(*words, **variables):
    """Run surveykit with both streams on a pseudo-terminal; return all that it wrote."""
    controller, terminal = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80", **variables}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in variables else None
    command = [sys.executable, "-m", "surveykit", *map(str, words)]
    process = subprocess.Popen(command, stdout=terminal, stderr=terminal, stdin=subprocess.DEVNULL, env=env)
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(controller, 4096)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(controller)
    assert process.wait() == 0
    return shown.decode("utf-8")


@pytest.fixture
def slow(monkeypatch):
    """A clock that the test moves."""
    clock = {"now": 0.0}
    monkeypatch.setattr("surveykit.cli.telling.progress.time.monotonic", lambda: clock["now"])
    return clock


def test_a_step_that_took_long_leaves_a_line(slow):
    stream = io.StringIO()
    progress = Progress(stream, live=True, logged=True, ansi=True)
    progress.start("[1/2] weighting")
    slow["now"] = 7.0
    progress.start("[2/2] estimating")
    slow["now"] = 8.0
    progress.stop()
    assert "[1/2] weighting (7.0 s)" in stream.getvalue()
    assert "estimating (" not in stream.getvalue()


@pytest.mark.parametrize("ansi", [True, False])
def test_the_line_is_drawn_erased_and_drawn_again(monkeypatch, ansi):
    monkeypatch.setattr("surveykit.cli.telling.progress.PATIENCE", 0.05)
    stream = io.StringIO()
    progress = Progress(stream, live=True, logged=True, ansi=ansi)
    progress.start("抽取样本 [red]青羊[/red] :smile: " + harmless("\x1b[31m"))
    end = time.monotonic() + 20
    while "抽取样本" not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.02)
    assert "抽取样本 [red]青羊[/red] :smile: \\u001b[31m …" in stream.getvalue(), "data are shown as they stand"
    with progress.paused():
        stream.write("a line\n")
        assert stream.getvalue().endswith("a line\n")
    progress.stop(finished=False)
    assert ("\x1b" in stream.getvalue()) is ansi
    assert stream.getvalue().count("抽取样本") >= (2 if ansi else 1)


def test_quiet_when_not_a_terminal(process, tmp_path):
    start_study(tmp_path / "town")
    done = process("--study", tmp_path / "town", "run")
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert "[1/11]" not in done.stdout


def test_progress_can_be_asked_for(process, tmp_path):
    start_study(tmp_path / "town")
    done = process("--study", tmp_path / "town", "draw", "--progress")
    assert done.stderr.splitlines()[0] == "[1/2] simulating the frame"
    assert "\r" not in done.stderr


def test_on_a_terminal(town):
    shown = on_a_terminal("--study", town, "run", "--force")
    assert re.search(r" … \d+ s", shown), "a line that is redrawn while the report is made"
    assert "\x1b[?25h" in shown, "the cursor is shown again"
    assert "stages made" in shown
    plain = on_a_terminal("--study", town, "run", "--force", NO_COLOR="1")
    assert "\x1b" not in plain
    assert "stages made" in plain


def test_quiet(call, town):
    _, loud, _ = call("--study", town, "plan")
    _, quiet, err = call("--study", town, "plan", "--quiet")
    assert "up to date" in loud
    assert "up to date" not in quiet
    assert "sample_size" in quiet
    assert err == ""


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("先抽样，再加权。", 8, ["先抽样，", "再加权。"]),
        ("先抽样，再加权。", 7, ["先抽", "样，再", "加权。"]),
        ("写 study.yaml 文件", 12, ["写", "study.yaml", "文件"]),
        ("", 10, [""]),
    ],
)
def test_wrapping(text, columns, lines):
    assert wrap(text, columns) == lines


def test_padding():
    assert width(pad("抽样", 6)) == 6
