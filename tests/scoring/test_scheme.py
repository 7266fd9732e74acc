from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scoring_helpers import UNITS, criterion, mapping, scheme

from surveykit.scoring.indicators.definition import IndicatorSet
from surveykit.scoring.inputs.other_methods import check_other_methods, read_other_methods
from surveykit.scoring.scheme.checks import check_scheme
from surveykit.scoring.scheme.definition import ScoringScheme

ANALYSIS = Path(__file__).parents[2] / "analysis"


def load(name):
    return yaml.load((ANALYSIS / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


def test_reference_scheme_is_sound():
    reference = ScoringScheme.model_validate(load("scoring.yaml"))
    indicators = IndicatorSet.model_validate(load("indicators.yaml"))
    table = pd.read_csv(ANALYSIS / "other_methods.csv", dtype=str)
    assert check_scheme(reference, questionnaire_inputs=indicators, other_inputs=set(table["criterion"])) == []
    assert check_other_methods(reference, table, reference.units) == []
    contents = [content for group in reference.indicators for content in group.contents]
    assert (len(reference.indicators), len(contents), len(reference.criteria())) == (5, 15, 26)
    assert {c.method for c in reference.criteria()} == {"bigdata", "application", "field", "questionnaire"}
    assert sum(content.named == "published" for content in contents) == 6
    assert len(reference.units) == 23
    assert set(table["provenance"]) == {"simulated"}


def test_points_that_do_not_add_up_are_named_at_every_level():
    wrong = mapping([criterion("a", 10), criterion("b", 5)])
    wrong["total"] = "20"
    wrong["indicators"][0]["points"] = "18"
    wrong["indicators"][0]["contents"][0]["points"] = "16"
    problems = check_scheme(ScoringScheme.model_validate(wrong))
    assert [problem.path for problem in problems] == [
        ("total",),
        ("indicators", 0, "points"),
        ("indicators", 0, "contents", 0, "points"),
    ]
    assert "10 + 5 = 15, not 16" in problems[2].what


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ({"kind": "piecewise_linear", "knots": [["0.9", "0"], ["0.6", "10"]]}, "value 0.6 follows 0.9"),
        ({"kind": "piecewise_linear", "knots": [["0.6", "0"], ["0.6", "10"]]}, "value 0.6 follows 0.6"),
        ({"kind": "piecewise_linear", "knots": [["0.6", "10"], ["0.9", "0"]]}, "points go down"),
        ({"kind": "piecewise_linear", "knots": [["0.6", "0"], ["0.9", "8"]]}, "the criterion has 10"),
        ({"kind": "proportional", "full": "0"}, "zero and full"),
        ({"kind": "steps", "steps": [["2", "0.5"], ["1", "1"]]}, "value 1 follows 2"),
        ({"kind": "steps", "steps": [["1", "1.5"]]}, "above 1"),
        ({"kind": "grades", "grades": {"A": "2"}}, "not in 0 to 1"),
        ({"kind": "rank_based", "bands": [["5", "0.5"], ["10", "0.8"]]}, "must fall"),
        ({"kind": "deduction", "start": "1", "per": "1", "least": "10"}, "nothing of 10"),
        ({"kind": "bonus", "per": "1"}, "cannot stand in a content"),
    ],
)
def test_rules_that_make_no_sense(rule, what):
    problems = check_scheme(scheme([criterion("a", 10, rule=rule)]))
    assert any(what in problem.what for problem in problems)
    assert all(problem.path[:6] == ("indicators", 0, "contents", 0, "criteria", 0) for problem in problems)


def test_inputs_must_exist_and_have_the_right_unit():
    indicators = IndicatorSet.model_validate(
        {
            "indicators": [
                {"id": "s", "zh": "满意度", "kind": "score", "items": ["q"], "points": {"1": "0"},
                 "dont_know": "in_base"},
                {"id": "r", "zh": "满意率", "kind": "rate", "numerator": "q == 1", "dont_know": "in_base"},
            ]
        }
    )  # fmt: skip
    made = scheme(
        [
            criterion("s", 10),
            criterion("r", 10, rule={"kind": "threshold", "at_least": "90"}),
            criterion("none", 10),
            criterion("visits", 10, "field"),
        ]
    )
    found = check_scheme(made, questionnaire_inputs=indicators, other_inputs={"events"})
    whats = [(problem.path[5], problem.what) for problem in found]
    assert whats[0][0] == 0 and "score from 0 to 100" in whats[0][1]
    assert whats[1][0] == 1 and "rate from 0 to 1" in whats[1][1]
    assert whats[2] == (2, "the input 'none' is not an indicator of the survey")
    assert whats[3] == (3, "the input 'visits' is not in the other methods' table")


