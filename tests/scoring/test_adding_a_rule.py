"""The rule that CONTRIBUTING adds as an example: added through the list of kinds, scored, and taken away."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError

from surveykit.scoring import ScoringScheme, apply_rule, check_scheme, inputs_from_covariance, knots_of, score
from surveykit.scoring.rules import RULES, kind_of

ROOT = Path(__file__).resolve().parents[2]
SECTION = "## A rule, step by step"


def scheme(**rule):
    criterion = {"id": "c", "zh": "参与率", "points": 10, "method": "questionnaire", "input": "joined"}
    content = {"id": "b", "zh": "乙", "points": 10, "criteria": [{**criterion, "rule": {"kind": "target", **rule}}]}
    group = {"id": "a", "zh": "甲", "points": 10, "contents": [content]}
    return ScoringScheme.model_validate({"id": "s", "zh": "示例", "total": 10, "indicators": [group]})


@pytest.fixture
def rule_file(tmp_path):
    """The file of the example, as somebody would save it."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split(SECTION)[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    path = tmp_path / "target.py"
    path.write_text(code, encoding="utf-8")
    return path


@pytest.fixture
def kind(rule_file, monkeypatch):
    spec = importlib.util.spec_from_file_location("target", rule_file)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "target", module)
    spec.loader.exec_module(module)
    monkeypatch.setitem(RULES, kind_of(module.Target), module.Target)
    return module.Target


def test_it_scores_in_a_scheme_with_its_limits_and_knots(kind):
    made = scheme(at=0.5, width=0.25)
    (criterion,) = made.criteria()
    assert check_scheme(made) == []
    assert made.model_dump(mode="json")["indicators"][0]["contents"][0]["criteria"][0]["rule"] == {
        "kind": "target",
        "at": 0.5,
        "width": 0.25,
    }
    values = np.array([0.2, 0.375, 0.5, 0.7, np.nan])
    np.testing.assert_allclose(apply_rule(criterion.rule, values, 10), [0, 5, 10, 2, np.nan], rtol=1e-12)
    assert [knot.at for knot in knots_of(criterion.rule, 10)] == [0.25, 0.5, 0.75]
    covariance = np.diag([0.01, 0.02]) ** 2
    inputs = inputs_from_covariance(("u", "v"), ("joined",), np.array([[0.375], [0.7]]), covariance, kinds="mean")
    card = score(made, inputs, draws=2000, seed=1)
    totals = card.table.set_index("district")
    assert totals["points"].to_dict() == pytest.approx({"u": 5.0, "v": 2.0})
    # a straight line within reach: 10 points over 0.25, so 40 points for 1
    assert totals.loc["u", "std_error"] == pytest.approx(0.4, rel=0.1)


def test_its_check_is_asked(kind):
    found = [str(problem) for problem in check_scheme(scheme(at=0.5, width=0))]
    assert found == [
        "indicators.0.contents.0.criteria.0.rule.width: width 0 is not positive: give the distance without points"
    ]
    with pytest.raises(ValidationError, match=r"rule\.target\.width"):
        scheme(at=0.5)


def test_taken_away_it_is_no_rule_any_more(rule_file):
    assert "target" not in RULES
    with pytest.raises(ValidationError, match="does not match any of the expected tags: 'proportional'"):
        scheme(at=0.5, width=0.25)


def test_every_kind_is_listed_under_its_own_word_and_file():
    files = {path.stem for path in (ROOT / "surveykit/scoring/rules").glob("*.py")} - {"__init__", "rule"}
    assert {kind.__module__.rsplit(".", 1)[1] for kind in RULES.values()} == files
    assert all(kind_of(kind) == word for word, kind in RULES.items())
