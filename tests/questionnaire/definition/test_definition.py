from __future__ import annotations

import copy

import pandas as pd
import pytest
from pydantic import ValidationError
from questionnaire_helpers import ITEMS, make, small

from surveykit.errors import DefinitionError
from surveykit.questionnaire import (
    Questionnaire,
    check_questionnaire,
    condition_in_words,
    definition_hash,
    parse,
    questionnaire_variables,
    resolve_scales,
)


def test_reference_questionnaire_has_no_problems(chengdu: Questionnaire) -> None:
    assert check_questionnaire(chengdu) == []
    columns = [variable.id for variable in questionnaire_variables(chengdu)]
    assert "sat_venue" in columns
    assert "channel_96_text" in columns
    assert len(set(columns)) == len(columns)


def test_shape_errors_lead_into_the_mapping() -> None:
    mapping = small()
    mapping["flow"][0]["items"][1] = {**ITEMS[1], "decimals": "many", "colour": "red"}
    mapping["flow"][0]["items"][4] = {"end": "young", "en": "Thanks"}
    with pytest.raises(ValidationError) as caught:
        make(mapping)
    places = {error["loc"] for error in caught.value.errors()}
    assert places == {
        ("flow", 0, "items", 1, "decimals"),
        ("flow", 0, "items", 1, "colour"),
        ("flow", 0, "items", 4, "if"),
    }


def test_hash_follows_the_content_and_not_the_layout() -> None:
    first = make(small())
    spaced = copy.deepcopy(small())
    spaced["flow"][0]["items"][5] = {**ITEMS[5], "ask_if": "sat.venue<=2   or src has 96"}
    assert definition_hash(make(spaced)) == definition_hash(first)
    spaced["flow"][0]["items"][5] = {**ITEMS[5], "ask_if": "sat.venue <= 1 or src has 96"}
    assert definition_hash(make(spaced)) != definition_hash(first)
    assert len(definition_hash(first)) == 64


def test_a_copy_has_its_own_hash_and_columns() -> None:
    first = make(small())
    definition_hash(first), questionnaire_variables(first)
    copied = first.model_copy(update={"version": first.version + 1, "flow": first.flow[:1]})
    assert definition_hash(copied) != definition_hash(first)
    asked = {entry.id for entry in copied.flow[0].items if entry.kind == "item"}
    assert {variable.item for variable in questionnaire_variables(copied)} <= asked
    assert questionnaire_variables(first) is questionnaire_variables(first)


def test_variables_carry_choices_specials_and_conditions(little: Questionnaire) -> None:
    found = {variable.id: variable for variable in questionnaire_variables(little)}
    assert list(found)[:4] == ["aware", "age", "src_1", "src_2"]
    assert found["sat_venue"].choices[-1] == ("10", {"en": "Best"})
    assert found["sat_venue"].specials == (("98", "dk"), ("99", "rf"))
    assert found["src_96_text"].other_text
    assert found["src_98"].option == "98"
    assert found["why"].number == 5


def test_scales_are_filled_from_tables() -> None:
    mapping = small()
    mapping["scales"]["yn"] = {"file": "yn.csv", "columns": {"en": "name"}}
    table = pd.DataFrame({"code": ["1", "2"], "name": ["Yes", "No"]})
    assert make(resolve_scales(mapping, {"yn.csv": table})).scales["yn"].choices == (("1", "Yes"), ("2", "No"))
    with pytest.raises(DefinitionError, match=r"no table 'yn.csv'"):
        resolve_scales(mapping, {})
    with pytest.raises(DefinitionError, match="no column 'name'"):
        resolve_scales(mapping, {"yn.csv": table[["code"]]})


def test_conditions_in_words(chengdu: Questionnaire) -> None:
    tree = parse("sat.venue >= 4 and not (channel has 96) or aware != 1", chengdu)
    assert condition_in_words(tree, chengdu).startswith("（第8题“阵地设施”选“比较满意”或“非常满意”，且并非")
