"""Indicators, bases and undecided answers in the words and numbers of the reference study's questionnaire."""

import re
from pathlib import Path

import pandas as pd
import pytest

from surveykit.study.files.loading import load_study
from surveykit.study.reporting.assembling import _named_by_questionnaire, _places
from surveykit.study.reporting.wordings import base_in_words, indicator_infos, questions, undecided_words

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT / "study.yaml")


def test_indicators_and_appendix_number_questions_alike(study):
    numbers = {question.number: question for question in questions(study)}
    assert len(numbers) == len(questions(study))
    printed = {str(variable.number): variable.item for variable in study.questionnaire.variables()}
    for indicator in indicator_infos(study):
        for language, pattern in (("zh", r"第(\d+)题"), ("en", r"Q(\d+)")):
            named = re.findall(pattern, indicator.numerator[language] + indicator.base[language])
            assert indicator.kind == "score" or named
            assert {printed[number] for number in named} <= {"aware", *indicator.items}
    assert numbers["8-1"].id == "sat_venue"
    assert numbers["8-5"].id == "sat_response"
    assert numbers["9"].id == "sat_overall"


def test_bases_that_differ_are_worded_differently(study):
    """Awareness and recognition have 4,887 and 4,867 people; both were 'all valid respondents' before."""
    bases = {indicator.id: indicator.base["zh"] for indicator in indicator_infos(study)}
    assert bases["awareness"] == "全部有效受访者，且回答了第5题"
    assert bases["recognition_support"] == "全部有效受访者，且回答了第10题和第11题"
    assert bases["satisfaction"] == "第5题选“知道”或“听说过”，且回答了第9题（“说不清”除外）"
    assert bases["satisfaction"] == bases["satisfaction_score"]
    first = study.indicators.indicators[1]
    counted = first.model_copy(update={"not_asked": "in_base", "dont_know": "in_base", "base": "all_valid"})
    assert base_in_words(counted, study.questionnaire)["zh"] == "全部有效受访者，且回答了第9题（含未被问及者）"


def test_the_undecided_are_called_what_the_questionnaire_calls_them(study):
    q = study.questionnaire
    assert undecided_words(q, ["sat_overall", "recognition"]) == {"zh": ["说不清"], "en": ["Don't know"]}
    assert undecided_words(q, ["aware"]) == {"zh": [], "en": []}  # "不知道" is an answer there
    said = {indicator.id: indicator.dont_know["zh"] for indicator in indicator_infos(study)}
    assert said["awareness"] == "该题没有不表态的选项"
    assert said["satisfaction"] == "“说不清”不计入基数"
    assert said["support"] == "“说不清”计入基数，不计入分子"
    text = " ".join(
        value for i in indicator_infos(study) for field in (i.base, i.dont_know) for value in field.values()
    )
    assert "不清楚" not in text


def test_a_rule_on_the_undecided_is_named_by_the_questionnaire_or_left_out(study):
    rules = ["awareness", "awareness__dont_know_out", "support__dont_know_out", "awareness__strict"]
    table = pd.DataFrame(
        {"rule": rules, "indicator": [rule.split("__")[0] for rule in rules], "name_zh": "甲", "name_en": "a"}
    )
    found = _named_by_questionnaire(study, table).set_index("rule")
    assert list(found.index) == ["awareness", "support__dont_know_out", "awareness__strict"]
    assert found.loc["support__dont_know_out", "name_zh"] == "支持率（“说不清”不计入基数）"
    assert found.loc["awareness__strict", "name_zh"] == "甲"


def test_areas_are_called_what_the_study_calls_them(study):
    assert _places(study) == {"unit": {"zh": "区（市）县", "en": "district"}}
    definition = study.definition.model_copy(update={"unit": None})
    changed = type("Study", (), {"definition": definition})
    assert _places(changed)["unit"] == {"zh": "区(市)县", "en": "district"}
