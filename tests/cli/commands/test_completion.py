"""Completion: the shells' scripts, and bash really completing with them."""

import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

# Completes a line as the tab key does: by the function that `complete` has registered for the command.
BASH = """
source <({command} completion bash)
complete_line() {{
    COMP_LINE="$1"; COMP_POINT=${{#COMP_LINE}}; COMP_TYPE=9; COMP_KEY=9
    read -ra COMP_WORDS <<< "$COMP_LINE"
    [[ "$COMP_LINE" == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
    local registered=$(complete -p surveykit); registered=${{registered##*-F }}
    ${{registered%% *}} surveykit "${{COMP_WORDS[COMP_CWORD]}}" "${{COMP_WORDS[COMP_CWORD-1]}}"
    printf '%s\\n' "${{COMPREPLY[@]}}"
}}
complete_line "$1"
"""


@pytest.fixture
def program(tmp_path):
    """Return an environment in which a shell finds surveykit."""
    program = tmp_path / "bin" / "surveykit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m surveykit "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return {**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def complete(program, tmp_path):
    """Return what bash offers after a line."""

    def run(line):
        script = BASH.format(command="surveykit")
        done = subprocess.run(
            ["bash", "--norc", "-c", script, "bash", line],
            capture_output=True, text=True, check=False, env=program, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return [word.strip() for word in done.stdout.splitlines() if word.strip()]

    return run


def test_bash_is_here():
    assert shutil.which("bash")


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("surveykit ver", {"verify-draw"}),
        ("surveykit de", {"deidentify"}),
        ("surveykit d", {"draw", "diff", "deidentify", "doctor"}),
        ("surveykit draw --re", {"--redraw"}),
        ("surveykit completion ", {"bash", "zsh", "fish"}),
        ("surveykit report --edition ", {"zh", "en"}),
        ("surveykit report --format ar", {"archive"}),
        ("surveykit report --format pdf ar", {"archive"}),
        ("surveykit help dr", {"draw"}),
        ("surveykit questionnaire i", {"import"}),
        ("surveykit plan --lang z", {"zh"}),
        ("surveykit rel", {"release"}),
        ("surveykit release --ev", {"--every"}),
        ("surveykit --lang zh report --format pdf --edition e", {"en"}),
    ],
)
def test_bash_completes(complete, line, offered):
    assert offered <= set(complete(line))


def test_bash_completes_files(program, tmp_path):
    """Files are left to bash itself, which does it at the press of the key only: on a terminal."""
    (tmp_path / "wave_one.yaml").touch()
    controller, terminal = pty.openpty()
    shell = subprocess.Popen(
        ["bash", "--norc", "-i"], stdin=terminal, stdout=terminal, stderr=terminal, cwd=tmp_path, env=program,
        start_new_session=True,
    )  # fmt: skip
    os.close(terminal)
    os.write(controller, b"source <(surveykit completion bash)\nsurveykit diff wave_o\t")
    shown, end = b"", time.monotonic() + 60
    while b"wave_one.yaml" not in shown and time.monotonic() < end:
        if select.select([controller], [], [], 1)[0]:
            shown += os.read(controller, 4096)
    shell.kill()
    shell.wait()
    os.close(controller)
    assert b"wave_one.yaml" in shown, shown


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(call, shell):
    code, out, _ = call("completion", shell)
    assert code == 0
    assert "surveykit" in out
    assert "_SURVEYKIT_COMPLETE" in out
    assert "complete" in out


def test_an_unknown_shell(call):
    code, _, err = call("completion", "fihs")
    assert code == 2
    assert "did you mean 'fish'?" in err


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_are_told_what_a_command_does(process, shell):
    line = {"COMP_WORDS": "surveykit dr", "COMP_CWORD": {"zsh": "1", "fish": "dr"}[shell]}
    shown = process(env={**line, "_SURVEYKIT_COMPLETE": f"{shell}_complete", "SURVEYKIT_LANG": "zh"}).stdout
    assert "draw" in shown
    assert "doctor" not in shown
    assert "抽取样本" in shown
