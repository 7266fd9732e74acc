"""Slow simulations: the score card under ties at straight lines, bends, jumps and ranks, with few people and many."""

from dataclasses import replace

import numpy as np
import pytest
from scoring_helpers import criterion, scheme

from surveykit.scoring import inputs_from_covariance, score

pytestmark = pytest.mark.slow
UNITS = tuple(f"u{k:02d}" for k in range(23))
LINE = {"kind": "proportional"}
KNOTS = {"kind": "piecewise_linear", "knots": [["0.60", "0"], ["0.75", "6"], ["0.85", "9"], ["0.95", "10"]]}
THRESHOLD = {"kind": "threshold", "at_least": "0.9"}
RANKS = {"kind": "rank_based", "bands": [[3, 1], [10, 0.7]], "otherwise": 0.3}
RUNS = 40


def survey(rng, count, truth, n, common):
    """Rates of `count` questions to the same n people in each unit; `common`: share who answer all alike."""
    alike, own = rng.random((len(UNITS), n, 1)), rng.random((len(UNITS), n, count))
    answers = np.where(rng.random((len(UNITS), n, 1)) < common, alike, own) < truth
    values = answers.mean(axis=1)
    matrix = np.zeros((len(UNITS) * count,) * 2)
    for unit in range(len(UNITS)):
        spread = answers[unit] - values[unit]
        place = slice(unit * count, (unit + 1) * count)
        matrix[place, place] = spread.T @ spread / n / (n - 1)
    names = [f"c{k}" for k in range(count)]
    found = inputs_from_covariance(UNITS, names, values, matrix, df=n - 1, kinds="rate")
    return replace(found, n=np.full(values.shape, float(n)))


@pytest.mark.parametrize("n", [30, 200])
@pytest.mark.parametrize(
    ("rule", "count", "truth", "points"),
    [
        (LINE, 1, 0.95, 9.5),
        (LINE, 1, 0.99, 9.9),
        (LINE, 3, 0.95, 28.5),
        (KNOTS, 1, 0.85, 9.0),
        (KNOTS, 3, 0.95, 30.0),
        (THRESHOLD, 1, 0.9, 10.0),
        (RANKS, 1, 0.9, 10.0),
    ],
)
def test_intervals_sets_and_bands_of_tied_districts_hold(rule, count, truth, points, n):
    rng = np.random.default_rng([n, count, round(1000 * truth)])
    made = scheme([criterion(f"c{k}", 10, rule=rule) for k in range(count)])
    cover, sets, band = 0.0, 0, 0
    for run in range(RUNS):
        table = score(made, survey(rng, count, truth, n, 0.5), draws=200, seed=run).table
        inside = (table["conf_low"] <= points + 1e-9) & (points - 1e-9 <= table["conf_high"])
        cover += inside.mean() / RUNS
        sets += bool((table["rank_low"] == 1).all())
        band += bool((table["band"] != "not_distinguishable").any())
    figures = f"interval {cover:.3f}, sets {sets / RUNS:.3f}, band {band / RUNS:.3f}"
    print(f"{rule['kind']} x {count}, {truth}, n = {n}: {figures}")
    noise = 2.5 * np.sqrt(0.06 * 0.94 / RUNS)
    assert cover >= 0.93
    assert sets / RUNS >= 0.93 - noise
    assert band / RUNS <= 0.06 + noise


def test_forty_of_forty_is_not_known_exactly():
    made = scheme([criterion("c0", 100)])
    found = inputs_from_covariance(("a", "b"), ["c0"], [[1.0], [0.9]], np.diag([0.0, 0.09 / 39]), kinds="rate")
    table = score(made, replace(found, n=np.full((2, 1), 40.0)), draws=500).table
    assert table.loc[0, "conf_high"] == 100
    assert 88 < table.loc[0, "conf_low"] < 97
