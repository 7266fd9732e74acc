from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from scoring_helpers import UNITS, estimates

from surveykit.scoring import IndicatorSet, ScoringScheme, check_indicators, check_scheme, indicator_columns, score

EXAMPLES = Path(__file__).parents[2] / "analysis" / "examples"


def load(name):
    return yaml.load((EXAMPLES / name).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_examples_are_sound_and_name_their_source(path):
    if "indicators" in path.stem:
        indicators = IndicatorSet.model_validate(load(path.name))
        assert check_indicators(indicators) == [] and "转载" in indicators.note
    else:
        made = ScoringScheme.model_validate(load(path.name))
        assert check_scheme(made) == [] and made.source


def test_wuhan_is_sixty_to_forty_with_two_observers():
    made = ScoringScheme.model_validate(load("wuhan_2022.yaml"))
    rows = [(unit, name, value) for unit in UNITS for name, value in (("third_party", 90), ("city_management", 80))]
    table = pd.DataFrame(rows, columns=["district", "criterion", "value"])
    found = score(
        made,
        estimates({"satisfaction_score": [80, 85, 90, 95]}, np.eye(4), kinds={"satisfaction_score": "score"}),
        table,
        draws=200,
    )
    np.testing.assert_allclose(found.table["points"], 0.6 * (0.9 * 90 + 0.1 * 80) + 0.4 * np.array([80, 85, 90, 95]))


def test_yingde_is_seventy_to_thirty():
    made = ScoringScheme.model_validate(load("yingde_2019.yaml"))
    table = pd.DataFrame({"district": list(UNITS), "criterion": "field", "value": [90, 80, 70, 60]})
    found = score(
        made,
        estimates({"satisfaction_score": [80, 85, 90, 95]}, np.eye(4), kinds={"satisfaction_score": "score"}),
        table,
        draws=200,
    )
    np.testing.assert_allclose(found.table["points"], [83, 83.5, 84, 84.5])


def test_shandong_grades_and_modes():
    indicators = IndicatorSet.model_validate(load("shandong_2008_indicators.yaml"))
    data = pd.DataFrame({"sat_telephone": ["1", "2", "3", None], "sat_on_site": ["3", None, "1", "3"]})
    missing = pd.DataFrame({"sat_telephone": ["", "", "", "dk"], "sat_on_site": ["", "dk", "", ""]})
    columns = indicator_columns(indicators, data, missing)
    np.testing.assert_array_equal(columns["telephone"], [100, 75, 55, np.nan])
    made = ScoringScheme.model_validate(load("shandong_2008.yaml"))
    assert check_scheme(made, questionnaire_inputs=indicators) == []
    means = columns.mean()
    rates = {name: [means[name]] * 4 for name in ("telephone", "on_site")}
    found = score(made, estimates(rates, np.eye(8), kinds=dict.fromkeys(rates, "score")), draws=200)
    np.testing.assert_allclose(found.table["points"], 0.6 * 230 / 3 + 0.4 * 70)
