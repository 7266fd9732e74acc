"""Surveys of districts with known rates near 100 %, for the simulations of comparisons."""

from __future__ import annotations

import numpy as np

from surveykit.design import SurveyDesign
from surveykit.estimation import Estimates, survey_mean
from surveykit.estimation.rate_rows import rate_rows
from surveykit.scoring import compare_with_mean, rank_confidence_sets

DISTRICTS = 23


def answers(rng, rates, clusters, size, deff):
    """0/1 answers of districts with `clusters` clusters of `size` each, beta-binomial with a design effect.

    `rates`, `clusters` and `deff` are arrays with one value per district. Returns columns y, d, c.
    """
    rates, clusters, deff = (np.broadcast_to(np.asarray(x), np.shape(rates)) for x in (rates, clusters, deff))
    d = np.repeat(np.arange(rates.size), clusters)
    correlation = np.repeat((deff - 1.0) / max(size - 1, 1), clusters)
    p = rates[d]
    spread = np.divide(1 - correlation, correlation, out=np.ones(d.size), where=correlation > 0)
    inner = (correlation > 0) & (p > 0) & (p < 1)
    drawn = rng.beta(np.where(inner, p * spread, 1.0), np.where(inner, (1 - p) * spread, 1.0))
    share = np.where(inner, drawn, p)
    y = (rng.random((d.size, size)) < share[:, None]).astype(float)
    return {"y": y.ravel(), "d": np.repeat(d, size), "c": np.repeat(np.arange(d.size), size)}


def estimates(columns, **design) -> Estimates:
    """Rates by district from a stratified cluster design."""
    rows = dict(columns)
    rows.setdefault("w", np.ones(rows["y"].size))
    return survey_mean(SurveyDesign(rows, weights="w", **({"strata": "d", "psu": "c"} | design)), "y", by="d")


def wrong_bands(table, truth, shares=None):
    """Whether a district is called above or below the mean that is not truly there."""
    mean = np.average(truth, weights=shares)
    side = np.where(truth > mean + 1e-12, 1, np.where(truth < mean - 1e-12, -1, 0))
    said = table["band"].map({"above": 1, "below": -1, "not_distinguishable": 0}).to_numpy()
    return bool(((said != 0) & (said != side)).any())


def sets_hold(table, truth):
    """Whether every rank set has the true ranks (of tied districts, all ranks that the tie spans)."""
    best = 1 + (truth[None, :] > truth[:, None] + 1e-12).sum(axis=1)
    worst = truth.size - (truth[None, :] < truth[:, None] - 1e-12).sum(axis=1)
    return bool(((table["rank_low"] <= best) & (table["rank_high"] >= worst)).all())


def pair_coverage(found, truth):
    """How many of the limits of 11 disjoint differences hold the truth, and how many there are."""
    i, j = np.arange(0, truth.size - 1, 2), np.arange(1, truth.size, 2)
    rows = rate_rows(found)
    _, _, low, high = rows.compare(found, i, j)
    gap = truth[i] - truth[j]
    return int(((low <= gap + 1e-12) & (gap <= high + 1e-12)).sum()), i.size


def one_survey(found, truth, shares=None, pairs=True, draws=1000):
    """What one survey says: wrong bands, rank sets that hold, limits of differences that hold, of how many."""
    bands = compare_with_mean(found, weights=shares)
    sets = rank_confidence_sets(found, draws=draws, seed=1)
    held = pair_coverage(found, truth) if pairs else (0, 0)
    return np.array([wrong_bands(bands, truth, shares), sets_hold(sets.table, truth), *held], dtype=float)
