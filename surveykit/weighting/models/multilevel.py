"""Multilevel regression and post-stratification on cells, by Laplace approximation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize

from surveykit.design import SurveyDesign
from surveykit.errors import ConvergenceError, DataError, first_few
from surveykit.weighting.arrays.cells import level_text
from surveykit.weighting.arrays.distances import Array
from surveykit.weighting.arrays.patterns import make_patterns, read_outcome
from surveykit.weighting.arrays.propensity import LogisticFit, fit_logistic
from surveykit.weighting.inference import RESIDENTS
from surveykit.weighting.models.resident_estimates import ResidentEstimates


@dataclass(frozen=True, slots=True)
class MultilevelModel:
    """A logistic multilevel model of a rate.

    Attributes
    ----------
    fixed : tuple of str
        Categorical columns with fixed effects, besides the constant.
    random : tuple of tuple of str
        Columns with random effects; several in one tuple are crossed.
    by : str, optional
        Column by whose levels results are given too.
    scale : float
        Scale of the half-normal prior of the standard deviations of random effects, in logits.
    draws, seed : int
        Draws from the approximate posterior, and the seed.
    """

    fixed: tuple[str, ...] = ()
    random: tuple[tuple[str, ...], ...] = ()
    by: str | None = None
    scale: float = 1.0
    draws: int = 2000
    seed: int = 1


def poststratified_regression(
    design: SurveyDesign,
    outcome: str,
    population: pd.DataFrame,
    model: MultilevelModel,
    *,
    counts: str = "population",
    conf_level: float = 0.95,
) -> ResidentEstimates:
    """Estimate a rate among residents by multilevel regression and post-stratification (MRP).

    Parameters
    ----------
    design : SurveyDesign
        Respondents; rows without weight are left out. The model takes respondents as they come: what the draw's
        probabilities depend on must be among the columns of the model.
    outcome : str
        Column of 0 and 1; missing means out of the base, for which a second model is fitted.
    population : DataFrame
        Cells of the population with the columns of the model and their sizes.
    model : MultilevelModel
        Fixed and random effects.
    counts : str
        Column of sizes.
    conf_level : float
        Level of the posterior intervals.

    Returns
    -------
    ResidentEstimates
        ``std_error`` is the posterior standard deviation, the limits posterior quantiles.

    Raises
    ------
    DataError
        If columns are missing, or levels differ between sample and population.
    ConvergenceError
        If the variances of the random effects cannot be found.

    Notes
    -----
    Gelman and Little (1997); Park, Gelman and Bafumi (2004). Standard deviations of random effects are found at the
    mode of their Laplace-approximate posterior and drawn from its normal approximation in logarithms; effects are
    drawn from their normal approximation given these.

    Examples
    --------
    >>> data = pd.DataFrame({"d": np.repeat(["a", "b"], 50), "y": np.tile([1.0, 0.0], 50), "w": 1.0})
    >>> cells = pd.DataFrame({"d": ["a", "b"], "population": [10, 30]})
    >>> made = poststratified_regression(
    ...     SurveyDesign(data, weights="w"), "y", cells, MultilevelModel(random=(("d",),), draws=200)
    ... )
    >>> made.table["estimate"].round(2).tolist()
    [0.5]
    """
    columns = tuple(dict.fromkeys([*model.fixed, *(name for group in model.random for name in group)]))
    used = design.weights > 0
    wanted = (counts,) if model.by is None else (counts, model.by)
    for name in wanted:
        if name not in population.columns:
            raise DataError(f"the population has no column {name!r}; there are {first_few(list(population.columns))}")
    if model.by is not None and model.by not in columns:
        raise DataError(f"by: {model.by!r} must be a column of the model: {columns}")
    if not columns:
        raise DataError("MRP needs fixed or random effects: name columns of the population")
    make_patterns(design.data, population, columns, (), used)
    sizes = np.asarray(population[counts], dtype=float)
    value, inside = read_outcome(design.data, outcome, used, binary=True)
    layout = _layout(population, model)
    cell = _cell_of_rows(design.data, population, columns, used)
    rng = np.random.default_rng(model.seed)
    rates = [_posterior(layout, _counts(cell, inside == 1, value, len(population)), model, rng)]
    if not (inside[used] == 1).all():
        rates.append(_posterior(layout, _counts(cell, used, inside, len(population)), model, rng))
    base = np.ones_like(rates[0]) if len(rates) == 1 else rates[1]
    domains = _domains(population, model.by)
    joint = rates[0] * base
    drawn = np.column_stack([joint[:, own] @ sizes[own] / (base[:, own] @ sizes[own]) for *_, own in domains])
    return _result(design, drawn, domains, sizes, model, (used & (inside == 1), conf_level))


class _Layout(NamedTuple):
    x: Array
    groups: tuple[slice, ...]


class _Data(NamedTuple):
    mean: Array
    size: Array


def _layout(population: pd.DataFrame, model: MultilevelModel) -> _Layout:
    columns, groups = [np.ones(len(population))], []
    for name in model.fixed:
        text = level_text(population[name])
        columns += [(text == level).astype(float) for level in sorted(set(text))[1:]]
    for names in model.random:
        keys = ["/".join(key) for key in zip(*(level_text(population[name]) for name in names), strict=True)]
        levels = sorted(set(keys))
        groups.append(slice(len(columns), len(columns) + len(levels)))
        columns += [np.array([key == level for key in keys], dtype=float) for level in levels]
    return _Layout(np.column_stack(columns), tuple(groups))


def _cell_of_rows(data: pd.DataFrame, population: pd.DataFrame, columns: tuple[str, ...], used: Array) -> Array:
    def keys(table: pd.DataFrame) -> list[str]:
        return ["/".join(map(str, key)) for key in zip(*(level_text(table[name]) for name in columns), strict=True)]

    place: dict[str, int] = {}
    for index, key in enumerate(keys(population)):
        place.setdefault(key, index)
    cell = np.array([place.get(key, -1) for key in keys(data)])
    lost = used & (cell < 0)
    if lost.any():
        raise DataError(f"{int(lost.sum())} respondents are in cells that the population table lacks; complete it")
    return cell


def _counts(cell: Array, rows: Array, value: Array, size: int) -> _Data:
    n = np.bincount(cell[rows], minlength=size).astype(float)
    y = np.bincount(cell[rows], weights=value[rows], minlength=size)
    return _Data(np.divide(y, n, out=np.zeros(size), where=n > 0), n)


def _posterior(layout: _Layout, data: _Data, model: MultilevelModel, rng: np.random.Generator) -> Array:
    count = len(layout.groups)

    def loss(log_sigma: Array) -> float:
        return -_log_posterior(layout, data, log_sigma, model.scale)

    start = np.full(count, np.log(0.3 * model.scale))
    found = start
    spread = np.zeros((count, count))
    if count:
        best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-7, "maxiter": 4000})
        if not best.success or not np.isfinite(best.fun):
            raise ConvergenceError("MRP: the spread of the random effects was not found; use fewer")
        found = best.x
        spread = np.linalg.pinv(_hessian(loss, found), hermitian=True)
        values, vectors = np.linalg.eigh(spread)
        spread = vectors @ np.diag(np.clip(values, 0.0, 1.0)) @ vectors.T
    batches = 40 if count else 1
    out = []
    for _ in range(batches):
        # Drawn logarithms far above the mode would stand for effects that no rate can show.
        sigma = np.minimum(rng.multivariate_normal(found, spread, method="eigh"), found + 2.0) if count else found
        fit = _fit(layout, data, sigma)
        effects = rng.multivariate_normal(
            fit.coefficients, fit.inverse_information, size=-(-model.draws // batches), method="eigh"
        )
        out.append(1.0 / (1.0 + np.exp(-(effects @ layout.x.T))))
    return np.vstack(out)


def _penalty(layout: _Layout, log_sigma: Array) -> Array:
    penalty = np.full(layout.x.shape[1], 1e-4)
    penalty[0] = 0.0
    for group, value in zip(layout.groups, log_sigma, strict=True):
        penalty[group] = np.exp(-2 * np.clip(value, -5, 4))
    return penalty


def _fit(layout: _Layout, data: _Data, log_sigma: Array) -> LogisticFit:
    return fit_logistic(layout.x, data.mean, data.size, penalty=_penalty(layout, log_sigma))


def _log_posterior(layout: _Layout, data: _Data, log_sigma: Array, scale: float) -> float:
    penalty = _penalty(layout, log_sigma)
    try:
        fit = _fit(layout, data, log_sigma)
    except ConvergenceError:
        return -np.inf
    u = layout.x @ fit.coefficients
    likelihood = float(np.sum(data.size * (data.mean * u - np.logaddexp(0.0, u))))
    prior = -0.5 * float(penalty @ fit.coefficients**2) + 0.5 * float(np.sum(np.log(penalty[penalty > 1e-3])))
    sign, volume = np.linalg.slogdet(fit.inverse_information)
    hyper = float(np.sum(log_sigma - 0.5 * (np.exp(log_sigma) / scale) ** 2))
    return likelihood + prior + 0.5 * float(volume) + hyper if sign > 0 else -np.inf


def _hessian(function: Callable[[Array], float], at: Array, step: float = 0.02) -> Array:
    size = at.shape[0]
    eye = np.eye(size) * step
    out = np.empty((size, size))
    for i in range(size):
        for j in range(size):
            corners = [function(at + a * eye[i] + b * eye[j]) for a, b in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
            out[i, j] = (corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
    return (out + out.T) / 2


def _domains(population: pd.DataFrame, by: str | None) -> list[tuple[str, str, Array]]:
    found: list[tuple[str, str, Array]] = [("all", "", np.ones(len(population), dtype=bool))]
    if by is not None:
        text = level_text(population[by])
        found += [(by, level, text == level) for level in sorted(set(text))]
    return found


def _result(
    design: SurveyDesign,
    drawn: Array,
    domains: list[tuple[str, str, Array]],
    sizes: Array,
    model: MultilevelModel,
    settings: tuple[Array, float],
) -> ResidentEstimates:
    rows, level = settings
    tail = (1 - level) / 2
    counted = []
    for name, value, _ in domains:
        own = rows if name == "all" else rows & (level_text(design.data[name]) == value)
        counted.append(int(own.sum()))
    table = pd.DataFrame(
        {
            "domain": [name for name, *_ in domains],
            "level": [value for _, value, _ in domains],
            "estimate": drawn.mean(axis=0),
            "std_error": drawn.std(axis=0, ddof=1),
            "conf_low": np.quantile(drawn, tail, axis=0),
            "conf_high": np.quantile(drawn, 1 - tail, axis=0),
            "n": counted,
            "population": [float(sizes[own].sum()) for *_, own in domains],
            "method": "multilevel regression and post-stratification",
            "label": RESIDENTS,
        }
    )
    effects = [*model.fixed, *(" x ".join(group) for group in model.random)]
    note = f"Holds if, within cells of {', '.join(effects)}, respondents answer as all residents would."
    spread = np.atleast_2d(np.cov(drawn, rowvar=False))
    return ResidentEstimates(table, spread, "multilevel regression and post-stratification", (note,))
