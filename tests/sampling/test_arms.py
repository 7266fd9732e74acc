"""Sizes of two groups against statsmodels, closed forms and simulation; coefficients of variation."""

import math

import numpy as np
import pytest
from statsmodels.stats.power import NormalIndPower, normal_sample_size_one_tail
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from surveykit.errors import DataError
from surveykit.sampling import Arms, sample_size_cv, sample_size_power, two_arms_mean, two_arms_proportion


@pytest.mark.parametrize("ratio", [1, 0.5, 3])
@pytest.mark.parametrize(("ours", "theirs"), [("two_sided", "two-sided"), ("one_sided", "larger")])
@pytest.mark.parametrize(("power", "level"), [(0.8, 0.95), (0.95, 0.9)])
def test_sizes_of_statsmodels(ratio, ours, theirs, power, level):
    arms = Arms(ours, ratio=ratio, power=power, conf_level=level)
    found = two_arms_mean(3, 12, arms)
    right = NormalIndPower().solve_power(3 / 12, alpha=1 - level, power=power, ratio=ratio, alternative=theirs)
    # statsmodels counts the far tail of a two-sided test, whose probability is below 1e-6 here; it iterates.
    assert found.continuous == pytest.approx(right, rel=1e-5)
    found = two_arms_proportion(0.62, 0.5, arms)
    right = samplesize_proportions_2indep_onetail(0.12, 0.5, power, ratio, 1 - level, alternative=theirs)
    assert found.continuous == pytest.approx(right, rel=1e-12)
    assert found.net1 == math.ceil(right)
    assert found.net2 == math.ceil(ratio * right - 1e-9)


def test_equal_groups_are_those_of_power():
    for p1, p2 in ((0.5, 0.6), (0.1, 0.15), (0.9, 0.7)):
        assert two_arms_proportion(p1, p2).n1 == sample_size_power(p1, p2).n


def test_noninferiority_by_the_closed_form():
    """(z_.95 + z_.8)^2 (p1 q1 + p2 q2) / (p1 - p2 + margin)^2, and statsmodels' one-tail formula for means."""
    z = (1.6448536269514722 + 0.8416212335729143) ** 2
    found = two_arms_proportion(0.85, 0.65, Arms("noninferiority", margin=0.1))
    assert found.continuous == pytest.approx(z * (0.85 * 0.15 + 0.65 * 0.35) / 0.3**2, rel=1e-12)
    right = normal_sample_size_one_tail(5, 0.8, 0.05, math.sqrt(2) * 20, math.sqrt(2) * 20)
    assert two_arms_mean(0, 20, Arms("noninferiority", margin=5)).continuous == pytest.approx(right, rel=1e-12)
    unequal = two_arms_mean(2, (10, 30), Arms("noninferiority", margin=3, ratio=2))
    assert unequal.continuous == pytest.approx(z * (100 + 900 / 2) / 25, rel=1e-12)


def test_power_by_simulation():
    """One-sided test of means in groups of unequal size and spread, 40,000 times, within 4.5 standard errors."""
    rng = np.random.default_rng(2)
    found = two_arms_mean(4, (10, 15), Arms("one_sided", ratio=1.5, power=0.85))
    gap = rng.normal(4, math.sqrt(100 / found.net1 + 225 / found.net2), 40_000)
    reached = (gap / math.sqrt(100 / found.net1 + 225 / found.net2) > 1.6448536269514722).mean()
    assert 0.85 - 4.5 * math.sqrt(0.85 * 0.15 / 40_000) < reached < 0.87


def test_design_effect_and_response():
    plain, field = two_arms_mean(5, 20), two_arms_mean(5, 20, Arms(deff=1.5, response_rate=0.6))
    assert field.continuous == pytest.approx(1.5 * plain.continuous, rel=1e-14)
    assert field.n1 == math.ceil(field.continuous / 0.6)


@pytest.mark.parametrize("population", [None, 2000])
def test_cv_by_the_closed_form(population):
    found = sample_size_cv(0.08, proportion=0.2, deff=1.4, population_size=population)
    n = 1.4 * 0.8 / 0.2 / 0.08**2
    if population is not None:
        n = 1 / (0.08**2 * 0.2 / (1.4 * 0.8) * (population - 1) / population + 1 / population)
    assert found.continuous == pytest.approx(n, rel=1e-9)
    mean = sample_size_cv(0.05, relative_deviation=1.2, population_size=population)
    n = 1.44 / 0.0025
    assert mean.continuous == pytest.approx(n if population is None else n / (1 + n / population), rel=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Arms("noninferiority"), "margin 0.0 and non-inferiority belong together"),
        (lambda: Arms(margin=1), "belong together"),
        (lambda: Arms(ratio=0), "ratio 0 is not a positive number"),
        (lambda: Arms(power=1), "power 1 is not between 0 and 1"),
        (lambda: Arms(response_rate=0), "response_rate"),
        (lambda: two_arms_mean(0, 20), "nothing that a two_sided test could find"),
        (lambda: two_arms_mean(-1, 20, Arms("one_sided")), "nothing that a one_sided test could find"),
        (lambda: two_arms_proportion(0.5, 0.6, Arms("noninferiority", margin=0.1)), "with margin 0.1"),
        (lambda: two_arms_proportion(0, 0.6), "p1 0 is not strictly between 0 and 1"),
        (lambda: two_arms_mean(1, (2, 0)), "standard_deviation 0 is not a positive number"),
        (lambda: sample_size_cv(0.1), "give proportion or relative_deviation"),
        (lambda: sample_size_cv(0, proportion=0.5), "cv 0 is not a positive number"),
    ],
)
def test_what_cannot_be(call, message):
    with pytest.raises(DataError, match=message):
        call()
