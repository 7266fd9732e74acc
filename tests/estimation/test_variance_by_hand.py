"""The variance kernel against formulas summed unit by unit: strata of one unit under every rule, and two stages."""

from fractions import Fraction

import numpy as np
import pytest

from surveykit.design.stages import Stage
from surveykit.estimation.variance import pps_covariance, stage_covariance, stages_covariance


def stage(strata, fraction=0.0, carry=1.0, parent=None):
    strata = np.asarray(strata)
    size = np.bincount(strata)
    m = strata.size
    return Stage(
        np.arange(m), strata, np.broadcast_to(np.asarray(fraction, float), m), np.broadcast_to(
            np.asarray(carry, float), m), size, np.zeros(size.size, int) if parent is None else np.asarray(parent),
        tuple(map(str, range(size.size))), np.arange(m),
    )  # fmt: skip


def by_hand(totals, strata, fraction=0.0):
    """Cochran (1977), 11.8: sum over strata of (1 - f) n / (n - 1) sum of (z - mean)(z - mean)', in exact fractions."""
    width = len(totals[0])
    out = [[Fraction(0)] * width for _ in range(width)]
    for h in sorted(set(strata)):
        rows = [[Fraction(int(v)) for v in row] for row, s in zip(totals, strata, strict=True) if s == h]
        n = len(rows)
        if n == 1:
            continue
        mean = [sum(column) / n for column in zip(*rows, strict=True)]
        for row in rows:
            for i in range(width):
                for j in range(width):
                    out[i][j] += Fraction(n, n - 1) * (1 - Fraction(fraction)) * (row[i] - mean[i]) * (row[j] - mean[j])
    return np.array([[float(v) for v in row] for row in out])


