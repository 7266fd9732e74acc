import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveykit.errors import DataError, DefinitionError
from surveykit.sampling import (
    AllocationBounds,
    AllocationOptions,
    allocate,
    allocate_multivariate,
    expected_half_width,
    stratum_table,
)
from surveykit.sampling.allocation.integers import integer_allocation


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
        (([5, 5],), {"total": 3, "method": "neyman", "standard_deviation": [1]}, "1 values for 2"),
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


def test_costs_power_and_kish_by_their_formulas():
    population, deviation = np.array([8000, 3000, 500]), np.array([2.0, 5.0, 9.0])
    measure, mean, cost = np.array([9e5, 4e5, 2e5]), np.array([10.0, 20.0, 40.0]), np.array([1.0, 4.0, 9.0])
    options = AllocationOptions(cost=cost, measure=measure, mean=mean, power=0.3, compromise=0.4)
    weight = population / population.sum()
    expected = {
        "neyman": population * deviation / np.sqrt(cost),
        "power": measure**0.3 * deviation / mean / np.sqrt(cost),
        "kish": np.sqrt(0.4 * weight**2 + 0.6 / 9) * deviation / np.sqrt(cost),
    }
    for method, share in expected.items():
        found = sizes(population, total=400, method=method, standard_deviation=deviation, options=options)
        np.testing.assert_allclose(found, 400 * share / share.sum(), atol=1.0)


def test_power_allocation_contains_neyman_and_equal_cv():
    population, deviation, mean = np.array([8000, 3000, 500]), np.array([2.0, 5.0, 9.0]), np.array([10.0, 20.0, 40.0])
    one = AllocationOptions(measure=population * mean, mean=mean, power=1.0)
    neyman = sizes(population, total=300, method="neyman", standard_deviation=deviation)
    assert sizes(population, total=300, method="power", standard_deviation=deviation, options=one) == neyman
    none = AllocationOptions(measure=population * mean, mean=mean, power=0.0)
    found = np.array(sizes(population, total=300, method="power", standard_deviation=deviation, options=none))
    relative = deviation / mean / np.sqrt(found)
    assert np.ptp(relative**2 * found / (deviation / mean) ** 2) < 1e-12


def test_budget_is_spent_and_near_the_continuous_bound():
    rng = np.random.default_rng(4)
    population, deviation = rng.integers(500, 9000, 23), rng.uniform(1, 9, 23)
    cost = rng.uniform(5, 40, 23)
    options = AllocationOptions(cost=cost, budget=50_000)
    found = np.array(sizes(population, method="neyman", standard_deviation=deviation, options=options))
    assert 50_000 - cost.min() < cost @ found <= 50_000
    value = (np.square(population * deviation) / found).sum()
    best = (population * deviation * np.sqrt(cost)).sum() ** 2 / 50_000
    assert best <= value <= best * 1.002


def test_multivariate_allocation_meets_every_limit_and_is_certified():
    rng = np.random.default_rng(9)
    strata = 60
    population = rng.integers(200, 20_000, strata)
    domains = [f"d{h % 6}" for h in range(strata)]
    deviation = {name: rng.lognormal(sigma=0.7, size=strata) for name in "abc"}
    whole = {name: float(np.square((population * s).sum()) / 3000) for name, s in deviation.items()}
    limit = {
        name: {"": whole[name]}
        | {d: 0.1 * float(np.square((population * s)[np.array(domains) == d].sum()) / 400) * 10 for d in set(domains)}
        for name, s in deviation.items()
    }
    result = allocate_multivariate(population, deviation, limit, domains=domains, cost=rng.uniform(1, 3, strata))
    n = result.table["sample_size"].to_numpy()
    for row in result.targets.itertuples():
        inside = np.ones(strata, bool) if row.domain == "" else np.array(domains) == row.domain
        variance = (np.square(population * deviation[row.variable]) * (1 / n - 1 / population))[inside].sum()
        assert variance <= row.variance_limit * (1 + 1e-9)
        assert variance == pytest.approx(row.variance, rel=1e-6)
    assert 0 <= result.continuous_gap < 1e-7
    assert 0 <= result.gap < 0.01
    assert result.targets["binding"].any()


def test_multivariate_with_one_target_is_neyman():
    population, deviation = np.array([8000, 3000, 500, 900]), np.array([2.0, 5.0, 9.0, 1.0])
    neyman = np.array(sizes(population, total=400, method="neyman", standard_deviation=deviation))
    limit = (np.square(population * deviation) * (1 / neyman - 1 / population)).sum()
    result = allocate_multivariate(population, {"y": deviation}, {"y": limit})
    assert result.cost <= 400
    share = population * deviation
    np.testing.assert_allclose(result.table["continuous_size"], 400 * share / share.sum(), rtol=5e-3)


def test_multivariate_matches_a_general_solver():
    """Against SLSQP on the primal, an independent route."""
    from scipy import optimize

    rng = np.random.default_rng(10)
    population = rng.integers(500, 5000, 8)
    deviation = {name: rng.uniform(1, 10, 8) for name in "ab"}
    limit = {name: float(np.square((population * s).sum()) / 300) for name, s in deviation.items()}
    result = allocate_multivariate(population, deviation, limit)

    def room(n, s, v):
        return 1 - (np.square(population * s) * (1 / n - 1 / population)).sum() / v

    constraints = [{"type": "ineq", "fun": room, "args": (s, limit[k])} for k, s in deviation.items()]
    solved = optimize.minimize(
        lambda n: n.sum() / 100, np.full(8, 200.0), bounds=[(2, p) for p in population], constraints=constraints,
        options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    assert result.lower_bound == pytest.approx(solved.fun * 100, rel=1e-6)


def test_multivariate_bad_input():
    with pytest.raises(DataError, match=r"cannot be met.*'a \(reachable"):
        allocate_multivariate([100, 100], {"a": [1.0, 1.0]}, {"a": 1.0}, bounds=AllocationBounds(2, 10))
    with pytest.raises(DataError, match="lacks 'b'"):
        allocate_multivariate([100, 100], {"a": [1.0, 1.0]}, {"b": 1.0})
    with pytest.raises(DataError, match="no stratum lies in domain 'x'"):
        allocate_multivariate([100, 100], {"a": [1.0, 1.0]}, {"a": {"x": 1.0}}, domains=["y", "y"])
    with pytest.raises(DataError, match="at least one limit"):
        allocate_multivariate([100, 100], {"a": [1.0, 1.0]}, {})
    census = allocate_multivariate([100, 50], {"a": [1.0, 1.0]}, {"a": 0.0})
    assert census.table["sample_size"].tolist() == [100, 50]
