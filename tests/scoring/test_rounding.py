"""Comparisons of values with declared numbers: tolerance, rounding rule, ties, notes."""

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from scoring_helpers import UNITS, criterion, scheme

import surveykit as sk
from surveykit.errors import DefinitionError
from surveykit.scoring import IndicatorSet, check_scheme, inputs_from_covariance, score, what_if
from surveykit.scoring.kernel.comparing import round_half_up, snap
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.rules import Knot
from surveykit.scoring.scheme.aggregate import criterion_points
from surveykit.scoring.scheme.knots import knot_bias, knot_table
from surveykit.scoring.scheme.rounding import jump_edge, with_kinds

GRADES = {"kind": "grades", "grades": {"A": "1"}}
AT_LEAST = {"kind": "threshold", "at_least": "0.9"}


def survey(values, kinds="rate", se=0.01, names=("a",)):
    values = np.asarray(values, dtype=float).reshape(len(UNITS), len(names))
    return inputs_from_covariance(UNITS, names, values, np.eye(values.size) * se**2, kinds=kinds)


@pytest.mark.parametrize("decimals", [0, 1, 2, 3, 5])
def test_halves_go_away_from_zero_as_in_decimal_arithmetic(decimals):
    rng = np.random.default_rng(1)
    steps = rng.integers(-(10 ** (decimals + 3)), 10 ** (decimals + 3), 2000)
    texts = [Decimal(int(k)).scaleb(-(decimals + 1)) for k in steps]
    expected = [float(x.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)) for x in texts]
    assert round_half_up(np.array([float(x) for x in texts]), decimals).tolist() == expected


def test_a_half_made_by_weighted_sums_is_a_half_and_nothing_less_is():
    below = np.nextafter(0.8995, 0, dtype=float)
    assert round_half_up(np.array([below - 2e-16, 0.8995 - 1e-9, 0.89949]), 3).tolist() == [0.9, 0.899, 0.899]
    assert np.isnan(round_half_up(np.array([np.nan]), 1)).all()
    assert round_half_up(np.array([np.inf, 0.0, -0.04]), 1).tolist() == [np.inf, 0.0, 0.0]


def test_values_within_rounding_error_are_the_declared_number():
    assert snap(np.array([0.8 - 3e-16, 0.8 + 7e-10, 0.8 - 2e-9, np.nan]), np.array([0.8]))[:3].tolist() == [
        0.8,
        0.8,
        0.8 - 2e-9,
    ]
    assert snap(np.array([-1e-17, 2e-9]), np.array([0.0])).tolist() == [0.0, 2e-9]


@pytest.mark.parametrize("weight", [13.37, 7.77, 0.1, 1 / 3, 1e5 / 7])
@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "threshold", "at_least": "0.8"},
        {"kind": "steps", "steps": [["0.6", "0.5"], ["0.8", "1"]]},
        {"kind": "rank_based", "bands": [["1", "1"], ["2", "0.8"]], "otherwise": "0.5"},
        {"kind": "deduction", "start": "0.8", "per": "1"},
    ],
)
def test_eight_of_ten_are_eighty_percent_whatever_the_weight(weight, rule):
    sizes = {"a": 10, "b": 20, "c": 25, "d": 35}
    weights = (weight, 7.77, 1.0, weight)
    rows = [
        (unit, float(i < 0.8 * n), w) for (unit, n), w in zip(sizes.items(), weights, strict=True) for i in range(n)
    ]
    design = sk.SurveyDesign(pd.DataFrame(rows, columns=["district", "sat", "w"]), weights="w", strata="district")
    found = sk.survey_mean(design, "sat", by="district")
    made = scheme([criterion("sat", 100, rule=rule)])
    assert score(made, found, draws=100).table["points"].tolist() == [100.0] * 4


def test_ranks_tie_by_the_tolerance_along_the_last_axis():
    values = np.array([[0.8, 0.8 - 2e-16, 0.7, 0.7 + 1e-15], [0.8, 0.8 - 1e-8, 0.1, 0.0]])
    assert competition_ranks(values).tolist() == [[1, 1, 3, 3], [1, 2, 3, 4]]
    assert competition_ranks(values[0]).tolist() == [1, 1, 3, 3]
    assert competition_ranks(values * 1e6).tolist() == competition_ranks(values * 1e-6).tolist()
    assert competition_ranks(np.array([-np.inf, 1.0, 1.0 + 1e-15])).tolist() == [3, 1, 1]
    assert competition_ranks(np.zeros(3)).tolist() == [1, 1, 1]


