import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import AllocationBounds, allocate, expected_half_width, stratum_table
from surveykit.sampling.integers import integer_allocation


def sizes(*arguments, **options):
    return allocate(*arguments, **options).table["sample_size"].tolist()


def greedy(importance, total, lower, upper):
    """Unit by unit to the largest gain: exact for a separable convex objective."""
    n = lower.astype(float)
    while n.sum() < total:
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = np.where(n < upper, np.where(n == 0, importance**2 * 1e9, importance**2 / (n * (n + 1))), -1)
        n[int(np.argmax(gain))] += 1
    return n


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_integer_allocation_reaches_the_greedy_optimum(data):
    strata = data.draw(st.integers(1, 8))
    importance = np.array(
        data.draw(st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.7, 50.0]), min_size=strata, max_size=strata))
    )
    lower = np.array(data.draw(st.lists(st.integers(0, 4), min_size=strata, max_size=strata)))
    upper = lower + np.array(data.draw(st.lists(st.integers(0, 30), min_size=strata, max_size=strata)))
    total = data.draw(st.integers(int(lower.sum()), int(upper.sum())))
    found, best = integer_allocation(importance, total, lower, upper), greedy(importance, total, lower, upper)
    assert found.sum() == total
    assert (found >= lower).all()
    assert (found <= upper).all()
    assert (found == 0).sum() == (best == 0).sum()
    both = (found > 0) & (best > 0)
    if both.all():
        np.testing.assert_allclose((importance**2 / found).sum(), (importance**2 / best).sum(), rtol=1e-12)


def test_zero_importance_takes_the_minimum_until_the_others_are_full():
    lower, upper = np.array([1, 1, 1]), np.array([9, 9, 30])
    assert integer_allocation(np.array([1.0, 1.0, 0.0]), 11, lower, upper).tolist() == [5, 5, 1]
    assert integer_allocation(np.array([1.0, 1.0, 0.0]), 30, lower, upper).tolist() == [9, 9, 12]
    assert integer_allocation(np.zeros(2), 6, np.array([1, 1]), np.array([9, 9])).tolist() == [3, 3]


def test_bounds_that_meet_fix_a_stratum():
    assert integer_allocation(np.array([1.0, 9.0]), 10, np.array([4, 0]), np.array([4, 99])).tolist() == [4, 6]


def test_hundred_thousand_strata_are_certified_quickly():
    import time

    rng = np.random.default_rng(3)
    population = rng.integers(2, 5000, 100_000)
    importance = population * rng.lognormal(size=100_000)
    start = time.perf_counter()
    n = integer_allocation(importance, 1_000_000, np.full(100_000, 2).clip(max=population), population)
    assert time.perf_counter() - start < 2.0
    assert n.sum() == 1_000_000


def test_methods():
    assert sizes([5000, 3000, 2000], total=100) == [50, 30, 20]
    assert sizes([5000, 3000, 20], total=90, method="equal") == [35, 35, 20]
    assert sizes([10, 10], total=8, method="neyman", standard_deviation=[0, 1], bounds=AllocationBounds(2)) == [2, 6]
    bounds = AllocationBounds(minimum=[1, 30, 1], maximum=40)
    assert sizes([5000, 3000, 2000], total=100, bounds=bounds) == [40, 36, 24]


def test_half_width():
    np.testing.assert_allclose(expected_half_width(0.5, [384], [10**12]), [0.0500099], rtol=1e-5)
    assert expected_half_width(0.85, [10], [10]) == [0.0]
    assert np.isnan(expected_half_width(0.85, [0], [10])).all()


def test_plan_allocations(frame, make_plan):
    for rule, method in [
        ({"total": 300}, "proportional"),
        ({"total": 300, "allocation": "equal"}, "equal"),
        ({"total": 300, "allocation": "neyman", "standard_deviation": "income"}, "neyman"),
    ]:
        plan = make_plan(size=rule)
        table = stratum_table(plan, frame)
        result = allocate(plan, table)
        assert result.method == method
        assert result.total == 300
        options = {"standard_deviation": table["standard_deviation"]} if method == "neyman" else {}
        assert sizes(table["population_size"], total=300, method=method, **options) == list(result.sizes.values())
    fixed = {"jinjiang": "1", "wuhou": "3", "青羊": "1"}
    plan = make_plan(size={"total": 50, "allocation": "neyman", "standard_deviation": fixed, "minimum": 0})
    assert allocate(plan, stratum_table(plan, frame)).sizes["wuhou"] > 25


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([0, 5],), {"total": 3}, "wrong at 1: 0"),
        (([5, np.nan],), {"total": 3}, "wrong at 1: 1"),
        (([5, 5],), {"total": 11}, "outside the bounds"),
        (([5, 5],), {"total": 3, "bounds": AllocationBounds(2)}, "at least 4"),
        (([5, 5],), {"total": 3, "bounds": AllocationBounds(3, 2)}, "exceeds the upper"),
        (([5, 5],), {}, "total is missing"),
        (([5, 5],), {"total": 3, "method": "best"}, "unknown"),
        (([5, 5],), {"total": 3, "method": "neyman"}, "needs standard_deviation"),
        (([5, 5],), {"total": 3, "method": "neyman", "standard_deviation": [1]}, "one per stratum"),
        (([5, 5],), {"total": 3, "method": "neyman", "standard_deviation": [1, -1]}, "not negative"),
    ],
)
def test_bad_input(arguments, options, message):
    with pytest.raises(DataError, match=message):
        allocate(*arguments, **options)


def test_bad_plans(frame, make_plan):
    with pytest.raises(DataError, match="needs its strata"):
        allocate(make_plan())
    plan = make_plan(size={})
    with pytest.raises(DefinitionError, match="no sample size"):
        allocate(plan, stratum_table(plan, frame))
    plan = make_plan(size={"total": 50, "allocation": "neyman", "standard_deviation": {"wuhou": 1}})
    with pytest.raises(DataError, match="lacks strata"):
        allocate(plan, stratum_table(plan, frame))
