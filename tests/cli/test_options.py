"""No option is lost, pages name only options that there are, and help prints in any encoding of a terminal."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from surveykit.cli.app import APP, COMMANDS

ROOT = Path(__file__).resolve().parents[2]
# The changelog tells of what was.
PAGES = [page for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")] if page.name != "CHANGELOG.md"]
# What people's scripts may hold. Options are added; one that goes breaks them and belongs in the changelog.
COMMON = {"--study", "--lang", "--trust", "--json", "--quiet", "-q", "--progress"}
REDRAW = ("plan", "draw", "ingest", "weight", "estimate", "score", "simulate", "report", "run")
OPTIONS = {
    "commit": {"--reveal", "--anew"},
    "check": {"--all-ids"},
    "draw": {"--give-up", "--stage"},
    "verify-draw": {"--published", "--frame"},
    "deidentify": {
        "--keys", "--k", "--sensitive", "--keep-text", "--exact", "--leave-out", "--weights", "--strata", "--strict",
    },
    "frame index": {"--file"},
    "purge": {"--originals", "--yes"},
    "questionnaire import": {"--output"},
    "release": {"--every", "--reason"},
    "report": {
        "--format", "--edition", "--profile", "--variant", "--standard", "--smallest-count", "--round-counts",
        "--workers", "--reviewed",
    },
    "run": {"--force"},
    "simulate": {"--repetitions"},
}  # fmt: skip


def every_command() -> dict[str, click.Command]:
    context, found = click.Context(APP, info_name="surveykit", obj="en"), {}
    for name in COMMANDS:
        command = APP.get_command(context, name)
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {action}": inner for action, inner in command.commands.items()}
    return found


def options_of(command: click.Command) -> set[str]:
    return {name for param in command.params if isinstance(param, click.Option) for name in param.opts}


@pytest.mark.parametrize("name", every_command())
def test_no_option_is_lost(name):
    wanted = COMMON | OPTIONS.get(name, set()) | ({"--redraw"} if name in REDRAW else set())
    assert wanted == options_of(every_command()[name])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_options_on_pages_are_there(page):
    known = every_command()
    for call in re.finditer(r"surveykit ([a-z-]+)((?: +[^\s`|;#&\"“”，。]+)*)", page.read_text(encoding="utf-8")):
        held = [command for name, command in known.items() if name.split()[0] == call[1]]
        there = set().union(*map(options_of, held)) | {"-h", "--help"} if held else set()
        named = re.findall(r"(?<!\S)--?[a-z][a-z-]*", call[2]) if held else []
        assert set(named) <= there, call[0]


@pytest.mark.parametrize("words", [["--help"], ["help"], ["deidentify", "--help"]])
def test_a_reader_of_the_help_may_leave(words, tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "surveykit", *words, "--lang", "zh"], stdout=writing, stderr=subprocess.PIPE,
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["cp936", "ascii", "utf-8"])
@pytest.mark.parametrize(("words", "code"), [(["--help"], 0), (["report", "--help"], 0), (["plna"], 2)])
def test_any_encoding_of_a_terminal_will_do(encoding, words, code, tmp_path):
    """Windows consoles in Chinese take cp936, bare ones ASCII: characters that they lack are written out."""
    surroundings = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "surveykit", *words, "--lang", "zh"], capture_output=True, cwd=tmp_path, env=surroundings
    )
    told = (done.stdout + done.stderr).decode(encoding)
    assert done.returncode == code
    assert "Traceback" not in told and "\x1b" not in told
    assert "用法：surveykit" in told or encoding == "ascii"
