"""Evaluate a sampling plan by simulation: bias, coverage, width, chance of the right band."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from surveykit.display import Shown
from surveykit.errors import DataError, first_few
from surveykit.sampling import SamplingPlan
from surveykit.simulation.class_adjusted import Estimator, class_adjusted_rates
from surveykit.simulation.evaluation_statistics import Outcomes, row_statistics
from surveykit.simulation.plan import SimulationPlan
from surveykit.simulation.repetition import EvaluationOptions, prepare, repeat, true_values

if TYPE_CHECKING:
    from surveykit.display import Presentation

__all__ = ["EvaluationOptions", "PlanEvaluation", "evaluate_plan"]


@dataclass(frozen=True)
class PlanEvaluation(Shown):
    """What a plan gives over repeated samples.

    Attributes
    ----------
    table : DataFrame
        One row per rate and domain ("" for all): rate_id, domain, level, truth, mean, bias, sd (of the estimates),
        mean_std_error, mean_width (of the intervals), coverage with coverage_low and coverage_high (Wilson, 95 %),
        right_band (chance that estimate and truth fall in the same band), right_side (chance that the interval lies on
        the truth's side of the truth for all), repetitions. Monte Carlo standard errors: bias_error, sd_error,
        mean_width_error, coverage_error, right_band_error, right_side_error.
    sample_size, mean_respondents : float
        Drawn units and respondents, on average.
    bands : tuple of float
        Limits of the bands.
    conf_level : float
        Level of the intervals.
    """

    table: pd.DataFrame
    sample_size: float
    mean_respondents: float
    bands: tuple[float, ...]
    conf_level: float

    def __repr__(self) -> str:
        lowest = self.table["coverage"].min()
        return (
            f"<PlanEvaluation: n {self.sample_size:.0f}, {self.mean_respondents:.0f} respond, "
            f"coverage from {lowest:.1%}>"
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


def evaluate_plan(
    plan: SamplingPlan,
    simulation: SimulationPlan,
    frame: pd.DataFrame,
    answers: pd.DataFrame,
    *,
    options: EvaluationOptions | None = None,
    estimator: Estimator = class_adjusted_rates,
    progress: Callable[[int], None] | None = None,
) -> PlanEvaluation:
    """Draw from a synthetic population again and again, and compare the estimates with the truth.

    Each repetition is a draw of the plan itself (`surveykit.sampling.draw`, all stages and methods, with a seed of its
    own); people respond or not as the simulation plan says, and every rate of the simulation plan is estimated for each
    domain and for all. Intervals are logit intervals with t quantiles; degrees of freedom are the units of the first
    stage that have respondents in the domain less their strata.

    Parameters
    ----------
    plan : SamplingPlan
        The plan; its seed, if any, and its reserve are not used.
    simulation : SimulationPlan
        Rates and response behaviour.
    frame, answers : DataFrame
        From `simulate_frame` or `simulate_residents`, and from `simulate_answers`, in the same order.
    options : EvaluationOptions, optional
        Repetitions, domain, classes, bands, level and seed.
    estimator : callable
        Takes a `ReplicateSample`, gives rates and standard errors as `class_adjusted_rates` does; put the chain of
        weighting and estimation of a study here to evaluate that.
    progress : callable, optional
        Called with the number of repetitions done after each.

    Returns
    -------
    PlanEvaluation

    Raises
    ------
    DataError
        If columns are missing, frame and answers differ in length, there are too few repetitions, or a stratum gives
        one unit of several, so that no variance can be estimated.
    """
    o = EvaluationOptions() if options is None else options
    if o.repetitions < 20:
        raise DataError(f"{o.repetitions} repetitions are too few to speak of bias or coverage; take at least 20")
    if len(frame) != len(answers):
        raise DataError(f"the frame has {len(frame)} rows and the answers {len(answers)}")
    if list(o.bands) != sorted(set(o.bands)):
        raise DataError(f"the limits of the bands must rise: {first_few(o.bands)}")
    setup = prepare(plan, simulation, frame.reset_index(drop=True), answers.reset_index(drop=True), o)
    truth = true_values(setup)
    estimates = np.empty((o.repetitions, *truth.shape))
    errors, freedom = np.empty_like(estimates), np.empty((o.repetitions, len(truth)))
    drawn, respondents = 0, 0
    for number in range(o.repetitions):
        sample = repeat(setup, number)
        estimates[number], errors[number] = estimator(sample)
        freedom[number] = sample.degrees_of_freedom()
        drawn += len(sample.rows)
        respondents += int(sample.responded.sum())
        if progress is not None:
            progress(number + 1)
    statistics = row_statistics(Outcomes(estimates, errors, freedom, truth), o.bands, o.conf_level)
    parts = []
    for j, rate in enumerate(simulation.rates):
        head = {"rate_id": rate.id, "domain": [o.domain] * len(setup.levels) + [""], "level": [*setup.levels, ""]}
        parts.append(pd.DataFrame({**head, **{name: values[:, j] for name, values in statistics.items()}}))
    table = pd.concat(parts, ignore_index=True).assign(repetitions=o.repetitions)
    return PlanEvaluation(table, drawn / o.repetitions, respondents / o.repetitions, o.bands, o.conf_level)
