from __future__ import annotations

import pytest
import yaml
from questionnaire_helpers import make

from surveykit.errors import DataError
from surveykit.questionnaire import (
    Questionnaire,
    check_questionnaire,
    evaluate,
    import_wjx_text,
    import_xlsform,
    parse,
    questionnaire_variables,
    questionnaire_yaml,
    render_xlsform,
    replay,
    walk,
)
from surveykit.questionnaire.importing.xpath import routing_from_xpath


def test_xlsform_comes_back_with_the_same_routing(chengdu: Questionnaire) -> None:
    found = import_xlsform(render_xlsform(chengdu))
    again = make(yaml.load(questionnaire_yaml(found), Loader=yaml.BaseLoader))
    assert check_questionnaire(again) == []
    assert [v.id for v in questionnaire_variables(again)] == [v.id for v in questionnaire_variables(chengdu)]
    assert again.languages == chengdu.languages
    for vector in walk(chengdu).vectors:
        assert replay(again, vector).asked == replay(chengdu, vector).asked
    labels = {v.id: v.labels for v in questionnaire_variables(chengdu)}
    assert {v.id: v.labels for v in questionnaire_variables(again)} == labels


@pytest.mark.parametrize(
    ("xpath", "ours"),
    [
        ("${a} = '1' and not(selected(${m}, '2'))", "a == '1' and not ( m has '2' )"),
        ("${a} != 1", "not (a == 1)"),
        ("${a} != ''", "answered(a)"),
        ("${a} = ''", "not (answered(a))"),
        ("selected(${a}, 'x')", "a == 'x'"),
        ("count-selected(${m}) >= 2 or true()", "count(m) >= 2 or true"),
        ("${sat_venue} = 5", "sat.venue == 5"),
        ("${a} = ${b}", None),
        ("string-length(${a}) > 3", None),
        ("${a} + 1 > 3", None),
    ],
)
def test_conditions_of_xlsform(xpath: str, ours: str | None) -> None:
    assert routing_from_xpath(xpath, {"sat_venue": "sat.venue"}, {"m"}) == ours


def test_unequal_keeps_its_meaning_for_missing_answers() -> None:
    said = routing_from_xpath("${a} != '1'", {}, ())
    assert said is not None
    assert evaluate(parse(said), {})


def test_what_cannot_be_read_is_listed() -> None:
    from surveykit.questionnaire.documents.sheets import write_sheets

    survey = [
        ["type", "name", "label", "relevant", "constraint"],
        ["integer", "age", "您的年龄？", None, ". >= 18 and . <= 120"],
        ["geopoint", "where", "位置", None, None],
        ["text", "why", "为什么？", "${age} + 1 > 20", "regex(., 'x')"],
    ]
    found = import_xlsform(write_sheets({"survey": survey, "settings": [["form_id"], ["my-form"]]}))
    said = " ".join(found.todo)
    for what in ("geopoint", "cannot be said", "was not read"):
        assert what in said
    q = make(dict(found.mapping))
    assert check_questionnaire(q) == []
    assert (q.flow[0].items[0].min, q.flow[0].items[0].max) == ("18", "120")


def test_files_of_another_kind_are_refused() -> None:
    with pytest.raises(DataError, match=r"no \.xlsx workbook"):
        import_xlsform(b"hello")
    with pytest.raises(DataError, match="no question found"):
        import_wjx_text("您好")


def test_wjx_text_with_ranges_and_unknown_types() -> None:
    questions = ("1. 总体满意度[量表题]\n1~5", "2. 上传照片[文件上传]（选填）", "3. 渠道[多选题]\n报纸\n其他\n说不清")
    text = "\n\n".join(("小调查", "欢迎", *questions))
    found = import_wjx_text(text)
    q = make(dict(found.mapping))
    assert check_questionnaire(q) == []
    assert [row[0] for row in q.scales["q1_scale"].choices] == ["1", "2", "3", "4", "5"]
    assert q.scales["q3_scale"].other == "96"
    assert not q.flow[0].items[1].required
    assert any("[文件上传]" in line for line in found.todo)