TOTALS = [[1, 4], [5, 2], [9, 9], [2, 7], [8, 1], [3, 3], [6, 0]]
STRATA = [0, 0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("strata", [STRATA, [0] * 7, [0, 0, 1, 1, 1, 1, 2], [0, 1, 2, 3, 4, 5, 6]])
@pytest.mark.parametrize("fraction", [0.0, 0.25])
def test_one_stage_by_exact_sums(strata, fraction):
    totals = np.array(TOTALS, dtype=float)
    found = stage_covariance(totals.copy(), stage(strata, fraction), "certainty")
    np.testing.assert_allclose(found, by_hand(TOTALS, strata, fraction), rtol=1e-12, atol=1e-12)


def test_fractions_of_units_and_of_the_stage_before_scale_each_square():
    totals = np.array(TOTALS, dtype=float)[:, :1]
    fraction, carry = np.array([0.1, 0.2, 0.3, 0.5, 0.5, 0.0, 0.9]), np.array([1, 1, 1, 0.5, 0.5, 0.25, 0.25])
    expected = 0.0
    for h in (0, 1, 2):
        inside = np.flatnonzero(np.array(STRATA) == h)
        n, mean = len(inside), totals[inside, 0].mean()
        expected += sum(carry[k] * (1 - fraction[k]) * n / (n - 1) * (totals[k, 0] - mean) ** 2 for k in inside)
    found = stage_covariance(totals, stage(STRATA, fraction, carry), "certainty")
    assert found[0, 0] == pytest.approx(expected, rel=1e-13)


LONELY = [0, 0, 0, 1, 1, 2, 3]


def test_a_single_unit_is_centred_on_the_mean_of_all_units():
    """Rule "adjust", as R survey: the single unit's square is taken about the mean of all totals, with n/(n-1) = 1."""
    totals = np.array(TOTALS, dtype=float)
    rest = by_hand(TOTALS[:5], LONELY[:5])
    mean = totals.mean(axis=0)
    extra = sum(np.outer(totals[k] - mean, totals[k] - mean) for k in (5, 6))
    found = stage_covariance(totals, stage(LONELY), "adjust")
    np.testing.assert_allclose(found, rest + extra, rtol=1e-13)


def test_a_single_unit_outside_the_domain_adds_nothing():
    """The mean then is over the units of the strata with a row in the domain."""
    totals = np.array(TOTALS, dtype=float)[:, :1]
    totals[5:] = 0.0
    members = np.array([[True], [True], [True], [False]])
    mean = totals[:, 0].sum() / 6
    expected = by_hand([[int(v)] for v in totals[:5, 0]], LONELY[:5])[0, 0] + mean**2
    assert stage_covariance(totals, stage(LONELY), "adjust", members)[0, 0] == pytest.approx(expected, rel=1e-13)
    alone = np.zeros((7, 1))
    alone[6] = 5.0
    only = np.array([[False], [False], [False], [True]])
    assert stage_covariance(alone, stage(LONELY), "adjust", only)[0, 0] == 0
    two = np.column_stack([totals[:, 0], np.array(TOTALS, float)[:, 1]])
    both = np.column_stack([members[:, 0], np.ones(4, bool)])
    found = stage_covariance(two, stage(LONELY), "adjust", both)
    assert found[0, 0] == pytest.approx(expected, rel=1e-13)
    assert found[1, 1] == pytest.approx(stage_covariance(two[:, 1:], stage(LONELY), "adjust")[0, 0], rel=1e-13)


def test_the_average_of_the_other_strata_stands_for_a_single_unit():
    """Rule "average": four strata, two of them single, so that the sum of the others is doubled."""
    totals = np.array(TOTALS, dtype=float)
    rest = by_hand(TOTALS[:5], LONELY[:5])
    np.testing.assert_allclose(stage_covariance(totals, stage(LONELY), "average"), 2 * rest, rtol=1e-13)
    members = np.array([[True], [True], [True], [False]])
    found = stage_covariance(totals[:, :1], stage(LONELY), "average", members)
    assert found[0, 0] == pytest.approx(1.5 * rest[0, 0], rel=1e-13)
    none = np.array([[False], [False], [True], [False]])
    assert np.isnan(stage_covariance(totals[:, :1], stage(LONELY), "average", none)[0, 0])
    nobody = np.zeros((4, 1), bool)
    assert stage_covariance(0 * totals[:, :1], stage(LONELY), "average", nobody)[0, 0] == 0


@pytest.mark.parametrize("rule", ["adjust", "average"])
def test_rules_for_single_units_change_nothing_where_there_is_none(rule):
    totals = np.array(TOTALS, dtype=float)
    np.testing.assert_array_equal(
        stage_covariance(totals, stage(STRATA), rule), stage_covariance(totals, stage(STRATA), "certainty")
    )
    sure = stage(LONELY, [0, 0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(stage_covariance(totals, sure, rule), stage_covariance(totals, sure, "certainty"))


def test_groups_of_a_later_stage_are_centred_apart():
    """Two units of the first stage hold strata 0, 1 and 2, 3; each holds a single unit, centred within its holder."""
    totals = np.array([[1.0], [5], [9], [2], [8], [4]])
    strata, parent = [0, 0, 1, 2, 2, 3], [0, 0, 1, 1]
    expected = 2 * (2.0**2 + 2.0**2) + (9 - 5) ** 2 + 2 * (3.0**2 + 3.0**2) + (4 - 14 / 3) ** 2
    found = stage_covariance(totals, stage(strata, parent=parent), "adjust")
    assert found[0, 0] == pytest.approx(expected, rel=1e-13)
    average = stage_covariance(totals, stage(strata, parent=parent), "average")
    assert average[0, 0] == pytest.approx(2 * (16 + 36), rel=1e-13)
    uneven = stage([0, 0, 1, 2, 2, 3, 3], parent=[0, 0, 1, 1])
    more = np.vstack([totals, [[6.0]]])
    found = stage_covariance(more, uneven, "average")
    assert found[0, 0] == pytest.approx(2 * 16 + 36 + 4, rel=1e-13)


def test_stages_add_up_and_are_symmetric():
    one, two = np.array(TOTALS, dtype=float), np.array(TOTALS, dtype=float)[::-1] * 0.5
    first, second = stage(STRATA, 0.25), stage(STRATA, 0.1, 0.25)
    total = stages_covariance([one.copy(), two.copy()], [first, second], "certainty")
    apart = by_hand(TOTALS, STRATA, 0.25) + 0.25 * 0.9 * 0.25 * by_hand(TOTALS[::-1], STRATA)
    np.testing.assert_allclose(total, apart, rtol=1e-13)
    np.testing.assert_array_equal(total, total.T)
    inside = [None, np.ones((3, 2), bool)]
    np.testing.assert_array_equal(stages_covariance([one.copy(), two.copy()], [first, second], "adjust", inside), total)
    with pytest.raises(ValueError, match="zip"):
        stages_covariance([one], [first, second], "certainty")


class Joint:
    """Joint inclusion probabilities as the kernel asks for them."""

    def __init__(self, ratio, variance):
        self.ratio, self.variance = ratio, variance

    def covariance_ratio(self, _stage):
        return self.ratio


def test_unequal_probabilities_by_double_sums():
    """Three units; D = (pi_ij - pi_i pi_j) / pi_ij with pi_ii = pi_i; Yates-Grundy's sum over pairs of squares."""
    pi, joint = np.array([0.5, 0.7, 0.8]), np.array([[0.5, 0.3, 0.35], [0.3, 0.7, 0.5], [0.35, 0.5, 0.8]])
    ratio = (joint - np.outer(pi, pi)) / joint
    x = np.array([[3.0, 1.0], [5.0, 2.0], [4.0, 7.0]])
    horvitz = np.zeros((2, 2))
    yates = np.zeros((2, 2))
    for i in range(3):
        for j in range(3):
            horvitz += ratio[i, j] * np.outer(x[i], x[j])
            yates -= 0.5 * ratio[i, j] * np.outer(x[i] - x[j], x[i] - x[j])
    units = stage([0, 0, 0], pi)
    np.testing.assert_allclose(pps_covariance(x, units, Joint(ratio, "HT")), (horvitz + horvitz.T) / 2, rtol=1e-12)
    np.testing.assert_allclose(pps_covariance(x, units, Joint(ratio, "YG")), yates, rtol=1e-12)
    skew = ratio + np.array([[0, 0.1, 0], [0, 0, 0], [0, 0, 0]])
    found = pps_covariance(x, units, Joint(skew, "HT"))
    np.testing.assert_array_equal(found, found.T)
