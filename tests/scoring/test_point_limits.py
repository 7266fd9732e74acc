"""Points and ranks on their limits: equality at steps and bands, ties, shares below zero, step-down by pairs."""

import numpy as np
import pytest
from pydantic import TypeAdapter
from scipy import stats
from scoring_helpers import criterion

from surveykit.scoring.kernel.ranking import competition_ranks, step_down
from surveykit.scoring.rules import Knot, Rule, apply_rule, knots_of
from surveykit.scoring.rules.rule import LineRule
from surveykit.scoring.scheme.aggregate import total_points
from surveykit.scoring.scheme.definition import ScoringScheme

RULES = TypeAdapter(Rule)


def made(**values):
    return RULES.validate_python(values)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ({"kind": "proportional", "zero": "10", "full": "0"}, [(0, 6), (10, 0)]),
        ({"kind": "proportional"}, [(0, 0), (1, 6)]),
        ({"kind": "deduction", "start": "0.95", "per": "0.5", "least": "2"}, [(0.95 - 0.08, 2), (0.95, 6)]),
        (
            {"kind": "deduction", "start": "3", "per": "2", "unit": "1", "beyond": "above", "least": "2"},
            [(3, 6), (5, 2)],
        ),
        ({"kind": "bonus", "start": "3", "per": "2"}, [(3, 0), (6, 6)]),
        ({"kind": "penalty", "start": "1", "per": "3", "unit": "0.5"}, [(1, 0), (2, -6)]),
    ],
)
def test_lines_of_rules_by_hand(rule, line):
    values, points = made(**rule).arrays(6.0)
    np.testing.assert_allclose(list(zip(values, points, strict=True)), line, rtol=1e-13, atol=1e-13)


def test_rules_without_a_line():
    for rule in (
        {"kind": "threshold", "at_least": "0.9"},
        {"kind": "rank_based"},
        {"kind": "grades", "grades": {"A": "1"}},
    ):
        assert not isinstance(made(**rule), LineRule)


def test_jumps_and_bends_by_hand():
    steps = made(kind="steps", steps=[["1", "0.25"], ["2", "1"]], otherwise="0.1")
    assert knots_of(steps, 8.0) == (Knot(1.0, 0, 0, pytest.approx(1.2)), Knot(2.0, 0, 0, pytest.approx(6.0)))
    half = made(kind="threshold", at_least="0.9", share_below="0.5")
    assert knots_of(half, 8.0) == (Knot(0.9, 0, 0, 4.0),)
    straight = made(kind="piecewise_linear", knots=[["0", "0"], ["0.5", "4"], ["1", "8"]])
    assert [(k.at, k.slope_left, k.slope_right, k.jump) for k in knots_of(straight, 8.0)] == [
        (0, 0, 8, 0),
        (1, 8, 0, 0),
    ]
    assert apply_rule(steps, np.array([0.9, 1.0, 1.9, 2.0, 5]), 8.0).tolist() == pytest.approx([0.8, 2, 2, 8, 8])


def test_rank_points_by_hand():
    bands = made(kind="rank_based", bands=[["1", "1"], ["3", "0.5"]], otherwise="0.2")
    values = np.array([[9.0, 8, 7, 6, 5], [1.0, 1, np.nan, 0, 3]])
    assert apply_rule(bands, values, 10.0)[0].tolist() == [10, 5, 5, 2, 2]
    np.testing.assert_array_equal(apply_rule(bands, values, 10.0)[1], [5, 5, np.nan, 2, 10])
    line = made(kind="rank_based", otherwise="0.2")
    assert apply_rule(line, values[0], 10.0) == pytest.approx([10, 8, 6, 4, 2])
    np.testing.assert_allclose(apply_rule(line, values[1], 10.0), [10 - 8 / 3, 10 - 8 / 3, np.nan, 2, 10], rtol=1e-13)
    assert apply_rule(line, np.array([4.0]), 10.0).tolist() == [10]
    assert apply_rule(line, np.array([3.0, 1.0]), 10.0) == pytest.approx([10, 2], rel=1e-12)
    less = made(kind="rank_based", less_is_better="true")
    np.testing.assert_array_equal(apply_rule(less, np.array([3.0, 1, np.nan, 2]), 10.0), [0, 10, np.nan, 5])


