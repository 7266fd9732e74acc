from __future__ import annotations

import copy
from typing import Any

import pandas as pd
import pytest
from pydantic import ValidationError
from questionnaire_helpers import ITEMS, coded_frame, make, small

from surveykit.errors import DefinitionError
from surveykit.questionnaire import (
    ColumnMap,
    Questionnaire,
    check_questionnaire,
    definition_hash,
    questionnaire_variables,
    replay,
    replay_frame,
    resolve_scales,
    walk,
    wjx_column_map,
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


def test_walk_finds_lengths_and_cases(chengdu: Questionnaire) -> None:
    result = walk(chengdu)
    assert (result.shortest, result.longest) == (13, 21)
    assert result.unproved == ()
    assert ("flow", 0, "items", 0) in result.always
    assert walk(chengdu, cap=2).unproved


def test_column_map_of_wjx_goes_through_json(chengdu: Questionnaire) -> None:
    found = wjx_column_map(chengdu)
    entry = {entry.variable: entry for entry in found.entries}
    assert entry["sat_venue"].column == "8、您对文明实践中心（所、站）以下各方面满意吗？—阵地设施"
    assert entry["channel"].options[-1] == ("98", "说不清")
    assert entry["channel"].other == "96"
    assert ColumnMap.from_dict(found.to_dict()) == found
    assert {"variable", "code", "text", "definition_hash"} <= set(found.to_frame().columns)
