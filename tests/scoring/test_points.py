import numpy as np
import pytest
from pydantic import TypeAdapter

from surveykit.scoring.rules import Knot, Rule, apply_rule, knots_of
from surveykit.scoring.scheme.knots import knot_bias

RULES = TypeAdapter(Rule)


def points(rule, values, worth=10.0):
    return apply_rule(RULES.validate_python(rule), np.array(values, dtype=float), worth).tolist()


KNOTS = {"kind": "piecewise_linear", "knots": [["0.60", "0"], ["0.75", "6"], ["0.85", "9"], ["0.95", "10"]]}


@pytest.mark.parametrize(
    ("rule", "values", "expected"),
    [
        ({"kind": "proportional"}, [0, 0.5, 1, 1.2, np.nan], [0, 5, 10, 10, np.nan]),
        ({"kind": "proportional", "zero": "10", "full": "0"}, [0, 4, 10, 12], [10, 6, 0, 0]),
        (KNOTS, [0.5, 0.6, 0.7, 0.8, 0.95, 1], [0, 0, 4, 7.5, 10, 10]),
        ({"kind": "threshold", "at_least": "0.9"}, [0.8999, 0.9, np.nan], [0, 10, np.nan]),
        ({"kind": "threshold", "at_least": "0.9", "share_below": "0.5"}, [0.8, 0.95], [5, 10]),
        ({"kind": "steps", "steps": [["1", "0.33"], ["2", "0.66"], ["3", "1"]]}, [0, 1, 2.5, 9],
         [0, 3.3, 6.6, 10]),
        ({"kind": "grades", "grades": {"A": "1", "B": "0.66"}}, [1, 0.66], [10, 6.6]),
        ({"kind": "deduction", "start": "0.95", "per": "0.5"}, [0.97, 0.95, 0.90, 0.6], [10, 10, 7.5, 0]),
        ({"kind": "deduction", "start": "0", "per": "1", "unit": "1", "beyond": "above", "least": "2"},
         [0, 3, 20], [10, 7, 2]),
        ({"kind": "rank_based"}, [3, 1, 2], [10, 0, 5]),
        ({"kind": "rank_based", "less_is_better": "true"}, [3, 1, 2], [0, 10, 5]),
        ({"kind": "rank_based", "bands": [["1", "1"], ["3", "0.5"]], "otherwise": "0.2"},
         [9, 8, 8, 1, np.nan], [10, 5, 5, 2, np.nan]),
        ({"kind": "bonus", "start": "3", "per": "2"}, [2, 3, 4, 20], [0, 0, 2, 10]),
        ({"kind": "penalty", "start": "0", "per": "3"}, [0, 2, 5], [0, -6, -10]),
    ],
)  # fmt: skip
def test_rules(rule, values, expected):
    np.testing.assert_allclose(points(rule, values), expected, rtol=1e-12, atol=1e-12)


def test_rank_based_points_rank_anew_in_every_draw():
    rule = RULES.validate_python({"kind": "rank_based"})
    draws = np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    assert apply_rule(rule, draws, 4.0).tolist() == [[0, 2, 4], [4, 2, 0]]


def test_knots_are_the_bends_and_jumps():
    knots = knots_of(RULES.validate_python(KNOTS), 10.0)
    assert [knot.at for knot in knots] == [0.6, 0.75, 0.85, 0.95]
    assert knots[1].slope_left == pytest.approx(40)
    assert knots[1].slope_right == pytest.approx(30)
    (jump,) = knots_of(RULES.validate_python({"kind": "threshold", "at_least": "0.9"}), 10.0)
    assert jump == Knot(0.9, 0.0, 0.0, 10.0)
    assert knots_of(RULES.validate_python({"kind": "rank_based"}), 10.0) == ()


def test_bias_at_a_knot_is_the_change_of_slope_times_399_thousandths():
    # docs/methods/scoring.md: at a knot E f(q) - f(p) = -(slope_left - slope_right) s 0.399
    knot = Knot(0.85, 30.0, 10.0)
    se = np.sqrt(0.85 * 0.15 / 100)
    assert knot_bias(np.array([0.85]), np.array([se]), knot)[0] == pytest.approx(-20 * se / np.sqrt(2 * np.pi))


@pytest.mark.parametrize("value", [0.84, 0.85, 0.87])
@pytest.mark.parametrize(
    "rule", [KNOTS, {"kind": "threshold", "at_least": "0.85"}, {"kind": "deduction", "start": "0.85", "per": "1"}]
)
def test_bias_agrees_with_simulation(rule, value):
    rule = RULES.validate_python(rule)
    se = 0.02
    drawn = value + se * np.random.default_rng(3).standard_normal(400_000)
    simulated = apply_rule(rule, drawn, 10.0).mean() - apply_rule(rule, np.array([value]), 10.0)[0]
    formula = sum(knot_bias(np.array([value]), np.array([se]), knot)[0] for knot in knots_of(rule, 10.0))
    assert formula == pytest.approx(simulated, abs=0.03)


def test_no_error_no_bias():
    assert knot_bias(np.array([0.85]), np.array([0.0]), Knot(0.85, 0.0, 0.0, 10.0)).tolist() == [0.0]
