"""A starter study, run once; tests work on copies of it."""

import shutil
from pathlib import Path

import pytest

from surveykit.cli.main import main
from surveykit.study.tasks.scaffold import start_study

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """The starter study after a whole run; not to be changed."""
    folder = tmp_path_factory.mktemp("finished") / "town"
    start_study(folder)
    assert main(["--study", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def town(finished_study, tmp_path):
    """A copy of the finished study to change."""
    folder = tmp_path / "town"
    shutil.copytree(finished_study, folder, copy_function=shutil.copy2)
    return folder


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
