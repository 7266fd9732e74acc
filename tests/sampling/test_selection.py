"""Each design proven by following every branch of its decisions, or every value of its random start."""

import itertools
import math

import numpy as np
import pytest
from enumeration import enumerate_design, inclusion, sampford_by_definition

from surveykit.errors import DataError
from surveykit.sampling import selection as sel

PI = np.array([0.75, 0.15, 0.5, 0.6, 0.3, 0.2, 0.4, 0.1])  # sums to 3
PI_TWO = np.array([0.6, 0.3, 0.4, 0.5, 0.2])  # sums to 2


@pytest.mark.parametrize(("population", "n"), [(7, 3), (10, 4), (5, 5), (6, 1), (9, 0)])
def test_systematic_with_fractional_interval(population, n):
    samples = enumerate_design(lambda chance: sel.systematic(population, n, chance))
    assert {len(sample) for sample in samples} == {n}
    np.testing.assert_allclose(np.diag(inclusion(samples, population)), n / population, atol=1e-12)


@pytest.mark.parametrize("pi", [PI, PI_TWO, np.array([0.5, 0.5]), np.array([0.999, 0.001, 1.0])])
@pytest.mark.parametrize("method", [sel.ordered_pivotal, sel.brewer])
def test_exact_inclusion_by_enumeration(method, pi):
    samples = enumerate_design(lambda chance: method(pi, chance))
    assert {len(set(sample)) for sample in samples} == {round(pi.sum())}
    np.testing.assert_allclose(np.diag(inclusion(samples, len(pi))), pi, atol=1e-9)


def test_brewer_from_three_draws_on():
    """The defect of two packages shows at n = 3 only."""
    pi = np.array([0.75, 0.75, 0.5, 0.3, 0.3, 0.2, 0.1, 0.1])
    samples = enumerate_design(lambda chance: sel.brewer(pi, chance))
    np.testing.assert_allclose(np.diag(inclusion(samples, 8)), pi, atol=1e-9)


def test_ordered_pivotal_keeps_neighbours_apart():
    pi = np.full(6, 0.5)
    joint = inclusion(enumerate_design(lambda chance: sel.ordered_pivotal(pi, chance)), 6)
    assert joint[0, 1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("sizes", "n"), [([1, 1, 2, 4], 2), ([3, 1, 2, 5, 4, 1], 3), ([1, 9, 2], 4), ([2, 2, 2, 2], 2)]
)
def test_chromy_hits_by_enumeration(sizes, n):
    expected = n * np.array(sizes) / sum(sizes)
    samples = enumerate_design(lambda chance: sel.chromy_hits(sizes, n, chance))
    assert {sum(hits) for hits in samples} == {n}
    mean = sum(np.array(hits) * probability for hits, probability in samples.items())
    np.testing.assert_allclose(mean, expected, atol=1e-9)
    for hits in samples:
        assert (np.array(hits) >= np.floor(expected - 1e-9)).all()
        assert (np.array(hits) <= np.ceil(expected + 1e-9)).all()


def test_cube_by_enumeration():
    balance = np.array([[1.0], [2.0], [4.0], [3.0], [7.0], [5.0], [6.0], [8.0]])
    samples = enumerate_design(lambda chance: sel.cube(PI, balance, chance))
    assert {len(sample) for sample in samples} == {3}
    np.testing.assert_allclose(np.diag(inclusion(samples, 8)), PI, atol=1e-8)
    half = np.full(6, 0.5)
    balance = np.array([[1.0, 0], [1, 1], [2, 0], [2, 1], [3, 0], [3, 1]])
    joint = inclusion(enumerate_design(lambda chance: sel.cube(half, balance, chance)), 6)
    np.testing.assert_allclose(np.diag(joint), half, atol=1e-8)


def test_cube_balances():
    rng = np.random.default_rng(1)
    x = rng.gamma(2, size=(500, 2))
    pi = np.full(500, 0.2)
    balanced, plain = [], []
    for seed in range(15):
        sample = sel.cube(pi, x, np.random.default_rng(seed))
        assert len(sample) == 100
        balanced.append(5 * x[sample].sum(axis=0) / x.sum(axis=0) - 1)
        other = sel.simple_random(np.random.default_rng(seed).random(500), 100)
        plain.append(5 * x[other].sum(axis=0) / x.sum(axis=0) - 1)
    assert np.std(balanced, axis=0)[0] < np.std(plain, axis=0)[0] / 3
    assert np.std(balanced, axis=0)[1] < np.std(plain, axis=0)[1] / 2


