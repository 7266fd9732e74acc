from __future__ import annotations

import io
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pandas as pd
import pytest

from surveykit.questionnaire import (
    Questionnaire,
    codebook,
    definition_hash,
    questionnaire_variables,
    render_ddi,
    render_response_template,
    response_schema,
)


def test_codebook_counts_codes_and_kinds_of_missing(little: Questionnaire) -> None:
    data = pd.DataFrame({"aware": ["1", "1", pd.NA, "2"]})
    missing = pd.DataFrame({"aware": ["", "", "dk", ""]})
    entry = codebook(little, "en", data, missing)[0]
    assert entry.counts == {"1": 2, "2": 1, "n": 3, "dk": 1}
    assert entry.missing[-1] == ("dk", "don't know", "98")
    why = next(entry for entry in codebook(little) if entry.variable == "why")
    assert why.universe.startswith("(Q4 “Venue” is “Bad” or “Middling” or Q3 includes “Other")


def test_ddi_has_a_variable_per_column(chengdu: Questionnaire) -> None:
    root = ElementTree.fromstring(render_ddi(chengdu))
    found = [node.get("name") for node in root.iter("{ddi:codebook:2_5}var")]
    assert found == [variable.id for variable in questionnaire_variables(chengdu)]
    assert len({node.get("ID") for node in root.iter() if node.get("ID")}) == 2 * len(found)


def test_schema_takes_the_template_of_a_response(chengdu: Questionnaire) -> None:
    schema = response_schema(chengdu)
    jsonschema.Draft202012Validator.check_schema(schema)
    record: dict[str, Any] = {
        "format": "surveykit-response/1", "questionnaire": "chengdu_2021", "response_id": "a",
        "definition_hash": definition_hash(chengdu),
        "answers": {"aware": "1", "channel": ["1", "96"], "sat_venue": "98"},
    }  # fmt: skip
    jsonschema.validate(record, schema)
    for answers in ({"aware": "4"}, {"channel": ["1", "1"]}, {"unknown": "1"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**record, "answers": answers}, schema)


def test_template_names_every_column(chengdu: Questionnaire) -> None:
    frame = pd.read_csv(io.StringIO(render_response_template(chengdu)), dtype=str, keep_default_na=False)
    assert list(frame.columns[5:]) == [variable.id for variable in questionnaire_variables(chengdu)]
    assert frame["age_group"][0] == "1"
