"""What all tests share: messages are English unless a test asks otherwise, whatever the study or the machine speaks."""

import os
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
