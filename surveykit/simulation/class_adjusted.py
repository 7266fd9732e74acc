"""Rates and standard errors of one simulated sample, with weights adjusted for nonresponse in classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from surveykit.errors import DataError, first_few

__all__ = ["Estimator", "ReplicateSample", "class_adjusted_rates"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class ReplicateSample:
    """One simulated sample and its answers, as arrays in the order of the sample.

    Attributes
    ----------
    rows : (n,) int array
        Rows of the frame.
    stratum : (n,) int array
        Stratum codes from 0.
    population : (H,) array
        Units of each stratum on the frame.
    domain : (n,) int array
        Domain codes from 0; the last result row is for all domains together.
    domains : int
        Number of domains.
    classes : (n,) int array
        Nonresponse classes.
    responded : (n,) bool array
        Who responds.
    numerator, base : (n, r) arrays
        Of each rate, 0 or 1; known for respondents only, whatever stands there.
    weight : (n,) array, optional
        Base weights; population over sample of each stratum when left out.
    clusters : (n,) int array, optional
        Codes from 0 of the units of the first stage, taken as drawn with replacement within strata; left out for simple
        random samples of the rows, whose variance has a finite population correction.
    """

    rows: Codes
    stratum: Codes
    population: Floats
    domain: Codes
    domains: int
    classes: Codes
    responded: Bools
    numerator: Floats
    base: Floats
    weight: Floats | None = None
    clusters: Codes | None = None

    def degrees_of_freedom(self) -> Floats:
        """First-stage units with respondents in each domain, and in all, less their strata."""
        units = np.arange(len(self.rows)) if self.clusters is None else self.clusters
        heard = self.responded
        result = np.empty(self.domains + 1)
        for place, inside in enumerate([*(heard & (self.domain == d) for d in range(self.domains)), heard]):
            result[place] = len(np.unique(units[inside])) - len(np.unique(self.stratum[inside]))
        return result


Estimator = Callable[[ReplicateSample], tuple[Floats, Floats]]


def class_adjusted_rates(sample: ReplicateSample) -> tuple[Floats, Floats]:
    """Rates by domain and for all, with base weights adjusted for nonresponse within classes.

    The variance is the two-phase linearization: with u the influence of a respondent on the rate and m the weighted
    mean of u among the respondents of a class, a sampled unit contributes
    ``w_base (m + r f (u - m))``, f being the factor of its class. In a simple random sample the contributions vary
    within strata with finite population correction. With clusters their totals by cluster vary around the mean of the
    stratum: the estimator for first stages with replacement, which takes in all later stages (Sarndal, Swensson &
    Wretman 1992, section 4.5); where clusters are drawn without replacement it errs on the side of too large.

    Parameters
    ----------
    sample : ReplicateSample
        One sample.

    Returns
    -------
    tuple of (domains + 1, r) arrays
        Rates and standard errors; NaN where a domain has no one in the base.

    Raises
    ------
    DataError
        If a stratum gave one cluster, or one unit of several.
    """
    d, rates_number = sample.domains, sample.numerator.shape[1]
    parts = _weights(sample)
    rates = np.full((d + 1, rates_number), np.nan)
    errors = rates.copy()
    nested = _nested(sample.classes, sample.domain) and _nested(sample.stratum, sample.domain)
    everybody = np.zeros(len(sample.rows), dtype=np.int64)
    for j in range(rates_number):
        rates[d:, j], errors[d:, j] = _one_pass(sample, parts, j, everybody, 1)
        if nested:
            rates[:d, j], errors[:d, j] = _one_pass(sample, parts, j, sample.domain, d)
            continue
        for place in range(d):
            inside = np.where(sample.domain == place, 0, -1)
            rates[place : place + 1, j], errors[place : place + 1, j] = _one_pass(sample, parts, j, inside, 1)
    return rates, errors


@dataclass(frozen=True)
class _Weights:
    base: Floats
    responded: Floats
    factor: Floats
    final: Floats
    answered: Floats
    drawn: Floats
    correction: Floats
    unit: Codes
    owner: Codes


def _weights(sample: ReplicateSample) -> _Weights:
    """Base and adjusted weights, and the factor of each stratum in the variance."""
    h, n = len(sample.population), len(sample.rows)
    size = np.bincount(sample.stratum, minlength=h).astype(float)
    base = (sample.population / np.maximum(size, 1))[sample.stratum] if sample.weight is None else sample.weight
    unit = np.arange(n, dtype=np.int64) if sample.clusters is None else sample.clusters
    owner = np.zeros(int(unit.max(initial=-1)) + 1, dtype=np.int64)
    owner[unit] = sample.stratum
    drawn = np.bincount(owner, minlength=h).astype(float)
    alone = (drawn == 1) & (sample.population > 1 if sample.clusters is None else True)
    if alone.any():
        what = "unit of several" if sample.clusters is None else "cluster"
        raise DataError(
            f"{int(alone.sum())} strata gave one {what} (number {first_few(np.flatnonzero(alone).tolist())} of "
            f"{h}): no variance can be estimated; let every stratum give at least two"
        )
    r = sample.responded.astype(float)
    answered = np.asarray(np.bincount(sample.classes, base * r), dtype=float)
    whole = np.bincount(sample.classes, base)
    factor = np.divide(whole, answered, out=np.zeros_like(whole), where=answered > 0)[sample.classes]
    fraction = np.zeros(h)
    if sample.clusters is None:
        fraction = np.divide(size, sample.population, out=fraction, where=sample.population > 0)
    correction = np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 0.0) * (1 - fraction)
    final = base * r * factor
    return _Weights(base, r, factor, final, answered, drawn, np.asarray(correction, dtype=float), unit, owner)


def _nested(inner: Codes, outer: Codes) -> bool:
    """Whether each inner group lies in one outer group."""
    pairs = np.unique(np.column_stack([inner, outer]), axis=0)
    return len(pairs) == len(np.unique(inner))


def _one_pass(sample: ReplicateSample, w: _Weights, j: int, domain: Codes, domains: int) -> tuple[Floats, Floats]:
    """One rate for domains in which classes and strata are nested; -1 is outside of all."""
    inside = domain >= 0
    place = np.where(inside, domain, 0)
    base = w.final * sample.base[:, j] * inside
    y = sample.numerator[:, j]
    total = np.bincount(place, base, minlength=domains)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = np.bincount(place, base * y, minlength=domains) / total
    kept = (base > 0).astype(float)
    scale = np.divide(1.0, total, out=np.zeros(domains), where=total > 0)
    u = kept * (y - np.nan_to_num(rate)[place]) * scale[place]
    sums = np.bincount(sample.classes, w.base * w.responded * u, minlength=len(w.answered))
    mean = np.divide(sums, w.answered, out=np.zeros_like(sums), where=w.answered > 0)[sample.classes]
    z = w.base * (mean + w.responded * w.factor * (u - mean))
    h = len(sample.population)
    totals = np.bincount(w.unit, z, minlength=len(w.owner))
    centre = np.bincount(w.owner, totals, minlength=h) / np.maximum(w.drawn, 1)
    squares = w.correction * np.bincount(w.owner, (totals - centre[w.owner]) ** 2, minlength=h)
    if domains == 1:
        return rate, np.where(np.isnan(rate), np.nan, np.sqrt(squares.sum()))
    owner = np.full(h, 0)
    owner[sample.stratum] = place
    return rate, np.where(np.isnan(rate), np.nan, np.sqrt(np.bincount(owner, squares, minlength=domains)))
