import itertools

import numpy as np
import pytest

from surveykit.errors import ApproximationWarning, DataError
from surveykit.sampling import cum_root_f, geometric_boundaries, lavallee_hidiroglou, optimal_boundaries


def neyman(data, cuts):
    groups = np.split(np.sort(data), cuts)
    return sum(len(g) * g.std(ddof=1) for g in groups if len(g) > 1)


def test_dynamic_programming_equals_trying_everything():
    rng = np.random.default_rng(1)
    for strata in (2, 3, 4):
        data = rng.lognormal(size=18).round(1)
        values = np.sort(data)
        allowed = [k for k in range(1, 18) if values[k] > values[k - 1]]
        best = min(neyman(data, list(cuts)) for cuts in itertools.combinations(allowed, strata - 1))
        assert optimal_boundaries(data, strata).neyman == pytest.approx(best, rel=1e-10)


def test_order_of_the_methods_on_a_skewed_population():
    data = np.random.default_rng(2).lognormal(sigma=1.2, size=5000)
    best = optimal_boundaries(data, 5).neyman
    for other in (cum_root_f(data, 5), geometric_boundaries(data, 5)):
        assert other.counts.sum() == 5000
        assert best <= other.neyman * (1 + 1e-9)
    assert cum_root_f(data, 5).neyman < 1.15 * best


def test_lavallee_hidiroglou_reaches_the_cv_with_fewer_units():
    data = np.random.default_rng(3).lognormal(sigma=1.5, size=3000)
    found = lavallee_hidiroglou(data, 4, 0.03)
    assert found.take_all
    assert found.sizes[-1] == found.counts[-1]
    groups = np.split(np.sort(data), np.cumsum(found.counts)[:-1])
    variance = sum(
        len(g) ** 2 * g.var(ddof=1) * (1 / n - 1 / len(g)) for g, n in zip(groups[:-1], found.sizes, strict=False)
    )
    assert np.sqrt(variance) / data.sum() <= 0.03 * (1 + 1e-9)
    plain = optimal_boundaries(data, 4)
    parts = np.split(np.sort(data), np.cumsum(plain.counts)[:-1])
    needed = plain.neyman**2 / ((0.03 * data.sum()) ** 2 + sum(len(g) * g.var(ddof=1) for g in parts))
    assert sum(found.sizes) < needed


def test_values_on_a_boundary_belong_below():
    found = optimal_boundaries([1, 1, 1, 9, 9, 9], 2)
    assert found.edges.tolist() == [1.0]
    assert found.counts.tolist() == [3, 3]


def test_bad_input():
    with pytest.raises(DataError, match="smallest value 0 is not positive"):
        geometric_boundaries([0, 1, 2], 2)
    with pytest.raises(DataError, match="3 strata cannot be made of 2"):
        optimal_boundaries([1, 2, 2], 3)
    with pytest.raises(DataError, match="finite"):
        cum_root_f([1, np.nan], 1)
    with pytest.raises(DataError, match="cv 0"):
        lavallee_hidiroglou([1, 2, 3], 2, 0)
    with pytest.warns(ApproximationWarning, match="strata are empty"):
        geometric_boundaries([1, 1.1, 1000], 3)
