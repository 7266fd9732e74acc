"""Adjustment of a sample of platform users to residents: participation weights, mass imputation, doubly robust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.stats import norm

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError, choose, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.participation import Patterns, outcome_means, participation_weights
from surveykit.weighting.arrays.patterns import make_patterns, read_outcome
from surveykit.weighting.inference import RESIDENTS, ResidentFamily, ResidentMethod
from surveykit.weighting.models.resident_estimates import ResidentEstimates


@dataclass(frozen=True, slots=True)
class ResidentModel:
    """How platform users are carried over to residents.

    Attributes
    ----------
    predictors, numeric : tuple of str
        Categorical and numeric columns that respondents and the population share; main effects.
    method : str
        ``calibrated`` or ``pseudo_likelihood``: inverse participation weights; ``model``, ``nearest`` or ``pmm``: mass
        imputation; ``doubly_robust``: calibrated participation weights and the outcome model together.
    family : {"binomial", "gaussian"}
        Outcome model: logistic, or linear.
    by : str, optional
        A predictor by whose levels results are given too.
    donors : int
        Donors in predictive mean matching.
    replicates, seed : int
        Bootstrap replicates for the standard errors, and the seed.
    reference_sample : bool
        The population table is itself a probability sample whose rows are resampled; otherwise it is a census.
    """

    predictors: tuple[str, ...]
    numeric: tuple[str, ...] = ()
    method: ResidentMethod = "calibrated"
    family: ResidentFamily = "binomial"
    by: str | None = None
    donors: int = 5
    replicates: int = 200
    seed: int = 1
    reference_sample: bool = False

    def __post_init__(self) -> None:
        choose("method", self.method, get_args(ResidentMethod))
        choose("family", self.family, get_args(ResidentFamily))


def adjust_to_residents(
    design: SurveyDesign,
    outcome: str,
    population: pd.DataFrame,
    model: ResidentModel,
    *,
    counts: str = "population",
    conf_level: float = 0.95,
) -> ResidentEstimates:
    """Estimate the mean of an outcome among residents from a sample of platform users.

    Parameters
    ----------
    design : SurveyDesign
        Respondents with weights that describe the platform's users.
    outcome : str
        Column of 0 and 1, or numbers; missing means out of the base, and the result is the mean within the base.
    population : DataFrame
        Cells of the population with the predictors and their sizes, or units of a reference sample with weights.
    model : ResidentModel
        Method, predictors and bootstrap.
    counts : str
        Column of sizes or weights in ``population``.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    ResidentEstimates
        Labelled as model-based.

    Raises
    ------
    DataError
        If predictors are missing, or the sample has levels that the population lacks, or the other way round.
    ConvergenceError
        If a model has no solution, or fails in more than a tenth of the replicates.

    Notes
    -----
    Chen, Li and Wu (2020); Kim, Park, Chen and Wu (2021) for mass imputation; standard errors by the rescaling
    bootstrap (Rao and Wu 1988, n - 1 units in each stratum) that runs the whole method again with the multiplicities
    as weights. Valid if participation is independent of the outcome given the predictors, and everyone can take part.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> data = pd.DataFrame({"age": np.repeat(["y", "o"], [80, 20]), "w": 10.0})
    >>> data["aware"] = (np.arange(100) % 4 > 0) * (data["age"] == "y") * 1.0
    >>> cells = pd.DataFrame({"age": ["y", "o"], "population": [50000, 50000]})
    >>> made = adjust_to_residents(
    ...     SurveyDesign(data, weights="w"), "aware", cells, ResidentModel(("age",), replicates=20)
    ... )
    >>> made.table["estimate"].round(6).tolist()
    [0.375]
    """
    task = _prepare(design, outcome, population, model, counts)
    return _carry_over(task, model, conf_level, Rerun(design, design.weights, lambda weights: weights))


class Rerun(NamedTuple):
    """How a bootstrap replicate is made.

    Attributes
    ----------
    design : SurveyDesign
        Strata and sampling units.
    start : array, shape (n,)
        Weights that are multiplied by the replicate's factors.
    weights : function of an array of shape (n,)
        Weights of respondents that follow from these, for example by all steps of a weighting plan.
    """

    design: SurveyDesign
    start: Array
    weights: Callable[[Array], Array]


def carry_over(
    rerun: Rerun, outcome: str, cells: tuple[pd.DataFrame, str], model: ResidentModel, conf_level: float
) -> ResidentEstimates:
    """Estimate as `adjust_to_residents` does, with replicates that make the weights of respondents anew.

    Parameters
    ----------
    rerun : Rerun
        The design of respondents and how a replicate is made.
    outcome : str
        Column of the outcome.
    cells : tuple of DataFrame and str
        The population and its column of sizes.
    model : ResidentModel
        Method, predictors and bootstrap.
    conf_level : float
        Level of the intervals.

    Returns
    -------
    ResidentEstimates
    """
    return _carry_over(_prepare(rerun.design, outcome, cells[0], model, cells[1]), model, conf_level, rerun)


def _carry_over(task: _Task, model: ResidentModel, conf_level: float, rerun: Rerun) -> ResidentEstimates:
    full = task.estimate(task.weights, task.counts)
    rng = np.random.default_rng(model.seed)
    drawn, failed = [], 0
    for _ in range(model.replicates):
        factors, counts = _factors(rerun, rng), _counts(task, model, rng)
        try:
            drawn.append(task.estimate(rerun.weights(rerun.start * factors), counts))
        except (ConvergenceError, DataError):
            failed += 1
    if failed > 0.1 * model.replicates:
        raise ConvergenceError(
            f"the method failed in {failed} of {model.replicates} bootstrap replicates: groups of respondents are too "
            "small; use fewer predictors or levels"
        )
    spread = np.full((full.size, full.size), np.nan)
    if len(drawn) > 1:
        spread = np.atleast_2d(np.cov(np.array(drawn), rowvar=False))
    return _result(task, full, spread, model, conf_level, failed)


class _Task(NamedTuple):
    patterns: Patterns
    weights: Array
    counts: Array
    estimate: Callable[[Array, Array], Array]
    domains: tuple[tuple[str, str], ...]
    n: tuple[int, ...]
    sizes: tuple[float, ...]


def _prepare(design: SurveyDesign, outcome: str, population: pd.DataFrame, model: ResidentModel, counts: str) -> _Task:
    if counts not in population.columns:
        raise DataError(f"the population has no column {counts!r}; there are {first_few(list(population.columns))}")
    sizes = np.asarray(population[counts], dtype=float)
    if not (np.isfinite(sizes) & (sizes >= 0)).all() or sizes.sum() <= 0:
        raise DataError(f"population sizes in {counts!r} must be numbers of at least 0 with a sum above 0")
    used = design.weights > 0
    patterns = make_patterns(design.data, population, model.predictors, model.numeric, used)
    value, inside = read_outcome(design.data, outcome, used, binary=model.family == "binomial")
    cell_groups, row_groups, domains = _domains(design.data, population, model)

    def estimate(weights: Array, cells: Array) -> Array:
        return _estimate(model, patterns, (weights, value, inside), cells, (row_groups, cell_groups))

    rows = tuple(int((used & inside.astype(bool) & own).sum()) for own in row_groups)
    totals = tuple(float(sizes[own].sum()) for own in cell_groups)
    return _Task(patterns, design.weights, sizes, estimate, domains, rows, totals)


def _estimate(
    model: ResidentModel,
    patterns: Patterns,
    sample: tuple[Array, Array, Array],
    cells: Array,
    groups: tuple[list[Array], list[Array]],
) -> Array:
    weights, value, inside = sample
    columns = (value * inside, inside)
    family = "logistic" if model.family == "binomial" else "linear"
    adjusted = means = None
    if model.method in ("calibrated", "pseudo_likelihood", "doubly_robust"):
        how = "pseudo_likelihood" if model.method == "pseudo_likelihood" else "calibrated"
        adjusted = participation_weights(patterns, weights, cells, how)
    if model.method in ("model", "nearest", "pmm", "doubly_robust"):
        how = {"nearest": "nearest", "pmm": f"pmm_{family}"}.get(model.method, family)
        constant = bool((inside[weights > 0] == 1).all())
        means = [
            np.ones(patterns.x.shape[0])
            if column is inside and constant
            else outcome_means(patterns, weights, column, how, model.donors)
            for column in columns
        ]
    out = []
    for rows, own in zip(*groups, strict=True):
        totals = []
        for position, column in enumerate(columns):
            size, mean = cells[own].sum(), 0.0
            if means is not None:
                mean = float(cells[own] @ means[position][patterns.cell[own]]) / size
                column = column - means[position][patterns.respondent]
            if adjusted is not None:
                if not adjusted[rows].any():
                    raise DataError("a domain of the population has no respondents with weight")
                mean += float(adjusted[rows] @ column[rows]) / float(adjusted[rows].sum())
            totals.append(mean)
        out.append(totals[0] / totals[1])
    return np.array(out)


def _domains(
    data: pd.DataFrame, population: pd.DataFrame, model: ResidentModel
) -> tuple[list[Array], list[Array], tuple[tuple[str, str], ...]]:
    cells, rows = [np.ones(len(population), dtype=bool)], [np.ones(len(data), dtype=bool)]
    names: list[tuple[str, str]] = [("all", "")]
    if model.by is not None:
        if model.by not in model.predictors:
            raise DataError(f"by: {model.by!r} must be one of the predictors {model.predictors}")
        have, want = level_text(data[model.by]), level_text(population[model.by])
        for level in sorted({str(value) for value in want}):
            cells.append(want == level)
            rows.append(have == level)
            names.append((model.by, level))
    return cells, rows, tuple(names)


def _factors(rerun: Rerun, rng: np.random.Generator) -> Array:
    first = rerun.design.stages[0]
    units, stratum = np.asarray(first.unit), np.asarray(first.unit_stratum)
    factor = np.ones(stratum.size)
    present = np.bincount(units, weights=rerun.start, minlength=stratum.size) > 0
    for code in np.unique(stratum[present]):
        own = np.flatnonzero((stratum == code) & present)
        if own.size > 1:
            hits = rng.multinomial(own.size - 1, np.full(own.size, 1 / own.size))
            factor[own] = hits * own.size / (own.size - 1)
    out: Array = factor[units]
    return out


def _counts(task: _Task, model: ResidentModel, rng: np.random.Generator) -> Array:
    if not model.reference_sample:
        return task.counts
    size = task.counts.size
    out: Array = task.counts * rng.multinomial(size - 1, np.full(size, 1 / size)) * size / (size - 1)
    return out


def _result(
    task: _Task, full: Array, spread: Array, model: ResidentModel, conf_level: float, failed: int
) -> ResidentEstimates:
    root = np.sqrt(np.diag(spread))
    reach = float(norm.ppf(0.5 + conf_level / 2)) * root
    low, high = full - reach, full + reach
    if model.family == "binomial":
        inside = (full > 0) & (full < 1)
        odds = np.log(np.where(inside, full, 0.5) / (1 - np.where(inside, full, 0.5)))
        step = np.divide(reach, full * (1 - full), out=np.zeros_like(reach), where=inside)
        low = np.where(inside, 1 / (1 + np.exp(-(odds - step))), np.clip(low, 0, 1))
        high = np.where(inside, 1 / (1 + np.exp(-(odds + step))), np.clip(high, 0, 1))
    notes = [
        "Holds if taking part does not depend on the answer given "
        f"{', '.join((*model.predictors, *model.numeric))}, and if every group of residents can take part."
    ]
    if failed:
        notes.append(f"{failed} of {model.replicates} bootstrap replicates failed and were left out.")
    table = pd.DataFrame(
        {
            "domain": [name for name, _ in task.domains],
            "level": [level for _, level in task.domains],
            "estimate": full,
            "std_error": root,
            "conf_low": low,
            "conf_high": high,
            "n": task.n,
            "population": task.sizes,
            "method": model.method,
            "label": RESIDENTS,
        }
    )
    return ResidentEstimates(table, spread, model.method, tuple(notes))
