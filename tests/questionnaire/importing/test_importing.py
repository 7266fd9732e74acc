from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from questionnaire_helpers import ITEMS, make, small

from surveykit.errors import DataError
from surveykit.questionnaire import (
    Questionnaire,
    check_questionnaire,
    diff_questionnaires,
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


def items(mapping: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = mapping["flow"][0]["items"]
    return found


@pytest.mark.parametrize(
    ("change", "effect", "said"),
    [
        (lambda m: items(m).pop(1), "breaks", "the item is gone"),
        (lambda m: items(m)[5].update(id="reason"), "breaks", "now called reason"),
        (lambda m: items(m)[5].update(type="note"), "breaks", "gone"),
        (
            lambda m: items(m)[1].update(type="text", min=None, max=None, specials=[]),
            "breaks",
            "type number is now text",
        ),
        (lambda m: m["scales"]["src"]["choices"].pop(0), "breaks", "code 1 (Board) is gone"),
        (
            lambda m: m["scales"]["yn"].update(choices=[["1", "No"], ["2", "Yes"]]),
            "breaks",
            "the scale is reversed",
        ),
        (lambda m: m["specials"]["dk"].update(code="97"), "breaks", "special code 98 is now 97"),
        (lambda m: items(m)[3]["rows"].pop(0), "breaks", "row venue is gone"),
        (lambda m: items(m)[5].update(ask_if="aware == 2"), "meaning", "asked if"),
        (lambda m: items(m)[5].update(required="true"), "meaning", "required was False"),
        (lambda m: items(m).append({"id": "z", "type": "text", "en": "Z"}), "meaning", "the item is new"),
        (lambda m: items(m).insert(0, items(m).pop(1)), "meaning", "another order"),
        (lambda m: items(m)[0].update(en="Known?"), "wording", "'Aware?' is now 'Known?'"),
        (lambda m: m["scales"]["yn"].update(choices=[["1", "Yes!"], ["2", "No"]]), "wording", "code 1 in en"),
    ],
)
def test_changes_and_what_they_break(change: Callable[[dict[str, Any]], object], effect: str, said: str) -> None:
    mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
    old = make(copy.deepcopy(mapping))
    change(mapping)
    if effect == "breaks":
        items(mapping)[-1].pop("ask_if", None)
    mapping["version"] = "2"
    found = diff_questionnaires(old, make(mapping))
    assert any(each.effect == effect and said in str(each) for each in found), [str(each) for each in found]


def test_no_change_is_no_change_and_versions_must_rise(little: Questionnaire) -> None:
    assert diff_questionnaires(little, make(small())) == ()
    mapping = copy.deepcopy(small(copy.deepcopy(ITEMS)))
    items(mapping)[0]["en"] = "Known?"
    assert any("raise it" in str(change) for change in diff_questionnaires(little, make(mapping)))


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
