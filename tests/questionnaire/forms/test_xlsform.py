from __future__ import annotations

import io

import pytest
from pyxform.xls2xform import convert
from questionnaire_helpers import make, sink, small

from surveykit.questionnaire import Questionnaire, definition_hash, render_xlsform, xlsform_column_map, xlsform_losses


def test_pyxform_converts_without_warnings(chengdu: Questionnaire, little: Questionnaire) -> None:
    for q in (chengdu, little):
        result = convert(io.BytesIO(render_xlsform(q)), file_type=".xlsx", validate=False)
        assert result.warnings == []
        assert definition_hash(q) in result.xform


@pytest.mark.java
def test_odk_validate_accepts_the_form(chengdu: Questionnaire) -> None:
    for q in (chengdu, sink()):
        result = convert(io.BytesIO(render_xlsform(q)), file_type=".xlsx", validate=True)
        assert result.warnings == []


def test_the_same_definition_gives_the_same_bytes(little: Questionnaire) -> None:
    assert render_xlsform(little) == render_xlsform(make(small()))


def test_text_is_never_a_formula() -> None:
    import openpyxl

    q = make(small(title={"en": "=1+1"}))
    book = openpyxl.load_workbook(io.BytesIO(render_xlsform(q)))
    cells = [cell for sheet in book for row in sheet for cell in row if cell.value == "=1+1"]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)


def test_piped_answers_are_labels() -> None:
    q = make(
        small(
            [
                {"id": "aware", "type": "single", "scale": "yn", "en": "Aware?"},
                {"id": "why", "type": "text", "en": "You said {{aware}}; ${x} stays text. Why?"},
            ]
        )
    )
    result = convert(io.BytesIO(render_xlsform(q)), file_type=".xlsx", validate=False)
    assert "jr:choice-name" in result.xform
    assert "$\u200b{x}" in result.xform


def test_losses_and_columns(chengdu: Questionnaire) -> None:
    assert any(text.startswith("sat: random order") for text in xlsform_losses(chengdu))
    columns = {entry.variable: entry.column for entry in xlsform_column_map(chengdu).entries}
    assert columns["sat_venue"] == "p_sat-sat-sat_venue"
