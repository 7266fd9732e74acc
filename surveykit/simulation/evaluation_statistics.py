"""Statistics of repeated estimates against the truth, with their Monte Carlo standard errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm
from scipy.stats import t as student

__all__ = ["Outcomes", "row_statistics"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcomes:
    """What came out of the repetitions.

    Attributes
    ----------
    estimates, errors : (b, d + 1, r) arrays
        Rates and standard errors by repetition, domain (the last for all) and rate.
    freedom : (b, d + 1) array
        Degrees of freedom.
    truth : (d + 1, r) array
        True values.
    """

    estimates: Floats
    errors: Floats
    freedom: Floats
    truth: Floats


def _intervals(outcomes: Outcomes, conf_level: float) -> tuple[Floats, Floats]:
    """Logit intervals; a rate of 0 or 1 has the interval of its own point."""
    rates, errors = outcomes.estimates, outcomes.errors
    quantile = np.asarray(student.ppf(0.5 + conf_level / 2, np.maximum(outcomes.freedom, 1)))[:, :, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        half = quantile * errors / (rates * (1 - rates))
        inside = (rates > 0) & (rates < 1)
        low = np.where(inside, expit(logit(rates) - half), rates)
        high = np.where(inside, expit(logit(rates) + half), rates)
    return low, high


def _wilson(share: Floats, n: int) -> tuple[Floats, Floats]:
    z = norm.ppf(0.975)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return centre - half, centre + half


def row_statistics(outcomes: Outcomes, bands: Sequence[float], conf_level: float) -> dict[str, Floats]:
    """Statistics over the repetitions, each of the shape of the truth; see `PlanEvaluation.table`.

    The Monte Carlo standard error of a mean is s / sqrt(b), of a share sqrt(p (1 - p) / b), of a standard deviation
    s / sqrt(2 (b - 1)) (normal estimates).
    """
    estimates, truth = outcomes.estimates, outcomes.truth
    b = len(estimates)
    low, high = _intervals(outcomes, conf_level)
    covered = ((low <= truth) & (truth <= high)).mean(axis=0)
    coverage_low, coverage_high = _wilson(covered, b)
    limits = np.asarray(bands)
    right_band = (np.digitize(estimates, limits) == np.digitize(truth, limits)).mean(axis=0)
    side = np.sign(truth - truth[-1])
    shown = np.where(low > truth[-1], 1, np.where(high < truth[-1], -1, 0))
    right_side = (shown == side).mean(axis=0)
    sd = estimates.std(axis=0, ddof=1)
    width = high - low

    def of_share(share: Floats) -> Floats:
        return np.asarray(np.sqrt(share * (1 - share) / b))

    return {
        "truth": truth,
        "mean": estimates.mean(axis=0),
        "bias": estimates.mean(axis=0) - truth,
        "bias_error": sd / np.sqrt(b),
        "sd": sd,
        "sd_error": sd / np.sqrt(2 * (b - 1)),
        "mean_std_error": outcomes.errors.mean(axis=0),
        "mean_width": width.mean(axis=0),
        "mean_width_error": width.std(axis=0, ddof=1) / np.sqrt(b),
        "coverage": covered,
        "coverage_error": of_share(covered),
        "coverage_low": coverage_low,
        "coverage_high": coverage_high,
        "right_band": right_band,
        "right_band_error": of_share(right_band),
        "right_side": right_side,
        "right_side_error": of_share(right_side),
    }
