from __future__ import annotations

import sys
from pathlib import Path

import pytest

from surveykit.questionnaire import Questionnaire

sys.path.insert(0, str(Path(__file__).parent))

from questionnaire_helpers import make, reference, small


@pytest.fixture(scope="session")
def chengdu() -> Questionnaire:
    return reference()


@pytest.fixture(scope="session")
def little() -> Questionnaire:
    return make(small())


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "node: compares with other engines under Node ('npm ci' in tests/questionnaire/node)"
    )
