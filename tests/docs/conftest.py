"""One finished study for all pages, and the runner of their code blocks."""

import shutil
import sys
from pathlib import Path

import pytest

from surveykit.cli.main import main
from surveykit.study.tasks.scaffold import start_study

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """The starter study after a whole run; pages work on copies."""
    folder = tmp_path_factory.mktemp("docs") / "finished"
    start_study(folder)
    assert main(["--study", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def town(finished_study, tmp_path):
    """A copy of the finished study."""
    return shutil.copytree(finished_study, tmp_path / "town", copy_function=shutil.copy2)
