"""Quantiles and their intervals: Woodruff's, Francisco and Fuller's, and by replicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from scipy import special, stats

from surveykit.design.replicate_design import ReplicateDesign
from surveykit.errors import ConvergenceError, DataError
from surveykit.estimation.intervals.intervals import proportion_interval
from surveykit.estimation.kernel.linear import linear_covariance
from surveykit.estimation.kernel.terms import Context, Term, divide, share_linear
from surveykit.estimation.kernel.totals import Moment
from surveykit.estimation.statistics.quantile_rules import SortedSample, quantile_point, sort_sample
from surveykit.estimation.statistics.rootfinding import brent_root

__all__ = ["Inversion", "QuantileInterval", "quantile_term"]

QuantileInterval = Literal["mean", "beta", "xlogit", "asin", "score", "replicate"]


@dataclass(frozen=True, eq=False)
class Inversion:
    """What turns shares below each quantile, their standard errors and df into quantiles with intervals.

    Attributes
    ----------
    samples : tuple of SortedSample
        One per domain cell.
    points : numpy.ndarray, shape (rows,)
        The quantiles.
    rule, interval : str
        Point rule and interval.
    replicates : numpy.ndarray or None, shape (R, rows)
        Replicate quantiles, for interval "replicate".
    score : callable or None
        Row number and a threshold -> share above it minus its target, over its standard error.
    top : numpy.ndarray of bool, shape (rows,)
        Quantiles at the largest value, whose share is the one below it.
    """

    samples: tuple[SortedSample, ...]
    points: np.ndarray
    probabilities: np.ndarray
    rule: str
    interval: str
    replicates: np.ndarray | None
    score: Callable[[int, float], float] | None
    top: np.ndarray

    def limits(
        self, share: np.ndarray, std_error: np.ndarray, df: np.ndarray, count: np.ndarray, conf_level: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return lower and upper limits of the quantiles; NaN where a limit of the share leaves [0, 1].

        At the largest value the share at or below it is 1 and has no error. There the lower limit is that of Woodruff
        (1952) about the probability, with the error of the share below the value; the upper limit is the value itself
        where Korn and Graubard's lower limit of the share of 1 reaches the probability, and not defined where not.
        """
        low, high = np.full(share.size, np.nan), np.full(share.size, np.nan)
        for i in range(share.size):
            sample = self.samples[i % len(self.samples)]
            if sample.x.size == 0 or not df[i] > 0:
                continue
            if self.score is not None:
                ends = _score_limits(self.score, i, sample, float(df[i]), conf_level)
                shares = [float(np.mean(sample.x <= end)) if np.isfinite(end) else np.nan for end in ends]
            elif self.top[i]:
                p = float(self.probabilities[i])
                below = _share_limits(self.interval, p, std_error[i], df[i], count[i], conf_level)[0]
                reached = _surely_reached(float(count[i]), float(df[i]), conf_level)
                shares = [below if std_error[i] > 0 else p, 1.0 if reached >= p else np.nan]
            else:
                shares = list(_share_limits(self.interval, share[i], std_error[i], df[i], count[i], conf_level))
            inside = [_inside(p) for p in shares]
            low[i], high[i] = (quantile_point(sample, p, self.rule) for p in inside)
        return low, high


def _inside(p: float) -> float:
    """Return a share with rounding beyond 0 and 1 taken off, NaN outside them."""
    return float(min(max(p, 0.0), 1.0)) if -1e-12 <= p <= 1.0 + 1e-12 else float("nan")


def _surely_reached(n: float, df: float, conf_level: float) -> float:
    """Return the lower limit of a share of 1 among n rows."""
    one = np.ones(1)
    return float(proportion_interval("beta", one, 0.0 * one, n * one, df * one, conf_level)[0][0])


