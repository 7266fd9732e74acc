"""Evaluate a sampling plan by simulation: bias, coverage, width, chance of the right band."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from surveykit.errors import DataError, first_few
from surveykit.sampling import Allocation, SamplingPlan, allocate, stratum_table
from surveykit.simulation.model import generator
from surveykit.simulation.plan import SimulationPlan
from surveykit.simulation.respond import response_chances
from surveykit.simulation.truth import frame_rates

__all__ = ["Estimator", "PlanEvaluation", "ReplicateSample", "class_adjusted_rates", "evaluate_plan"]

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


Estimator = Callable[[ReplicateSample], tuple[Floats, Floats]]


def class_adjusted_rates(sample: ReplicateSample) -> tuple[Floats, Floats]:
    """Rates by domain and for all, with base weights adjusted for nonresponse within classes.

    The variance is the two-phase linearization: with u the influence of a respondent on the rate and m the weighted
    mean of u among the respondents of a class, a sampled unit contributes
    ``w_base (m + r f (u - m))``, f being the factor of its class; contributions vary within strata with finite
    population correction.

    Parameters
    ----------
    sample : ReplicateSample
        One sample.

    Returns
    -------
    tuple of (domains + 1, r) arrays
        Rates and standard errors; NaN where a domain has no one in the base.
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


def _weights(sample: ReplicateSample) -> _Weights:
    """Base and adjusted weights, and the factor of each stratum in the variance."""
    h = len(sample.population)
    drawn = np.bincount(sample.stratum, minlength=h).astype(float)
    base = (sample.population / np.maximum(drawn, 1))[sample.stratum]
    r = sample.responded.astype(float)
    answered = np.asarray(np.bincount(sample.classes, base * r), dtype=float)
    whole = np.bincount(sample.classes, base)
    factor = np.divide(whole, answered, out=np.zeros_like(whole), where=answered > 0)[sample.classes]
    fraction = np.divide(drawn, sample.population, out=np.zeros(h), where=sample.population > 0)
    correction = np.where(drawn > 1, drawn / np.maximum(drawn - 1, 1), 0.0) * (1 - fraction)
    return _Weights(base, r, factor, base * r * factor, answered, drawn, np.asarray(correction, dtype=float))


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
    centre = np.bincount(sample.stratum, z, minlength=h) / np.maximum(w.drawn, 1)
    squares = w.correction * np.bincount(sample.stratum, (z - centre[sample.stratum]) ** 2, minlength=h)
    if domains == 1:
        return rate, np.where(np.isnan(rate), np.nan, np.sqrt(squares.sum()))
    owner = np.full(h, 0)
    owner[sample.stratum] = place
    return rate, np.where(np.isnan(rate), np.nan, np.sqrt(np.bincount(owner, squares, minlength=domains)))


@dataclass(frozen=True)
class PlanEvaluation:
    """What a plan gives over repeated samples.

    Attributes
    ----------
    table : DataFrame
        One row per rate and domain ("" for all): rate_id, domain, level, truth, mean, bias, bias_error (its Monte
        Carlo standard error), sd (of the estimates), mean_std_error, mean_width (of the intervals), coverage with
        coverage_low and coverage_high (Wilson, 95 %), right_band (chance that estimate and truth fall in the same
        band), right_side (chance that the interval lies on the truth's side of the truth for all), repetitions.
    sample_size, mean_respondents : int and float
        Drawn units, and respondents on average.
    bands : tuple of float
        Limits of the bands.
    conf_level : float
        Level of the intervals.
    """

    table: pd.DataFrame
    sample_size: int
    mean_respondents: float
    bands: tuple[float, ...]
    conf_level: float

    def __repr__(self) -> str:
        lowest = self.table["coverage"].min()
        return (
            f"<PlanEvaluation: n {self.sample_size}, {self.mean_respondents:.0f} respond, coverage from {lowest:.1%}>"
        )


