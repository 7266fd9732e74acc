from __future__ import annotations

import pytest
from questionnaire_helpers import ROOT, load

from surveykit.questionnaire import check_questionnaire, lint_questionnaire

FILES = sorted((ROOT / "questionnaires").glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_questionnaires_of_the_library_are_sound_and_name_their_source(path: object) -> None:
    q = load(path)  # type: ignore[arg-type]
    assert q.id == path.stem  # type: ignore[attr-defined]
    assert check_questionnaire(q) == []
    assert all("required without" in str(problem) for problem in lint_questionnaire(q))
    assert q.source


def test_the_library_is_there() -> None:
    assert {path.stem for path in FILES} >= {
        "awareness_only",
        "chengdu_2021",
        "satisfaction_4",
        "satisfaction_5_asymmetric",
        "satisfaction_5_symmetric",
    }
