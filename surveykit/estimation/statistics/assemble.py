"""From terms to Estimates: values, covariance, degrees of freedom, intervals, design effects, reliability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.estimation.intervals.intervals import t_quantile
from surveykit.estimation.intervals.rates import add_intervals, replicate_logit_error
from surveykit.estimation.intervals.reliability import nchs_2017
from surveykit.estimation.kernel.covariance import covariance_of, domain_df, domain_members
from surveykit.estimation.kernel.degenerate import NO_VARIATION, ROUNDING_VARIANCE
from surveykit.estimation.kernel.memory import require_memory
from surveykit.estimation.kernel.row_units import units_of_rows
from surveykit.estimation.kernel.terms import Context, Term, divide
from surveykit.estimation.kernel.totals import (
    Design,
    Moment,
    moment_totals,
    replicate_totals,
    unit_totals,
)
from surveykit.estimation.results.estimates import Estimates
from surveykit.estimation.statistics.quantiles import Inversion

__all__ = ["Solved", "add_quality", "assemble", "recipe_of", "rows_of_terms", "solve", "tabulate"]

KEEP_INFLUENCE = 5_000_000
"""Numbers of linearised totals that a result keeps for `combine`; above it they are dropped."""


@dataclass(frozen=True, eq=False)
class Solved:
    """Terms evaluated with their joint covariance; quantiles are inverted.

    Attributes
    ----------
    values, df : numpy.ndarray, shape (k,)
        Estimates and degrees of freedom.
    covariance : numpy.ndarray, shape (k, k)
        NaN for an estimate of an empty domain.
    parts : tuple of numpy.ndarray or None, each shape (m_s, k)
        Linearised totals, one matrix per stage; None with replicates.
    replicates : numpy.ndarray or None, shape (R, k)
        Replicate estimates.
    limits : list of (slice, lower, upper)
        Limits of the rows that are quantiles.
    """

    values: np.ndarray
    df: np.ndarray
    covariance: np.ndarray
    parts: tuple[np.ndarray, ...] | None
    replicates: np.ndarray | None
    limits: list[tuple[slice, np.ndarray, np.ndarray]]

    @property
    def std_error(self) -> np.ndarray:
        """Standard errors, shape (k,)."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))


def solve(design: Design, terms: Sequence[Term], conf_level: float) -> Solved:
    """Evaluate terms: every number of a row rests on the rows of its domain and on the design alone."""
    moments, places = _distinct(terms)
    totals = moment_totals(design, moments)
    values = np.concatenate([term.value([totals[i] for i in place]) for term, place in zip(terms, places, strict=True)])
    covariance, parts, replicates = _covariance(design, terms, moments, places, totals, values)
    _drop_rounding(terms, values, covariance, parts, replicates)
    covariance[np.isnan(values), :] = np.nan
    covariance[:, np.isnan(values)] = np.nan
    df = np.concatenate([np.tile(domain_df(design, term.moments[term.base]), len(term.levels)) for term in terms])
    limits = _invert_quantiles(design, terms, (values, covariance, replicates, parts), df, conf_level)
    return Solved(values, df, covariance, parts, replicates, limits)


def assemble(
    context: Context, terms: Sequence[Term], conf_level: float, interval: str, deff_reference: str
) -> Estimates:
    """Evaluate terms all at once; see `surveykit.estimation.estimators.estimate`."""
    design = context.design
    require_memory(design, terms)
    found = solve(design, terms, conf_level)
    logit_error = replicate_logit_error(design, found.replicates, found.values)
    table = tabulate(context, terms, (found.values, found.std_error, found.df, logit_error), conf_level, interval)
    for rows, low, high in found.limits:
        table.loc[table.index[rows], "conf_low"], table.loc[table.index[rows], "conf_high"] = low, high
    add_quality(table, terms, deff_reference)
    parts = found.parts
    kept = parts if parts is not None and sum(part.size for part in parts) <= KEEP_INFLUENCE else None
    recipe = recipe_of(context, terms, conf_level, interval, deff_reference)
    centred = (table["statistic"] != "total").to_numpy()
    units = units_of_rows(design, context.base(None)[0], found.df, centred, None if kept is None else kept[0])
    return Estimates(
        table, found.covariance, recipe, conf_level, float(design.degf), found.replicates, (design, kept), units
    )


