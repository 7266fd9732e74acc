"""Against R sampling, where R is right."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from surveykit.sampling.selection import inclusion_probabilities, joint_probabilities

TABLE = pd.read_csv(Path(__file__).parents[1] / "reference" / "sampling_joint.csv")
SIZE = np.array([3.1, 0.4, 1.7, 2.6, 0.9, 1.2, 5.5, 0.8, 2.2, 1.6])


def reference(name):
    return TABLE[TABLE["name"] == name].pivot(index="row", columns="column", values="value").to_numpy()


@pytest.mark.parametrize("n", [3, 6])
def test_inclusion_probabilities(n):
    np.testing.assert_allclose(inclusion_probabilities(SIZE, n), reference(f"inclusion {n}").ravel(), rtol=1e-8)


@pytest.mark.parametrize(("name", "size", "n"), [("sampford 3", SIZE, 3), ("sampford 5", SIZE + 3, 5)])
def test_sampford_joint_probabilities(name, size, n):
    found = joint_probabilities("sampford", inclusion_probabilities(size, n), np.arange(10))
    np.testing.assert_allclose(found.matrix, reference(name), rtol=1e-8)


def test_systematic_joint_probabilities():
    found = joint_probabilities("systematic", inclusion_probabilities(SIZE, 3), np.arange(10))
    np.testing.assert_allclose(found.matrix, reference("systematic 3"), rtol=1e-8, atol=1e-14)


@pytest.mark.parametrize("method", ["pivotal", "brewer"])
def test_pairs_that_r_draws(method):
    """R has no formula for these designs: 100 000 of its samples, within 4.5 standard errors."""
    table = pd.read_csv(Path(__file__).parents[1] / "reference" / "sampling_draws.csv")
    rounds = table["rounds"].iloc[0]
    shares = table[table["name"] == method].pivot(index="row", columns="column", values="value").to_numpy() / rounds
    name = "ordered_pivotal" if method == "pivotal" else method
    found = joint_probabilities(name, inclusion_probabilities(SIZE, 3), np.arange(10)).matrix
    assert (abs(shares - found) < 4.5 * np.sqrt(found * (1 - found) / rounds) + 1e-12).all()