def test_local_pivotal_by_enumeration_and_spread():
    pi = np.array([0.5, 0.7, 0.3, 0.5])
    places = np.array([[0.0], [0.2], [5.0], [5.3]])
    samples = enumerate_design(lambda chance: sel.local_pivotal(pi, places, chance))
    assert {len(sample) for sample in samples} == {2}
    np.testing.assert_allclose(np.diag(inclusion(samples, 4)), pi, atol=1e-9)
    rng = np.random.default_rng(2)
    grid = rng.random((2000, 2))
    sample = sel.local_pivotal(np.full(2000, 0.05), grid, np.random.default_rng(3))
    cells = np.unique((grid[sample] * 5).astype(int) @ [5, 1], return_counts=True)[1]
    assert len(sample) == 100
    assert cells.std() < 1.2  # a simple random sample has about 2


def test_sampford_equals_its_definition_by_enumeration_of_acceptance():
    """Pareto probability times acceptance, over all subsets, is Sampford's probability."""
    for pi in (PI, PI_TWO, np.array([0.9, 0.8, 0.2, 0.1])):
        setup = sel.sampford_setup(pi)
        right = sampford_by_definition(pi)
        odds, found = pi / (1 - pi), {}
        constant = (1 - pi) * setup.ratio(pi)
        for sample in right:
            chosen = list(sample)
            density = odds[chosen].prod() * constant[chosen].sum()
            accept = (1 - pi[chosen]).sum() / constant[chosen].sum() * setup.smallest
            assert 0 < accept <= 1
            found[sample] = density * accept
        total = sum(found.values())
        for sample, probability in right.items():
            assert found[sample] / total == pytest.approx(probability, rel=1e-9)


def test_pareto_density_behind_sampford():
    """The density that the acceptance assumes is that of Pareto samples: chi-square over all pairs."""
    rng = np.random.default_rng(4)
    pi = PI_TWO
    setup = sel.sampford_setup(pi)
    constant, odds = (1 - pi) * setup.ratio(pi), pi / (1 - pi)
    pairs = list(itertools.combinations(range(5), 2))
    density = np.array([odds[list(s)].prod() * constant[list(s)].sum() for s in pairs])
    keys = rng.random((40_000, 5))
    keys = keys / (1 - keys) / odds
    drawn = np.sort(np.argsort(keys, axis=1)[:, :2], axis=1)
    counts = np.array([(drawn == s).all(axis=1).sum() for s in pairs])
    expected = 40_000 * density / density.sum()
    assert ((counts - expected) ** 2 / expected).sum() < 27.9  # 0.999 quantile on 9 degrees of freedom


def test_sampford_by_monte_carlo():
    rng = np.random.default_rng(5)
    right, rounds = sampford_by_definition(PI), 6000
    counts = dict.fromkeys(right, 0)
    chance = sel.RandomChance(rng)
    setup = sel.sampford_setup(PI)
    for _ in range(rounds):
        counts[tuple(sorted(sel.sampford(PI, chance, setup=setup).tolist()))] += 1
    chi_square = sum((counts[s] - rounds * p) ** 2 / (rounds * p) for s, p in right.items())
    assert chi_square < 93.2  # 0.999 quantile on 55 degrees of freedom
    joint = sel.joint_probabilities("sampford", PI, np.arange(8))
    np.testing.assert_allclose(joint.matrix, inclusion(right, 8), atol=1e-12)
    assert joint.exact


def test_sampford_with_many_units_and_permanent_numbers():
    rng = np.random.default_rng(6)
    pi = sel.inclusion_probabilities(rng.lognormal(size=50_000), 1000)
    sample = sel.sampford(pi, "seed", rng.random(50_000))
    assert len(set(sample.tolist())) == 1000
    estimate = (1 / pi[sample]).sum()
    assert abs(estimate / 50_000 - 1) < 0.15


@pytest.mark.parametrize("pi", [PI, PI_TWO, np.array([0.2, 0.3, 1.0, 0.5])])
def test_systematic_pps_over_all_starts(pi):
    breaks = np.unique(np.concatenate([[0, 1], np.mod(np.cumsum(pi), 1)]))
    joint = np.zeros((len(pi), len(pi)))
    for low, high in itertools.pairwise(breaks):
        if high - low < 1e-9:
            continue
        sample = sel.systematic_pps(pi, (low + high) / 2)
        assert len(sample) == round(pi.sum())
        joint[np.ix_(sample, sample)] += high - low
    np.testing.assert_allclose(np.diag(joint), pi, atol=1e-12)
    np.testing.assert_allclose(sel.joint_probabilities("systematic", pi, np.arange(len(pi))).matrix, joint, atol=1e-12)


