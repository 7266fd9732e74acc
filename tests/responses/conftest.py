from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "files"))
sys.path.insert(0, str(Path(__file__).parents[1] / "simulation"))
sys.path.insert(0, str(Path(__file__).parent))

from simulated_study import questionnaire, simulated

from surveykit.responses import code_responses, read_wjx
from surveykit.simulation import write_wjx_export


@pytest.fixture(scope="session")
def coded(tmp_path_factory):
    """The simulated answers as a 问卷星 export, read and coded; not to be changed."""
    q = questionnaire()
    path = write_wjx_export(simulated().table, q, tmp_path_factory.mktemp("wjx") / "a.csv")
    return code_responses(read_wjx(path, q), q)
