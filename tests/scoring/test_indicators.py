from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from surveykit.errors import DataError
from surveykit.questionnaire import Questionnaire
from surveykit.scoring.indicators.checks import check_indicators
from surveykit.scoring.indicators.columns import indicator_columns
from surveykit.scoring.indicators.definition import IndicatorSet, with_alternatives

ROOT = Path(__file__).parents[2]
DATA = pd.DataFrame(
    {
        "aware": ["1", "2", "3", pd.NA, "1", "2"],
        "visited": ["1", "2", pd.NA, pd.NA, pd.NA, "2"],
        "sat_overall": ["5", "3", pd.NA, pd.NA, pd.NA, pd.NA],
        "recognition": ["4", "5", "2", pd.NA, "4", pd.NA],
        "support": ["5", "2", pd.NA, "4", pd.NA, pd.NA],
    }
)
MISSING = pd.DataFrame(
    {
        "aware": ["", "", "", "nr", "", ""],
        "visited": ["", "", "na", "na", "dk", ""],
        "sat_overall": ["", "", "na", "na", "dk", "rf"],
        "recognition": ["", "", "", "dk", "", "nr"],
        "support": ["", "", "dk", "", "dk", "nr"],
    }
)


def one(**definition):
    return IndicatorSet.model_validate({"indicators": [{"id": "x", "zh": "指标"} | definition]})


def column(**definition):
    return indicator_columns(one(**definition), DATA, MISSING)["x"].tolist()


def same(values, expected):
    np.testing.assert_array_equal(values, expected)


NAN = np.nan


def test_rate_over_all_valid():
    same(column(kind="rate", numerator="aware in [1, 2]", dont_know="in_base"), [1, 1, 0, NAN, 1, 1])


def test_dont_know_in_and_out_of_the_base():
    rule = {"kind": "rate", "numerator": "sat_overall in [4, 5]", "base": "aware in [1, 2]"}
    same(column(**rule, dont_know="in_base"), [1, 0, NAN, NAN, 0, NAN])
    same(column(**rule, dont_know="out_of_base"), [1, 0, NAN, NAN, NAN, NAN])


def test_not_asked_can_count_in_the_base():
    rule = {"kind": "rate", "numerator": "sat_overall in [4, 5]", "dont_know": "in_base", "not_asked": "in_base"}
    same(column(**rule), [1, 0, 0, 0, 0, NAN])


def test_two_items_need_both_answers():
    rule = {"kind": "rate", "numerator": "recognition in [4, 5] and support in [4, 5]"}
    same(column(**rule, dont_know="in_base"), [1, 0, 0, 0, 0, NAN])
    same(column(**rule, dont_know="out_of_base"), [1, 0, NAN, NAN, NAN, NAN])


def test_score_is_the_mean_of_grade_points():
    points = {"5": "100", "4": "75", "3": "50", "2": "25", "1": "0"}
    single = column(kind="score", items=["sat_overall"], points=points, dont_know="out_of_base")
    same(single, [100, 50, NAN, NAN, NAN, NAN])
    double = column(kind="score", items=["recognition", "support"], points=points, dont_know="out_of_base")
    same(double, [87.5, 62.5, 25, 75, 75, NAN])
    counted = column(kind="score", items=["sat_overall"], points=points, dont_know="in_base")
    same(counted, [100, 50, NAN, NAN, 0, NAN])


def test_codes_without_points_are_refused():
    with pytest.raises(DataError, match=r"without points \(1: '3'\)"):
        column(kind="score", items=["sat_overall"], points={"5": "100"}, dont_know="out_of_base")


def test_absent_columns_and_other_rows_are_refused():
    with pytest.raises(DataError, match="not in the data"):
        column(kind="rate", numerator="nothing == 1", dont_know="in_base")
    with pytest.raises(DataError, match="rows differ"):
        indicator_columns(one(kind="rate", numerator="aware == 1", dont_know="in_base"), DATA, MISSING.iloc[1:])


def test_multiple_choice_is_answered_when_an_option_is():
    data = pd.DataFrame({"channel_1": [True, False, pd.NA], "channel_2": [False, False, pd.NA]}, dtype="boolean")
    missing = pd.DataFrame({"channel_1": ["", "", "na"], "channel_2": ["", "", "na"]})
    found = indicator_columns(one(kind="rate", numerator="channel has 1", dont_know="in_base"), data, missing)
    same(found["x"].tolist(), [1, 0, NAN])


def test_alternatives_are_indicators_of_their_own():
    lines = with_alternatives(
        one(
            kind="rate",
            numerator="aware in [1, 2]",
            dont_know="in_base",
            alternatives=[{"id": "strict", "zh": "严格", "numerator": "aware == 1"}],
        )
    )
    assert lines.ids == ("x", "x__strict", "x__dont_know_out")
    assert lines.indicators[1].numerator == "aware == 1"
    assert lines.indicators[2].dont_know == "out_of_base"


@pytest.fixture(scope="module")
def questionnaire():
    text = (ROOT / "questionnaires" / "chengdu_2021.yaml").read_text(encoding="utf-8")
    return Questionnaire.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def test_reference_indicators_fit_the_questionnaire(questionnaire):
    text = (ROOT / "analysis" / "indicators.yaml").read_text(encoding="utf-8")
    indicators = IndicatorSet.model_validate(yaml.load(text, Loader=yaml.BaseLoader))
    assert check_indicators(indicators, questionnaire) == []
    expected = "awareness satisfaction satisfaction_score recognition support recognition_support"
    assert indicators.ids == tuple(expected.split())


def test_all_problems_at_once(questionnaire):
    wrong = IndicatorSet.model_validate(
        {
            "indicators": [
                {"id": "a", "zh": "甲", "kind": "rate", "dont_know": "in_base"},
                {"id": "a", "zh": "乙", "kind": "rate", "numerator": "aware = 1", "dont_know": "in_base"},
                {"id": "c", "zh": "丙", "kind": "rate", "numerator": "aware in [1, 7]", "dont_know": "in_base"},
                {"id": "d", "zh": "丁", "kind": "rate", "numerator": "nothing == 1", "dont_know": "in_base"},
                {"id": "e", "zh": "戊", "kind": "score", "items": ["sat_overall"], "dont_know": "in_base",
                 "points": {"5": "120", "9": "1"}},
                {"id": "f", "zh": "己", "kind": "score", "items": ["no"], "dont_know": "in_base"},
            ]
        }
    )  # fmt: skip
    paths = [problem.path for problem in check_indicators(wrong, questionnaire)]
    assert paths == [
        ("indicators", 0, "numerator"),
        ("indicators", 1, "id"),
        ("indicators", 1, "numerator"),
        ("indicators", 2, "numerator"),
        ("indicators", 3, "numerator"),
        ("indicators", 4, "points", "5"),
        ("indicators", 4, "points"),
        ("indicators", 4, "points"),
        ("indicators", 5, "points"),
        ("indicators", 5, "items", 0),
    ]
