"""Evaluate a sampling plan by simulation: bias, coverage, width, chance of the right band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import norm

from surveykit.display import Shown
from surveykit.errors import DataError, first_few
from surveykit.sampling import SamplingPlan, allocate, stratum_table
from surveykit.simulation.class_adjusted import Estimator, ReplicateSample, class_adjusted_rates
from surveykit.simulation.model import generator
from surveykit.simulation.plan import SimulationPlan
from surveykit.simulation.respond import response_chances
from surveykit.simulation.truth import frame_rates

if TYPE_CHECKING:
    from surveykit.display import Presentation

__all__ = ["EvaluationOptions", "PlanEvaluation", "evaluate_plan"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class EvaluationOptions:
    """How a plan is evaluated.

    Attributes
    ----------
    repetitions : int
        At least 20. The Monte Carlo error of a coverage of 95 % is 1.5 points with 200.
    domain : str
        Column of the frame.
    classes : tuple of str
        Columns whose combinations are the classes of the nonresponse adjustment.
    bands : tuple of float
        Rising limits of the bands in which results are published.
    conf_level : float
        Level of the logit intervals.
    seed : str, optional
        The simulation plan's by default.
    """

    repetitions: int = 200
    domain: str = "district"
    classes: tuple[str, ...] = ("district", "age_group")
    bands: tuple[float, ...] = (0.6, 0.7, 0.8, 0.9)
    conf_level: float = 0.95
    seed: str | None = None


@dataclass(frozen=True)
class PlanEvaluation(Shown):
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

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        from surveykit.display import NamedTable, Presentation

        title = ("方案评价（模拟）", "Evaluation of the plan (simulated)")
        note = (
            f"样本 {self.sample_size}，平均答卷 {self.mean_respondents:.0f}，区间水平 {self.conf_level:g}",
            f"n {self.sample_size}, {self.mean_respondents:.0f} respond on average, level {self.conf_level:g}",
        )
        return Presentation(title, (NamedTable(title, self.table),), (note,))


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
    options: EvaluationOptions,
) -> _Setup:
    domain, classes = options.domain, options.classes
    needed = [name for name in (domain, *classes, *plan.strata) if name not in frame]
    if needed:
        raise DataError(f"the frame has no column {first_few(needed)}; it has {first_few(frame.columns)}")
    rates = [frame_rates(simulation, rate, answers) for rate in simulation.rates]
    if not rates:
        raise DataError("the simulation plan defines no rates; add some under 'rates'")
    names = _joined(frame, plan.strata)
    table = allocate(plan, stratum_table(plan, frame)).table
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
    options: EvaluationOptions | None = None,
    estimator: Estimator = class_adjusted_rates,
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
    options : EvaluationOptions, optional
        Repetitions, domain, classes, bands, level and seed.
    estimator : callable
        Takes a `ReplicateSample`, gives rates and standard errors as `class_adjusted_rates` does; put the chain of
        weighting and estimation of a study here to evaluate that.

    Returns
    -------
    PlanEvaluation

    Raises
    ------
    DataError
        If columns are missing, frame and answers differ in length, or there are too few repetitions.
    """
    o = EvaluationOptions() if options is None else options
    if o.repetitions < 20:
        raise DataError(f"{o.repetitions} repetitions are too few to speak of bias or coverage; take at least 20")
    if len(frame) != len(answers):
        raise DataError(f"the frame has {len(frame)} rows and the answers {len(answers)}")
    if list(o.bands) != sorted(set(o.bands)):
        raise DataError(f"the limits of the bands must rise: {first_few(o.bands)}")
    setup = _setup(plan, simulation, frame, answers.reset_index(drop=True), o)
    rng = generator(simulation.seed if o.seed is None else o.seed, "evaluate", plan.id)
    truth = _truth(setup)
    estimates = np.empty((o.repetitions, *truth.shape))
    errors = np.empty_like(estimates)
    respondents = 0
    for b in range(o.repetitions):
        sample = _replicate(setup, rng)
        estimates[b], errors[b] = estimator(sample)
        respondents += int(sample.responded.sum())
    statistics = _row_statistics(estimates, errors, truth, o.bands, o.conf_level)
    parts = []
    for j, rate in enumerate(simulation.rates):
        head = {"rate_id": rate.id, "domain": [o.domain] * len(setup.levels) + [""], "level": [*setup.levels, ""]}
        parts.append(pd.DataFrame({**head, **{name: values[:, j] for name, values in statistics.items()}}))
    table = pd.concat(parts, ignore_index=True).assign(repetitions=o.repetitions)
    return PlanEvaluation(table, int(setup.sizes.sum()), respondents / o.repetitions, o.bands, o.conf_level)
