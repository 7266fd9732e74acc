"""Second-order inclusion probabilities of every design, against all samples that it can give."""

import itertools

import numpy as np
import pytest
from enumeration import enumerate_design, inclusion, sampford_by_definition

from surveykit.errors import DataError
from surveykit.sampling import selection as sel

DESIGNS = {
    "eight": np.array([0.75, 0.15, 0.5, 0.6, 0.3, 0.2, 0.4, 0.1]),
    "five": np.array([0.6, 0.3, 0.4, 0.5, 0.2]),
    "sums at whole numbers": np.array([0.5, 0.5, 0.25, 0.75, 0.4, 0.6]),
    "halves": np.full(6, 0.5),
    "large ones": np.array([0.9, 0.85, 0.8, 0.7, 0.75]),
    "one drawn": np.array([0.2, 0.3, 0.5]),
    "hardly open": np.array([0.999, 0.001, 0.5, 0.5]),
}
WITH_SETTLED = {
    "certain and impossible": np.array([0.2, 1.0, 0.3, 0.0, 0.5, 0.4, 1.0, 0.6]),
    "all but one certain": np.array([1.0, 0.4, 0.6, 1.0]),
}


def joint(method, pi, units=None):
    return sel.joint_probabilities(method, pi, np.arange(len(pi)) if units is None else units)


def pareto_by_definition(pi):
    """Samples of a Pareto design with their exact probabilities (Bondesson, Traat & Lundqvist 2006)."""
    ratio, odds = sel.sampford_setup(pi).ratio(pi), pi / (1 - pi)
    density = {
        s: odds[list(s)].prod() * ((1 - pi) * ratio)[list(s)].sum()
        for s in itertools.combinations(range(len(pi)), round(pi.sum()))
    }
    total = sum(density.values())
    return {sample: value / total for sample, value in density.items()}


