"""Estimates of residents from a weighting plan that ends in an estimator."""

from __future__ import annotations

from surveykit.errors import DataError
from surveykit.weighting.models.multilevel import MultilevelModel, poststratified_regression
from surveykit.weighting.models.resident_estimates import ResidentEstimates
from surveykit.weighting.models.residents import Rerun, ResidentModel, carry_over
from surveykit.weighting.result import WeightingResult
from surveykit.weighting.steps.residents import CarryOver


def resident_estimates(
    result: WeightingResult, outcome: str, by: str | None = None, conf_level: float = 0.95
) -> ResidentEstimates:
    """Estimate the mean of an outcome among residents by the last step of a plan.

    Parameters
    ----------
    result : WeightingResult
        Of a plan whose last step is ``residents`` with a method that gives no weights.
    outcome : str
        Column of 0 and 1, or numbers; missing means out of the base.
    by : str, optional
        A predictor by whose levels results are given too.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    ResidentEstimates
        Labelled as model-based.

    Raises
    ------
    DataError
        If the plan has no such step, or as `adjust_to_residents` and `poststratified_regression` say.

    Notes
    -----
    Each bootstrap replicate multiplies the base weights, runs the whole plan again (nonresponse included) and then the
    method. The multilevel model takes respondents as they come and no weights, so there is nothing to run again: its
    standard error is that of the posterior.
    """
    last = result.compiled.steps[-1] if result.compiled.steps else None
    if not isinstance(last, CarryOver):
        raise DataError(
            "this plan does not end in an estimator of residents: its weights are in result.design, from which any "
            "statistic is estimated; to model the outcome, end the plan with {kind: residents, method: model, ...}"
        )
    step = last.step
    if step.method == "multilevel":
        effects = MultilevelModel(step.predictors, step.random, by, step.scale, step.draws, step.seed)
        return poststratified_regression(
            result.design, outcome, last.population, effects, counts=step.counts, conf_level=conf_level
        )
    names = ("predictors", "numeric", "method", "family", "donors", "replicates", "seed", "reference_sample")
    model = ResidentModel(**{name: getattr(step, name) for name in names}, by=by)
    rerun = Rerun(result.design, result.compiled.base, result.compiled.weights)
    return carry_over(rerun, outcome, (last.population, step.counts), model, conf_level)
