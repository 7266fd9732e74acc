import numpy as np
import pytest
from scipy import stats

from surveykit.errors import DataError
from surveykit.scoring.ranks.selection import _truncation, best_unit, simultaneous_intervals

THETA = np.array([92.0, 91.2, 88.4, 88.1, 85.0, 79.3])
SE = np.array([1.5, 1.6, 1.4, 2.0, 1.8, 2.2])


def test_independent_units_truncate_at_the_runner_up():
    low, high = _truncation(THETA, np.diag(SE**2), 0)
    assert (low, high) == (91.2, np.inf)


def test_median_unbiased_solves_the_truncated_normal():
    found = best_unit(THETA, np.diag(SE**2))
    for mean, probability in ((found.median_unbiased, 0.5), (found.conf_low, 0.975), (found.conf_high, 0.025)):
        law = stats.truncnorm((91.2 - mean) / 1.5, np.inf, loc=mean, scale=1.5)
        assert law.cdf(92.0) == pytest.approx(probability, abs=1e-6)
    assert found.conf_low < found.median_unbiased < found.estimate
    assert found.projection_low < found.estimate < found.projection_high


def test_a_clear_winner_keeps_its_estimate():
    found = best_unit([30.0, 1.0, 0.0], np.eye(3))
    assert found.median_unbiased == pytest.approx(30.0, abs=1e-6)
    assert found.conf_high - found.conf_low == pytest.approx(2 * 1.959964, abs=1e-4)


def test_the_simultaneous_critical_value_of_independent_units():
    table = simultaneous_intervals(THETA, np.diag(SE**2), draws=200_000)
    expected = stats.norm.ppf((1 + 0.95 ** (1 / 6)) / 2)
    np.testing.assert_allclose((table["conf_high"] - table["estimate"]) / SE, expected, rtol=0.01)


def test_the_conditional_estimate_is_too_high_half_the_time():
    rng = np.random.default_rng(4)
    truth = np.array([0.0, 0.3, 0.5, -0.5])
    covariance = 0.3 * np.ones((4, 4)) + 0.7 * np.eye(4)
    root = np.linalg.cholesky(covariance)
    high, covered, runs = 0, 0, 400
    for _ in range(runs):
        x = truth + root @ rng.standard_normal(4)
        found = best_unit(x, covariance, draws=100)
        target = truth[int(np.argmax(x))]
        high += found.median_unbiased > target
        covered += found.conf_low <= target <= found.conf_high
    assert high / runs == pytest.approx(0.5, abs=0.075)
    assert covered / runs == pytest.approx(0.95, abs=0.033)


def test_no_single_best_unit():
    with pytest.raises(DataError, match="not alone"):
        best_unit([1.0, 1.0], np.eye(2))
