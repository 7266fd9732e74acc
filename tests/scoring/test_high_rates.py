"""Bands, rank sets, differences and power of rates near 0 and 1, over surveys with known truth, beside the plain rule.

Run with ``-s`` to see the figures; the tables of the pages on methods come from the same code with more surveys.
"""

import numpy as np
import pytest
from high_rates import (
    DISTRICTS,
    answers,
    estimates,
    one_survey,
    pair_coverage,
    sets_hold,
    wrong_bands,
)

from surveykit.design import SurveyDesign
from surveykit.estimation import survey_mean
from surveykit.scoring import compare_with_mean, rank_confidence_sets
from surveykit.weighting import rake

pytestmark = pytest.mark.slow


def held(make, truth, runs, shares=None, every=5):
    """Share of surveys with a wrong band, of those whose rank sets hold, of limits that hold; from `runs` surveys."""
    found = np.array([one_survey(make(), truth, shares, pairs=r % every == 0, draws=500) for r in range(runs)])
    wrong, sets, covered, pairs = found.sum(axis=0)
    return wrong / runs, sets / runs, covered / max(pairs, 1.0)


def upper(share, runs):
    """Largest share that is compatible with a true one (2.5 standard errors of the simulation)."""
    return share + 2.5 * np.sqrt(share * (1 - share) / runs)


