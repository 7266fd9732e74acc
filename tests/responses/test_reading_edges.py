"""Files at the edge of what a layout says: each is read as it is meant, or said."""

from __future__ import annotations

import pandas as pd
from tiny import read, tiny

from surveykit.responses import link_sample


def test_a_record_without_any_answer_is_no_interview(tmp_path):
    q = tiny(
        {"id": "q1", "type": "single", "choices": ["a", "b"]},
        {"id": "q2", "type": "single", "choices": ["a", "b"], "ask_if": "q1 == 1"},
    )
    _, coded = read(tmp_path / "a.csv", q, "unit_id,q2\nu1,1\nu2,\nu3,\n", source="table")
    linked = link_sample(pd.DataFrame({"unit_id": ["u1", "u2", "u3", "u4"]}), coded)
    assert linked.table["disposition"].tolist() == ["I", "R", "R", "NC"]
    assert [(f.count, f.rows) for f in coded.log if f.kind == "no_answer_at_all"] == [(2, (3, 4))]
