"""Coverage of the interval with a pooled design effect, where the true design effects are equal and where not."""

import numpy as np
import pytest

from surveykit.estimation.intervals.intervals import proportion_interval

DISTRICTS, STRATA, PSUS, ROWS = 23, 5, 4, 10


def simulate(icc, p, draws, seed):
    """Shares, standard errors and n of districts; icc has one value per district."""
    rng = np.random.default_rng(seed)
    shape = (draws, DISTRICTS, STRATA, PSUS)
    icc = np.asarray(icc)[None, :, None, None]
    spread = (1 - icc) / icc
    unit = rng.beta(np.broadcast_to(p * spread, shape), np.broadcast_to((1 - p) * spread, shape))
    share = rng.binomial(ROWS, unit) / ROWS
    estimate = share.mean(axis=(2, 3))
    variance = share.var(axis=3, ddof=1).sum(axis=2) / PSUS / STRATA**2
    return estimate, np.sqrt(variance), np.full(DISTRICTS, STRATA * PSUS * ROWS)


def coverage(method, icc, p, draws=400, seed=1):
    estimate, error, n = simulate(icc, p, draws, seed)
    hit = np.zeros(DISTRICTS)
    df = np.full(DISTRICTS, STRATA * (PSUS - 1.0))
    for e, s in zip(estimate, error, strict=True):
        low, high = proportion_interval(method, e, s, n, df)
        hit += (low <= p) & (p <= high)
    return hit / draws


EQUAL = np.full(DISTRICTS, 0.05)
UNEQUAL = np.linspace(0.005, 0.15, DISTRICTS)


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.5, 0.8, 0.95, 0.99])
def test_equal_design_effects(p):
    assert coverage("wilson_pooled", EQUAL, p).mean() > 0.94


@pytest.mark.slow
@pytest.mark.parametrize("p", [0.5, 0.8, 0.95, 0.99])
def test_unequal_design_effects_average_and_worst(p):
    """On average the pooled interval holds; the most clustered district does not, and the page on methods says so."""
    pooled = coverage("wilson_pooled", UNEQUAL, p)
    assert pooled.mean() > 0.92
    assert pooled[:5].mean() > pooled[-5:].mean()
