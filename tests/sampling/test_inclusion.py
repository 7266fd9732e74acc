"""Inclusion probabilities of what is really drawn, end to end: strata that are copies of each other replicate."""

import numpy as np
import pandas as pd
import pytest

from surveykit.sampling import (
    draw,
    draw_indexed,
    draw_rotated,
    draw_second_phase,
    index_frame,
    open_ledger,
    release,
    replicate_samples,
)
from surveykit.sampling import selection as sel

X = np.array([5.0, 1.0, 3.0, 4.0, 2.0, 1.0, 3.0, 20.0])  # 4 drawn: the last unit is certain
N, SIZE = 8, 4
ORDERED = {"order": ["place"]}
METHODS = {
    "srs": {},
    "systematic": ORDERED,
    "poisson": {"size": "x"},
    "sequential_poisson": {"size": "x"},
    "pareto": {"size": "x"},
    "sampford": {"size": "x"},
    "brewer": {"size": "x"},
    "systematic_pps": {"size": "x"} | ORDERED,
    "ordered_pivotal": {"size": "x"} | ORDERED,
    "chromy": {"size": "x"} | ORDERED,
    "cube": {"size": "x", "balance": ["place"]},
    "local_pivotal": {"size": "x", "coordinates": ["place"]},
}


def copies(count):
    return pd.DataFrame(
        {
            "unit_id": [f"{r}-{i}" for r in range(count) for i in range(N)],
            "district": [f"{r:05d}" for r in range(count) for _ in range(N)],
            "x": np.tile(X, count),
            "place": np.tile(np.arange(N), count),
            "half": np.tile(["a", "b"], count * N // 2),
        }
    )


def drawn(table, count):
    """Indicator of every unit in every replication."""
    inside = np.zeros((count, N))
    for replication, unit in table["unit_id"].str.split("-"):
        inside[int(replication), int(unit)] += 1
    assert inside.max() == 1
    return inside


def require_near(inside, joint):
    """First and second order within 4.5 standard errors; what is impossible or certain exactly."""
    count = len(inside)
    found = inside.T @ inside / count
    assert (abs(found - joint) <= 4.5 * np.sqrt(joint * (1 - joint) / count) + 1e-9).all()


def true_probabilities(method, pi):
    """Order sampling has others than its targets; these are the diagonal of its joint probabilities."""
    if method not in ("pareto", "sequential_poisson"):
        return pi
    return np.diag(sel.joint_probabilities(method, pi, np.arange(N)).matrix)


@pytest.mark.parametrize("count", [300, pytest.param(4000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", METHODS)
def test_every_method_draws_with_its_probabilities(make_plan, method, count):
    plan = make_plan(method=method, selection=METHODS[method], size={"per_stratum": SIZE})
    table = draw(plan, copies(count)).table
    pi = sel.inclusion_probabilities(X, SIZE) if "size" in METHODS[method] else np.full(N, SIZE / N)
    assert (pi == 1).sum() == (1 if "size" in METHODS[method] else 0)
    inside = drawn(table, count)
    if method != "poisson":
        assert (inside.sum(axis=1) == SIZE).all()
    true = true_probabilities(method, pi)
    np.testing.assert_allclose(table["inclusion_probability"], true[table["place"].to_numpy()], rtol=1e-12)
    if method in ("cube", "local_pivotal"):
        assert (abs(inside.mean(axis=0) - pi) <= 4.5 * np.sqrt(pi * (1 - pi) / count) + 1e-9).all()
    else:
        found = sel.joint_probabilities(method, pi, np.arange(N))
        assert found.exact
        require_near(inside, found.matrix)


def srs_joint(size):
    return sel.joint_probabilities("srs", np.full(N, size / N), np.arange(N)).matrix


def test_releases_and_replicates_are_simple_random_samples(make_plan):
    count = 800
    frame = copies(count)
    sample = draw(make_plan(size={"per_stratum": 3}, reserve=3), frame)
    require_near(drawn(open_ledger(sample).table, count), srs_joint(3))
    ledger = release(open_ledger(sample), {f"{r:05d}": 2 for r in range(count)}, "low response")
    require_near(drawn(ledger.table, count), srs_joint(5))
    np.testing.assert_allclose(ledger.table["inclusion_probability"], 5 / N)
    dealt = replicate_samples(draw(make_plan(size={"per_stratum": 4}), frame), 2)
    for number in (1, 2):
        require_near(drawn(dealt[dealt["replicate"] == number], count), srs_joint(2))


@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("poisson", "srs")])
def test_reserves_of_every_method_have_the_probabilities_of_what_was_released(make_plan, method):
    """Two-phase sampling: what was drawn together has the method's probabilities, a prefix its share of them."""
    count = 400
    plan = make_plan(method=method, selection=METHODS[method], size={"per_stratum": SIZE}, reserve=2)
    pi = sel.inclusion_probabilities(X, SIZE + 2) if "size" in METHODS[method] else np.full(N, (SIZE + 2) / N)
    ledger = open_ledger(draw(plan, copies(count)))
    for released in (0, 1, 2):
        if released:
            ledger = release(ledger, {f"{r:05d}": 1 for r in range(count)}, "low response")
        right = true_probabilities(method, pi) * (SIZE + released) / (SIZE + 2)
        table = ledger.table
        np.testing.assert_allclose(table["inclusion_probability"], right[table["place"].to_numpy()], rtol=1e-12)
        inside = drawn(table, count)
        assert (inside.sum(axis=1) == SIZE + released).all()
        slack = 0.02 if method in ("sequential_poisson", "pareto") else 1e-9
        assert (abs(inside.mean(axis=0) - right) <= 4.5 * np.sqrt(right * (1 - right) / count) + slack).all()


def test_rotated_samples_are_simple_random_samples_that_overlap_as_planned(make_plan):
    count = 800
    plan, frame = make_plan(size={"per_stratum": 4}), copies(count)
    first, turned = (drawn(draw_rotated(plan, frame, shift), count) for shift in (0.0, 0.7))
    require_near(first, srs_joint(4))
    require_near(turned, srs_joint(4))


def test_an_index_draws_simple_random_samples(make_plan, tmp_path):
    plan = make_plan(size={"per_stratum": 4})
    index = index_frame(plan, copies(800), tmp_path / "i.parquet")
    require_near(drawn(draw_indexed(plan, index).table, 800), srs_joint(4))


def test_two_phases_multiply(make_plan):
    """A simple random sample of a simple random sample is one; the reserve of the first phase takes no part."""
    count = 800
    first = draw(make_plan(size={"per_stratum": 5}, reserve=2), copies(count))
    plan = make_plan(size={"per_stratum": 2}, seed="phase-two")
    second = draw_second_phase(plan, first)
    np.testing.assert_allclose(second.table["inclusion_probability"], 5 / N * 2 / 5)
    require_near(drawn(second.table, count), srs_joint(2))
    ledger = release(open_ledger(first), {f"{r:05d}": 1 for r in range(count)}, "low response")
    third = draw_second_phase(plan, ledger)
    np.testing.assert_allclose(third.table["first_phase_probability"], 6 / N)
    require_near(drawn(third.table, count), srs_joint(2))


def test_two_phases_with_strata_of_the_first(make_plan):
    """Unequal probabilities in the second phase, given what the first found: unbiased over both."""
    count = 800
    first = draw(make_plan(size={"per_stratum": 6}), copies(count))
    plan = make_plan(
        strata=["district"], method="poisson", selection={"size": "x"}, size={"per_stratum": 1}, seed="two"
    )
    table = draw_second_phase(plan, first).table
    table["replication"] = table["unit_id"].str.split("-").str[0].astype(int)
    totals = np.zeros(count)
    np.add.at(totals, table["replication"], table["base_weight"] * table["place"])
    assert abs(totals.mean() - np.arange(N).sum()) < 4.5 * totals.std() / np.sqrt(count)


def test_three_stages_with_different_methods(make_plan):
    """Streets by Sampford, communities by systematic sampling, residents by simple random sampling: all pairs."""
    count = 600
    shape = {"s0": [("c0", 2), ("c1", 2)], "s1": [("c2", 3), ("c3", 2)], "s2": [("c4", 2), ("c5", 2), ("c6", 1)]}
    rows = [
        (f"{r}-{i}", f"{r:05d}", street, community)
        for r in range(count)
        for i, (street, community) in enumerate(
            (street, community) for street, parts in shape.items() for community, n in parts for _ in range(n)
        )
    ]
    frame = pd.DataFrame(rows, columns=["unit_id", "district", "street", "community"])
    stages = [
        {"id": "street", "method": "sampford", "size": {"per_stratum": "2"}},
        {"id": "community", "method": "systematic", "size": {"per_stratum": "1"}},
        {"id": "unit_id", "size": {"per_stratum": "2"}},
    ]
    table = draw(make_plan(size={}, stages=stages), frame).table
    units = sum(n for parts in shape.values() for _, n in parts)
    inside = np.zeros((count, units))
    for replication, unit in table["unit_id"].str.split("-"):
        inside[int(replication), int(unit)] += 1
    streets = [sum(n for _, n in parts) for parts in shape.values()]
    outer = sel.joint_probabilities("sampford", sel.inclusion_probabilities(streets, 2), np.arange(3))
    inner = []
    for parts in shape.values():
        # one community of each street: never two of them
        second = sel.joint_probabilities("srs", np.full(len(parts), 1 / len(parts)), np.arange(len(parts)))
        third = [sel.joint_probabilities("srs", np.full(n, min(2, n) / n), np.arange(n)) for _, n in parts]
        group = np.repeat(np.arange(len(parts)), [n for _, n in parts])
        inner.append(sel.nested_joint_probabilities(second, group, third))
    joint = sel.nested_joint_probabilities(outer, np.repeat(np.arange(3), streets), inner)
    assert joint.exact
    require_near(inside, joint.matrix)
    by_unit = dict(zip(table["unit_id"].str.split("-").str[1].astype(int), table["inclusion_probability"], strict=True))
    np.testing.assert_allclose([by_unit[i] for i in range(units)], np.diag(joint.matrix), rtol=1e-12)


@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_sampford_at_a_million(seed):
    """10 000 of 1 000 000, where rejective draws and tables of N x n give up: exact size, certain units, unbiased."""
    rng = np.random.default_rng(31)
    size = rng.lognormal(sigma=1.5, size=1_000_000)
    pi = sel.inclusion_probabilities(size, 10_000)
    assert (pi == 1).sum() > 10
    sample = sel.sampford(pi, seed, (rng.permutation(1_000_000) + 0.5) / 1_000_000)
    assert len(set(sample.tolist())) == 10_000
    assert set(np.flatnonzero(pi == 1)) <= set(sample.tolist())
    y = pi * (1 + 0.1 * rng.normal(size=1_000_000))  # nearly in proportion: a total of 10 000 with an error of about 10
    error = 0.1 * np.sqrt((pi * (1 - pi)).sum())
    assert abs((y[sample] / pi[sample]).sum() - y.sum()) < 4.5 * error