@pytest.mark.parametrize(("deff", "size"), [(1, 1), (2, 5), (2, 10)])
def test_tied_districts(deff, size, capsys):
    rng, runs, cells = np.random.default_rng(31), 30, []
    for p in (0.8, 0.9, 0.95, 0.98, 0.99, 1.0):
        for n in (30, 100, 200):
            truth = np.full(DISTRICTS, p)
            found = held(lambda t=truth, m=n: estimates(answers(rng, t, m // size, size, deff)), truth, runs)
            cells.append((p, n, *found))
            with capsys.disabled():
                print(
                    f"deff {deff}, clusters of {size}, {p:.2f}, n {n}: false band {found[0]:.2f}, sets {found[1]:.2f}"
                )
    wrong, sets, covered = np.array(cells)[:, 2:].T
    total = runs * len(cells)
    assert wrong.mean() <= upper(0.06, total) and wrong.max() <= upper(0.09, runs)
    assert sets.mean() >= 0.95 and covered[:-3].mean() >= 0.93


@pytest.mark.filterwarnings("ignore::surveykit.errors.InterpretationWarning")
def test_plain_call(capsys):
    """A covariance of independent binomials, without design: 900 surveys in all."""
    rng, wrong = np.random.default_rng(8), []
    for p in (0.8, 0.9, 0.95, 0.98, 0.99):
        for n in (30, 100, 200):
            count = 0
            for _ in range(60):
                q = rng.binomial(n, p, DISTRICTS) / n
                count += wrong_bands(compare_with_mean(q, np.diag(q * (1 - q) / (n - 1))), np.full(DISTRICTS, p))
            wrong.append(count / 60)
    with capsys.disabled():
        print("plain call, .80 to .99 by n 30, 100, 200:", np.round(wrong, 2).tolist())
    assert np.mean(wrong) <= upper(0.06, 900) and max(wrong) <= upper(0.09, 60)


def _unequal_sizes(rng, truth):
    return estimates(answers(rng, truth, np.linspace(6, 80, DISTRICTS).astype(int), 5, 1.6))


def _unequal_effects(rng, truth):
    return estimates(answers(rng, truth, 10, 10, np.linspace(1, 4, DISTRICTS)))


def _shared_units(rng, truth):
    """60 units of 40 people from all districts."""
    rows = answers(rng, np.full(60, truth[0]), 1, 40, 2.0) | {
        "d": rng.permutation(np.resize(np.arange(DISTRICTS), 2400))
    }
    return estimates(rows, strata=None)


def _few_units(rng, truth):
    return estimates(answers(rng, truth, np.resize([2, 3, 4, 5, 6], DISTRICTS), 25, 2.0))


def _raked(rng, truth):
    rows = answers(rng, truth, 20, 5, 1.5) | {"w": np.ones(100 * DISTRICTS)}
    rows["sex"] = rng.choice(["f", "m"], rows["y"].size, p=[0.6, 0.4])
    rows["age"] = rng.choice(["1", "2", "3"], rows["y"].size)
    design = SurveyDesign(rows, weights="w", strata="d", psu="c")
    margins = {"sex": {"f": 1150, "m": 1150}, "age": {"1": 1000, "2": 700, "3": 600}}
    return survey_mean(rake(design, margins), "y", by="d")


@pytest.mark.parametrize("p", [0.8, 0.95])
@pytest.mark.parametrize("make", [_unequal_sizes, _unequal_effects, _shared_units, _few_units, _raked])
def test_other_designs(make, p, capsys):
    rng, runs, truth = np.random.default_rng(12), 40, np.full(DISTRICTS, p)
    shares = np.geomspace(1, 30, DISTRICTS) if make is _raked else None
    wrong, sets, covered = held(lambda: make(rng, truth), truth, runs, shares)
    with capsys.disabled():
        print(f"{make.__name__[1:]} at {p}: false band {wrong:.2f}, sets {sets:.2f}, differences {covered:.3f}")
    assert wrong <= upper(0.06, runs) and sets >= 1 - upper(0.07, runs) and covered >= 0.92


@pytest.mark.parametrize("k", [2, 3, 5])
def test_few_districts(k, capsys):
    rng, runs, truth = np.random.default_rng(5), 150, np.full(k, 0.9)
    wrong, sets, covered = held(lambda: estimates(answers(rng, truth, 10, 5, 1.5)), truth, runs, every=1)
    with capsys.disabled():
        print(f"{k} districts: false band {wrong:.3f}, sets {sets:.3f}, differences {covered:.3f}")
    assert wrong <= upper(0.06, runs) and sets >= 1 - upper(0.07, runs) and covered >= 0.93


@pytest.mark.parametrize(("p", "n"), [(0.6, 100), (0.7, 100), (0.8, 100), (0.95, 30)])
def test_one_district_lower(p, n, capsys):
    """No wrong band, sets hold the true ranks, and power beside the plain covariance."""
    rng, runs, truth = np.random.default_rng(2), 80, np.full(DISTRICTS, p)
    truth[3] -= 0.15
    rows = []
    for _ in range(runs):
        found = estimates(answers(rng, truth, n, 1, 1.0))
        ours, plain = compare_with_mean(found), compare_with_mean(found, kind="number")
        sets = rank_confidence_sets(found, draws=500).table
        rows.append(
            [ours["band"][3] == "below", plain["band"][3] == "below", wrong_bands(ours, truth), sets_hold(sets, truth)]
        )
    power, former, wrong, right = np.mean(rows, axis=0)
    with capsys.disabled():
        print(f"{p} and {p - 0.15:.2f}, n {n}: power {power:.2f} (plain {former:.2f}), wrong {wrong:.3f}, {right:.2f}")
    assert wrong <= upper(0.06, runs) and right >= 1 - upper(0.07, runs)
    assert power >= former - 0.12 if p <= 0.8 else power > 0


def test_differences_of_few_units_cover(capsys):
    """93 % or more with 2 to 6 units per district; cautious near 1, where answers are few values."""
    rng = np.random.default_rng(6)
    for m in (2, 3, 4, 6):
        for p in (0.8, 0.95):
            truth, counts = np.full(DISTRICTS, p), np.zeros(2)
            for _ in range(20):
                counts += pair_coverage(estimates(answers(rng, truth, m, 25, 2.0)), truth)
            with capsys.disabled():
                print(f"{m} units, {p}: {counts[0] / counts[1]:.3f}")
            assert counts[0] / counts[1] >= 0.91