def test_order_sampling_by_monte_carlo():
    """Pareto is very near its targets at n = 3; sequential Poisson is further off, as published."""
    rng = np.random.default_rng(7)
    uniforms = rng.random((12_000, 8))
    pareto, sequential = np.zeros(8), np.zeros(8)
    for u in uniforms:
        pareto[sel.pareto(PI, u)] += 1
        sequential[sel.sequential_poisson(PI, u)] += 1
    error = np.sqrt(PI * (1 - PI) / 12_000)
    assert (abs(pareto / 12_000 - PI) < 4.5 * error + 0.01 * PI).all()
    assert (abs(sequential / 12_000 - PI) < 4.5 * error + 0.12 * PI).all()


def test_poisson_and_its_joint_probabilities():
    rng = np.random.default_rng(8)
    uniforms = rng.random((20_000, 8))
    inside = uniforms < PI
    for u, expected in zip(uniforms[:50], inside[:50], strict=True):
        assert sel.poisson(PI, u).tolist() == np.flatnonzero(expected).tolist()
    joint = sel.joint_probabilities("poisson", PI, [0, 2]).matrix
    assert joint[0, 1] == pytest.approx(0.375)
    assert abs((inside[:, 0] & inside[:, 2]).mean() - 0.375) < 4.5 * math.sqrt(0.375 * 0.625 / 20_000)


def test_take_alls_are_found_again_and_again():
    pi = sel.inclusion_probabilities([1, 2, 3, 40, 50, 1000], 4)
    assert pi.sum() == pytest.approx(4)
    assert (pi == 1).tolist() == [False, False, False, True, True, True]
    np.testing.assert_allclose(pi[:3], np.array([1, 2, 3]) / 6)


def test_serpentine_order_turns():
    a, b, c = np.array(list(itertools.product("xyz", "ab", [1, 2]))).T
    order = sel.serpentine_order([a, b, c])
    text = ["".join(row) for row in np.stack([a, b, c], axis=1)[order]]
    assert text == ["xa1", "xa2", "xb2", "xb1", "yb1", "yb2", "ya2", "ya1", "za1", "za2", "zb2", "zb1"]


def test_chance_is_reproducible_and_uniform():
    first, again = sel.HashChance("a"), sel.HashChance("a")
    values = [first.uniform() for _ in range(2000)]
    assert values == [again.uniform() for _ in range(2000)]
    assert abs(np.mean(values) - 0.5) < 4.5 / math.sqrt(12 * 2000)
    import hashlib

    assert values[2] == ((int(hashlib.sha256(b"a:3").hexdigest()[:13], 16)) + 0.5) / 2**52
    counts = np.bincount([first.choose(np.array([1.0, 0.0, 3.0])) for _ in range(2000)], minlength=3)
    assert counts[1] == 0
    assert abs(counts[0] / 2000 - 0.25) < 0.05


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sel.inclusion_probabilities([1, 0, 2], 1), "positive and finite; wrong at positions 1: 1"),
        (lambda: sel.inclusion_probabilities([1, -3, np.nan], 1), "2: 1, 2"),
        (lambda: sel.inclusion_probabilities([1, 2], 3), "3 units cannot be selected from 2"),
        (lambda: sel.pareto([0.5, 0.7], [0.1, 0.2]), "not to a whole number"),
        (lambda: sel.pareto([0.5, 1.5], [0.1, 0.2]), "between 0 and 1; wrong at 1: 1"),
        (lambda: sel.pareto([0.5, 0.5], [0.0, 0.2]), "strictly between 0 and 1"),
        (lambda: sel.cube([0.5, 0.5], [[1.0]], "s"), "2 rows"),
        (lambda: sel.local_pivotal([0.5, 0.5], [[1.0], [np.nan]], "s"), "finite coordinates"),
        (lambda: sel.systematic(3, 4, "s"), "4 units cannot"),
        (lambda: sel.simple_random([0.1], 2), "2 units cannot"),
        (lambda: sel.serpentine_order([]), "at least one column"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(DataError, match=message):
        call()
