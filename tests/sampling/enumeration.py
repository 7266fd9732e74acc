"""Every sample that a selection can give, with its probability."""

import itertools

import numpy as np
import pytest


class Enumerated:
    """A chance that replays a given path of decisions and remembers the branches that it leaves open."""

    def __init__(self, path):
        self.path, self.taken, self.probability, self.open = path, [], 1.0, []

    def _branch(self, probabilities):
        step = len(self.taken)
        options = [i for i, p in enumerate(probabilities) if p > 1e-14]
        pick = self.path[step] if step < len(self.path) else options[0]
        if step >= len(self.path):
            self.open += [[*self.taken, other] for other in options[1:]]
        self.taken.append(pick)
        self.probability *= probabilities[pick]
        return pick

    def coin(self, probability):
        probability = min(max(probability, 0.0), 1.0)
        return bool(self._branch([1.0 - probability, probability]))

    def choose(self, weights):
        weights = np.asarray(weights, dtype=float)
        return self._branch((weights / weights.sum()).tolist())

    def index(self, count):
        return self._branch([1 / count] * count)


def enumerate_design(select, limit=20_000):
    """Every possible sample with its probability."""
    waiting, samples = [[]], {}
    while waiting:
        chance = Enumerated(waiting.pop())
        outcome = tuple(np.asarray(select(chance)).tolist())
        samples[outcome] = samples.get(outcome, 0.0) + chance.probability
        waiting += chance.open
        limit -= 1
        assert limit > 0
    assert sum(samples.values()) == pytest.approx(1.0, abs=1e-9)
    return samples


def inclusion(samples, population):
    joint = np.zeros((population, population))
    for sample, probability in samples.items():
        for pair in itertools.product(set(sample), repeat=2):
            joint[pair] += probability
    return joint


def sampford_by_definition(pi):
    n, odds, weights = round(pi.sum()), pi / (1 - pi), {}
    for sample in itertools.combinations(range(len(pi)), n):
        chosen = list(sample)
        weights[sample] = odds[chosen].prod() * (1 - pi[chosen]).sum()
    total = sum(weights.values())
    return {sample: weight / total for sample, weight in weights.items()}