def _intervals(rates: Floats, errors: Floats, conf_level: float) -> tuple[Floats, Floats]:
    """Logit intervals; a rate of 0 or 1 has the interval of its own point."""
    z = norm.ppf(0.5 + conf_level / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = z * errors / (rates * (1 - rates))
        inside = (rates > 0) & (rates < 1)
        low = np.where(inside, expit(logit(rates) - half), rates)
        high = np.where(inside, expit(logit(rates) + half), rates)
    return low, high


def _wilson(share: Floats, n: int) -> tuple[Floats, Floats]:
    z = norm.ppf(0.975)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return centre - half, centre + half


@dataclass(frozen=True)
class _Setup:
    stratum: Codes
    sizes: Codes
    population: Floats
    domain: Codes
    levels: list[str]
    classes: Codes
    chances: Floats
    numerator: Floats
    base: Floats


def _joined(table: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    """Texts of several columns as one."""
    joined = table[names[0]].astype("str")
    for name in names[1:]:
        joined = joined + "|" + table[name].astype("str")
    return joined


def _setup(
    plan: SamplingPlan,
    simulation: SimulationPlan,
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    allocation: Allocation,
    domain: str,
    classes: Sequence[str],
) -> _Setup:
    needed = [name for name in (domain, *classes, *plan.strata) if name not in frame]
    if needed:
        raise DataError(f"the frame has no column {first_few(needed)}; it has {first_few(frame.columns)}")
    rates = [frame_rates(simulation, rate, answers) for rate in simulation.rates]
    if not rates:
        raise DataError("the simulation plan defines no rates; add some under 'rates'")
    names = _joined(frame, plan.strata)
    table = allocation.table
    keys = _joined(table, plan.strata) if set(plan.strata) <= set(table) else table["stratum"]
    stratum = pd.Index(keys).get_indexer(pd.Index(names))
    if (stratum < 0).any():
        raise DataError(f"strata of the frame without a sample size: {first_few(names[stratum < 0].unique())}")
    codes, levels = pd.factorize(frame[domain].astype("str"), sort=True)
    groups = _joined(frame, classes) if classes else pd.Series("", index=frame.index)
    return _Setup(
        stratum=stratum.astype(np.int64),
        sizes=table["sample_size"].to_numpy(dtype=np.int64),
        population=np.bincount(stratum, minlength=len(table)).astype(float),
        domain=codes.astype(np.int64),
        levels=[str(level) for level in levels],
        classes=pd.factorize(groups)[0].astype(np.int64),
        chances=response_chances(simulation, frame),
        numerator=np.column_stack([numerator for numerator, _ in rates]),
        base=np.column_stack([base for _, base in rates]),
    )


def _replicate(setup: _Setup, rng: np.random.Generator) -> ReplicateSample:
    """Draw simple random samples within strata, and who responds."""
    order = np.lexsort((rng.random(len(setup.stratum)), setup.stratum))
    held = setup.population.astype(np.int64)
    starts = np.concatenate([[0], np.cumsum(held)[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, held)
    rows = order[place < setup.sizes[setup.stratum[order]]]
    return ReplicateSample(
        rows=rows,
        stratum=setup.stratum[rows],
        population=setup.population,
        domain=setup.domain[rows],
        domains=len(setup.levels),
        classes=np.unique(setup.classes[rows], return_inverse=True)[1].astype(np.int64),
        responded=rng.random(len(rows)) < setup.chances[rows],
        numerator=setup.numerator[rows],
        base=setup.base[rows],
    )


def _truth(setup: _Setup) -> Floats:
    """True rates by domain and for all, over the frame."""
    d = len(setup.levels)
    truth = np.empty((d + 1, setup.numerator.shape[1]))
    for j in range(truth.shape[1]):
        top = np.bincount(setup.domain, setup.numerator[:, j], minlength=d)
        bottom = np.bincount(setup.domain, setup.base[:, j], minlength=d)
        with np.errstate(divide="ignore", invalid="ignore"):
            truth[:d, j] = top / bottom
            truth[d, j] = top.sum() / bottom.sum()
    return truth


def _row_statistics(
    estimates: Floats, errors: Floats, truth: Floats, bands: Sequence[float], conf_level: float
) -> dict[str, Floats]:
    """Statistics over the repetitions, each of the shape of `truth`."""
    b = len(estimates)
    low, high = _intervals(estimates, errors, conf_level)
    covered = ((low <= truth) & (truth <= high)).mean(axis=0)
    coverage_low, coverage_high = _wilson(covered, b)
    limits = np.asarray(bands)
    right_band = (np.digitize(estimates, limits) == np.digitize(truth, limits)).mean(axis=0)
    side = np.sign(truth - truth[-1])
    shown = np.where(low > truth[-1], 1, np.where(high < truth[-1], -1, 0))
    sd = estimates.std(axis=0, ddof=1)
    return {
        "truth": truth,
        "mean": estimates.mean(axis=0),
        "bias": estimates.mean(axis=0) - truth,
        "bias_error": sd / np.sqrt(b),
        "sd": sd,
        "mean_std_error": errors.mean(axis=0),
        "mean_width": (high - low).mean(axis=0),
        "coverage": covered,
        "coverage_low": coverage_low,
        "coverage_high": coverage_high,
        "right_band": right_band,
        "right_side": (shown == side).mean(axis=0),
    }


def evaluate_plan(
    plan: SamplingPlan,
    simulation: SimulationPlan,
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    repetitions: int = 200,
    domain: str = "district",
    classes: Sequence[str] = ("district", "age_group"),
    estimator: Estimator = class_adjusted_rates,
    bands: Sequence[float] = (0.6, 0.7, 0.8, 0.9),
    conf_level: float = 0.95,
    seed: str | None = None,
) -> PlanEvaluation:
    """Draw from a synthetic population again and again, and compare the estimates with the truth.

    Each repetition draws simple random samples within the plan's strata, lets people respond or not as the simulation
    plan says, and estimates every rate of the simulation plan for each domain and for all.

    Parameters
    ----------
    plan : SamplingPlan
        Strata and sizes.
    simulation : SimulationPlan
        Rates and response behaviour.
    frame, answers : DataFrame
        From `simulate_frame` and `simulate_answers`, in the same order.
    repetitions : int
        At least 20. The Monte Carlo error of a coverage of 95 % is 1.5 points with 200.
    domain : str
        Column of the frame.
    classes : sequence of str
        Columns whose combinations are the classes of the nonresponse adjustment.
    estimator : callable
        Takes a `ReplicateSample`, gives rates and standard errors as `class_adjusted_rates` does; put the chain of
        weighting and estimation of a study here to evaluate that.
    bands : sequence of float
        Rising limits of the bands in which results are published.
    conf_level : float
        Level of the logit intervals.
    seed : str, optional
        The simulation plan's by default.

    Returns
    -------
    PlanEvaluation

    Raises
    ------
    DataError
        If columns are missing, frame and answers differ in length, or there are too few repetitions.
    """
    if repetitions < 20:
        raise DataError(f"{repetitions} repetitions are too few to speak of bias or coverage; take at least 20")
    if len(frame) != len(answers):
        raise DataError(f"the frame has {len(frame)} rows and the answers {len(answers)}")
    if list(bands) != sorted(set(bands)):
        raise DataError(f"the limits of the bands must rise: {first_few(bands)}")
    allocation = allocate(plan, stratum_table(plan, frame))
    setup = _setup(plan, simulation, frame, answers.reset_index(drop=True), allocation, domain, classes)
    rng = generator(simulation.seed if seed is None else seed, "evaluate", plan.id)
    truth = _truth(setup)
    estimates = np.empty((repetitions, *truth.shape))
    errors = np.empty_like(estimates)
    respondents = 0
    for b in range(repetitions):
        sample = _replicate(setup, rng)
        estimates[b], errors[b] = estimator(sample)
        respondents += int(sample.responded.sum())
    statistics = _row_statistics(estimates, errors, truth, bands, conf_level)
    parts = []
    for j, rate in enumerate(simulation.rates):
        head = {"rate_id": rate.id, "domain": [domain] * len(setup.levels) + [""], "level": [*setup.levels, ""]}
        parts.append(pd.DataFrame({**head, **{name: values[:, j] for name, values in statistics.items()}}))
    table = pd.concat(parts, ignore_index=True).assign(repetitions=repetitions)
    return PlanEvaluation(table, int(setup.sizes.sum()), respondents / repetitions, tuple(bands), conf_level)
