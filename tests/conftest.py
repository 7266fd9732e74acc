"""What all tests share: messages are English unless a test asks otherwise, whatever the study or the machine speaks."""

import os
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # public_interface.py, which a test imports


@pytest.fixture(scope="session", autouse=True)
def english_messages():
    before = os.environ.get("SURVEYKIT_LANG")
    os.environ["SURVEYKIT_LANG"] = "en"
    yield
    if before is None:
        del os.environ["SURVEYKIT_LANG"]
    else:
        os.environ["SURVEYKIT_LANG"] = before


@pytest.fixture(scope="session")
def finished_study(tmp_path_factory):
    """The starter study after a whole run; not to be changed."""
    from surveykit.cli.main import main
    from surveykit.study.tasks.scaffold import start_study

    folder = tmp_path_factory.mktemp("finished") / "town"
    start_study(folder)
    assert main(["--study", str(folder), "run"]) == 0
    return folder


@pytest.fixture
def town(finished_study, tmp_path):
    """A copy of the finished study to change."""
    return shutil.copytree(finished_study, tmp_path / "town", copy_function=shutil.copy2)
