"""Sample sizes of small populations: S^2 has N - 1 below it, worked out for whole populations."""

import numpy as np
import pytest

from surveykit.sampling import precision_proportion, sample_size_proportion
from surveykit.sampling.size.kernel import critical_value


@pytest.mark.parametrize(("population", "having", "n"), [(10, 4, 5), (25, 10, 8), (100, 20, 30)])
@pytest.mark.parametrize("deff", [1.0, 1.5])
def test_the_half_width_is_that_of_the_whole_population(population, having, n, deff):
    """Cochran (1977), 2.4: the variance of a mean is (1 - n / N) S^2 / n, S^2 with the divisor N - 1."""
    values = np.repeat([1.0, 0.0], [having, population - having])
    error = np.sqrt(deff * (1 - n / population) * values.var(ddof=1) / n)
    found = precision_proportion(n, having / population, population_size=population, deff=deff)
    assert found.std_error == pytest.approx(error, rel=1e-12)
    assert found.half_width == pytest.approx(1.959963984540054 * error, rel=1e-12)


def test_all_samples_of_a_small_population_have_that_error():
    """Every one of the 252 samples of 5 out of 10 people, 4 of whom say yes."""
    from itertools import combinations

    shares = [np.mean(sample) for sample in combinations([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], 5)]
    assert len(shares) == 252
    assert precision_proportion(5, 0.4, population_size=10).std_error == pytest.approx(np.std(shares), rel=1e-12)


@pytest.mark.parametrize("population", [50, 300, 1000])
@pytest.mark.parametrize("half_width", [0.03, 0.05, 0.1])
def test_the_size_is_the_smallest_that_reaches_the_half_width(population, half_width):
    plan = sample_size_proportion(0.3, half_width, population_size=population)
    z = critical_value(0.95)

    def reached(n):
        return z * np.sqrt(0.21 * population / (population - 1) * (1 - n / population) / n)

    assert reached(plan.n) <= half_width < reached(plan.n - 1)
    assert plan.half_width == pytest.approx(reached(plan.n), rel=1e-12)
