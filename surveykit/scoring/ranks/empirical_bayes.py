"""Expected ranks under an exchangeable model: a description to set beside the rank sets, never a test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import optimize, stats

from surveykit.display import Presentation, Shown, presentation_of
from surveykit.display.charts import rank_chart
from surveykit.display.content import pick
from surveykit.errors import DataError
from surveykit.language import Language
from surveykit.scoring.kernel.numerics import FloatArray, covariance_root, generator, valid_covariance
from surveykit.scoring.kernel.ranking import competition_ranks
from surveykit.scoring.ranks.compared import Values, read_estimates
from surveykit.scoring.ranks.comparisons import unit_rows
from surveykit.scoring.ranks.sets import RANK_AXIS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from surveykit.display import Presentation
__all__ = ["ExpectedRanks", "expected_ranks", "reml_between_variance"]

GRID = 200


@dataclass(frozen=True)
class ExpectedRanks(Shown):
    """Model-based ranks.

    Attributes
    ----------
    table : DataFrame
        unit, estimate, std_error, shrunken (posterior mean at the REML variance), shrunken_error, expected_rank,
        rank_low, rank_high (posterior percentiles), prob_top.
    mean, mean_error : float
        Mean of the model and its standard error.
    between_variance : float
        REML variance between units.
    rankability : float
        ``tau^2 / (tau^2 + median V)``: the part of the variation between estimates that is no sampling error.
    top, conf_level, draws
        What `prob_top` and the percentiles refer to.
    """

    table: pd.DataFrame
    mean: float
    mean_error: float
    between_variance: float
    rankability: float
    top: int
    conf_level: float
    draws: int = field(repr=False)

    def __repr__(self) -> str:
        head = f"Expected ranks (model-based: exchangeable units), rankability {self.rankability:.2f}"
        return head + "\n" + self.table.to_string(index=False)

    def presentation(self) -> Presentation:
        """Return what is shown and exported."""
        note = (
            f"依模型（单位可交换）；可排序度 {self.rankability:.2f}；prob_top 指前 {self.top} 名",
            f"model-based (exchangeable units); rankability {self.rankability:.2f}; prob_top: the first {self.top}",
        )
        title = ("期望名次", "Expected ranks")
        return presentation_of(title, {title: self.table}, note)

    def _draw(
        self, ax: Axes | None, language: Language, labels: Mapping[str, str] | None, *, sort: bool = True
    ) -> Axes:
        """Draw the percentiles of each rank and the expected rank.

        Parameters
        ----------
        sort : bool
            Largest on top; else in the order of the table.
        """
        rows = unit_rows(self.table, "unit", labels, top="shrunken" if sort else None)
        return rank_chart(rows, ax, axis=pick(RANK_AXIS, language), language=language)


@dataclass(frozen=True)
class _Fit:
    """Model with a given between-units variance: mean, its variance, and the posterior."""

    mean: float
    mean_variance: float
    posterior: FloatArray
    posterior_covariance: FloatArray
    log_likelihood: float


def _projection(matrix: FloatArray) -> tuple[FloatArray, FloatArray, float]:
    inverse = np.asarray(np.linalg.inv(matrix), dtype=float)
    rows = inverse.sum(axis=1)
    total = float(rows.sum())
    return inverse - np.outer(rows, rows) / total, inverse, total


def _fit(values: FloatArray, covariance: FloatArray, tau2: float) -> _Fit:
    marginal = covariance + tau2 * np.eye(values.size)
    projection, inverse, total = _projection(marginal)
    mean = float(inverse.sum(axis=0) @ values / total)
    shrink = tau2 * inverse
    posterior = mean + shrink @ (values - mean)
    rest = 1 - shrink.sum(axis=1)
    spread = tau2 * np.eye(values.size) - tau2 * shrink + np.outer(rest, rest) / total
    _, logdet = np.linalg.slogdet(marginal)
    log_likelihood = -0.5 * (logdet + np.log(total) + float(values @ projection @ values))
    return _Fit(mean, 1 / total, posterior, (spread + spread.T) / 2, log_likelihood)


def reml_between_variance(values: FloatArray, covariance: FloatArray) -> float:
    """Estimate the variance between units by restricted maximum likelihood.

    Parameters
    ----------
    values : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Sampling covariance; positive definite.

    Returns
    -------
    float
        0 when the likelihood falls from 0 on.

    Notes
    -----
    Root of ``y'PPy - tr(P)`` with ``P = W - W11'W / 1'W1``, ``W = (S + tau^2 I)^-1``. R: ``metafor::rma(yi, vi,
    method = "REML")``.

    Examples
    --------
    >>> round(reml_between_variance(np.array([0.0, 2.0, 4.0]), np.eye(3)), 6)
    3.0
    """

    def slope(tau2: float) -> float:
        projection, _, _ = _projection(covariance + tau2 * np.eye(values.size))
        moved = projection @ values
        return float(moved @ moved - np.trace(projection))

    if slope(0.0) <= 0:
        return 0.0
    upper = float(values.var(ddof=1)) + 1e-12
    while slope(upper) > 0:
        upper *= 2
    return float(optimize.brentq(slope, 0.0, upper, xtol=1e-300, rtol=1e-14))


def _grid(values: FloatArray, covariance: FloatArray, tau2: float) -> tuple[list[_Fit], FloatArray]:
    """Fits on a grid of tau and their weights: restricted likelihood under a flat prior of tau."""
    best = _fit(values, covariance, tau2).log_likelihood
    upper = 2 * np.sqrt(tau2) + float(np.sqrt(np.diag(covariance).max()))
    while _fit(values, covariance, upper**2).log_likelihood > best - 12:
        upper *= 1.5
    fits = [_fit(values, covariance, float(tau) ** 2) for tau in (np.arange(GRID) + 0.5) * upper / GRID]
    logs = np.array([fit.log_likelihood for fit in fits])
    weights = np.exp(logs - logs.max())
    return fits, weights / weights.sum()


def _expected(fits: list[_Fit], weights: FloatArray) -> FloatArray:
    """Posterior expected ranks, averaged over the grid."""
    found = np.zeros(fits[0].posterior.size)
    for fit, weight in zip(fits, weights, strict=True):
        if weight < 1e-12:
            continue
        variance = np.diag(fit.posterior_covariance)
        sd = np.sqrt(np.maximum(variance[:, None] + variance - 2 * fit.posterior_covariance, 0))
        np.fill_diagonal(sd, 1.0)
        above = stats.norm.cdf((fit.posterior[:, None] - fit.posterior[None, :]) / np.maximum(sd, 1e-300))
        np.fill_diagonal(above, 0.0)
        found += weight * (1 + above.sum(axis=0))
    return found


def expected_ranks(
    estimates: Values,
    covariance: object,
    *,
    top: int = 5,
    conf_level: float = 0.95,
    draws: int = 20_000,
    seed: int | np.random.Generator = 2021,
) -> ExpectedRanks:
    """Shrink estimates towards their mean and give each unit its expected rank.

    Parameters
    ----------
    estimates : array_like, Series or mapping, shape (p,)
        At least three units.
    covariance : array_like, shape (p, p)
        Positive definite.
    top : int
        For the probability to be among the `top` best.
    conf_level : float
        Of the percentiles of the ranks; average over units, not joint.
    draws, seed
        For percentiles and probabilities.

    Returns
    -------
    ExpectedRanks

    Notes
    -----
    ``y ~ N(theta, S)``, ``theta_i ~ N(mu, tau^2)``. Shrunken values at the REML estimate of tau^2, with the error of mu
    (R: ``metafor::blup``). Ranks also average over tau with weights from the restricted likelihood under a flat prior.
    The expected rank ``1 + sum_k P(theta_k > theta_i)`` minimises squared error of ranks: Lin, Louis, Paddock and
    Ridgeway (2006), Bayesian Analysis 1, 915-946. Exchangeable units are an assumption; publish as model-based.

    Examples
    --------
    >>> found = expected_ranks([92.0, 85.0, 79.3], np.diag([1.5, 1.8, 2.2]) ** 2, top=1)
    >>> found.table["expected_rank"].round(1).tolist()
    [1.0, 2.0, 3.0]
    """
    units, values = read_estimates(estimates)
    matrix = valid_covariance(covariance, values.size)
    if values.size < 3:
        raise DataError("estimates: an exchangeable model needs at least three units")
    if np.linalg.eigvalsh(matrix)[0] <= 1e-12 * np.diag(matrix).max():
        raise DataError("covariance: singular; leave out units without sampling error, whose place is known")
    if not 1 <= top < values.size:
        raise DataError(f"top: {top} is not between 1 and {values.size - 1}")
    tau2 = reml_between_variance(values, matrix)
    fit = _fit(values, matrix, tau2)
    fits, weights = _grid(values, matrix, tau2)
    rng = generator(seed)
    counts = rng.multinomial(draws, weights)
    drawn = np.concatenate(
        [
            one.posterior + rng.standard_normal((count, values.size)) @ covariance_root(one.posterior_covariance).T
            for one, count in zip(fits, counts, strict=True)
            if count
        ]
    )
    ranks = competition_ranks(drawn)
    low, high = np.quantile(ranks, [(1 - conf_level) / 2, (1 + conf_level) / 2], axis=0, method="inverted_cdf")
    table = pd.DataFrame(
        {
            "unit": units,
            "estimate": values,
            "std_error": np.sqrt(np.diag(matrix)),
            "shrunken": fit.posterior,
            "shrunken_error": np.sqrt(np.diag(fit.posterior_covariance)),
            "expected_rank": _expected(fits, weights),
            "rank_low": low.astype(int),
            "rank_high": high.astype(int),
            "prob_top": (ranks <= top).mean(axis=0),
        }
    )
    rankability = tau2 / (tau2 + float(np.median(np.diag(matrix))))
    return ExpectedRanks(table, fit.mean, float(np.sqrt(fit.mean_variance)), tau2, rankability, top, conf_level, draws)
