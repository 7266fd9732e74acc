"""From terms to Estimates: values, covariance, degrees of freedom, intervals, design effects, reliability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.estimation.covariance import covariance_of, domain_df, domain_members
from surveykit.estimation.degenerate import NO_VARIATION, ROUNDING_VARIANCE
from surveykit.estimation.estimates import Estimates
from surveykit.estimation.intervals import t_quantile
from surveykit.estimation.memory import require_memory
from surveykit.estimation.quantiles import Inversion
from surveykit.estimation.rate_intervals import add_intervals, replicate_logit_error
from surveykit.estimation.reliability import nchs_2017
from surveykit.estimation.row_units import units_of_rows
from surveykit.estimation.terms import Context, Term, divide
from surveykit.estimation.totals import (
    Design,
    Moment,
    moment_totals,
    replicate_totals,
    unit_totals,
)

__all__ = ["assemble", "rows_of_terms"]

KEEP_INFLUENCE = 5_000_000
"""Numbers of linearised totals that a result keeps for `combine`; above it they are dropped."""


def assemble(
    context: Context, terms: Sequence[Term], conf_level: float, interval: str, deff_reference: str
) -> Estimates:
    """Evaluate terms; see `surveykit.estimation.estimators.estimate`."""
    design = context.design
    require_memory(design, terms)
    moments, places = _distinct(terms)
    totals = moment_totals(design, moments)
    values = np.concatenate([term.value([totals[i] for i in place]) for term, place in zip(terms, places, strict=True)])
    covariance, parts, replicates = _covariance(design, terms, moments, places, totals, values)
    _drop_rounding(terms, values, covariance, parts, replicates)
    covariance[np.isnan(values), :] = np.nan
    covariance[:, np.isnan(values)] = np.nan
    df = np.concatenate([np.tile(domain_df(design, term.moments[term.base]), len(term.levels)) for term in terms])
    limits = _invert_quantiles(design, terms, (values, covariance, replicates, parts), df, conf_level)
    table = _table(context, terms, values, covariance, df)
    logit_error = replicate_logit_error(design, replicates, values)
    add_intervals(context, table, terms, conf_level, interval, logit_error)
    for rows, low, high in limits:
        table.loc[table.index[rows], "conf_low"], table.loc[table.index[rows], "conf_high"] = low, high
    _add_quality(table, terms, deff_reference)
    kept = parts if parts is not None and sum(part.size for part in parts) <= KEEP_INFLUENCE else None
    recipe = _recipe(context, terms, conf_level, interval, deff_reference)
    centred = (table["statistic"] != "total").to_numpy()
    units = units_of_rows(design, context.base(None)[0], df, centred, None if kept is None else kept[0])
    return Estimates(table, covariance, recipe, conf_level, float(design.degf), replicates, (design, kept), units)


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


def _table(
    context: Context, terms: Sequence[Term], values: np.ndarray, covariance: np.ndarray, df: np.ndarray
) -> pd.DataFrame:
    table = rows_of_terms(context, terms)
    table["estimate"] = values
    table["std_error"] = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    table["conf_low"] = np.nan
    table["conf_high"] = np.nan
    table["df"] = df
    return table


def _add_quality(table: pd.DataFrame, terms: Sequence[Term], deff_reference: str) -> None:
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


def _recipe(
    context: Context, terms: Sequence[Term], conf_level: float, interval: str, deff_reference: str
) -> dict[str, Any]:
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
