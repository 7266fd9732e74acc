from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from questionnaire_helpers import ITEMS, make, small

from surveykit.questionnaire import (
    Questionnaire,
    diff_questionnaires,
)


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