def _covariance(
    design: Design,
    terms: Sequence[Term],
    moments: Sequence[Moment],
    places: Sequence[Sequence[int]],
    totals: Sequence[np.ndarray],
    values: np.ndarray,
) -> tuple[np.ndarray, tuple[np.ndarray, ...] | None, np.ndarray | None]:
    pairs = list(zip(terms, places, strict=True))
    if isinstance(design, ReplicateDesign):
        each = replicate_totals(design, moments)
        replicates = np.concatenate([term.value([each[i] for i in place]) for term, place in pairs], axis=1)
        return design.replicate_covariance(replicates, values), None, replicates
    parts = []
    for stage in unit_totals(design, moments):
        linear = [term.linear([stage[i] for i in place], [totals[i] for i in place]) for term, place in pairs]
        parts.append(np.concatenate(linear, axis=1))
    return covariance_of(design, parts, domain_members(design, terms)), tuple(parts), None


def _drop_rounding(
    terms: Sequence[Term],
    values: np.ndarray,
    covariance: np.ndarray,
    parts: Sequence[np.ndarray] | None,
    replicates: np.ndarray | None,
) -> None:
    """Set variances to 0, in place, that are rounding alone: shares and means that the design or calibration fixes."""
    spread = np.concatenate([term.spread for term in terms])
    fixed = [term.fixed if term.fixed.size else np.zeros(term.count.size, dtype=bool) for term in terms]
    rows = np.concatenate(fixed) | ((spread > 0) & (np.diag(covariance) <= ROUNDING_VARIANCE * spread))
    covariance[rows, :] = 0.0
    covariance[:, rows] = 0.0
    for part in parts or ():
        part[:, rows] = 0.0
    if replicates is not None:
        replicates[:, rows] = values[rows]


def _invert_quantiles(
    design: Design,
    terms: Sequence[Term],
    joint: tuple[np.ndarray, np.ndarray, np.ndarray | None, tuple[np.ndarray, ...] | None],
    df: np.ndarray,
    conf_level: float,
) -> list[tuple[slice, np.ndarray, np.ndarray]]:
    """Turn shares into quantiles in place: the linearised share times minus the ratio of the standard errors."""
    values, covariance, replicates, parts = joint
    limits, start = [], 0
    for term in terms:
        rows = slice(start, start + term.count.size)
        start = rows.stop
        if term.invert is None:
            continue
        inversion: Inversion = term.invert
        share_error = np.sqrt(np.maximum(np.diag(covariance)[rows], 0.0))
        t = t_quantile(df[rows], conf_level)
        if inversion.replicates is not None and isinstance(design, ReplicateDesign):
            error = np.sqrt(np.diag(design.replicate_covariance(inversion.replicates, inversion.points)))
            low, high = inversion.points - t * error, inversion.points + t * error
        else:
            low, high = inversion.limits(values[rows], share_error, df[rows], term.count, conf_level)
            error = np.abs(high - low) / (2 * t)
        slope = -divide(error, share_error)
        slope[(share_error == 0) & (error == 0)] = 0.0
        covariance[rows, :] *= slope[:, None]
        covariance[:, rows] *= slope
        if replicates is not None:
            centred = inversion.points + slope * (replicates[:, rows] - values[rows])
            replicates[:, rows] = centred if inversion.replicates is None else inversion.replicates
        for part in parts or ():
            part[:, rows] *= slope
        values[rows] = inversion.points
        limits.append((rows, low, high))
    if limits and replicates is not None and isinstance(design, ReplicateDesign):
        covariance[:] = design.replicate_covariance(replicates, values)
        still = (replicates == values).all(axis=0)
        covariance[still, :], covariance[:, still] = 0.0, 0.0
    return limits


def _distinct(terms: Sequence[Term]) -> tuple[list[Moment], list[list[int]]]:
    moments: list[Moment] = []
    seen: dict[int, int] = {}
    places = []
    for term in terms:
        place = []
        for moment in term.moments:
            if id(moment) not in seen:
                seen[id(moment)] = len(moments)
                moments.append(moment)
            place.append(seen[id(moment)])
        places.append(place)
    return moments, places


