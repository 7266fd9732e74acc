import math

import numpy as np
import pandas as pd
import pytest
from scoring_helpers import UNITS, criterion, estimates, scheme

from surveykit.errors import DataError
from surveykit.scoring import inputs_from_estimates, read_other_methods, score
from surveykit.scoring.sensitivity.what_if import sample_size_to_separate, size_factor_to_separate, what_if

RATES = {"a": [0.70, 0.80, 0.75, 0.90], "b": [0.60, 0.85, 0.80, 0.95], "unused": [0.5] * 4}


def setting(errors="0.02"):
    made = scheme([criterion("a", 40), criterion("b", 40), criterion("visits", 20, "field", range=["0", "1"])])
    survey = inputs_from_estimates(estimates(RATES, np.eye(12) * 0.02**2))
    table = pd.DataFrame({"district": list(UNITS), "criterion": "visits", "value": 0.8, "std_error": errors})
    other = read_other_methods(made, table, UNITS)
    return made, survey, other, score(made, survey, other, draws=4000)


def test_points_as_the_goal():
    made, survey, other, card = setting()
    found = what_if(made, survey, other, card, "qingyang", goal=84.0)
    table = found.table.set_index("input")
    assert table.loc["a", "needed"] == pytest.approx(0.85)
    assert table.loc["b", "needed"] == pytest.approx(0.90)
    assert table.loc["a", "points"] == pytest.approx(84)
    # 2 of the 14 points that are open in the two rates
    assert table.loc["all", "needed"] == pytest.approx(2 / 14)
    assert table.loc["a", "prob_already"] < 0.02
    assert "unused" not in table.index
    assert found.points == pytest.approx(82)


def test_a_goal_that_is_met_and_one_that_is_out_of_reach():
    made, survey, other, card = setting()
    met = what_if(made, survey, other, card, "wuhou", goal="above").table
    assert met["reachable"].all()
    np.testing.assert_allclose(met["change"], 0, atol=1e-12)
    assert met.set_index("input").loc["a", "prob_already"] == pytest.approx(0.5, abs=0.05)
    far = what_if(made, survey, other, card, "jinjiang", goal=99.0).table
    assert not far["reachable"].any()
    assert far["needed"].isna().all()


def test_the_next_band_by_the_same_rule_as_the_card():
    made, survey, other, card = setting()
    assert card.table["band"].tolist()[0] == "below"
    needed = what_if(made, survey, other, card, "jinjiang", goal="not_distinguishable").table.set_index("input")
    assert 0.6 < needed.loc["b", "needed"] < 1
    others = card.table["points"].iloc[1:].mean()
    assert needed.loc["b", "points"] < others


def test_unknown_district_or_goal():
    made, survey, other, card = setting()
    with pytest.raises(DataError, match="'mars' is not scored"):
        what_if(made, survey, other, card, "mars")
    with pytest.raises(DataError, match="'best' is unknown"):
        what_if(made, survey, other, card, "wuhou", goal="best")


def test_sample_size_is_the_usual_formula():
    z = 1.959964 + 0.841621
    expected = math.ceil(z**2 * (0.85 * 0.15 + 0.9 * 0.1) / 0.05**2)
    assert sample_size_to_separate(0.85, 0.90) == expected
    assert sample_size_to_separate(0.85, 0.90, design_effect=1.5) == math.ceil(1.5 * z**2 * 0.2175 / 0.0025)
    assert sample_size_to_separate(0.85, 0.90, pairs=253) > 2 * expected
    # notes: at 400 per district and rates about 0.85 the smallest clear gap is 4.9 points
    assert sample_size_to_separate(0.825, 0.8745, power=0.5) == pytest.approx(400, rel=0.02)
    with pytest.raises(DataError, match="must differ"):
        sample_size_to_separate(0.9, 0.9)


def test_sample_size_reaches_its_power():
    n = sample_size_to_separate(0.80, 0.88)
    rng = np.random.default_rng(1)
    one, two = rng.binomial(n, 0.80, 20_000) / n, rng.binomial(n, 0.88, 20_000) / n
    z = (two - one) / np.sqrt(one * (1 - one) / n + two * (1 - two) / n)
    assert (np.abs(z) > 1.96).mean() == pytest.approx(0.8, abs=0.02)


def test_size_factor_for_scores():
    _, _, _, exact = setting("")
    factor = size_factor_to_separate(exact, "jinniu", "qingyang")
    difference = 4.0
    variance = 2 * 2 * 40**2 * 0.02**2
    assert factor == pytest.approx((1.959964 + 0.841621) ** 2 * variance / difference**2, rel=0.1)
    _, _, _, noisy = setting("0.2")
    assert size_factor_to_separate(noisy, "jinniu", "qingyang") == math.inf
    with pytest.raises(DataError, match="not on the card"):
        size_factor_to_separate(exact, "mars", "jinniu")