VALUES = [0.8996, 0.8995, 0.89949, 0.9]


@pytest.mark.parametrize(
    ("rule", "reached"),
    [(None, [0, 0, 0, 1]), ("1", [1, 1, 0, 1]), ("0", [1, 1, 1, 1]), ("2", [0, 0, 0, 1]), ("none", [0, 0, 0, 1])],
)
def test_the_scheme_decides_whether_the_printed_value_counts(rule, reached):
    more = {} if rule is None else {"round": rule}
    card = score(scheme([criterion("a", 10, rule=AT_LEAST)], **more), survey(VALUES), draws=200)
    assert (card.table["points"] / 10).tolist() == reached
    own = score(scheme([criterion("a", 10, rule=AT_LEAST, **more)], round="3"), survey(VALUES), draws=200)
    if rule is not None:
        assert (own.table["points"] / 10).tolist() == reached


def test_decimals_count_in_the_unit_that_people_read():
    rule = {"kind": "threshold", "at_least": "90"}
    for kind, values, expected in (("score", [89.96, 89.95, 89.94, 90], [1, 1, 0, 1]),):
        card = score(scheme([criterion("a", 10, rule=rule, round="1")]), survey(values, kind), draws=50)
        assert (card.table["points"] / 10).tolist() == expected
    table = pd.DataFrame({"district": list(UNITS), "criterion": "v", "value": VALUES})
    share = criterion("v", 10, "field", rule=AT_LEAST, round="1")
    for more, expected in (({"kind": "rate"}, [1, 1, 0, 1]), ({}, [1, 1, 1, 1])):
        made = scheme([criterion("a", 10), share | more])
        card = score(made, survey(VALUES), table, draws=50)
        assert (card.criteria.query("criterion == 'v'")["points"] / 10).tolist() == expected


def test_published_points_of_a_city_hotline_come_out_to_the_cent():
    """Lianyungang 12345: rate rounded to 0.01 point, 25 points less 0.5 per point below the target, floor 12.5."""
    rule = {"kind": "deduction", "start": "0.98", "per": "0.5", "least": "12.5"}
    made = scheme([criterion("a", 25, rule=rule)], round="2")
    card = score(made, survey([5 / 6, 7 / 8, 0.75, 5 / 7]), draws=50)
    np.testing.assert_allclose(card.table["points"], [17.665, 19.75, 13.5, 12.5], rtol=1e-12)
    early = scheme([criterion("a", 25, rule=rule | {"start": "0.95"})], round="2")
    np.testing.assert_allclose(score(early, survey([12 / 17] * 4), draws=50).table["points"], 12.795, rtol=1e-12)


def test_rounded_values_tie():
    made = scheme([criterion("a", 10, rule={"kind": "rank_based", "bands": [["1", "1"], ["2", "0.5"]]})], round="1")
    assert score(made, survey([0.8996, 0.9004, 0.9, 0.8]), draws=50).table["points"].tolist() == [10, 10, 10, 0]


def test_kinds_are_found_through_derived_inputs_of_derived_inputs():
    chain = [{"id": f"d{k}", "parts": {"a" if k == 0 else f"d{k - 1}": "1"}} for k in range(4)]
    made = scheme([criterion("x", 10, input="d3", rule=AT_LEAST)], derived=chain, round="0")
    (one,) = with_kinds(made, ("a",), ("rate",)).criteria()
    assert one.kind == "rate"


def test_draws_go_through_the_rounding_rule():
    made = scheme([criterion("a", 10, rule=AT_LEAST)], round="0")
    settled = with_kinds(made, ("a",), ("rate",))
    drawn = np.random.default_rng(3).normal(0.9, 0.02, (4000, 4, 1))
    by_decimal = np.array(
        [float(Decimal(repr(float(x) * 100)).quantize(Decimal(1), rounding=ROUND_HALF_UP)) for x in drawn.ravel()]
    )
    expected = np.where(by_decimal >= 90, 10.0, 0.0).reshape(drawn.shape)
    assert (criterion_points(settled, drawn) == expected).all()


