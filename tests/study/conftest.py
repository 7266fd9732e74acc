"""A starter study that has not run, and the command line on it."""

import sys
from pathlib import Path

import pytest

from surveykit.cli.main import main
from surveykit.study.tasks.scaffold import start_study

sys.path.insert(0, str(Path(__file__).parent))  # household_study.py, which tests import

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fresh_town(tmp_path):
    """A starter study that has not run."""
    folder = tmp_path / "town"
    start_study(folder)
    return folder


@pytest.fixture
def call(capsys):
    """Call the command line; returns exit code, standard output and standard error."""

    def run(folder, *arguments):
        code = main(["--study", str(folder), *arguments])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return run


@pytest.fixture(scope="session")
def reference_root():
    """The repository, which is the reference study."""
    return ROOT