def _share_limits(interval: str, m: float, se: float, df: float, n: float, conf_level: float) -> tuple[float, float]:
    tail = (1 - conf_level) / 2
    t = float(stats.t.ppf(1 - tail, df))
    if interval == "mean":
        return m - t * se, m + t * se
    if not 0.0 < m < 1.0 or not se > 0:
        return float("nan"), float("nan")
    if interval == "xlogit":
        centre, half = np.log(m / (1 - m)), t * se / (m * (1 - m))
        return float(special.expit(centre - half)), float(special.expit(centre + half))
    if interval == "asin":
        centre, half = np.arcsin(np.sqrt(m)), t * se / (2 * np.sqrt(m * (1 - m)))
        ends = np.clip([centre - half, centre + half], 0.0, np.pi / 2)
        return float(np.sin(ends[0]) ** 2), float(np.sin(ends[1]) ** 2)
    size = m * (1 - m) / se**2 * (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** 2
    low = stats.beta.ppf(tail, size * m, size * (1 - m) + 1)
    return float(low), float(stats.beta.ppf(1 - tail, size * m + 1, size * (1 - m)))


def _shifted(score: Callable[[int, float], float], row: int, limit: float, theta: float) -> float:
    return score(row, theta) - limit


def _score_limits(
    score: Callable[[int, float], float], row: int, sample: SortedSample, df: float, conf_level: float
) -> tuple[float, float]:
    quartiles = np.quantile(sample.x, [0.25, 0.75])
    margin = (quartiles[1] - quartiles[0]) / 100
    lower, upper = sample.x[0] + margin, sample.x[-1] - margin
    t = float(stats.t.ppf(0.5 + conf_level / 2, df))
    tolerance = 1 / (100 * np.sqrt(sample.x.size))
    ends = []
    for limit in (t, -t):
        try:
            ends.append(brent_root(partial(_shifted, score, row, limit), lower, upper, tolerance))
        except ConvergenceError:
            ends.append(float("nan"))
    return ends[0], ends[1]


def quantile_term(
    context: Context, name: str, y: np.ndarray, probabilities: tuple[float, ...], rule: str, interval: str
) -> Term:
    """Return the term of shares at or below each quantile; its `invert` makes quantiles of them.

    Parameters
    ----------
    context : Context
        Design and domains.
    name : str
        The column.
    y : numpy.ndarray, shape (n,)
        Its values, NaN missing.
    probabilities : tuple of float
        Which quantiles; the levels of the term.
    rule, interval : str
        See `surveykit.estimation.survey_quantile`.
    """
    _check(probabilities, rule, interval, context)
    valid = ~np.isnan(y) if np.isnan(y).any() else None
    base, count, total = context.base(valid)
    size, k = base.size, len(probabilities)
    rows: list[np.ndarray | None] = [None]
    if base.code is not None:
        rows = [np.flatnonzero(base.code == cell) for cell in range(size)]
    w = context.design.weights
    samples = tuple(sort_sample(y, w, rule) if r is None else sort_sample(y[r], w[r], rule) for r in rows)
    points = np.array([[quantile_point(s, p, rule) for s in samples] for p in probabilities])
    code = np.zeros(y.size, dtype=np.int64) if base.code is None else base.code
    largest = np.array([s.x[-1] if s.x.size else np.nan for s in samples])
    # Shah and Vaish's rule is no inverse of a share, and "score" and "replicate" do not rest on the share's error.
    own = rule == "shahvaish" or interval in ("score", "replicate")
    top = np.zeros(points.shape, dtype=bool) if own else points >= largest
    moments = tuple(_below(y, code, (points[j], top[j]), base) for j in range(k))
    share = np.concatenate([divide(context.sums(moment), total) for moment in moments])
    replicates = None
    if interval == "replicate":
        replicates = _replicate_quantiles(context.design, y, rows, probabilities, rule)
    invert = Inversion(
        samples,
        points.ravel(),
        np.repeat(probabilities, size),
        rule,
        interval,
        replicates,
        _score_function(context, y, code, size, probabilities) if interval == "score" else None,
        top.ravel(),
    )
    smallest = np.array([s.x[0] if s.x.size else np.nan for s in samples])
    return Term(
        "quantile",
        name,
        tuple(f"{p:g}" for p in probabilities),
        (*moments, base),
        k,
        lambda t: np.concatenate([divide(t[j], t[k]) for j in range(k)], axis=-1),
        lambda u, t: np.concatenate([share_linear((u[j], u[k]), (t[j], t[k])) for j in range(k)], axis=1),
        np.where(np.isnan(share), np.nan, share * (1 - share)),
        np.tile(count, k),
        "number",
        0 if valid is None else int((~valid).sum()),
        np.tile(total, k),
        invert,
        np.tile((smallest == largest) & (count > 1), k),
    )


def _check(probabilities: tuple[float, ...], rule: str, interval: str, context: Context) -> None:
    if not probabilities or not all(0.0 <= p <= 1.0 for p in probabilities):
        raise DataError(f"The probabilities of quantiles must lie between 0 and 1, not {probabilities!r}.")
    replicated = isinstance(context.design, ReplicateDesign)
    if interval == "replicate" and not replicated:
        raise DataError("interval='replicate' needs a design with replicates: see as_bootstrap_design.")
    if interval == "score" and replicated:
        raise DataError("interval='score' is for designs without replicates: choose 'mean' or 'replicate'.")


def _below(y: np.ndarray, code: np.ndarray, points: tuple[np.ndarray, np.ndarray], base: Moment) -> Moment:
    """Return the rows at or below the points of their cells, below them where the second array says so."""
    cell = np.maximum(code, 0)
    threshold, strict = points[0][cell], points[1][cell]
    with np.errstate(invalid="ignore"):
        inside = np.where(strict, y < threshold, y <= threshold) & (code >= 0)
    return Moment(inside.astype(float), code, base.size, whole=base)


def _replicate_quantiles(
    design: object, y: np.ndarray, rows: list[np.ndarray | None], probabilities: tuple[float, ...], rule: str
) -> np.ndarray:
    assert isinstance(design, ReplicateDesign)
    out = np.empty((design.n_replicates, len(probabilities), len(rows)))
    for c, r in enumerate(rows):
        part = np.arange(y.size) if r is None else r
        part = part[np.argsort(y[part], kind="stable")]
        unit, base, values = design.unit[part], design.base_weights[part], y[part]
        for b in range(design.n_replicates):
            sample = sort_sample(values, design.factors[unit, b] * base)
            out[b, :, c] = [quantile_point(sample, p, rule) for p in probabilities]
    return out.reshape(design.n_replicates, -1)


def _score_function(
    context: Context, y: np.ndarray, code: np.ndarray, size: int, probabilities: tuple[float, ...]
) -> Callable[[int, float], float]:
    w = context.design.weights

    def score(row: int, theta: float) -> float:
        inside = code == row % size
        total = w[inside].sum()
        with np.errstate(invalid="ignore"):
            u = (y > theta) - (1.0 - probabilities[row // size])
        mean = float((w * u)[inside].sum() / total)
        z = np.where(inside, w * (u - mean) / total, 0.0)
        variance = linear_covariance(context.design, z[:, None])[0, 0]
        return float(mean / np.sqrt(variance) if variance > 0 else np.copysign(np.inf, mean))

    return score