def test_knots_follow_the_rounding_rule():
    made = with_kinds(scheme([criterion("a", 10, rule=AT_LEAST)], round="0"), ("a",), ("rate",))
    (one,) = made.criteria()
    assert jump_edge(made, one, 0.9) == pytest.approx(0.895, rel=1e-12)
    drawn = np.random.default_rng(4).normal(0.895, 0.02, (40_000, 4, 1))
    table = knot_table(made, UNITS, np.full((4, 1), 0.895), drawn, 0.95)
    mean = criterion_points(made, drawn).mean(axis=0).ravel()
    np.testing.assert_allclose(table["prob_reached"], mean / 10, rtol=1e-12)
    np.testing.assert_allclose(table["bias"], mean - 10, atol=0.1)
    assert table["crosses"].all() and (table["knot"] == 0.9).all()
    exact = knot_bias(np.array([0.8 - 2e-16]), np.array([0.01]), Knot(0.8, 0.0, 0.0, 10.0))
    assert exact[0] == pytest.approx(-5.0)


def test_notes_say_where_a_printed_value_lies_across_a_threshold():
    rounded = score(scheme([criterion("a", 10, rule=AT_LEAST)], round="1"), survey(VALUES), draws=50)
    (note,) = [n for n in rounded.notes if "rounds before the rule" in n]
    assert "jinjiang (89.96%, printed 90.0%, threshold 90%)" in note and "jinniu" not in note and "wuhou" not in note
    assert any("先按四舍五入" in n and "qingyang" in n for n in rounded.notes_zh)
    plain = score(scheme([criterion("a", 10, rule=AT_LEAST)]), survey(VALUES), draws=50)
    assert any("scored unrounded" in n and "jinjiang" in n for n in plain.notes)
    clear = score(scheme([criterion("a", 10, rule=AT_LEAST)]), survey([0.7, 0.8, 0.95, 0.9]), draws=50)
    assert not any("printed" in n for n in clear.notes)


def test_the_criteria_table_has_the_value_that_the_rule_saw():
    card = score(scheme([criterion("a", 10, rule=AT_LEAST)], round="1"), survey(VALUES), draws=50)
    assert card.criteria["value"].tolist() == VALUES
    assert card.criteria["value_used"].tolist() == [0.9, 0.9, 0.899, 0.9]
    again = type(card).from_payload(card.to_payload())
    assert again.criteria["value_used"].tolist() == [0.9, 0.9, 0.899, 0.9]


def test_what_if_asks_for_the_value_that_rounds_up():
    made = scheme([criterion("a", 10, rule=AT_LEAST)], round="0")
    inputs = survey([0.8, 0.95, 0.95, 0.95])
    card = score(made, inputs, draws=200)
    other = sk.scoring.read_other_methods(made, pd.DataFrame(columns=["district", "criterion", "value"]), UNITS)
    found = what_if(made, inputs, other, card, "jinjiang", goal=10.0)
    assert found.table.loc[0, "needed"] == pytest.approx(0.895, abs=1e-6)


@pytest.mark.parametrize(
    ("made", "what"),
    [
        (lambda: scheme([criterion("a", 10, rule=AT_LEAST, round="9")]), "round: 9 is no number of decimals"),
        (lambda: scheme([criterion("a", 10, rule=AT_LEAST)], round="-1"), "round: -1 is no number of decimals"),
        (lambda: scheme([criterion("a", 10, rule=AT_LEAST | {"at_least": "0.8955"})], round="1"), "names 0.8955"),
        (lambda: scheme([criterion("a", 10, kind="score")]), "declared score, but 'a' is a rate"),
        (lambda: scheme([criterion("v", 10, "field", GRADES, round="1")]), "are names"),
    ],
)  # fmt: skip
def test_wrong_rounding_rules_are_problems(made, what):
    indicators = IndicatorSet.model_validate(
        {"indicators": [{"id": "a", "zh": "甲", "kind": "rate", "numerator": "a = 1", "dont_know": "in_base"}]}
    )
    (problem,) = check_scheme(made(), questionnaire_inputs=indicators)
    assert what in problem.what


def test_a_sound_rounding_rule_is_no_problem():
    made = scheme([criterion("a", 10, rule=AT_LEAST | {"at_least": "0.895"})], round="1")
    assert check_scheme(made) == []
    assert check_scheme(scheme([criterion("a", 10), criterion("v", 10, "field", GRADES)], round="1")) == []


def test_rounding_needs_the_kind():
    made = scheme([criterion("a", 10, rule=AT_LEAST)], round="1")
    with pytest.raises(DefinitionError, match="the kind of 'a' is not known"):
        criterion_points(made, np.full((4, 1), 0.9))
    with pytest.raises(DefinitionError, match="declares the kind score, but 'a' is a rate"):
        score(scheme([criterion("a", 10, kind="score")]), survey(VALUES), draws=50)
