"""Value labels of SPSS and Stata files against the questionnaire's options."""

import pandas as pd
import pyreadstat
import pytest
from tiny import tiny

from surveykit.errors import DataError
from surveykit.responses import UserMapping, code_responses, read_responses

Q = tiny(
    {"id": "sex", "type": "single", "text": "Sex?", "choices": ["Male", "Female"]},
    {"id": "use", "type": "multi", "text": "Use?", "choices": ["Bus", "Tram"]},
    {"id": "g", "type": "grid", "text": "Rate", "choices": ["Bad", "Good"], "rows": [["r", "Room"]]},
    language="en",
)
DATA = pd.DataFrame({"sex": [1.0, 2.0], "use_1": [1.0, 0.0], "use_2": [0.0, 1.0], "g_r": [2.0, 1.0]})


def write(path, labels):
    save = pyreadstat.write_sav if path.suffix == ".sav" else pyreadstat.write_dta
    save(DATA, str(path), variable_value_labels=labels)
    return path


@pytest.mark.parametrize("suffix", ["sav", "dta"])
def test_codes_with_the_label_of_another_option_are_refused(tmp_path, suffix):
    path = write(tmp_path / f"a.{suffix}", {"sex": {1: "Female", 2: "Male"}, "g_r": {1: "Good", 2: "Bad"}})
    with pytest.raises(DataError) as error:
        read_responses(path, Q)
    said = str(error.value)
    assert "value labels that contradict the questionnaire (4)" in said
    assert "sex: 1 is 'Female' in the file and 'Male' in the questionnaire, where 'Female' is 2" in said
    assert "g_r: 1 is 'Good' in the file and 'Bad' in the questionnaire" in said
    turned = {"sex": {"1": "2", "2": "1"}, "g": {"1": "2", "2": "1"}}
    coded = code_responses(read_responses(path, Q, mapping=UserMapping(values=turned)), Q)
    assert coded.data["sex"].tolist() == ["2", "1"]
    assert coded.data["g_r"].tolist() == ["1", "2"]


def test_a_column_for_one_option_in_which_one_means_no_is_refused(tmp_path):
    path = write(tmp_path / "a.sav", {"use_1": {0: "Yes", 1: "No"}})
    with pytest.raises(DataError, match="use_1: 1 is 'No' in the file; use_1: 0 is 'Yes' in the file"):
        read_responses(path, Q)
    assert not read_responses(write(tmp_path / "a.sav", {"use_1": {0: "No", 1: "Yes"}}), Q).findings


def test_labels_in_other_words_are_said(tmp_path):
    labels = {"sex": {1: "male ", 2: "Woman", 9: "?"}}
    raw = read_responses(write(tmp_path / "a.sav", labels), Q)
    assert [(f.kind, f.count) for f in raw.findings] == [("value_labels_differ", 1)]
    assert "sex: 2 is 'Woman' in the file and 'Female' in the questionnaire" in raw.findings[0].message
    assert code_responses(raw, Q).data["sex"].tolist() == ["1", "2"]