@pytest.mark.parametrize("name", [*DESIGNS, *WITH_SETTLED])
@pytest.mark.parametrize("method", ["ordered_pivotal", "brewer"])
def test_pivotal_and_brewer_by_every_branch(method, name):
    pi = (DESIGNS | WITH_SETTLED)[name]
    samples = enumerate_design(lambda chance: getattr(sel, method)(pi, chance))
    found = joint(method, pi)
    assert found.exact
    np.testing.assert_allclose(found.matrix, inclusion(samples, len(pi)), atol=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_chromy_by_every_branch(name):
    pi = DESIGNS[name]
    n = round(pi.sum())
    samples = enumerate_design(lambda chance: np.flatnonzero(sel.chromy_hits(pi, n, chance)))
    np.testing.assert_allclose(joint("chromy", pi).matrix, inclusion(samples, len(pi)), atol=1e-12)


@pytest.mark.parametrize("name", DESIGNS)
def test_sampford_and_pareto_by_all_subsets(name):
    pi = DESIGNS[name]
    for method, samples in [("sampford", sampford_by_definition(pi)), ("pareto", pareto_by_definition(pi))]:
        found = joint(method, pi)
        assert found.exact
        np.testing.assert_allclose(found.matrix, inclusion(samples, len(pi)), atol=1e-12)


def test_systematic_by_every_integer_start():
    for population, n in [(7, 3), (10, 4), (12, 6), (5, 5), (6, 1)]:
        samples = enumerate_design(lambda c, size=(population, n): sel.systematic(*size, c))
        found = joint("systematic", np.full(population, n / population))
        np.testing.assert_allclose(found.matrix, inclusion(samples, population), atol=1e-12)


def test_systematic_pps_by_every_start():
    for pi in [*DESIGNS.values(), *WITH_SETTLED.values()]:
        breaks = np.unique(np.concatenate([[0, 1], np.mod(np.cumsum(pi), 1)]))
        right = np.zeros((len(pi), len(pi)))
        for low, high in itertools.pairwise(breaks):
            if high - low > 1e-9:
                sample = sel.systematic_pps(pi, (low + high) / 2)
                right[np.ix_(sample, sample)] += high - low
        np.testing.assert_allclose(joint("systematic_pps", pi).matrix, right, atol=1e-9)


def test_simple_random_and_poisson():
    np.testing.assert_allclose(
        joint("srs", np.full(5, 0.6)).matrix, np.where(np.eye(5) == 1, 0.6, 3 * 2 / (5 * 4)), atol=1e-15
    )
    pi = np.array([0.5, 0.2, 0.7])
    np.testing.assert_allclose(joint("poisson", pi).matrix, np.where(np.eye(3) == 1, pi, np.outer(pi, pi)), atol=1e-15)


def test_sequential_poisson_in_closed_form():
    """Two units, one drawn: P(u1 / p1 < u2 / p2) = p1 / (2 p2). Three units, two drawn: one minus being the largest."""
    found = joint("sequential_poisson", [0.3, 0.7]).matrix
    np.testing.assert_allclose(found, np.diag([3 / 14, 11 / 14]), atol=1e-14)
    p = np.array([0.5, 0.7, 0.8])
    # P(Q3 is the largest) = int p3 F1 F2 dt up to 1 / p3, the distributions cut at 1
    out = 0.8 * (0.5 * 0.7 * (1 / 0.8) ** 3 / 3)
    assert joint("sequential_poisson", p).matrix[0, 1] == pytest.approx(out, rel=1e-12)


@pytest.mark.parametrize("method", ["pareto", "sequential_poisson"])
def test_order_sampling_by_monte_carlo(method):
    """The only place where the true probabilities differ from the targets; both orders within 4.5 standard errors."""
    pi, rounds = DESIGNS["eight"], 400_000
    u = np.random.default_rng(21).random((rounds, 8))
    keys = u / pi if method == "sequential_poisson" else u * (1 - pi) / ((1 - u) * pi)
    inside = np.zeros((rounds, 8))
    np.put_along_axis(inside, np.argpartition(keys, 2, axis=1)[:, :3], 1.0, axis=1)
    right, found = inside.T @ inside / rounds, joint(method, pi).matrix
    assert (abs(right - found) < 4.5 * np.sqrt(found * (1 - found) / rounds)).all()
    assert abs(np.diag(found) - pi).max() > 0.005


def test_rows_of_every_fixed_size_design_sum_to_n_times_pi():
    rng = np.random.default_rng(9)
    pi = sel.inclusion_probabilities(rng.lognormal(size=80), 17)
    for method in ("systematic", "sampford", "pareto", "sequential_poisson", "ordered_pivotal", "chromy"):
        found = joint(method, pi)
        assert found.exact
        np.testing.assert_allclose(found.matrix.sum(axis=1), 17 * np.diag(found.matrix), rtol=1e-9)
        np.testing.assert_allclose(found.matrix, found.matrix.T, rtol=1e-12, atol=1e-15)
        some = rng.permutation(80)[:20]
        np.testing.assert_allclose(joint(method, pi, some).matrix, found.matrix[np.ix_(some, some)], atol=1e-13)


def test_what_is_approximate_says_so_and_is_near():
    pi = sel.inclusion_probabilities(np.random.default_rng(10).lognormal(size=60), 12)
    rough = joint("brewer", pi)
    assert (rough.exact, rough.approach) == (False, "hajek")
    right = joint("sampford", pi).matrix  # another design of high entropy
    assert abs(rough.matrix / right - 1).max() < 0.06


def test_sampford_with_thousands_drawn():
    """Far beyond the reach of symmetric functions: rows sum as they must for a sample of units, by symmetry."""
    pi = np.repeat([0.1, 0.3], [4000, 2000])  # n = 1000; only three different pairs
    found = joint("sampford", pi, [0, 1, 4000, 4001]).matrix
    rare = 3999 * found[0, 1] + 2000 * found[0, 2]
    often = 4000 * found[0, 2] + 1999 * found[2, 3]
    assert rare == pytest.approx(999 * 0.1, rel=1e-10)
    assert often == pytest.approx(999 * 0.3, rel=1e-10)


def test_order_of_units_and_errors():
    pi = DESIGNS["eight"]
    whole = joint("ordered_pivotal", pi).matrix
    np.testing.assert_allclose(joint("ordered_pivotal", pi, [6, 1, 4]).matrix, whole[np.ix_([6, 1, 4], [6, 1, 4])])
    with pytest.raises(DataError, match=r"outside of the 8 units \(1: 9\) or occur twice \(1: 2\)"):
        joint("srs", np.full(8, 0.5), [2, 2, 9])
    with pytest.raises(DataError, match=r"no formula is known for method 'cube'.*simulated_joint_probabilities"):
        joint("cube", pi)
    with pytest.raises(DataError, match="30000 starts of Chromy's list are too much work"):
        joint("chromy", np.full(30_000, 0.1), np.arange(10))


def test_simulated_probabilities_of_cube_and_local_pivotal_samples():
    pi, x = np.array([0.5, 0.7, 0.3, 0.5]), np.array([[0.0], [0.2], [5.0], [5.3]])
    for method in (sel.cube, sel.local_pivotal):
        right = inclusion(enumerate_design(lambda chance, m=method: m(pi, x, chance)), 4)
        found = sel.simulated_joint_probabilities(
            lambda chance, m=method: m(pi, x, chance), pi, [0, 2, 3], replicates=3000, seed=1
        )
        assert (found.exact, found.approach, found.replicates) == (False, "monte carlo", 3000)
        right = right[np.ix_([0, 2, 3], [0, 2, 3])]
        assert (abs(found.matrix - right) < 4.5 * np.sqrt(right * (1 - right) / 3000) + 1e-12).all()
    with pytest.raises(DataError, match=r"not drawn with their probabilities \(3: '0: 0.48"):
        sel.simulated_joint_probabilities(lambda c: sel.cube(pi, x, c), 1 - 0.5 * pi, range(4), replicates=900, seed=1)


def test_two_stages_by_all_samples():
    """Clusters by Brewer, units by simple random sampling: every pair of stages followed."""
    clusters = np.array([0.8, 0.7, 0.5])
    units = [[0, 1, 2], [3, 4], [5, 6, 7, 8]]
    right = np.zeros((9, 9))
    for drawn, first in enumerate_design(lambda chance: sel.brewer(clusters, chance)).items():
        pairs = [list(itertools.combinations(units[c], 2)) for c in drawn]
        for chosen in itertools.product(*pairs):
            at = list(itertools.chain(*chosen))
            right[np.ix_(at, at)] += first / np.prod([len(p) for p in pairs])
    within = [joint("srs", np.full(len(u), 2 / len(u))) for u in units]
    group = np.repeat([0, 1, 2], [3, 2, 4])
    found = sel.nested_joint_probabilities(joint("brewer", clusters), group, within)
    assert found.exact
    np.testing.assert_allclose(found.matrix, right, atol=1e-12)
    with pytest.raises(DataError, match=r"do not agree in groups 1: '1: 2 units, 3 in its matrix'"):
        sel.nested_joint_probabilities(joint("brewer", clusters), group, [within[0], within[0], within[2]])
    with pytest.raises(DataError, match="3 groups, but 2 parts"):
        sel.nested_joint_probabilities(joint("brewer", clusters), group, within[:2])