def test_ranks_count_those_above():
    """R: rank(-x, ties.method = "min")."""
    rng = np.random.default_rng(5)
    values = rng.integers(0, 6, (40, 7)).astype(float)
    expected = stats.rankdata(-values, method="min", axis=-1)
    assert (competition_ranks(values) == expected).all()
    assert all((competition_ranks(row) == ranks).all() for row, ranks in zip(values, expected, strict=True))
    near = np.array([100.0, 100.0 - 0.9e-7, 100.0 - 1.2e-7, 50.0])
    assert competition_ranks(near).tolist() == [1, 1, 2, 4] == competition_ranks(near[None])[0].tolist()
    assert competition_ranks(np.array([2.0])).tolist() == [1]
    assert (competition_ranks(np.zeros((2, 3))) == 1).all() and (competition_ranks(np.zeros(3)) == 1).all()


def greatest(draws, sd, pairs):
    """The largest standardised difference of each draw, pair by pair."""
    return np.max([(draws[a] - draws[b]) / sd[a, b] for a, b in pairs], axis=0)


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_step_down_by_pairs(level):
    """Romano and Wolf (2005): the quantile of the largest remaining statistic, again after every rejection."""
    rng = np.random.default_rng(11)
    draws = rng.standard_normal((4, 5001)) * np.array([1.0, 2.0, 0.5, 1.5])[:, None]
    sd = np.sqrt(np.add.outer(np.array([1.0, 4, 0.25, 2.25]), np.array([1.0, 4, 0.25, 2.25])))
    theta = np.array([6.0, 1.0, 0.0, 3.4])
    statistic = (theta[:, None] - theta[None, :]) / sd
    for tested in (~np.eye(4, dtype=bool), np.triu(np.ones((4, 4), bool), 1), np.tril(np.ones((4, 4), bool), -1)):
        left = {(a, b) for a, b in zip(*np.nonzero(tested), strict=True)}
        out: set[tuple[int, int]] = set()
        rounds = 0
        while left:
            critical = np.quantile(greatest(draws, sd, sorted(left)), level)
            new = {pair for pair in left if statistic[pair] > critical}
            out, left, rounds = out | new, left - new, rounds + 1
            if rounds == 1:
                first = (set(new), critical)
            if not new:
                break
        rejected, value = step_down(statistic, sd, draws, tested, level)
        assert set(zip(*np.nonzero(rejected), strict=True)) == out
        assert value == pytest.approx(critical, rel=1e-12)
        once, value = step_down(statistic, sd, draws, tested, level, steps=False)
        assert set(zip(*np.nonzero(once), strict=True)) == first[0] and value == pytest.approx(first[1], rel=1e-12)


def test_step_down_of_a_mixed_family_and_of_nothing():
    rng = np.random.default_rng(2)
    draws, sd = rng.standard_normal((3, 3000)), np.full((3, 3), np.sqrt(2.0))
    tested = np.array([[0, 1, 1], [1, 0, 0], [0, 1, 0]], dtype=bool)
    pairs = list(zip(*np.nonzero(tested), strict=True))
    _, value = step_down(np.zeros((3, 3)), sd, draws, tested, 0.9)
    assert value == pytest.approx(np.quantile(greatest(draws, sd, pairs), 0.9), rel=1e-12)
    rejected, value = step_down(np.ones((3, 3)), sd, draws, np.zeros((3, 3), bool), 0.9)
    assert not rejected.any() and value == np.inf
    known = sd.copy()
    known[0, 1] = 0.0
    rejected, _ = step_down(np.full((3, 3), 99.0), known, draws, tested, 0.9)
    assert not rejected[0, 1] and rejected[[0, 1, 2], [2, 0, 1]].all()


def test_a_rejection_needs_more_than_the_critical_value():
    draws, sd = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]), np.ones((2, 2))
    tested = np.array([[False, True], [False, False]])
    assert not step_down(np.ones((2, 2)), sd, draws, tested, 0.95)[0].any()
    assert step_down(np.full((2, 2), 1.01), sd, draws, tested, 0.95)[0][0, 1]


def test_an_indicator_below_zero_makes_a_geometric_score_of_zero():
    """A penalty may take an indicator below zero; the root of a negative product is no number, so it counts as 0."""
    scheme = ScoringScheme.model_validate(
        {
            "id": "s", "zh": "方案", "total": "100", "aggregation": "geometric",
            "indicators": [
                {"id": f"g{k}", "zh": "指标", "points": worth,
                 "contents": [{"id": f"c{k}", "zh": "内容", "points": worth, "criteria": [criterion(f"x{k}", worth)]}]}
                for k, worth in enumerate(("60", "40"))
            ],
        }
    )  # fmt: skip
    points = np.array([[60.0, 40.0], [30.0, 10.0], [-5.0, 40.0], [0.0, 40.0], [-5.0, -4.0]])
    assert total_points(scheme, points) == pytest.approx([100, 100 * 0.5**0.6 * 0.25**0.4, 0, 0, 0], rel=1e-13)
