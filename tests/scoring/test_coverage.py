"""Slow simulations: what the intervals and sets promise, under ties and at knots."""

import numpy as np
import pytest
from scoring_helpers import criterion, estimates, scheme

from surveykit.scoring import compare_with_mean, inputs_from_estimates, rank_confidence_sets, score

pytestmark = pytest.mark.slow
KNOTS = {"kind": "piecewise_linear", "knots": [["0.60", "0"], ["0.75", "6"], ["0.85", "9"], ["0.95", "10"]]}


@pytest.mark.parametrize("df", [None, 8])
def test_bands_call_no_tied_unit_above_or_below(df):
    rng = np.random.default_rng(11)
    p, runs, wrong = 10, 2000, 0
    for _ in range(runs):
        scale = 1.0 if df is None else rng.chisquare(df) / df
        found = compare_with_mean(rng.standard_normal(p), np.eye(p) * scale, df=df)
        wrong += (found["band"] != "not_distinguishable").any()
    assert wrong / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_few_degrees_of_freedom_keep_the_level():
    rng = np.random.default_rng(12)
    p, runs, df, held = 8, 1500, 10, 0
    for run in range(runs):
        estimated = np.eye(p) * rng.chisquare(df) / df
        table = rank_confidence_sets(rng.standard_normal(p), estimated, draws=2000, seed=run, df=df).table
        held += ((table["rank_low"] == 1) & (table["rank_high"] >= 1)).all()
    assert held / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)


@pytest.mark.parametrize("rate", [0.70, 0.80, 0.85, 0.93])
def test_interval_of_points_covers_at_and_between_knots(rate):
    rng = np.random.default_rng(13)
    n, runs, held = 400, 300, np.zeros(4)
    made = scheme([criterion("a", 10, rule=KNOTS)])
    truth = np.interp(rate, [0.6, 0.75, 0.85, 0.95], [0, 6, 9, 10])
    for run in range(runs):
        seen = rng.binomial(n, rate, 4) / n
        inputs = inputs_from_estimates(estimates({"a": seen.tolist()}, np.diag(seen * (1 - seen) / n), df=n - 1))
        table = score(made, inputs, draws=1000, seed=run).table
        held += (table["conf_low"] <= truth) & (truth <= table["conf_high"])
    assert held.mean() / runs >= 0.92


@pytest.mark.parametrize("rate", [0.78, 0.85])
def test_rank_sets_of_scores_hold_when_all_districts_are_tied_at_a_knot(rate):
    rng = np.random.default_rng(14)
    n, runs, units, held = 400, 300, [f"u{k}" for k in range(10)], 0
    made = scheme([criterion("a", 60, rule={**KNOTS, "knots": [[x, 6 * float(y)] for x, y in KNOTS["knots"]]})])
    for run in range(runs):
        seen = rng.binomial(n, rate, 10) / n
        inputs = inputs_from_estimates(
            estimates({"a": seen.tolist()}, np.diag(seen * (1 - seen) / n), units=units, df=n - 1)
        )
        held += (score(made, inputs, draws=1000, seed=run).table["rank_low"] == 1).all()
    assert held / runs >= 0.95 - 3 * np.sqrt(0.05 * 0.95 / runs)