def test_cycles_duplicates_and_units():
    made = scheme(
        [criterion("a", 5, input="x"), criterion("a", 5)],
        derived=[{"id": "x", "parts": {"y": "1"}}, {"id": "y", "parts": {"x": "1", "a": "-1"}}],
        units=["jinjiang", "jinjiang", "nowhere"],
    )
    whats = [problem.what for problem in check_scheme(made, units=UNITS)]
    assert any("x -> y -> x" in what for what in whats)
    assert any("'a' is used twice" in what for what in whats)
    assert any("weight -1" in what for what in whats)
    assert any("'jinjiang' is listed twice" in what for what in whats)
    assert any("'nowhere' is not in" in what for what in whats)
    assert any("without a place in the scheme: qingyang, jinniu, wuhou" in what for what in whats)


def other_table(**columns):
    base = {"district": list(UNITS), "criterion": ["visits"] * 4, "value": ["0.9", "0.8", "0.7", "1"]}
    return pd.DataFrame(base | columns)


FIELD = [criterion("visits", 10, "field", range=["0", "1"])]


def test_other_methods_are_arranged_by_unit():
    found = read_other_methods(scheme(FIELD), other_table(std_error=["", "0.1", "", ""], df=["", "9", "", ""]), UNITS)
    assert found.values[:, 0].tolist() == [0.9, 0.8, 0.7, 1.0]
    assert found.std_errors[:, 0].tolist() == [0.0, 0.1, 0.0, 0.0]
    assert found.df.tolist() == [np.inf, 9, np.inf, np.inf]
    assert found.bounds.tolist() == [[0.0, 1.0]]


def test_all_problems_of_the_other_methods_at_once_with_lines():
    table = other_table(
        district=["jinjiang", "jinjiang", "mars", "wuhou"],
        value=["0.9", "x", "90", ""],
        std_error=["", "-1", "", "a"],
    )
    table = pd.concat([table, pd.DataFrame({"district": ["wuhou"], "criterion": ["typo"], "value": ["1"]})])
    problems = check_other_methods(scheme(FIELD), table, UNITS)
    text = [(problem.line, problem.what) for problem in problems]
    assert (3, "'x' is no number") in text
    assert (3, "jinjiang has a second value of 'visits'") in text
    assert (4, "district 'mars' is unknown") in text
    assert (4, "90 is outside the range 0 to 1 of 'visits'") in text
    assert (3, "std_error '-1' is no positive number") in text
    assert (5, "std_error 'a' is no positive number") in text
    assert (6, "no criterion of the scheme reads 'typo'") in text
    assert problems[-1].line is None
    assert "no value for 3: 'qingyang', 'jinniu', 'wuhou'" in problems[-1].what


def test_grades_and_missing_columns():
    graded = scheme([criterion("level", 10, "application", rule={"kind": "grades", "grades": {"A": "1", "B": "0.66"}})])
    table = other_table(criterion=["level"] * 4, value=["A", "B", "C", "A"])
    assert [problem.line for problem in check_other_methods(graded, table, UNITS)] == [4]
    table.loc[2, "value"] = "B"
    assert read_other_methods(graded, table, UNITS).values[:, 0].tolist() == [1.0, 0.66, 0.66, 1.0]
    (problem,) = check_other_methods(graded, table.drop(columns="value"), UNITS)
    assert "value are missing" in problem.what


def test_a_supplier_is_named_for_every_row_or_the_column_is_left_out():
    table = other_table(supplier=["platform", "", "platform", "platform"])
    (problem,) = check_other_methods(scheme(FIELD), table, UNITS)
    assert problem.line == 3 and problem.path == ("rows", 1, "supplier")


def test_blank_values_are_allowed_where_the_criterion_says_so():
    table = other_table(value=["0.9", "", "0.7", "1"])
    assert check_other_methods(scheme([FIELD[0] | {"missing": "zero"}]), table, UNITS) == []
    assert len(check_other_methods(scheme(FIELD), table, UNITS)) == 1