def rows_of_terms(context: Context, terms: Sequence[Term]) -> pd.DataFrame:
    """Return the columns that name each row: statistic, variable, level and the domain columns."""
    cells = context.domains.cells
    names: dict[str, list[Any]] = {"statistic": [], "variable": [], "level": []}
    domain: list[tuple[Any, ...]] = []
    for term in terms:
        for level in term.levels:
            names["statistic"] += [term.statistic] * len(cells)
            names["variable"] += [term.variable] * len(cells)
            names["level"] += [level] * len(cells)
            domain += cells
    table = pd.DataFrame(names)
    for j, column in enumerate(context.domains.columns):
        table[column] = [cell[j] for cell in domain]
    return table


def tabulate(
    context: Context,
    terms: Sequence[Term],
    columns: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray | None],
    conf_level: float,
    interval: str,
) -> pd.DataFrame:
    """Return the table up to df: estimate, std_error and df (and the error of logits) are given, intervals are made."""
    table = rows_of_terms(context, terms)
    table["estimate"], table["std_error"] = columns[0], columns[1]
    table["conf_low"] = np.nan
    table["conf_high"] = np.nan
    table["df"] = columns[2]
    add_intervals(context, table, terms, conf_level, interval, columns[3])
    return table


def add_quality(table: pd.DataFrame, terms: Sequence[Term], deff_reference: str) -> None:
    """Fill deff, n, n_eff and reliability of the table."""
    n = np.concatenate([term.count for term in terms]).astype(float)
    spread = np.concatenate([term.spread for term in terms])
    weight = np.concatenate([term.weight for term in terms])
    variance = table["std_error"].to_numpy(dtype=float) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        simple = spread / (n - 1.0)
        if deff_reference == "wor":
            simple = np.where(weight > n, simple * (1.0 - n / weight), np.nan)
        table["deff"] = divide(variance, np.nan_to_num(np.where(n > 1, simple, 0.0)))
        table["n"] = n.astype(int)
        table["n_eff"] = divide(spread, variance)
    # A quantile's spread is that of the distribution function, its standard error that of the variable.
    table.loc[table["statistic"] == "quantile", ["deff", "n_eff"]] = np.nan
    status = np.full(len(table), "", dtype=object)
    start = 0
    for term in terms:
        rows = slice(start, start + term.count.size)
        if term.kind == "rate":
            columns = (table[name].to_numpy(dtype=float)[rows] for name in ("estimate", "std_error", "n", "df"))
            status[rows] = nchs_2017(*columns)
        elif term.fixed.size:
            status[rows] = np.where(term.fixed, NO_VARIATION, "")
        if term.invert is not None:
            _name_open_limits(table, status, rows)
        start = rows.stop
    table["reliability"] = status


def _name_open_limits(table: pd.DataFrame, status: np.ndarray, rows: slice) -> None:
    """Say which limits of quantiles lie outside the data, where there are degrees of freedom for an interval."""
    low, high, df = (table[name].to_numpy(dtype=float)[rows] for name in ("conf_low", "conf_high", "df"))
    names = np.array(["", "no lower limit", "no upper limit", "no limits"], dtype=object)
    state = names[np.isnan(low) + 2 * np.isnan(high)]
    status[rows] = np.where((df > 0) & (status[rows] == ""), state, status[rows])


def recipe_of(
    context: Context, terms: Sequence[Term], conf_level: float, interval: str, deff_reference: str
) -> dict[str, Any]:
    """Return how the numbers were made, in plain values."""
    design = context.design
    return {
        "method": _method(design),
        "n": design.n,
        "psus": design.n_psu,
        "strata": design.n_strata,
        "df_rule": "PSUs minus strata with members of the domain",
        "by": list(context.domains.columns),
        "interval": interval if any(term.kind == "rate" for term in terms) else "t",
        "conf_level": conf_level,
        "deff_reference": deff_reference,
        "lonely_psu": "" if isinstance(design, ReplicateDesign) else design.lonely_psu,
        "adjustments": [adjustment.name for adjustment in design.adjustments],
        "missing": {term.variable: term.missing for term in terms if term.missing},
        "kinds": {term.variable: "rate" if term.kind == "rate" else "mean" for term in terms},
    }


def _method(design: Design) -> str:
    if isinstance(design, ReplicateDesign):
        return (
            f"{design.n_replicates} {design.method} replicates, centred at the {'estimate' if design.mse else 'mean'}"
        )
    if design.pps is not None:
        return f"{design.pps.method} {design.pps.variance}"  # type: ignore[union-attr]
    return "Taylor linearisation"
