from __future__ import annotations

from typing import Any

import pytest
from questionnaire_helpers import coded_frame

from surveykit.questionnaire import (
    Questionnaire,
    replay,
    replay_frame,
)


def test_an_answer_that_was_not_asked_counts_nowhere(little: Questionnaire) -> None:
    result = replay(little, {"aware": "2", "age": "40", "src": ["96"], "sat_venue": "1", "why": "x"})
    assert result.asked == {"aware", "age"}
    assert {(finding.column, finding.kind) for finding in result.findings} == {
        ("src", "not_asked"),
        ("sat_venue", "not_asked"),
        ("why", "not_asked"),
    }
    assert dict(result.answers) == {"aware": "2", "age": "40"}


def test_an_early_end_stops_the_questions(little: Questionnaire) -> None:
    result = replay(little, {"aware": "1", "age": 17, "src": ["96"], "why": "x"})
    assert result.ended == "young"
    assert "why" not in result.asked
    assert "src_96_text" in result.asked
    assert replay(little, {"aware": "1", "age": 17.0, "src_96": True}).answers["src"] == ("96",)


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        ({"aware": "7"}, "unknown_code"),
        ({"age": "200"}, "out_of_range"),
        ({"age": "old"}, "not_a_number"),
        ({"aware": "1", "src": ["1", "98"]}, "exclusive"),
        ({"awere": "1"}, "unknown_column"),
    ],
)
def test_findings(little: Questionnaire, answers: dict[str, Any], kind: str) -> None:
    assert kind in {finding.kind for finding in replay(little, answers).findings}


def test_table_and_single_respondent_are_walked_alike(little: Questionnaire) -> None:
    import numpy as np
    from questionnaire_helpers import random_answers

    rng = np.random.default_rng(7)
    respondents = [random_answers(rng) for _ in range(200)]
    data, missing = coded_frame(respondents)
    result = replay_frame(little, data, missing)
    for row, answers in enumerate(respondents):
        alone = replay(little, answers)
        columns = {column for column in result.asked if result.asked[column].iloc[row]}
        assert columns == {column for column in alone.asked if not column.endswith("_text")}
        assert result.ended.iloc[row] == (alone.ended or "")
