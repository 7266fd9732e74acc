"""The starter study, run once, and a way to call the command line on it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from surveykit.cli.main import main
from surveykit.study.tasks.scaffold import start_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    """The starter study after a whole run; not to be changed."""
    folder = tmp_path_factory.mktemp("cli") / "town"
    start_study(folder)
    assert main(["--study", str(folder), "run", "-q"]) == 0
    return folder


@pytest.fixture
def call(capsys):
    """Call the command line; returns exit code, standard output and standard error."""

    def run(*words):
        code = main([str(word) for word in words])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture
def ask(call):
    """Call with --json; returns exit code and the object, which must be all of standard output."""

    def run(*words):
        code, out, _ = call(*words, "--json")
        return code, json.loads(out)

    return run


@pytest.fixture
def process():
    """Run ``surveykit`` in a process of its own, with environment variables added (or taken out, if None)."""

    def run(*words, cwd=ROOT, env=None, **options):
        variables = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **(env or {})}
        return subprocess.run(
            [sys.executable, "-m", "surveykit", *map(str, words)],
            cwd=cwd,
            env={name: value for name, value in variables.items() if value is not None},
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    return run
