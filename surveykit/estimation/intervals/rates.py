"""Intervals of the rows of a result."""

from __future__ import annotations

# mypy: disable-error-code="no-any-return"
from collections.abc import Sequence

import numpy as np
import pandas as pd

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.estimation.intervals.intervals import proportion_interval, t_interval
from surveykit.estimation.intervals.likelihood import likelihood_interval
from surveykit.estimation.kernel.terms import Context, Term
from surveykit.estimation.kernel.totals import Design

__all__ = ["add_intervals", "replicate_logit_error"]


def replicate_logit_error(design: Design, replicates: np.ndarray | None, values: np.ndarray) -> np.ndarray | None:
    """Return the standard error of the logit from replicates, as R's logit interval of a replicate design has it."""
    if replicates is None or not isinstance(design, ReplicateDesign):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        logits, centre = np.log(replicates / (1 - replicates)), np.log(values / (1 - values))
    covariance = design.replicate_covariance(logits, centre)
    return np.asarray(np.sqrt(np.maximum(np.diag(covariance), 0.0)))


def add_intervals(
    context: Context,
    table: pd.DataFrame,
    terms: Sequence[Term],
    conf_level: float,
    interval: str,
    logit_error: np.ndarray | None,
) -> None:
    """Fill conf_low and conf_high of the table: t intervals, and for rates the chosen interval."""
    estimate, std_error, df = (table[name].to_numpy(dtype=float) for name in ("estimate", "std_error", "df"))
    low, high = t_interval(estimate, std_error, df, conf_level)
    start = 0
    for term in terms:
        rows = slice(start, start + term.count.size)
        start = rows.stop
        if term.kind != "rate":
            continue
        p, error = estimate[rows], std_error[rows]
        if logit_error is not None and interval in ("logit", "likelihood"):
            inside = (p > 0) & (p < 1) & np.isfinite(logit_error[rows])
            error = np.where(inside, logit_error[rows] * p * (1 - p), error)
        method = "logit" if interval == "likelihood" else interval
        low[rows], high[rows] = proportion_interval(method, p, error, term.count, df[rows], conf_level)
        if interval == "likelihood":
            _likelihood(context, term, (p, error, df[rows]), (low[rows], high[rows]), conf_level)
    table["conf_low"], table["conf_high"] = low, high


def _likelihood(
    context: Context,
    term: Term,
    columns: tuple[np.ndarray, np.ndarray, np.ndarray],
    limits: tuple[np.ndarray, np.ndarray],
    conf_level: float,
) -> None:
    p, error, df = columns
    base, part = term.moments[term.base], term.moments[0]
    weights = context.design.weights
    code = np.zeros(weights.size, dtype=np.int64) if base.code is None else base.code
    for i in range(p.size):
        if not (0 < p[i] < 1 and error[i] > 0 and df[i] > 0):
            continue
        rows = (code == i % base.size) & (weights > 0)
        if part.values is None:
            assert part.code is not None
            y = (part.code[rows] == i).astype(float)
        else:
            y = (part.values[rows] > np.median(np.unique(part.values[rows]))).astype(float)
        limits[0][i], limits[1][i] = likelihood_interval(
            y,
            weights[rows],
            float(error[i] / (p[i] * (1 - p[i]))),
            float(df[i]),
            conf_level,
            bessel=not isinstance(context.design, ReplicateDesign),
        )
